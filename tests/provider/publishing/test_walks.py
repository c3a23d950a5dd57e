"""A client that pages while refreshes add, change and remove records misses none and sees none twice (P-92)."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from provider.database import TRAFFIC, db
from provider.publishing.models import KeptWalk, PublishedRevision
from provider.sis import models
from shared.database import writing
from shared.oneroster.versions import Version
from tests.provider.publishing.conftest import STUDENTS, Published

LIMIT = 40


def by_offset(published: Published, path: str, between: Callable[[], None], **query: Any) -> list[str]:
    """A client that counts offsets itself and stops at the first short page."""
    ids: list[str] = []
    while True:
        page = published.get(path, limit=LIMIT, offset=len(ids), **query).get_json()
        (records,) = page.values()
        ids += [record["sourcedId"] for record in records]
        if len(records) < LIMIT:
            return ids
        between()


def by_link(published: Published, path: str, between: Callable[[], None], **query: Any) -> list[str]:
    """A client that follows Link."""
    ids: list[str] = []
    answer = published.get(path, limit=LIMIT, **query)
    while True:
        (records,) = answer.get_json().values()
        ids += [record["sourcedId"] for record in records]
        following = re.search(r'<[^>]*?/ims/oneroster/v1p1(/[^?>]*)\?([^>]*)>; rel="next"', answer.headers["Link"])
        if following is None:
            return ids
        between()
        answer = published.app.test_client().get(
            f"/ims/oneroster/v1p1{following[1]}?{following[2]}",
            headers={"Authorization": f"Bearer {published.tokens[Version.V1P1]}"},
        )


def trouble(published: Published) -> Callable[[], None]:
    """Edits that add, change, hide, bring back and tombstone records, each followed by a refresh."""
    dice = random.Random(11)

    def edit() -> None:
        person = dice.randrange(2, STUDENTS + 2)
        kind = dice.choice(["hide", "show", "rename", "leave", "unroster"])
        if kind in ("hide", "show"):
            published.edit(models.Enrollment, person - 1, external_lms_exclude=kind == "hide")
        elif kind == "rename":
            published.edit(models.Identity, person, last_name=f"Renamed{dice.randrange(10_000)}")
        elif kind == "leave":
            published.edit(models.Enrollment, person - 1, end_date=published.today.replace(day=2))
        else:
            published.edit(models.Roster, dice.randrange(1, STUDENTS), start_date=published.today)
        published.refresh()

    return edit


@pytest.mark.parametrize("walk", [by_offset, by_link])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/users", {}),
        ("/users", {"filter": "status='active'"}),
        ("/users", {"filter": "familyName~'Number'", "sort": "familyName", "orderBy": "desc"}),
        ("/classes/1/students", {}),
        ("/enrollments", {"filter": "dateLastModified>'2020-01-01'"}),
    ],
)
def test_a_walk_gives_what_was_there_when_it_began_each_record_once(
    published: Published, walk: Callable[..., list[str]], path: str, query: dict[str, str]
) -> None:
    edit = trouble(published)
    for _ in range(3):
        edit()
    (records,) = published.get(path, limit=50_000, **query).get_json().values()
    expected = [record["sourcedId"] for record in records]
    assert len(expected) > 4 * LIMIT

    assert walk(published, path, edit, **query) == expected


def test_two_walks_of_one_client_over_the_same_query_keep_their_own_state_when_they_follow_link(
    published: Published,
) -> None:
    before = [record["sourcedId"] for record in published.read("users")]
    link = published.get("/users", limit=100).headers["Link"]
    published.edit(models.Enrollment, 5, external_lms_exclude=True)
    published.refresh()
    after = [record["sourcedId"] for record in published.read("users")]
    assert len(after) == len(before) - 1
    published.get("/users", limit=100)  # a second walk begins

    revision = re.search(r"revision=(\d+)", link)
    assert revision is not None
    second = published.get("/users", limit=100, offset=100, revision=revision[1]).get_json()["users"]
    assert [record["sourcedId"] for record in second] == before[100:200]
    plain = published.get("/users", limit=100, offset=100).get_json()["users"]
    assert [record["sourcedId"] for record in plain] == after[100:200]


def test_a_walk_stays_where_it_began_when_one_that_was_given_up_is_answered_late(published: Published) -> None:
    """Its first page began before a refresh and pins the revision before after the new walk's first pages."""

    def revision(offset: int) -> str:
        links = published.get("/users", limit=LIMIT, offset=offset).headers["Link"]
        found = re.search(r"revision=(\d+)", links)
        assert found
        return found[1]

    trouble(published)()
    with published.app.app_context(), writing(db.engine) as connection:
        connection.execute(update(PublishedRevision).values(published_at=datetime.now(UTC)))
    began = [revision(0), revision(LIMIT)]
    with published.app.app_context(), writing(db.engines[TRAFFIC]) as connection:
        connection.execute(update(KeptWalk).values(revision=KeptWalk.revision - 1))
    assert {*began, revision(2 * LIMIT)} == {began[0]}


def test_the_total_is_that_of_the_walk(published: Published) -> None:
    total = published.get("/users", limit=10).headers["X-Total-Count"]
    for enrollment in range(1, 8):
        published.edit(models.Enrollment, enrollment, external_lms_exclude=True)
    published.refresh()

    assert published.get("/users", limit=10, offset=10).headers["X-Total-Count"] == total
    assert int(published.get("/users", limit=10).headers["X-Total-Count"]) == int(total) - 7


def test_a_hidden_record_leaves_no_short_page_and_keeps_its_place_for_its_return(published: Published) -> None:
    before = [record["sourcedId"] for record in published.read("users")]
    published.edit(models.Enrollment, 50, external_lms_exclude=True)
    published.refresh()
    first = published.get("/users", limit=100).get_json()["users"]
    assert len(first) == 100
    published.edit(models.Enrollment, 50, external_lms_exclude=False)
    published.refresh()
    assert [record["sourcedId"] for record in published.read("users")] == before
