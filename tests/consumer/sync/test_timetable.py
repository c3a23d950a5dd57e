"""Schedules as they are stored, and the runs that the clock queues: each window once, missed ones told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from consumer.connections import Connection
from consumer.platform.settings import write_setting
from consumer.runs.line import Refused, take_up
from consumer.sync.queue import ask_to_stop, queue_run
from consumer.sync.retention import forget_old
from consumer.sync.tables import RunMessage, SchoolMapping, SyncRun, TermMapping
from consumer.sync.ticking import connections_due, queue_due
from consumer.sync.timetable import BadSchedule, anchor_of, local_date, next_run, save_schedule, zone_of
from shared.owner import begin_work, end_work

ZONE = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 9, 14, tzinfo=ZONE)


def at(days: int, hours: float) -> datetime:
    """So many days and hours of the clock after Monday midnight."""
    return (MONDAY + timedelta(days=days, hours=hours)).astimezone(UTC)


class Office:
    """A platform with one mapped connection, whose provider nobody calls."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.connection_id = self.connect("demo").id

    def connect(self, name: str) -> Connection:
        row = Connection(
            name=name, base_url="https://sis.example", version="1.2", client_id="x", client_secret_sealed="x",
            token_url="https://sis.example/token",
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        # What is mapped, and to what, is of no importance here.
        from consumer.platform.models import GradingPeriod, School

        school = School(name=f"North {name}")
        period = GradingPeriod(name=f"Fall {name}", start_date=date(2026, 8, 15), end_date=date(2027, 1, 10))
        self.session.add_all([school, period])
        self.session.flush()
        self.session.add(SchoolMapping(connection_id=row.id, sis_id="S1", school_id=school.id))
        self.session.add(TermMapping(connection_id=row.id, sis_id="T1", grading_period_id=period.id))
        self.session.commit()
        return row

    @property
    def connection(self) -> Connection:
        return self.session.get_one(Connection, self.connection_id)

    def schedule(self, now: datetime, **chosen: Any) -> bool:
        changed = save_schedule(self.session, self.connection, now, **chosen)
        self.session.commit()
        return changed

    def manual(self, now: datetime, start: datetime | None = None, dry_run: bool = False) -> SyncRun:
        """A manual run, queued, and taken up at `start`."""
        today = local_date(self.session, now)
        run = queue_run(self.session, self.connection, "users", "manual", now, today, dry_run)
        self.session.commit()
        if start is not None:
            owner = begin_work()
            assert take_up(self.session, run, owner, start)
            self.session.commit()
            end_work(owner)
        return run

    def end(self, run: SyncRun, now: datetime, status: str = "Completed") -> None:
        self.session.refresh(run)
        run.status, run.step, run.finished_at = status, "done", now
        self.session.commit()

    def look(self, now: datetime) -> list[SyncRun]:
        """One look of the clock; the runs that it queued."""
        due = list(connections_due(self.session, ZONE, now))
        self.session.commit()
        queued = [queue_due(self.session, connection_id, ZONE, now) for connection_id in due]
        self.session.commit()
        return [run for run in queued if run is not None]

    def next(self, now: datetime) -> datetime | None:
        return next_run(self.session, self.connection, ZONE, now).at

    def runs(self) -> list[tuple[str, str, datetime | None]]:
        rows = self.session.scalars(select(SyncRun).order_by(SyncRun.id))
        return [(run.trigger, run.status, run.slot) for run in rows]


@pytest.fixture
def office(consumer_session: Any) -> Office:
    return Office(consumer_session())


def test_a_schedule_is_saved_and_waits_from_then(office: Office) -> None:
    """C-90: switching to Scheduled on Monday 2 pm; C-96."""
    assert office.next(at(0, 14)) is None
    assert office.schedule(at(0, 14), mode="scheduled", window_hour=0)
    assert office.next(at(0, 14)) == at(2, 0)
    assert not office.schedule(at(1, 14), mode="scheduled", window_hour=0, frequency="daily")
    assert office.next(at(1, 14)) == at(2, 0)
    assert office.schedule(at(1, 14), window_hour=3)
    assert office.next(at(1, 14)) == at(3, 3)
    assert office.schedule(at(1, 15), mode="manual")
    assert office.next(at(1, 15)) is None


def test_a_weekday_that_a_daily_schedule_does_not_use_resets_nothing(office: Office) -> None:
    office.schedule(at(0, 14), mode="scheduled")
    assert office.schedule(at(1, 14), weekday=2)
    assert office.next(at(1, 14)) == at(2, 0)


@pytest.mark.parametrize("wrong", [{"mode": "often"}, {"frequency": "hourly"}, {"weekday": 7}, {"window_hour": 1}])
def test_what_a_schedule_cannot_be_is_refused_with_what_it_can(office: Office, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSchedule, match=r"daily or weekly|manual or scheduled|0 \(Monday\)|12 am – 3 am"):
        office.schedule(at(0, 14), **wrong)


def test_a_manual_sync_counts_from_its_start_however_it_ends(office: Office) -> None:
    """C-90, C-98"""
    office.schedule(at(-7, 0), mode="scheduled")
    queued = office.manual(at(0, 14))
    assert office.next(at(0, 14)) == at(1, 0), "nobody works on it yet"
    ask_to_stop(office.session, queued, at(0, 14))
    office.session.commit()
    assert office.next(at(0, 14)) == at(1, 0), "cancelled before it began"
    failed = office.manual(at(0, 15), start=at(0, 15.5))
    office.end(failed, at(0, 16), "Failed")
    assert office.next(at(0, 16)) == at(2, 0)
    found = next_run(office.session, office.connection, ZONE, at(0, 16))
    assert "a manual sync started on Monday, September 14, 2026, 3:30 pm" in found.reason
    assert "keeps the schedule from ever running" in found.warning


def test_a_refused_manual_sync_and_a_dry_run_move_nothing(office: Office) -> None:
    """C-98"""
    office.schedule(at(-7, 0), mode="scheduled")
    dry = office.manual(at(0, 13), start=at(0, 13), dry_run=True)
    with pytest.raises(Refused):
        office.manual(at(0, 14), start=at(0, 14))
    office.session.rollback()
    office.end(dry, at(0, 15))
    assert office.next(at(0, 15)) == at(1, 0)


def test_a_due_window_is_queued_once(office: Office) -> None:
    """C-80, C-92: a run of everything, as of the organisation's date."""
    office.schedule(at(-1, 12), mode="scheduled")
    assert office.look(at(0, 23)) == []
    run = office.look(at(1, 0.01))[0]
    assert (run.kind, run.trigger, run.slot, run.today) == ("all", "scheduled", at(1, 0), date(2026, 9, 15))
    assert office.look(at(1, 0.02)) == []
    office.end(run, at(1, 1))
    assert office.look(at(1, 1.1)) == []
    assert anchor_of(office.session, office.connection) == (at(-1, 12), "change of the schedule")
    assert office.next(at(1, 1)) == at(2, 0)


def test_a_window_that_is_served_by_another_worker_is_left_to_it(office: Office) -> None:
    """Two workers have seen the same window; the second comes when the first one's run has ended already."""
    office.schedule(at(-1, 12), mode="scheduled")
    now = at(1, 0.01)
    first = office.look(now)[0]
    office.end(first, at(1, 0.5))
    with pytest.raises(Refused, match="for this window already"):
        queue_run(office.session, office.connection, "all", "scheduled", now, date(2026, 9, 15), slot=at(1, 0))
    office.session.rollback()
    assert len(office.runs()) == 1


def test_a_window_waits_in_place_while_a_run_is_open(office: Office) -> None:
    """C-83: an old run that nobody has worked on yet; the page says so."""
    office.schedule(at(-1, 12), mode="scheduled")
    other = office.manual(at(0, 22), dry_run=True)
    assert office.look(at(1, 0.5)) == []
    told = next_run(office.session, office.connection, ZONE, at(1, 0.5))
    assert (told.at, told.delayed) == (at(1, 0), True)
    assert f"waits for run {other.id} (users), which is queued" in told.reason
    office.end(other, at(1, 1))
    assert len(office.look(at(1, 1.1))) == 1


def test_a_window_that_a_long_run_has_filled_is_missed(office: Office) -> None:
    office.schedule(at(-1, 12), mode="scheduled")
    other = office.manual(at(0, 22), dry_run=True)
    assert office.look(at(1, 3.1)) == []
    missed = office.session.scalars(select(SyncRun).where(SyncRun.status == "Missed")).one()
    said = office.session.scalars(select(RunMessage).where(RunMessage.run_id == missed.id)).one()
    assert said.code == "MISSED" and f"run {other.id} had not ended" in said.detail


def test_down_at_the_start_and_back_inside_the_window_queues_once(office: Office) -> None:
    """C-95"""
    office.schedule(at(-2, 12), mode="scheduled")
    office.end(office.look(at(0, 0.1))[0], at(0, 1))
    assert len(office.look(at(1, 2.9))) == 1


def test_back_too_late_is_a_line_missed_and_the_next_window(office: Office) -> None:
    """C-95"""
    office.schedule(at(-2, 12), mode="scheduled")
    office.end(office.look(at(0, 0.1))[0], at(0, 1))
    assert office.look(at(3, 12)) == []
    assert office.look(at(3, 12.1)) == []
    runs = office.session.scalars(select(SyncRun).where(SyncRun.status == "Missed")).all()
    assert [(run.slot, run.step, run.finished_at is not None) for run in runs] == [(at(3, 0), "done", True)]
    said = office.session.scalars(select(RunMessage)).one()
    assert said.detail == (
        "3 windows have gone by, from Tuesday, September 15, 2026, 12 am to Thursday, September 17, 2026, 12 am: "
        "no worker was running"
    )
    assert office.next(at(3, 12)) == at(4, 0)


def test_missed_windows_and_one_that_is_open_still(office: Office) -> None:
    office.schedule(at(-2, 12), mode="scheduled")
    office.end(office.look(at(0, 0.1))[0], at(0, 1))
    assert len(office.look(at(2, 1))) == 1
    assert office.runs()[1:] == [("scheduled", "Missed", at(1, 0)), ("scheduled", "Queued", at(2, 0))]


def test_a_window_for_which_nothing_is_mapped_is_missed_with_the_reason(office: Office) -> None:
    """C-14"""
    office.schedule(at(-1, 12), mode="scheduled")
    office.session.execute(TermMapping.__table__.delete())
    office.session.commit()
    assert office.look(at(1, 0.1)) == []
    assert office.look(at(1, 0.2)) == []
    said = office.session.scalars(select(RunMessage)).one()
    assert "No term of demo is mapped" in said.detail


def test_what_the_schedule_goes_by_outlives_the_log(office: Office) -> None:
    """A weekly sync that failed, and a manual one that failed, are forgotten by nobody while they count."""
    office.schedule(at(-3, 12), mode="scheduled", frequency="weekly", weekday=1)
    office.end(office.look(at(1, 0.1))[0], at(1, 1), "Failed")
    office.end(office.manual(at(7, 14), start=at(7, 14)), at(7, 15), "Failed")
    newest = office.manual(at(9, 14), dry_run=True)
    office.end(newest, at(9, 15))
    for _ in forget_old(office.session, at(12, 0), 1):
        office.session.commit()
    assert office.look(at(12, 0)) == []
    assert "Missed" not in {status for _, status, _ in office.runs()}


def test_each_connection_has_its_own_windows(office: Office) -> None:
    office.schedule(at(-1, 12), mode="scheduled")
    other = office.connect("other")
    save_schedule(office.session, other, at(-1, 12), mode="scheduled")
    office.connect("by hand")
    office.session.commit()
    assert {run.connection_id for run in office.look(at(1, 0.1))} == {office.connection_id, other.id}


def test_the_zone_and_the_date_are_the_organisations(office: Office) -> None:
    write_setting(office.session, "time_zone", "Pacific/Auckland")
    assert zone_of(office.session).key == "Pacific/Auckland"
    assert local_date(office.session, datetime(2026, 9, 14, 13, tzinfo=UTC)) == date(2026, 9, 15)
