"""The news that a run waits: a queue for each line carries them from whoever queued it to whichever worker is free."""

import sqlite3
from collections.abc import Callable

import psycopg
from huey import Huey

from shared.jobs import open_jobs
from shared.logs import get_logger
from shared.settings import Settings

#: The lines, by the names of their queues.
SYNCS, GRADES = "syncs", "grades"


def open_line(
    settings: Settings, line: str, work: Callable[[], object] | None = None
) -> tuple[Huey, Callable[[], object]]:
    """The queue of a line, and what sends one piece of news. `work` is what a worker does when it gets one."""
    jobs = open_jobs(line, settings.consumer_database_url, settings.consumer_folder)

    def a_run_waits() -> None:
        if work is not None:
            work()

    return jobs, jobs.task()(a_run_waits)


def announce(settings: Settings, line: str) -> None:
    """Tell the workers that a run waits in a line: call it after the run's row is committed. Without it the next look
    of a worker finds the run, so that a failure here is no harm.
    """
    try:
        jobs, send = open_line(settings, line)
        send()
        jobs.storage.close()
    except (OSError, sqlite3.Error, psycopg.Error) as error:
        get_logger("homeroom.consumer.worker").warning("not announced", error=type(error).__name__)
