"""Runs as rows: queueing one, taking one up, approving what the safety stop holds (C-83, C-86)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.sync.tables import PlanChange, SchoolMapping, State, Status, SyncRun, TermMapping
from shared.owner import is_alive

OPEN = (Status.QUEUED, Status.RUNNING)


class Refused(Exception):
    """A run cannot be started; the message says why and what to do."""


def open_run(session: Session, connection_id: int) -> SyncRun | None:
    """The run of a connection that is queued or running, by a living process or not."""
    return session.scalar(
        select(SyncRun).where(SyncRun.connection_id == connection_id, SyncRun.status.in_(OPEN))
    )


def is_orphan(run: SyncRun, now: datetime) -> bool:
    """A run that its process has left in the middle: it was killed."""
    heartbeat = run.heartbeat_at
    if heartbeat is not None and heartbeat.tzinfo is None:
        heartbeat = heartbeat.replace(tzinfo=now.tzinfo)
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
) -> SyncRun:
    """A new run, queued. `kind`: users, courses, sections, all; `trigger`: manual, scheduled.

    Raises Refused when nothing is mapped yet (C-14), or while another run is queued or running (C-83).
    """
    for table, what in ((SchoolMapping, "school"), (TermMapping, "term")):
        rows = select(func.count()).select_from(table).where(table.connection_id == connection.id)
        if not session.scalar(rows):
            raise Refused(f"No {what} of {connection.name} is mapped yet: run `homeroom consumer map` first")
    _refuse_while_open(session, connection)
    run = SyncRun(
        connection_id=connection.id, kind=kind, trigger=trigger, started_by=started_by, dry_run=dry_run, today=today,
        queued_at=now, status=Status.QUEUED, step="pull",
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:  # another was quicker: one open run is all that the database takes
        _refuse_while_open(session, connection)
        raise
    return run


def _refuse_while_open(session: Session, connection: Connection) -> None:
    other = open_run(session, connection.id)
    if other is not None:
        which = f"run {other.id} ({other.kind}) is {other.status.lower()}"
        raise Refused(f"{connection.name} is being synced: {which}. Wait for its end")


def take_up(session: Session, run: SyncRun, owner: str, now: datetime) -> bool:
    """Make `owner` the one who works on the run; False when another was quicker."""
    taken = session.execute(
        update(SyncRun)
        .where(
            SyncRun.id == run.id,
            SyncRun.status == run.status,
            SyncRun.owner.is_(None) if run.owner is None else SyncRun.owner == run.owner,
        )
        .values(
            status=Status.RUNNING, owner=owner, heartbeat_at=now, started_at=func.coalesce(SyncRun.started_at, now)
        )
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def waiting_runs(session: Session, now: datetime) -> Sequence[SyncRun]:
    """Runs to work on, oldest first: queued ones, and those whose process was killed."""
    runs = session.scalars(select(SyncRun).where(SyncRun.status.in_(OPEN)).order_by(SyncRun.id)).all()
    return [run for run in runs if run.status == Status.QUEUED or is_orphan(run, now)]


def approve(session: Session, run: SyncRun) -> None:
    """Let go what the safety stop holds; the run is queued again, to apply it. Raises Refused."""
    held = update(PlanChange).where(PlanChange.run_id == run.id, PlanChange.state == State.HELD)
    if run.status != Status.WAITING:
        raise Refused(f"Run {run.id} does not wait for approval: it is {run.status.lower()}")
    if open_run(session, run.connection_id) is not None:
        raise Refused("The connection is being synced: wait for its end")
    session.execute(held.values(state=State.PENDING))
    run.status, run.step, run.owner, run.finished_at = Status.QUEUED, "apply", None, None
