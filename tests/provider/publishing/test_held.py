"""A refresh that would take away too much is held, shown, and then approved, discarded or replaced (P-91)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from provider.database import db
from provider.eligibility.edition import Edition
from provider.publishing.alerts import count_alerts, list_alerts, mark_read
from provider.publishing.differences import (
    WHAT,
    KeptDifference,
    Source,
    count_records,
    every_record,
    kept_differences,
    records_of,
)
from provider.publishing.holding import HeldRefresh, NotHeld, held_refresh
from provider.publishing.models import RefreshRun
from provider.publishing.requests import approve, ask_for_refresh, discard
from provider.publishing.runs import RefreshIsRunning
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import V11, V12
from tests.provider.publishing.conftest import STUDENTS, Published

Ids = dict[tuple[str, str, str], set[str]]


def held(published: Published) -> HeldRefresh | None:
    with published.app.app_context():
        return held_refresh(db.session.connection())


def hold(published: Published) -> HeldRefresh:
    """A section with most enrollments is excluded, a student renamed, another is new: the refresh is held."""
    published.edit(models.Section, 1, external_lms_exclude=True)
    published.edit(models.Identity, 7, last_name="Newname")
    with published.app.app_context():
        db.session.add(models.Roster(id=9001, section_id=2, person_id=3))
        db.session.commit()
    assert published.refresh().state == "held"
    found = held(published)
    assert found is not None
    return found


def shown(published: Published, source: Source) -> tuple[list[KeptDifference], Ids]:
    """What is kept: the numbers, and (edition, collection, what) -> sourcedIds."""
    with published.app.app_context():
        connection = db.session.connection()
        kept = kept_differences(connection, source)
        ids: Ids = {}
        for difference, record in every_record(connection, source):
            ids.setdefault((difference.edition, difference.collection, record.what), set()).add(record.sourced_id)
    return kept, ids


def everything(published: Published) -> dict[tuple[str, str], dict[str, str]]:
    """(edition, collection) -> sourcedId -> dateLastModified."""
    return {
        (edition.key, name): published.dates(name, edition.version)
        for edition in (V11, V12)
        for name in ("orgs", "academicSessions", "courses", "classes", "users", "demographics", "enrollments")
    }


def tick(published: Published) -> None:
    """What a worker does that looks now."""
    published.now += timedelta(minutes=1)
    with published.app.app_context():
        DistrictRefresh(published.app, published.clock).tick()


def test_what_was_shown_is_what_is_published_after_the_approval(published: Published) -> None:
    before = everything(published)
    found = hold(published)
    assert everything(published) == before
    kept, ids = shown(published, found.source)

    with published.app.app_context():
        approve(db.engine, found.run_id, published.now, "ada")
    assert held(published).approved  # type: ignore[union-attr]
    published.now += timedelta(minutes=1)
    with published.app.app_context():
        result = DistrictRefresh(published.app, published.clock).full(today=published.today, approves=found.run_id)
    assert result.state == "done"

    after = everything(published)
    for key, records in before.items():
        now = after[key]
        assert ids.get((*key, "removed"), set()) == records.keys() - now.keys()
        assert ids.get((*key, "added"), set()) == now.keys() - records.keys()
        assert ids.get((*key, "changed"), set()) == {
            sourced_id for sourced_id in records.keys() & now.keys() if records[sourced_id] != now[sourced_id]
        }
    for one in kept:
        if one.collection == "resources":
            continue
        assert one.before == len(before[one.edition, one.collection])
        for what in WHAT:
            assert getattr(one, what) == len(ids.get((one.edition, one.collection, what), ()))
        assert one.too_much == (one.collection in ("enrollments",))
    assert held(published) is None
    assert shown(published, found.source) == ([], {}), "it is not kept after the refresh"


def test_the_records_have_names_and_rows(published: Published) -> None:
    source = hold(published).source
    with published.app.app_context():
        connection = db.session.connection()
        kept = {(one.edition, one.collection): one for one in kept_differences(connection, source)}

        def records(edition: Edition, collection: str) -> list[tuple[str, str, str, str | None, int | None]]:
            return [tuple(one) for one in records_of(connection, kept[edition.key, collection].id)]

        assert records(V11, "classes") == [("removed", "1", "Course 1 (1001-1)", "section", 1)]
        ((what, sourced_id, words, table, key),) = records(V11, "users")
        assert (what, sourced_id, table, key) == ("changed", "s7", "person", 7)
        assert words.endswith("Newname (student, 7)")
        ((what, _, words, table, key),) = records(V12, "users")
        assert (what, table, key) == ("changed", "person", 7)
        enrollments = kept[V12.key, "enrollments"]
        added = records_of(connection, enrollments.id, "added")
        assert [(one.words, one.sis_table, one.sis_id) for one in added] == [
            ("Student Number1 (student, 3) in Course 2 (1002-1)", "roster", 9001)
        ]
        assert count_records(connection, enrollments.id, "removed") == STUDENTS + 1
        (teacher,) = records_of(connection, enrollments.id, "removed", search="tom reed")
        assert (teacher.sis_table, teacher.sis_id) == ("section_staff", 1)
        pages = [records_of(connection, enrollments.id, "removed", offset=at, limit=100) for at in (0, 100, 200)]
        words = [one.words for page in pages for one in page]
        assert len(words) == STUDENTS + 1
        assert words == sorted(words, key=str.casefold)


def test_what_goes_beyond_what_was_shown_is_held_again(published: Published) -> None:
    found = hold(published)
    published.edit(models.Section, 2, external_lms_exclude=True)
    before = everything(published)
    with published.app.app_context():
        again = DistrictRefresh(published.app, published.clock).full(today=published.today, approves=found.run_id)
    assert again.state == "held"
    assert everything(published) == before
    newer = held(published)
    assert newer is not None
    assert newer.run_id == again.run_id
    assert shown(published, found.source) == ([], {}), "the newer difference has taken its place"
    with published.app.app_context():
        with pytest.raises(NotHeld):
            approve(db.engine, found.run_id, published.now, "ada")
        done = DistrictRefresh(published.app, published.clock).full(today=published.today, approves=newer.run_id)
    assert done.state == "done"
    assert published.read("classes") == []


def test_a_worker_does_what_is_approved_without_the_two_minutes(published: Published) -> None:
    found = hold(published)
    with published.app.app_context():
        approve(db.engine, found.run_id, published.now, "ada")
        with pytest.raises(RefreshIsRunning):
            ask_for_refresh(db.engine, published.now)
        with pytest.raises(RefreshIsRunning):
            approve(db.engine, found.run_id, published.now, "ada")
    tick(published)
    with published.app.app_context():
        run = db.session.scalars(select(RefreshRun).where(RefreshRun.approves == found.run_id)).one()
        assert run.trigger == "manual"
        assert run.state in ("done", "held")


def test_a_discarded_difference_is_forgotten_and_the_next_refresh_may_be_held(published: Published) -> None:
    found = hold(published)
    with published.app.app_context():
        assert count_alerts(db.session.connection(), unread=True) >= 1
        db.session.rollback()
        discard(db.engine, found.run_id, published.now, "ada")
        alert = next(one for one in list_alerts(db.session.connection()) if one.run_id == found.run_id)
        assert (alert.state, alert.read_by, alert.read_at) == ("held", "ada", published.now)
        with pytest.raises(NotHeld):
            discard(db.engine, found.run_id, published.now, "ada")
    assert held(published) is None
    assert shown(published, found.source) == ([], {})
    assert published.refresh().state == "held"
    assert held(published) is not None


def test_a_held_refresh_is_replaced_by_one_that_is_not_held(published: Published) -> None:
    found = hold(published)
    published.edit(models.Section, 1, external_lms_exclude=False)
    assert published.refresh().state == "done"
    assert held(published) is None
    assert shown(published, found.source) == ([], {})


def test_approving_on_the_command_line_lets_anything_go(published: Published) -> None:
    found = hold(published)
    published.edit(models.Section, 2, external_lms_exclude=True)
    assert published.refresh(approved=True).state == "done"
    assert shown(published, found.source) == ([], {})
    assert published.read("classes", Version.V1P2) == []


def test_alerts_are_read_by_somebody(published: Published) -> None:
    hold(published)
    with published.app.app_context():
        connection = db.session.connection()
        (alert,) = list_alerts(connection, unread=True, limit=1)
        assert mark_read(connection, [alert.id], "ada", published.now) == 1
        assert mark_read(connection, [alert.id], "tess", published.now) == 0, "the first who read it stays"
        db.session.commit()
        (read,) = [one for one in list_alerts(db.session.connection()) if one.id == alert.id]
        assert (read.read_by, read.read_at) == ("ada", published.now)
        assert alert.id not in [one.id for one in list_alerts(db.session.connection(), unread=True)]
