"""Syncs as rows: queueing one, and what people decide about one (C-83, C-86); `consumer.runs.line` is the line."""

from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.runs.line import OPEN, Busy, Refused, cancel_if, stop_run
from consumer.sync.closing import cancel_run
from consumer.sync.tables import PlanChange, SchoolMapping, State, Status, SyncRun, TermMapping
from consumer.sync.trial import why_only_dry


def open_run(session: Session, connection_id: int) -> SyncRun | None:
    """The run of a connection that is queued or running, by a living process or not."""
    return session.scalar(select(SyncRun).where(SyncRun.connection_id == connection_id, SyncRun.status.in_(OPEN)))


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
    """Cancel a run that is queued or running: what is applied stays, and the next run completes it. Raises Refused when
    it has ended.
    """
    stop_run(session, run, now, lambda ended: cancel_run(session, ended, now))


def discard(session: Session, run: SyncRun, now: datetime) -> None:
    """Give up what the safety stop holds; the next run looks at it anew. Raises Refused."""
    if not cancel_if(session, run, SyncRun.status == Status.WAITING):
        raise Refused(f"Run {run.id} does not wait for approval: it is {run.status.lower()}")
    cancel_run(session, run, now)
