"""Old logs are forgotten, and nothing that a later sync, an approval or a reader of the log still needs (C-115)."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from consumer.sync.queue import approve
from consumer.sync.retention import forget_old
from consumer.sync.staging import FormerRecord, Pull
from consumer.sync.tables import PlanChange, RunMessage, SkippedRecord, SyncRun
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import Platform, changed


def forget(platform: Platform, now: datetime, days: int = 90) -> int:
    done = 0
    for count in forget_old(platform.session, now, days):
        platform.session.commit()
        done += count
    return done


def count(platform: Platform, table: Any) -> int:
    return platform.session.scalar(select(func.count()).select_from(table)) or 0


def grow_old(platform: Platform, *run_ids: int) -> None:
    """Date runs, and all reads so far, a hundred days back."""
    back = NOW - timedelta(days=100)
    for run_id in run_ids:
        platform.session.get_one(SyncRun, run_id).queued_at = back
    for pull in platform.session.scalars(select(Pull)):
        pull.started_at = back
    platform.session.commit()


def test_what_is_old_goes_and_the_next_sync_finds_all_as_it_was(platform_11: Platform) -> None:
    platform_11.provider.find("users", "U6")["username"] = "finn blank"
    first = platform_11.sync().run
    platform_11.provider.find("users", "U1")["givenName"] = "Adele"
    second = platform_11.sync().run
    rows = platform_11.rows()
    grow_old(platform_11, first, second)
    third = platform_11.sync().run
    assert forget(platform_11, NOW) > 0
    assert platform_11.session.scalars(select(SyncRun.id)).all() == [third]
    assert count(platform_11, FormerRecord) == 0
    assert platform_11.session.scalars(select(PlanChange.run_id).distinct()).all() == []
    assert platform_11.rows() == rows and count(platform_11, SkippedRecord) == 2
    assert changed(platform_11.sync()) == 0
    platform_11.provider.remove("enrollments", "E1")
    assert changed(platform_11.sync()) == 1


def test_what_is_young_stays(platform_11: Platform) -> None:
    platform_11.sync()
    platform_11.provider.find("users", "U1")["givenName"] = "Adele"
    platform_11.sync()
    before = [count(platform_11, table) for table in (SyncRun, PlanChange, RunMessage, FormerRecord, Pull)]
    assert forget(platform_11, NOW) == 0
    assert [count(platform_11, table) for table in (SyncRun, PlanChange, RunMessage, FormerRecord, Pull)] == before


def test_the_last_run_that_ended_well_stays_however_old(platform_11: Platform) -> None:
    first = platform_11.sync().run
    last_good = platform_11.sync().run
    platform_11.provider.on("token", status=401, times=None)
    failed = platform_11.sync().run
    newest = platform_11.sync().run
    grow_old(platform_11, first, last_good, failed, newest)
    forget(platform_11, NOW)
    assert platform_11.session.scalars(select(SyncRun.id).order_by(SyncRun.id)).all()[0] == last_good


def test_a_run_that_waits_for_approval_stays_and_can_be_approved(platform_11: Platform) -> None:
    platform_11.sync()
    for sis_id in ("E1", "E2", "E3"):
        platform_11.provider.remove("enrollments", sis_id)
    waiting = platform_11.sync().run
    grow_old(platform_11, waiting)
    forget(platform_11, NOW)
    approve(platform_11.session, platform_11.session.get_one(SyncRun, waiting))
    platform_11.session.commit()
    assert changed(platform_11.work(waiting)) == 3


def test_a_kind_of_data_that_was_not_synced_since_still_sees_what_came(platform_11: Platform) -> None:
    """Users are synced daily, sections are not: the next sync of sections learns of people who came meanwhile."""
    finn = platform_11.provider.find("users", "U6")
    finn["username"] = "finn blank"
    platform_11.sync()
    finn["username"] = "finn"
    run = platform_11.sync("users").run
    platform_11.sync("users")
    grow_old(platform_11, run)
    forget(platform_11, NOW)
    platform_11.sync("sections", today=date(2026, 9, 15))
    assert platform_11.roster("K3") == {"eve.u5": "member", "finn": "member", "theo.t-2": "admin"}
