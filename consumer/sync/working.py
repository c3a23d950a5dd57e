"""The line of syncs, and working on one of them."""

from flask import Flask
from sqlalchemy.orm import Session

from consumer.runs.news import SYNCS
from consumer.runs.work import Watch, unwatched
from consumer.runs.working import Line, Stopping, clock, never, open_clients
from consumer.sync.closing import fail_run
from consumer.sync.report import Report
from consumer.sync.run import execute
from consumer.sync.tables import SyncRun
from consumer.sync.work import Work


def work_on(
    app: Flask, session: Session, run_id: int, owner: str, watch: Watch = unwatched, stopping: Stopping = never
) -> Report:
    """Work on a run that `owner`, in this process, has taken up. Raises what `execute` does."""

    def sleep(seconds: float) -> None:
        work.sleep(seconds)

    run = session.get_one(SyncRun, run_id)
    (client,) = open_clients(
        app, session, run.connection_id, sleep, ["rostering"], lambda error: fail_run(session, run, error, clock())
    )
    sealer = app.extensions["homeroom"]["sealer"]
    work = Work(session, client, run_id, clock, watch, sealer=sealer, owner=owner, stopping=stopping)
    try:
        return execute(work)
    finally:
        client.close()


def _stand(app: Flask, session: Session, run_id: int, owner: str, stopping: Stopping) -> str:
    return work_on(app, session, run_id, owner, stopping=stopping).status


SYNC_LINE: Line[SyncRun] = Line(SYNCS, SyncRun, _stand)
