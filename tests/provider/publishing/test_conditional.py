"""A pull of what has not changed is answered in a word, and the word moves exactly with the bytes (real-clients 23)."""

import hashlib
import random
from typing import Any

import pytest

from provider.sis import models
from shared.oneroster.versions import BASE_PATHS, Version
from tests.provider.publishing.conftest import STUDENTS, Published

PATHS = [
    ("/orgs", {}),
    ("/users", {"limit": "50000"}),
    ("/students", {"limit": "20", "offset": "20"}),
    ("/classes/1/students", {"fields": "sourcedId,familyName"}),
    ("/enrollments", {"limit": "50000", "filter": "role='student'"}),
    ("/users", {"filter": "familyName~'Renamed'", "sort": "familyName"}),
    ("/schools", {}),
]


def conditional(published: Published, path: str, tag: str, version: Version = Version.V1P1, **query: Any) -> Any:
    headers = {"Authorization": f"Bearer {published.tokens[version]}", "If-None-Match": tag}
    client = published.app.test_client()
    return client.get(BASE_PATHS[version, "rostering"] + path, query_string=query, headers=headers)


@pytest.mark.parametrize("version", list(Version))
def test_who_has_the_page_already_is_told_so_without_a_body(published: Published, version: Version) -> None:
    whole = published.get("/users", version, limit=10)
    again = conditional(published, "/users", whole.headers["ETag"], version, limit=10)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == whole.headers["ETag"]
    assert again.headers["X-Collection-Revision"] == whole.headers["X-Collection-Revision"]
    assert "Authorization" in again.headers["Vary"]


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', '"other", W/"{}"', "*"])
def test_the_tag_is_known_in_every_form_that_clients_send(published: Published, form: str) -> None:
    state = published.get("/orgs").headers["X-Collection-Revision"]
    assert conditional(published, "/orgs", form.format(state)).status_code == 304
    assert conditional(published, "/orgs", '"another"').status_code == 200


def test_a_tag_does_not_let_in(published: Published) -> None:
    tag = published.get("/orgs").headers["ETag"]
    answer = published.app.test_client().get("/ims/oneroster/v1p1/orgs", headers={"If-None-Match": tag})
    assert answer.status_code == 401
    assert conditional(published, "/classes/none/students", tag).status_code == 404


def test_the_two_versions_have_tags_of_their_own(published: Published) -> None:
    tags = {published.get("/users", version).headers["ETag"] for version in Version}
    assert len(tags) == 2


@pytest.mark.slow
def test_the_tag_of_a_page_moves_whenever_its_bytes_do(published: Published) -> None:
    """Over many edits: equal tags, equal bytes. And the tag of a collection that no edit touched never moves."""
    dice = random.Random(5)
    seen: dict[tuple[str, str, str], bytes] = {}
    orgs = published.get("/orgs").headers["ETag"]

    def look() -> None:
        for number, (path, query) in enumerate(PATHS):
            answer = published.get(path, **query)
            digest = hashlib.sha256(answer.data).digest()
            assert seen.setdefault((str(number), path, answer.headers["ETag"]), digest) == digest

    look()
    for _ in range(12):
        person = dice.randrange(2, STUDENTS + 2)
        match dice.choice(["rename", "hide", "unroster", "nothing"]):
            case "rename":
                published.edit(models.Identity, person, last_name=f"Renamed{dice.randrange(10_000)}")
            case "hide":
                published.edit(models.Enrollment, person - 1, external_lms_exclude=True)
            case "unroster":
                published.edit(models.Roster, dice.randrange(1, STUDENTS), start_date=published.today)
            case "nothing":
                pass
        published.refresh()
        look()
    assert published.get("/orgs").headers["ETag"] == orgs


def test_a_refresh_that_finds_nothing_moves_no_tag(published: Published) -> None:
    before = [published.get(path, **query).headers["ETag"] for path, query in PATHS]
    published.refresh()
    assert [published.get(path, **query).headers["ETag"] for path, query in PATHS] == before


def test_a_walk_that_began_with_an_unchanged_page_goes_on_as_one(published: Published) -> None:
    """The first page is known already; the second belongs to the same revision, whatever is published between."""
    first = published.get("/users", limit=100)
    second = published.get("/users", limit=100, offset=100)
    assert conditional(published, "/users", first.headers["ETag"], limit=100).status_code == 304
    published.edit(models.Enrollment, 1, external_lms_exclude=True)
    published.refresh()
    assert conditional(published, "/users", second.headers["ETag"], limit=100, offset=100).status_code == 304
    assert conditional(published, "/users", first.headers["ETag"], limit=100).status_code == 200
