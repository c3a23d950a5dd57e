"""The line in which runs of one kind wait: a run's place, who takes it up, leaving it, cancelling it (C-83).

Knows nothing of what a run does. Works on any table with `RunColumns`; nothing here commits.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from consumer.runs.columns import RunColumns, Status
from shared.owner import is_alive

Run = TypeVar("Run", bound=RunColumns)

OPEN = (Status.QUEUED, Status.RUNNING)


class Refused(Exception):
    """A run cannot be started, stopped or approved; the message says why and what to do."""


class Busy(Refused):
    """Another run is in the way (C-83)."""


def as_utc(moment: datetime) -> datetime:
    """A stored moment, aware: SQLite keeps no zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_orphan(run: RunColumns, now: datetime) -> bool:
    """A run that its process has left in the middle: it was killed."""
    heartbeat = as_utc(run.heartbeat_at) if run.heartbeat_at else None
    return run.status == Status.RUNNING and not is_alive(run.owner, heartbeat, now)


def waiting_runs(session: Session, table: type[Run], now: datetime) -> Sequence[Run]:
    """Runs to work on, in the order of the line: queued ones, and those whose process was killed."""
    runs = session.scalars(select(table).where(table.status.in_(OPEN)).order_by(*_line(table))).all()
    return [run for run in runs if run.status == Status.QUEUED or is_orphan(run, now)]


def place_in_line(session: Session, run: RunColumns) -> int:
    """1 for the queued run that is taken up next, 2 for the one after it; 0 for a run that does not wait."""
    table = type(run)
    line = session.scalars(select(table.id).where(table.status == Status.QUEUED).order_by(*_line(table))).all()
    return line.index(run.id) + 1 if run.id in line else 0


def take_up(session: Session, run: RunColumns, owner: str, now: datetime) -> bool:
    """Make `owner` the one who works on the run; False when it does not wait any more, as another was quicker."""
    if run.status != Status.QUEUED and not is_orphan(run, now):
        return False
    table = type(run)
    taken = session.execute(
        update(table)
        .where(
            table.id == run.id,
            table.status == run.status,
            table.owner.is_(None) if run.owner is None else table.owner == run.owner,
        )
        .values(status=Status.RUNNING, owner=owner, heartbeat_at=now, started_at=func.coalesce(table.started_at, now))
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def hand_back(run: RunColumns) -> None:
    """Leave a run that this process works on to another: it waits again, and goes on where it is."""
    run.status, run.owner = Status.QUEUED, None


def stop_run(session: Session, run: Run, now: datetime, cancel: Callable[[Run], object]) -> None:
    """Cancel a run that is queued or running. One that nobody works on ends at once: `cancel` closes it. One at work
    ends with its present batch; what is done stays. Raises Refused when it has ended.
    """
    table = type(run)
    nobody = table.status == Status.QUEUED
    if is_orphan(run, now):
        nobody = or_(nobody, table.owner == run.owner)
    if cancel_if(session, run, nobody, table.status.in_(OPEN)):
        cancel(run)
        return
    asked = update(table).where(table.id == run.id, table.status == Status.RUNNING).values(asked_to_stop=True)
    done = session.execute(asked).rowcount  # type: ignore[attr-defined]
    session.refresh(run)
    if not done:
        raise Refused(f"{run.called} {run.id} has ended: it is {run.status.lower()}")


def cancel_if(session: Session, run: RunColumns, *where: ColumnElement[bool]) -> bool:
    """Make the run Cancelled if it still is as said: nobody can take it up in between. Whether it was; then it is still
    to be closed."""
    table = type(run)
    ended = update(table).where(table.id == run.id, *where).values(status=Status.CANCELLED, asked_to_stop=True)
    done = session.execute(ended).rowcount  # type: ignore[attr-defined]
    session.refresh(run)
    return bool(done)


def open_runs(session: Session, connection_id: int) -> Iterator[Any]:
    """The runs of a connection, of whatever kind, that are queued or running, by a living process or not."""
    for table in run_tables():
        yield from session.scalars(select(table).where(table.connection_id == connection_id, table.status.in_(OPEN)))


def run_tables() -> list[Any]:
    """Every table of runs that this program has."""
    return sorted(RunColumns.__subclasses__(), key=lambda table: table.__name__)


def _line(table: type[RunColumns]) -> tuple[ColumnElement[Any], ...]:
    """The order of the line. A run that was interrupted stands where it left off living: it cannot hold up others by
    being interrupted again and again."""
    return func.coalesce(table.heartbeat_at, table.queued_at), table.id  # type: ignore[return-value]
