"""What a refresh publishes, holds back, and leaves alone when it fails."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from provider.database import db
from provider.publishing import refresh as refreshing
from provider.publishing.models import PublishedRecord, RefreshAlert, RefreshRun
from provider.publishing.requests import ask_for_refresh
from provider.publishing.runs import RefreshIsRunning, cache_state, start_run
from provider.publishing.sweeping import HISTORY
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import Version
from shared.owner import begin_work, end_work
from tests.provider.publishing.conftest import STUDENTS, Published

#: The owner of a run whose process was killed.
DEAD = begin_work()
end_work(DEAD)
BOTH = pytest.mark.parametrize("version", list(Version))


def test_a_change_is_invisible_before_the_refresh_and_visible_after(published: Published) -> None:  # P-84
    published.edit(models.Identity, 7, last_name="Newname")
    assert not published.read("users", filter="familyName='Newname'")
    published.refresh()
    assert len(published.read("users", filter="familyName='Newname'")) == 1


@BOTH
def test_dates_move_exactly_where_visible_bytes_move(published: Published, version: Version) -> None:  # P-93
    before = published.dates("users", version)
    published.edit(models.Identity, 7, last_name="Newname")
    published.edit(models.Contact, 8, email="new@school.example")
    published.edit(models.Identity, 9, birth_date=date(2010, 1, 1))  # not in users (P-66)
    published.refresh()
    after = published.dates("users", version)

    names = {record["sourcedId"]: record["familyName"] for record in published.read("users", version)}
    moved = {sourced_id for sourced_id, at in after.items() if at != before[sourced_id]}
    assert len(moved) == 2
    assert "Newname" in {names[sourced_id] for sourced_id in moved}
    assert min(after[sourced_id] for sourced_id in moved) > max(before.values())


def test_a_refresh_that_finds_nothing_publishes_nothing(published: Published) -> None:
    before = published.dates("enrollments")
    result = published.refresh()
    assert (result.added, result.changed, result.removed) == (0, 0, 0)
    assert published.dates("enrollments") == before


def test_a_status_that_only_the_date_changed_is_seen_by_a_delta_read(published: Published) -> None:  # P-16, P-93
    published.edit(models.Enrollment, 3, end_date=published.today)
    published.refresh()
    (last,) = {max(published.dates("users").values())}
    assert published.read("users", filter=f"dateLastModified>'{last}'") == []

    published.refresh(today=published.today + timedelta(days=1))

    (gone,) = published.read("users", filter=f"dateLastModified>'{last}' AND role='student'")
    assert gone["status"] == "tobedeleted"
    enrollments = published.read("enrollments", filter=f"dateLastModified>'{last}'")
    assert {record["status"] for record in enrollments} == {"tobedeleted"}  # P-79


def test_a_client_that_asks_for_what_changed_after_the_newest_date_it_saw_misses_nothing(published: Published) -> None:
    """Its copy, brought up to date with deltas alone, equals a full read after every refresh."""
    copy = {record["sourcedId"]: record for record in published.read("users")}
    for number in range(2, 8):
        newest = max(record["dateLastModified"] for record in copy.values())
        published.edit(models.Identity, number, first_name=f"Given{number}")
        published.edit(models.Enrollment, number + 20, end_date=date(2026, 1, 2))
        published.refresh()
        for record in published.read("users", filter=f"dateLastModified>'{newest}'"):
            copy[record["sourcedId"]] = record
        assert copy == {record["sourcedId"]: record for record in published.read("users")}


def test_an_excluded_record_disappears_without_a_tombstone(published: Published) -> None:  # P-75
    before = published.dates("classes")
    published.edit(models.Section, 2, external_lms_exclude=True)
    published.refresh()
    assert set(before) - set(published.dates("classes")) == {"2"}
    assert published.get("/classes/2").status_code == 404
    assert published.read("enrollments", filter="class.sourcedId='2'") == []


def test_a_record_that_returns_has_a_new_date(published: Published) -> None:
    before = published.dates("classes")["2"]
    for excluded in (True, False):
        published.edit(models.Section, 2, external_lms_exclude=excluded)
        published.refresh()
    assert published.dates("classes")["2"] > before


def test_a_refresh_that_would_take_away_too_much_is_held_and_can_be_approved(published: Published) -> None:
    before = published.read("enrollments")
    published.edit(models.Section, 1, external_lms_exclude=True)

    held = published.refresh()
    assert held.state == "held"
    assert f"remove {STUDENTS + 1} of" in held.message
    assert published.read("enrollments") == before

    assert published.refresh(approved=True).state == "done"
    assert len(published.read("enrollments")) == len(before) - STUDENTS - 1


def test_a_refresh_that_fails_leaves_the_last_good_state_and_raises_an_alert(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:  # P-88, P-91
    before = published.read("users")
    published.edit(models.Identity, 7, last_name="Newname")

    def project(*_: object) -> object:
        yield "classes", iter(())
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(refreshing, "project", project)
        published.refresh(approved=True)
    assert published.read("users") == before
    assert len(published.read("classes")) == 2
    with published.app.app_context():
        assert "the last good state stays" in (db.session.scalars(select(RefreshAlert.message)).all())[-1]
        assert cache_state(db.session.connection()).last_state == "failed"

    published.refresh()
    assert len(published.read("users", filter="familyName='Newname'")) == 1


def test_a_dead_refresh_is_taken_over_and_what_it_wrote_is_taken_back(published: Published) -> None:  # P-91
    """As after kill -9: rows of the next revision are there, the run never ended."""
    before = published.read("users")
    engine_rows = PublishedRecord.since > 1
    with published.app.app_context():
        start_run(db.engine, DEAD, "scheduled", published.now, published.today)
        row = db.session.scalars(select(PublishedRecord).limit(1)).one()
        values = {column.name: getattr(row, column.name) for column in PublishedRecord.__table__.columns}
        db.session.execute(PublishedRecord.__table__.insert(), [values | {"id": row.id + 1, "since": 2, "tail": b"}"}])
        row.until = 2
        db.session.commit()
    assert published.read("users") == before
    result = published.refresh()

    assert (result.added, result.changed, result.removed) == (0, 0, 0)
    assert published.read("users") == before
    with published.app.app_context():
        assert not db.session.scalars(select(PublishedRecord.id).where(engine_rows)).all()
        states = db.session.scalars(select(RefreshRun.state).order_by(RefreshRun.id)).all()
    assert states == ["done", "failed", "done"]


def test_a_second_refresh_during_the_first_is_refused(published: Published) -> None:  # P-87
    with published.app.app_context():
        owner = begin_work()
        start_run(db.engine, owner, "scheduled", published.now, published.today)
        with pytest.raises(RefreshIsRunning, match="has been running since"):
            DistrictRefresh(published.app, published.clock).full(today=published.today)
        with pytest.raises(RefreshIsRunning):
            ask_for_refresh(db.engine, published.now)
        end_work(owner)
        ask_for_refresh(db.engine, published.now)


def test_a_manual_refresh_starts_two_minutes_after_it_was_asked_for(published: Published) -> None:  # P-87
    published.edit(models.Identity, 7, last_name="Newname")
    # A quiet hour of the night, so that no scheduled slot is due.
    published.now = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
    with published.app.app_context():
        due = ask_for_refresh(db.engine, published.now)
        assert due - published.now == timedelta(minutes=2)
        with pytest.raises(RefreshIsRunning, match="is waiting"):
            ask_for_refresh(db.engine, published.now)
        refresher = DistrictRefresh(published.app, published.clock)
        published.now += timedelta(minutes=1)
        assert refresher.tick() == []
        published.now += timedelta(minutes=2)
        assert [result.state for result in refresher.tick()] == ["done"]
        assert refresher.tick() == []
        alerts = db.session.scalars(select(RefreshAlert.message)).all()
    assert len(alerts) == 2, "a manual refresh is always heard of: the first build and this one"


def test_a_scheduled_slot_is_served_once_however_many_workers_look(published: Published) -> None:  # P-85
    published.now = datetime(2026, 1, 10, 9, 0, 5, tzinfo=UTC)
    with published.app.app_context():
        first, second = (DistrictRefresh(published.app, published.clock) for _ in range(2))
        assert [result.state for result in first.tick()] == ["done"]
        assert second.tick() == []
        slots = db.session.scalars(select(RefreshRun.slot).where(RefreshRun.slot.is_not(None))).all()
    assert slots == ["2026-01-10 09:00"]


def test_a_scheduled_refresh_is_not_heard_of_when_it_succeeds(published: Published) -> None:  # P-88
    published.now = datetime(2026, 1, 10, 9, 0, 5, tzinfo=UTC)
    with published.app.app_context():
        before = len(db.session.scalars(select(RefreshAlert.id)).all())
        DistrictRefresh(published.app, published.clock).tick()
        assert len(db.session.scalars(select(RefreshAlert.id)).all()) == before
        with db.engine.connect() as connection:
            assert cache_state(connection).last_success == published.now  # P-89


class TestKeyedRefresh:  # P-90
    @BOTH
    def test_it_brings_one_person_up_to_date_and_leaves_others(self, published: Published, version: Version) -> None:
        before = published.dates("users", version)
        published.edit(models.Identity, 7, last_name="Newname")
        published.edit(models.Identity, 8, last_name="Notyet")
        result = published.refresh_keys(people={7})
        assert result is not None
        assert result.state == "done"
        names = [record["familyName"] for record in published.read("users", version)]
        assert "Newname" in names
        assert "Notyet" not in names
        after = published.dates("users", version)
        assert sum(after[sourced_id] != before[sourced_id] for sourced_id in before) == 1

    def test_it_takes_away_the_enrollments_of_a_person_who_is_excluded(self, published: Published) -> None:
        mine = published.read("enrollments", filter="user.sourcedId='s7'")
        assert mine
        published.edit(models.Enrollment, 6, external_lms_exclude=True)
        published.refresh_keys(people={7})
        assert published.read("enrollments", filter="user.sourcedId='s7'") == []
        assert published.get("/users/s7").status_code == 404
        assert published.refresh().changed == 0

    def test_it_takes_away_a_section_with_its_enrollments(self, published: Published) -> None:
        published.edit(models.Section, 2, external_lms_exclude=True)
        published.refresh_keys(sections={2})
        assert published.read("enrollments", filter="class.sourcedId='2'") == []
        result = published.refresh()
        assert (result.added, result.changed, result.removed) == (0, 0, 0)

    def test_it_finds_a_deleted_roster_row(self, published: Published) -> None:
        published.remove(models.Roster, 1)
        published.refresh_keys(people={2})
        assert published.get("/enrollments/s1").status_code == 404

    def test_after_any_edit_a_full_refresh_finds_nothing_more_to_do(self, published: Published) -> None:
        published.edit(models.Identity, 2, first_name="Other")
        published.edit(models.Enrollment, 9, end_date=date(2026, 1, 2))
        published.edit(models.Section, 1, name="Renamed section")
        published.edit(models.Course, 2, name="Renamed course")
        published.edit(models.Assignment, 1, end_date=date(2026, 1, 2))
        published.refresh_keys(people={1, 2, 10}, sections={1}, courses={2})
        result = published.refresh()
        assert (result.added, result.changed, result.removed) == (0, 0, 0)

    def test_it_waits_while_a_full_refresh_runs_and_follows_it(self, published: Published) -> None:
        published.edit(models.Identity, 7, last_name="Newname")
        with published.app.app_context():
            owner = begin_work()
            started = start_run(db.engine, owner, "scheduled", published.now, published.today)
        assert published.refresh_keys(people={7}) is None
        with published.app.app_context():
            db.session.execute(
                RefreshRun.__table__.update().where(RefreshRun.id == started.run_id).values(state="done")
            )
            db.session.commit()
            published.now = datetime(2026, 1, 10, 2, 0, tzinfo=UTC)
            assert [result.state for result in DistrictRefresh(published.app, published.clock).tick()] == ["done"]
        assert len(published.read("users", filter="familyName='Newname'")) == 1


def test_versions_that_no_walk_can_need_are_swept(published: Published) -> None:
    def rows() -> int:
        with published.app.app_context():
            return len(db.session.scalars(select(PublishedRecord.id)).all())

    fresh = rows()
    published.edit(models.Identity, 7, last_name="Newname")
    published.refresh()
    assert rows() > fresh, "a walk that began before still reads the old version"
    published.now += HISTORY + timedelta(minutes=15)
    published.refresh()
    assert rows() == fresh


def test_an_edition_that_no_connection_uses_is_retired(published: Published) -> None:
    from provider.access.connections import find_connection

    with published.app.app_context():
        find_connection(db.session(), "lms-1.2").enabled = False
        db.session.commit()
        assert DistrictRefresh(published.app, published.clock).full(today=published.today).state == "done"
        left = db.session.scalars(select(PublishedRecord.collection_id).distinct()).all()
    assert len(left) <= 7
    assert published.read("users")


def test_no_write_transaction_of_a_refresh_holds_more_than_one_batch(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write lock is given back after every few rows, so that no writer waits long."""
    monkeypatch.setattr(refreshing, "BATCH", 50)
    inserted: list[int] = [0]
    longest: list[int] = []
    with published.app.app_context():
        engine = db.engine

        def count(_connection: object, _cursor: object, statement: str, parameters: list[object], *_: object) -> None:
            if statement.startswith("UPDATE published_record"):
                inserted[0] += len(parameters) if isinstance(parameters, list) else 1

        def done(_connection: object) -> None:
            longest.append(inserted[0])
            inserted[0] = 0

        event.listen(engine, "before_cursor_execute", count)
        event.listen(engine, "commit", done)
        for person in range(2, STUDENTS + 2):
            db.session.execute(
                models.Identity.__table__.update().where(models.Identity.id == person).values(last_name="All")
            )
        db.session.commit()
        published.refresh()
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", done)
    assert sum(longest) >= STUDENTS
    assert max(longest) <= 60
