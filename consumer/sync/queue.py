"""Runs as rows: queueing one, its place in line, taking one up, and what people decide about one (C-83, C-86)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.sync.closing import cancel_run
from consumer.sync.tables import PlanChange, SchoolMapping, State, Status, SyncRun, TermMapping
from consumer.sync.trial import why_only_dry
from shared.owner import is_alive

OPEN = (Status.QUEUED, Status.RUNNING)

#: The line in which runs wait. One that was interrupted stands where it left off living, and so cannot hold up others
#: by being interrupted again and again.
_LINE = (func.coalesce(SyncRun.heartbeat_at, SyncRun.queued_at), SyncRun.id)


class Refused(Exception):
    """A run cannot be started, stopped or approved; the message says why and what to do."""


class Busy(Refused):
    """Another run of the connection is in the way (C-83)."""


def as_utc(moment: datetime) -> datetime:
    """A stored moment, aware: SQLite keeps no zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def open_run(session: Session, connection_id: int) -> SyncRun | None:
    """The run of a connection that is queued or running, by a living process or not."""
    return session.scalar(select(SyncRun).where(SyncRun.connection_id == connection_id, SyncRun.status.in_(OPEN)))


def is_orphan(run: SyncRun, now: datetime) -> bool:
    """A run that its process has left in the middle: it was killed."""
    heartbeat = as_utc(run.heartbeat_at) if run.heartbeat_at else None
    return run.status == Status.RUNNING and not is_alive(run.owner, heartbeat, now)


def queue_run(
    session: Session,
    connection: Connection,
    kind: str,
    trigger: str,
    now: datetime,
    today: date,
    dry_run: bool = False,
    started_by: str | None = None,
    slot: datetime | None = None,
) -> SyncRun:
    """A new run, queued. `kind`: users, courses, sections, all; `trigger`: manual, scheduled; `slot`: the start of the
    window that it serves.

    Raises Refused when nothing is mapped yet (C-14) or only a dry run may be queued (C-105), Busy while another run is
    queued or running (C-83) and when the window is served already.
    """
    for table, what in ((SchoolMapping, "school"), (TermMapping, "term")):
        rows = select(func.count()).select_from(table).where(table.connection_id == connection.id)
        if not session.scalar(rows):
            how = "map one first, in its tab or with `homeroom consumer map`"
            raise Refused(f"No {what} of {connection.name} is mapped yet: {how}")
    if not dry_run and (why := why_only_dry(session, connection.id)):  # C-105
        raise Refused(why)
    _refuse_while_open(session, connection)
    run = SyncRun(
        connection_id=connection.id, kind=kind, trigger=trigger, started_by=started_by, dry_run=dry_run, today=today,
        queued_at=now, status=Status.QUEUED, step="pull", slot=slot,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:  # another was quicker: one open run, and one of each window, is all that the database takes
        _refuse_while_open(session, connection)
        if slot is None:
            raise
        raise Busy(f"{connection.name} is synced for this window already") from None
    return run


def _refuse_while_open(session: Session, connection: Connection) -> None:
    other = open_run(session, connection.id)
    if other is not None:
        which = f"run {other.id} ({other.kind}) is {other.status.lower()}"
        raise Busy(f"{connection.name} is being synced: {which}. Wait for its end")


def take_up(session: Session, run: SyncRun, owner: str, now: datetime) -> bool:
    """Make `owner` the one who works on the run; False when it does not wait any more, as another was quicker."""
    if run.status != Status.QUEUED and not is_orphan(run, now):
        return False
    taken = session.execute(
        update(SyncRun)
        .where(
            SyncRun.id == run.id,
            SyncRun.status == run.status,
            SyncRun.owner.is_(None) if run.owner is None else SyncRun.owner == run.owner,
        )
        .values(status=Status.RUNNING, owner=owner, heartbeat_at=now, started_at=func.coalesce(SyncRun.started_at, now))
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def hand_back(session: Session, run: SyncRun) -> None:
    """Leave a run that this process works on to another: it waits again, at the step that it has come to."""
    run.status, run.owner = Status.QUEUED, None


def waiting_runs(session: Session, now: datetime) -> Sequence[SyncRun]:
    """Runs to work on, in the order of the line: queued ones, and those whose process was killed."""
    runs = session.scalars(select(SyncRun).where(SyncRun.status.in_(OPEN)).order_by(*_LINE)).all()
    return [run for run in runs if run.status == Status.QUEUED or is_orphan(run, now)]


def place_in_line(session: Session, run: SyncRun) -> int:
    """1 for the queued run that is taken up next, 2 for the one after it; 0 for a run that does not wait."""
    line = session.scalars(select(SyncRun.id).where(SyncRun.status == Status.QUEUED).order_by(*_LINE)).all()
    return line.index(run.id) + 1 if run.id in line else 0


def approve(session: Session, run: SyncRun) -> None:
    """Let go what the safety stop holds; the run is queued again, to apply it. Raises Refused."""
    if run.status != Status.WAITING:
        raise Refused(f"Run {run.id} does not wait for approval: it is {run.status.lower()}")
    if open_run(session, run.connection_id) is not None:
        raise Busy("The connection is being synced: wait for its end")
    waits = update(SyncRun).where(SyncRun.id == run.id, SyncRun.status == Status.WAITING)
    again = {"status": Status.QUEUED, "step": "apply", "owner": None, "finished_at": None, "asked_to_stop": False}
    try:
        with session.begin_nested():
            done = session.execute(waits.values(again)).rowcount  # type: ignore[attr-defined]
    except IntegrityError:
        raise Busy("The connection is being synced: wait for its end") from None
    if not done:
        raise Refused(f"Run {run.id} does not wait for approval any more")
    held = update(PlanChange).where(PlanChange.run_id == run.id, PlanChange.state == State.HELD)
    session.execute(held.values(state=State.PENDING))
    session.refresh(run)


def ask_to_stop(session: Session, run: SyncRun, now: datetime) -> None:
    """Cancel a run that is queued or running. One that nobody works on ends at once; one at work ends with its present
    batch: what is applied stays, and the next run completes it. Raises Refused when it has ended.
    """
    nobody = SyncRun.status == Status.QUEUED
    if is_orphan(run, now):
        nobody = or_(nobody, SyncRun.owner == run.owner)
    if _cancel(session, run, now, nobody, SyncRun.status.in_(OPEN)):
        return
    asked = update(SyncRun).where(SyncRun.id == run.id, SyncRun.status == Status.RUNNING).values(asked_to_stop=True)
    done = session.execute(asked).rowcount  # type: ignore[attr-defined]
    session.refresh(run)
    if not done:
        raise Refused(f"Run {run.id} has ended: it is {run.status.lower()}")


def discard(session: Session, run: SyncRun, now: datetime) -> None:
    """Give up what the safety stop holds; the next run looks at it anew. Raises Refused."""
    if not _cancel(session, run, now, SyncRun.status == Status.WAITING):
        raise Refused(f"Run {run.id} does not wait for approval: it is {run.status.lower()}")


def _cancel(session: Session, run: SyncRun, now: datetime, *where: ColumnElement[bool]) -> bool:
    """End the run as Cancelled if it still is as said: nobody can take it up in between."""
    ended = update(SyncRun).where(SyncRun.id == run.id, *where).values(status=Status.CANCELLED, asked_to_stop=True)
    done = session.execute(ended).rowcount  # type: ignore[attr-defined]
    session.refresh(run)
    if done:
        cancel_run(session, run, now)
    return bool(done)
