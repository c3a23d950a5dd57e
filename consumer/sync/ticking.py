"""Queues what the schedules ask for: each window once, whoever looks (C-80, C-92, C-95)."""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.mapping.outcome import Code
from consumer.runs.line import Busy, Refused
from consumer.sync.closing import add_message
from consumer.sync.queue import open_run, queue_run
from consumer.sync.schedule import Mode, say
from consumer.sync.tables import Status, SyncRun
from consumer.sync.timetable import due_of


def connections_due(session: Session, zone: tzinfo, now: datetime) -> Iterator[int]:
    """Ids of the connections for which `queue_due` has something to do. Only reads."""
    for connection in session.scalars(select(Connection).where(Connection.mode == Mode.SCHEDULED)):
        found = due_of(session, connection, zone, now)
        if found.missed or (found.open and open_run(session, connection.id) is None):
            yield connection.id


def queue_due(session: Session, connection_id: int, zone: tzinfo, now: datetime) -> SyncRun | None:
    """Queue the run of the window that is open, if it is due and no run of the connection is in the way (C-83); write
    down what was missed. The new run, or None.

    Doing this twice, or in two processes at once, queues a window once.
    """
    connection = session.get(Connection, connection_id)
    if connection is None:
        return None
    found = due_of(session, connection, zone, now)
    today = now.astimezone(zone).date()
    if found.missed:
        why = _why_missed(session, connection, found.missed, zone)
        _note_missed(session, connection, found.missed[-1], why, now, today)
    if found.open is None:
        return None
    start = found.open.start
    try:
        return queue_run(session, connection, "all", "scheduled", now, today, slot=start)
    except Busy:
        return None
    except Refused as refused:
        _note_missed(session, connection, start, str(refused), now, today)
        return None


def _why_missed(session: Session, connection: Connection, missed: tuple[datetime, ...], zone: tzinfo) -> str:
    other = open_run(session, connection.id)
    why = f"run {other.id} had not ended" if other else "no worker was running"
    if len(missed) == 1:
        return f"The window of {say(missed[0], zone)} has gone by: {why}"
    return f"{len(missed)} windows have gone by, from {say(missed[0], zone)} to {say(missed[-1], zone)}: {why}"


def _note_missed(
    session: Session, connection: Connection, slot: datetime, why: str, now: datetime, today: date
) -> None:
    """A run that never was, for the log. Another worker may have been quicker."""
    run = SyncRun(
        connection_id=connection.id, kind="all", trigger="scheduled", today=today, queued_at=now, finished_at=now,
        status=Status.MISSED, step="done", slot=slot,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        return
    add_message(session, run.id, "warning", Code.MISSED.name, why)
