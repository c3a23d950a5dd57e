"""Walking over many pages while refreshes add, change and remove records: none missed, none twice (P-92)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.platform import Platform, Record, ids
from tests.contract.test_checks import add_student

LIMIT = 100

#: Whole, filtered, sorted and derived collections.
PATHS = (
    "/enrollments", "/enrollments?filter=status='active'", "/users?sort=familyName", "/users?filter=familyName>'B'",
    "/students", "/classes?fields=title", "/users",
)  # fmt: skip

Pages = Iterator[list[Record]]


def by_link(platform: Platform, path: str) -> Pages:
    """A client that follows Link."""
    url: str | None = f"{platform.base}{path}{'&' if '?' in path else '?'}limit={LIMIT}"
    while url:
        answer = platform.get(url)
        assert answer.status_code == 200, answer.text
        yield next(iter(answer.json().values()))
        url = answer.links.get("next", {}).get("url")


def by_offset(platform: Platform, path: str) -> Pages:
    """A client that counts for itself and stops at the first short page."""
    offset, page = 0, [{}] * LIMIT
    while len(page) == LIMIT:
        page = platform.read(f"{path}{'&' if '?' in path else '?'}limit={LIMIT}&offset={offset}")
        offset += len(page)
        yield page


def change(district: Door) -> None:
    """Remove courses with their classes and enrollments, add students, rename one, let one leave; publish."""
    files = district.files
    files.edit("course_master", files.one("course_master", number="E-HOM"), external_lms_exclude="True")
    for number in range(5):
        add_student(files, f"New{number}", "Aaa-Newcomer", start_date="Y0-08-18")
        files.add("roster", section_id="1", person_id=files.rows("person")[-1]["id"])
    files.edit("identity", files.one("identity", person_id=files.person("Rita Regular")), last_name="Zzz-Renamed")
    left = files.one("enrollment", person_id=files.person("Sam Spaced-Username"))
    files.edit("enrollment", left, end_date="Y0-09-20")
    files.edit("assignment", files.one("assignment", person_id=files.person("Tessa Regular-Teacher")),
               external_lms_exclude="True")  # fmt: skip
    district.publish()


@pytest.mark.parametrize(("version", "client"), [(Version.V1P1, by_offset), (Version.V1P2, by_link)])
def test_a_walk_that_refreshes_interrupt_sees_what_was_there_when_it_began(district, version, client):
    # Walks live by the clock on the wall, so the refreshes have to as well.
    district.now, district.step = datetime.now(UTC), timedelta(seconds=1)
    platform: Platform = district.lms(version)
    before = {path: ids(platform.walk(path)) for path in PATHS}
    walks = {path: client(platform, path) for path in PATHS}
    found = {path: list(next(walk)) for path, walk in walks.items()}
    change(district)
    for path, walk in walks.items():
        found[path] += next(walk, [])
    district.set(local_grades_1p2="true", secondary_email_1p1="true")
    district.refresh()
    for path, walk in walks.items():
        for page in walk:
            found[path] += page
    for path, records in found.items():
        assert len(ids(records)) == len(records), f"{path}: twice"
        assert ids(records) == before[path], path


def test_the_next_walk_sees_the_new_state(district):
    platform = district.lms(Version.V1P1)
    before = ids(platform.walk("/enrollments"))
    change(district)
    after = platform.walk("/enrollments", limit=LIMIT)
    assert before - ids(after) and ids(after) - before
    assert len(ids(after)) == len(after)
    total = int(platform.get("/enrollments").headers["X-Total-Count"])
    assert total == len(after)


def test_a_page_stays_full_where_records_have_gone(district):
    """Many clients stop at the first short page (real-clients 6)."""
    platform = district.lms(Version.V1P1)
    change(district)
    total = int(platform.get("/enrollments").headers["X-Total-Count"])
    for offset in range(0, total - LIMIT, LIMIT):
        assert len(platform.read(f"/enrollments?limit={LIMIT}&offset={offset}")) == LIMIT
