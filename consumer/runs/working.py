"""One process works on a line of runs: takes one up as its own, carries it out, tells how it ended."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic

from flask import Flask
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.transport import Sleep
from consumer.connections import Connection
from consumer.runs.columns import Status
from consumer.runs.line import Run, take_up, waiting_runs
from consumer.runs.peer import open_client
from consumer.runs.work import TakenOver, ToldToEnd
from shared.database import will_write
from shared.owner import begin_work, end_work

#: Whether this process is to end.
Stopping = Callable[[], bool]


def clock() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def never() -> bool:
    """Nobody tells this process to end."""
    return False


@dataclass(frozen=True, slots=True)
class Line(Generic[Run]):
    """A line of runs: the name of its queue, its table, and what works on a run that an owner has taken up, and gives
    how it stands then.
    """

    name: str
    table: type[Run]
    work_on: Callable[[Flask, Session, int, str, Stopping], str]


def take_next(session: Session, line: Line[Run], owner: str) -> int | None:
    """Take up the run at the front of the line for `owner`; its id, None when nothing waits. Commits."""
    waiting = [run.id for run in waiting_runs(session, line.table, clock())]
    session.commit()
    for run_id in waiting:
        will_write(session)
        taken = take_up(session, session.get_one(line.table, run_id), owner, clock())
        session.commit()
        if taken:
            return run_id
    return None


def work_on_next(app: Flask, session: Session, line: Line[Run], stopping: Stopping = never) -> tuple[int, str] | None:
    """Work on the run at the front of the line: its id and how it stands then. None when nothing waits, or when this
    process is to end. Whatever goes wrong with a run ends that run, and not the one who works on it.
    """
    owner = begin_work()
    try:
        run_id = None if stopping() else take_next(session, line, owner)
        return None if run_id is None else (run_id, _stand(app, session, line, run_id, owner, stopping))
    finally:
        end_work(owner)


def _stand(app: Flask, session: Session, line: Line[Run], run_id: int, owner: str, stopping: Stopping) -> str:
    try:
        return line.work_on(app, session, run_id, owner, stopping)
    except ToldToEnd:
        return Status.QUEUED
    except TakenOver:
        return Status.RUNNING
    except Exception:
        session.rollback()
        logging.getLogger(__name__).exception("Run %s of %s failed", run_id, line.name)
        return Status.FAILED


def open_clients(
    app: Flask,
    session: Session,
    connection_id: int,
    sleep: Sleep,
    services: Sequence[str],
    fail: Callable[[Exception], object],
) -> list[Client]:
    """Clients of a connection, one for each of `services`. An error ends the run by `fail`, and is raised. Commits."""
    homeroom = app.extensions["homeroom"]
    sealer, private = homeroom["sealer"], homeroom["settings"].allow_private
    try:
        connection = session.get_one(Connection, connection_id)
        clients = [open_client(connection, sealer, private, sleep, service=service) for service in services]
    except Exception as error:
        session.rollback()
        will_write(session)
        fail(error)
        session.commit()
        raise
    session.commit()
    return clients
