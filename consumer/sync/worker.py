"""The worker: a clock that queues what is due, and a thread that works on the line of runs, until it is told to end.

Three things make that nothing is lost and nothing done twice:

- The run's row is the truth. huey carries only the news that a run waits, from whichever process queued it to whichever
  worker is free; who gets the news takes up the run at the front of the line, and of two who try one succeeds.
- Every look of the clock is a sweep too: where fewer news are under way than runs wait, because a worker was killed or
  news were lost, it sends more. Too many do no harm, as whoever finds nothing waiting goes on.
- A worker that is told to end leaves its run at its next batch, queued, for another to go on with.
"""

import logging
import signal
import sqlite3
import time
from collections.abc import Callable
from threading import Event

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from huey import Huey
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.settings import read_settings
from consumer.sync.queue import waiting_runs
from consumer.sync.retention import forget_old
from consumer.sync.ticking import connections_due, queue_due
from consumer.sync.timetable import zone_of
from consumer.sync.working import clock, work_on_next
from shared.database import will_write
from shared.jobs import open_jobs
from shared.logs import get_logger
from shared.settings import Settings

LOG = "homeroom.consumer.worker"

#: Seconds that a run gets to come to its next batch when the worker is told to end. One that does not is as if killed.
GRACE = 30.0
#: Seconds between two looks at a queue that cannot call, at most.
LOOK = 1.0
#: Seconds between two looks whether the thread that works still lives.
HEALTH = 10.0


def open_line(settings: Settings, work: Callable[[], object] | None = None) -> tuple[Huey, Callable[[], object]]:
    """The queue that carries the news, and what sends one of them. `work` is what a worker does when it gets one."""
    jobs = open_jobs("syncs", settings.consumer_database_url, settings.consumer_folder)

    def a_run_waits() -> None:
        if work is not None:
            work()

    return jobs, jobs.task()(a_run_waits)


def announce(settings: Settings) -> None:
    """Tell the workers that a run waits: call it after the run's row is committed. Without it the next look of a worker
    finds the run, so that a failure here is no harm.
    """
    try:
        jobs, send = open_line(settings)
        send()
        jobs.storage.close()
    except (OSError, sqlite3.Error, psycopg.Error) as error:
        get_logger(LOG).warning("not announced", error=type(error).__name__)


def queue_what_is_due(session: Session) -> None:
    """One look at the schedules. Commits."""
    now, zone = clock(), zone_of(session)
    found = list(connections_due(session, zone, now))
    session.commit()
    for connection_id in found:
        will_write(session)
        run = queue_due(session, connection_id, zone, now)
        session.commit()
        if run is not None:
            get_logger(LOG).info("queued", run=run.id, connection=connection_id)


class Worker:
    """One worker process. `every`: seconds between two looks at the schedules and the line."""

    def __init__(self, app: Flask, every: float) -> None:
        self._app, self._every = app, every
        self._log = get_logger(LOG)
        self._told = Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a second one ends the process at once.

        Raises sqlalchemy.exc.DBAPIError when the database cannot be used at the start.
        """
        with self._app.app_context():
            queue_what_is_due(db.session())
        self._jobs, self._send = open_line(self._app.extensions["homeroom"]["settings"], self._work)
        for noisy in ("huey", "apscheduler"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        ticking = BackgroundScheduler(timezone="UTC")
        ticking.add_job(
            self._tick, "interval", seconds=self._every, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        ticking.add_job(self._forget, "interval", days=1, next_run_time=clock(), misfire_grace_time=None)
        consumer = self._jobs.create_consumer(
            workers=1, periodic=False, scheduler_interval=60, max_delay=LOOK, shutdown_timeout=GRACE
        )
        hung_up = signal.getsignal(signal.SIGHUP)
        consumer.start()
        signal.signal(signal.SIGHUP, hung_up)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._tick()
        ticking.start()
        self._log.info("working")
        while not self._told.wait(HEALTH):
            consumer.check_worker_health()
        ticking.shutdown()
        consumer.stop(graceful=True)
        self._log.info("ended")

    def _end(self, number: int, _frame: object) -> None:
        self._told.set()
        signal.signal(number, signal.SIG_DFL)

    def _tick(self) -> None:
        """Queue what is due, and see that news are under way for all that waits."""
        try:
            with self._app.app_context():
                session = db.session()
                queue_what_is_due(session)
                waiting = len(waiting_runs(session, clock()))
                session.commit()
            for _ in range(waiting - self._jobs.storage.queue_size()):
                self._send()
        except Exception as error:  # noqa: BLE001 - the clock outlives whatever goes wrong in one look
            self._log.error("look failed", error=type(error).__name__)

    def _forget(self) -> None:
        """Forget logs that are older than the organisation wants to keep them (C-115)."""
        try:
            with self._app.app_context():
                session = db.session()
                days, forgotten = read_settings(session).log_days, 0
                session.commit()
                for count in forget_old(session, clock(), days):
                    session.commit()
                    forgotten += count
            self._log.info("forgot", rows=forgotten, days=days)
        except Exception as error:  # noqa: BLE001 - the worker outlives it; it is tried again the next day
            self._log.error("forgetting failed", error=type(error).__name__)

    def _work(self) -> None:
        began = time.monotonic()
        with self._app.app_context():
            worked = work_on_next(self._app, db.session(), self._told.is_set)
        if worked is not None:
            run_id, status = worked
            self._log.info("worked", run=run_id, status=status, seconds=round(time.monotonic() - began, 1))


def work_once(app: Flask, tell: Callable[[int, str], None]) -> None:
    """Queue what is due, and work on all that waits, in this thread. Calls `tell` with each run and how it ended."""
    session = db.session()
    queue_what_is_due(session)
    while (worked := work_on_next(app, session)) is not None:
        tell(*worked)
