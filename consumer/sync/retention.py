"""Forgets logs that are old (C-115): runs with their plans and messages, what records said formerly, reads."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import CompoundSelect, Select, func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.runs.forgetting import delete_in_batches
from consumer.runs.line import OPEN
from consumer.sync.staging import FormerRecord, Pull
from consumer.sync.tables import Mark, PlanChange, RunMessage, Status, SyncRun

#: How a run ends that has brought the platform up to date, as far as it could.
_ENDED_WELL = (Status.COMPLETED, Status.WARNINGS, Status.ERRORS)


def forget_old(session: Session, now: datetime, days: int) -> Iterator[int]:
    """Forget what is older than `days` days; yields numbers of rows, where the work so far is to be committed.

    now   aware UTC

    Kept, however old: runs that are open or wait for approval, the last run of a connection that ended well, the last
    one by the schedule and the last by hand, the last read that one of changes may go on from, and all that the next
    plan of any kind of data still has to look at (runs and reads since that kind was planned last).
    Whether a record was skipped since such a run is still told, as are accounts, rosters and the records as they are.
    """
    before = now - timedelta(days=days)
    connection_ids = session.scalars(select(Connection.id)).all()
    yield 0
    for connection_id in connection_ids:
        run_ids = _old_runs(session, connection_id, before)
        last_pull = _last_old_pull(session, connection_id, before)
        planned = _planned_pull(session, connection_id)
        yield 0
        for run_id in run_ids:
            for table in (PlanChange, RunMessage):
                yield from delete_in_batches(session, table, table.run_id == run_id)
            yield from delete_in_batches(session, SyncRun, SyncRun.id == run_id)
        if last_pull:
            replaced = (FormerRecord.connection_id == connection_id) & (FormerRecord.replaced_in <= last_pull)
            yield from delete_in_batches(session, FormerRecord, replaced)
            read = (Pull.id <= min(last_pull, planned)) & Pull.id.not_in(_latest_reads())
            yield from delete_in_batches(session, Pull, (Pull.connection_id == connection_id) & read)


def _old_runs(session: Session, connection_id: int, before: datetime) -> list[int]:
    """Runs to forget, oldest first."""
    mine = SyncRun.connection_id == connection_id
    last_good = select(func.max(SyncRun.id)).where(mine, SyncRun.status.in_(_ENDED_WELL), SyncRun.dry_run.is_(False))
    last = select(func.max(SyncRun.id))  # its number must not be given again
    planned = select(func.min(Mark.run_id)).where(Mark.connection_id == connection_id)
    # The schedule asks which window was the last, and when somebody last synced by hand (C-90, C-92).
    window = select(func.max(SyncRun.id)).where(mine, SyncRun.slot.is_not(None))
    by_hand = select(func.max(SyncRun.id)).where(
        mine, SyncRun.trigger == "manual", SyncRun.dry_run.is_(False), SyncRun.started_at.is_not(None)
    )
    old: Select[int] = select(SyncRun.id).where(
        mine,
        SyncRun.queued_at < before,
        SyncRun.status.not_in((*OPEN, Status.WAITING)),
        SyncRun.id != func.coalesce(last_good.scalar_subquery(), 0),
        SyncRun.id != last.scalar_subquery(),
        SyncRun.id != func.coalesce(window.scalar_subquery(), 0),
        SyncRun.id != func.coalesce(by_hand.scalar_subquery(), 0),
        SyncRun.id <= func.coalesce(planned.scalar_subquery(), SyncRun.id),
    )
    return list(session.scalars(old.order_by(SyncRun.id)))


def _last_old_pull(session: Session, connection_id: int, before: datetime) -> int:
    old = select(func.max(Pull.id)).where(Pull.connection_id == connection_id, Pull.started_at < before)
    return session.scalar(old) or 0


def _latest_reads() -> CompoundSelect[int]:
    """Of every collection the latest read, as later ones are told from it by their number, and the latest that one of
    changes may go on from (C-89).
    """
    latest = select(func.max(Pull.id)).group_by(Pull.connection_id, Pull.collection)
    return latest.union(latest.where(Pull.as_of.is_not(None)))


def _planned_pull(session: Session, connection_id: int) -> int:
    """The read up to which every kind of data is planned; 0 where one was never planned."""
    return session.scalar(select(func.min(Mark.pull_id)).where(Mark.connection_id == connection_id)) or 0
