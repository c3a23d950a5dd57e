"""The line of presses, and working on one of them."""

from flask import Flask
from sqlalchemy.orm import Session

from consumer.passback.closing import fail_run
from consumer.passback.run import execute
from consumer.passback.tables import PassbackRun
from consumer.passback.work import PressAtWork
from consumer.runs.news import GRADES
from consumer.runs.work import unwatched
from consumer.runs.working import Line, Stopping, clock, open_clients


def work_on(app: Flask, session: Session, run_id: int, owner: str, stopping: Stopping) -> str:
    """Work on a press that `owner`, in this process, has taken up; how it stands then. Raises what `execute` does."""

    def sleep(seconds: float) -> None:
        work.sleep(seconds)

    def fail(error: Exception) -> None:
        fail_run(session, run, error, clock())

    run = session.get_one(PassbackRun, run_id)
    services = ["gradebook", "rostering"]
    client, roster = open_clients(app, session, run.connection_id, sleep, services, fail)
    work = PressAtWork(session, client, run_id, clock, unwatched, roster=roster, owner=owner, stopping=stopping)
    try:
        return execute(work)
    finally:
        client.close()
        roster.close()


GRADE_LINE: Line[PassbackRun] = Line(GRADES, PassbackRun, work_on)
