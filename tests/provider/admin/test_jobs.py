"""The Jobs pages: the line, one job while it moves and when it has ended, cancelling, and who may see them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from provider.access.user_tables import AuditEntry
from provider.admin.job_kinds import KINDS, address_of
from provider.database import db
from provider.jobs.line import ask
from provider.jobs.showing import PATIENCE
from provider.jobs.tables import Job
from provider.jobs.working import JobAtWork, Outcome, work_on_next
from provider.working import KINDS as WORK
from tests.provider.admin.conftest import Pages

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def asked(pages: Pages) -> list[int]:
    """Three jobs that wait."""
    with pages.app.app_context():
        now = datetime.now(UTC)
        jobs = [ask(db.session(), "count", {}, now, (1, "ada_min")).id for _ in range(3)]
        db.session.commit()
        return jobs


def work(pages: Pages, what: str = "done", stop_at: int | None = None) -> None:
    """Do the next job."""

    def count(job: JobAtWork) -> Outcome:
        job.tell(what, 1, 4)
        return Outcome(f"Counted, {what}")

    with pages.app.app_context():
        work_on_next(db.engine, {"count": count}, lambda: datetime.now(UTC))


def move(pages: Pages, job_id: int, **values: object) -> None:
    with pages.app.app_context():
        for name, value in values.items():
            setattr(db.session.get_one(Job, job_id), name, value)
        db.session.commit()


def test_a_job_moves_by_itself_from_its_place_in_the_line_to_its_end(pages: Pages, asked: list[int]) -> None:
    window = pages.window("ada_min")
    page = window.get(f"/jobs/{asked[1]}/").text
    assert "Waiting in line, place 2" in page and "ada_min" in page
    (moving,) = re.findall(r'hx-get="([^"]+)"', page)
    part = window.get(moving)
    assert part.status_code == 200 and "place 2" in part.text and "<html" not in part.text
    assert re.findall(r'hx-get="([^"]+)"', part.text) == [moving], "it goes on moving, and leads back to the same page"
    move(pages, asked[1], state="running", progress_what="reading person.csv", progress_done=1500, progress_of=6000)
    part = window.get(moving)
    assert (
        "reading person.csv: 1,500 of 6,000" in part.text and '<progress aria-label="reading person.csv"' in part.text
    )
    move(pages, asked[1], state="done", message="All 6,000 rows are there", finished_at=datetime.now(UTC))
    part = window.get(moving)
    assert (part.headers["HX-Refresh"], part.text) == ("true", "")
    page = window.get(f"/jobs/{asked[1]}/").text
    assert "All 6,000 rows are there" in page and "hx-get" not in page and "Cancel" not in page


def test_a_job_that_nobody_does_says_what_to_start(pages: Pages, asked: list[int]) -> None:
    window = pages.window("ada_min")
    assert "No worker" not in window.get(f"/jobs/{asked[0]}/").text
    move(pages, asked[0], asked_at=datetime.now(UTC) - PATIENCE - timedelta(seconds=5))
    page = window.get(f"/jobs/{asked[0]}/").text
    assert "No worker seems to be running" in page and "<code>homeroom provider --app demo worker</code>" in page
    work(pages)
    assert "No worker" not in window.get(f"/jobs/{asked[1]}/").text


def test_a_job_is_cancelled_where_it_is_seen_and_that_is_on_record(pages: Pages, asked: list[int]) -> None:
    window = pages.window("ada_min")
    window.get(f"/jobs/{asked[0]}/")
    answer = window.post(f"/jobs/{asked[0]}/cancel", back="/jobs/?state=cancelled")
    assert (answer.status_code, answer.location) == (303, "/jobs/?state=cancelled")
    page = window.get(answer.location).text
    assert "Cancelled before it began" in page and f"Count {asked[0]}" in page and f"Count {asked[1]}" not in page
    answer = window.post(f"/jobs/{asked[1]}/cancel", back="https://elsewhere.example/")
    assert answer.location == f"/jobs/{asked[1]}/"
    window.post(f"/jobs/{asked[1]}/cancel")
    assert "It has ended already." in window.get(f"/jobs/{asked[1]}/").text
    with pages.app.app_context():
        entries = db.session.execute(
            select(AuditEntry.who, AuditEntry.subject).where(AuditEntry.action == "cancel job")
        )
        assert entries.all() == [("ada_min", f"Count {job}") for job in asked[:2]]


def test_the_list_is_found_by_who_asked_kind_and_state(pages: Pages, asked: list[int]) -> None:
    work(pages, SCRIPT)
    window = pages.window("ada_min")

    def ids(query: str) -> list[int]:
        page = window.get(f"/jobs/{query}")
        assert page.status_code == 200 and SCRIPT not in page.text, query
        return [int(number) for number in re.findall(r'<a href="/jobs/(\d+)/">', page.text)]

    assert ids("") == asked[::-1]
    assert ids("?state=done") == asked[:1] and ids("?state=waiting&search=ADA") == asked[:0:-1]
    assert ids("?kind=count") == asked[::-1] and ids("?kind=other") == [] == ids("?search=tom")
    for strange in ("?state=%00&kind=%27", f"?search={SCRIPT}", "?page=99999"):
        assert ids(strange) == []


def test_jobs_are_for_administrators(pages: Pages, asked: list[int]) -> None:
    for path in ("/jobs/", f"/jobs/{asked[0]}/", f"/jobs/{asked[0]}/progress"):
        assert pages.window("tom").get(path).status_code == 403
        assert pages.window().get(path).status_code == 303
    tom, nobody = pages.window("tom"), pages.window("ada_min")
    tom.get("/sections/")
    assert tom.post(f"/jobs/{asked[0]}/cancel").status_code == 403
    assert nobody.client.post(f"/jobs/{asked[0]}/cancel").status_code == 400, "without the token of a form"
    for number in (0, 999, 2**31, 10**30):
        assert nobody.get(f"/jobs/{number}/").status_code == 404


def test_every_kind_of_work_has_words_and_a_page_that_is_there(pages: Pages) -> None:
    assert set(KINDS) == set(WORK)
    with pages.app.test_request_context():
        for kind, told in KINDS.items():
            assert told.words and (address_of(kind, 1) or not told.endpoint), kind
