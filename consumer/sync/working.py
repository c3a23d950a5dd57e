"""One process works on runs: takes one up as its own, opens the client, carries it out, tells how it ended."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.transport import Sleep
from consumer.connections import Connection
from consumer.runs.peer import open_client
from consumer.sync.closing import fail_run
from consumer.sync.queue import take_up, waiting_runs
from consumer.sync.report import Report
from consumer.sync.run import execute
from consumer.sync.tables import Status, SyncRun
from consumer.sync.work import TakenOver, ToldToEnd, Watch, Work, unwatched
from shared.database import will_write
from shared.owner import begin_work, end_work


def clock() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def take_next(session: Session, owner: str) -> int | None:
    """Take up the run at the front of the line for `owner`; its id, None when nothing waits. Commits."""
    waiting = [run.id for run in waiting_runs(session, clock())]
    session.commit()
    for run_id in waiting:
        will_write(session)
        taken = take_up(session, session.get_one(SyncRun, run_id), owner, clock())
        session.commit()
        if taken:
            return run_id
    return None


def work_on_next(app: Flask, session: Session, stopping: Callable[[], bool] = lambda: False) -> tuple[int, str] | None:
    """Work on the run at the front of the line: its id and how it stands then. None when nothing waits, or when this
    process is to end. Whatever goes wrong with a run ends that run, and not the one who works on it.
    """
    owner = begin_work()
    try:
        run_id = None if stopping() else take_next(session, owner)
        return None if run_id is None else (run_id, _stand(app, session, run_id, owner, stopping))
    finally:
        end_work(owner)


def _stand(app: Flask, session: Session, run_id: int, owner: str, stopping: Callable[[], bool]) -> str:
    try:
        return work_on(app, session, run_id, owner, stopping=stopping).status
    except ToldToEnd:
        return Status.QUEUED
    except TakenOver:
        return Status.RUNNING
    except Exception:
        session.rollback()
        logging.getLogger(__name__).exception("Run %s failed", run_id)
        return Status.FAILED


def work_on(
    app: Flask,
    session: Session,
    run_id: int,
    owner: str,
    watch: Watch = unwatched,
    stopping: Callable[[], bool] = lambda: False,
) -> Report:
    """Work on a run that `owner`, in this process, has taken up. Raises what `execute` does."""

    def sleep(seconds: float) -> None:
        work.sleep(seconds)

    client = _open_client(app, session, run_id, sleep)
    sealer = app.extensions["homeroom"]["sealer"]
    work = Work(session, client, run_id, clock, watch, sealer=sealer, owner=owner, stopping=stopping)
    try:
        return execute(work)
    finally:
        client.close()


def _open_client(app: Flask, session: Session, run_id: int, sleep: Sleep) -> Client:
    """A client for the run's connection. An error ends the run, and is raised."""
    homeroom = app.extensions["homeroom"]
    run = session.get_one(SyncRun, run_id)
    try:
        connection = session.get_one(Connection, run.connection_id)
        client = open_client(connection, homeroom["sealer"], homeroom["settings"].allow_private, sleep)
    except Exception as error:
        session.rollback()
        will_write(session)
        fail_run(session, run, error, clock())
        session.commit()
        raise
    session.commit()
    return client
