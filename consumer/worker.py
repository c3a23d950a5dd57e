"""The worker: a clock that queues what is due, and for each line of runs a thread that works on it, until told to end.

Syncs and presses of grades wait in lines of their own, so that no press waits behind a long sync. Three things make
that nothing is lost and nothing done twice:

- The run's row is the truth. huey carries only the news that a run waits, from whichever process queued it to whichever
  worker is free; who gets the news takes up the run at the front of the line, and of two who try one succeeds.
- Every look of the clock is a sweep too: where fewer news are under way than runs wait, because a worker was killed or
  news were lost, it sends more. Too many do no harm, as whoever finds nothing waiting goes on.
- A worker that is told to end leaves its runs at their next batch, queued, for another to go on with.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from huey import Huey
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.passback.retention import forget_old_presses
from consumer.passback.working import GRADE_LINE
from consumer.platform.settings import read_settings
from consumer.runs.line import waiting_runs
from consumer.runs.news import open_line
from consumer.runs.working import Line, clock, work_on_next
from consumer.sync.retention import forget_old
from consumer.sync.ticking import connections_due, queue_due
from consumer.sync.timetable import zone_of
from consumer.sync.working import SYNC_LINE
from shared.database import will_write
from shared.logs import get_logger
from shared.settings import Settings

LOG = "homeroom.consumer.worker"
LINES: tuple[Line[Any], ...] = (GRADE_LINE, SYNC_LINE)

#: Seconds that a run gets to come to its next batch when the worker is told to end. One that does not is as if killed.
GRACE = 30.0
#: Seconds between two looks at a queue that cannot call, at most.
LOOK = 1.0
#: Seconds between two looks whether the threads that work still live.
HEALTH = 10.0


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


class LineAtWork:
    """A line, its queue, and the thread of this process that works on it. `told` is set when the process is to end."""

    def __init__(self, app: Flask, line: Line[Any], told: Event) -> None:
        """Open the queue. Raises OSError, sqlite3.Error, psycopg.Error."""
        self._app, self._line, self._told = app, line, told
        settings: Settings = app.extensions["homeroom"]["settings"]
        self._jobs, self._send = open_line(settings, line.name, self._work)
        self._consumer = consumer_of(self._jobs)

    def start(self) -> None:
        self._consumer.start()

    def check(self) -> None:
        """Replace the thread where it has died."""
        self._consumer.check_worker_health()

    def stop(self) -> None:
        """Let the run at work come to its next batch, for a while."""
        self._consumer.stop(graceful=True)

    def sweep(self, session: Session) -> None:
        """See that news are under way for all that waits. Commits."""
        waiting = len(waiting_runs(session, self._line.table, clock()))
        session.commit()
        for _ in range(waiting - self._jobs.storage.queue_size()):
            self._send()

    def _work(self) -> None:
        began = time.monotonic()
        with self._app.app_context():
            worked = work_on_next(self._app, db.session(), self._line, self._told.is_set)
        if worked is not None:
            run_id, status = worked
            took = round(time.monotonic() - began, 1)
            get_logger(LOG).info("worked", line=self._line.name, run=run_id, status=status, seconds=took)


def consumer_of(jobs: Huey) -> Any:
    """What calls for the news of a queue: one thread."""
    return jobs.create_consumer(
        workers=1, periodic=False, scheduler_interval=60, max_delay=LOOK, shutdown_timeout=GRACE
    )


class Worker:
    """One worker process. `every`: seconds between two looks at the schedules and the lines."""

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
        self._lines = [LineAtWork(self._app, line, self._told) for line in LINES]
        for noisy in ("huey", "apscheduler"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        ticking = BackgroundScheduler(timezone="UTC")
        ticking.add_job(
            self._tick, "interval", seconds=self._every, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        ticking.add_job(self._forget, "interval", days=1, next_run_time=clock(), misfire_grace_time=None)
        hung_up = signal.getsignal(signal.SIGHUP)
        for line in self._lines:
            line.start()
        signal.signal(signal.SIGHUP, hung_up)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._tick()
        ticking.start()
        self._log.info("working")
        while not self._told.wait(HEALTH):
            for line in self._lines:
                line.check()
        ticking.shutdown()
        for line in self._lines:
            line.stop()
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
                for line in self._lines:
                    line.sweep(session)
        except Exception as error:  # noqa: BLE001 - the clock outlives whatever goes wrong in one look
            self._log.error("look failed", error=type(error).__name__)

    def _forget(self) -> None:
        """Forget logs that are older than the organisation wants to keep them (C-115)."""
        try:
            with self._app.app_context():
                session = db.session()
                days, forgotten = read_settings(session).log_days, 0
                session.commit()
                for count in _forgetting(session, days):
                    session.commit()
                    forgotten += count
            self._log.info("forgot", rows=forgotten, days=days)
        except Exception as error:  # noqa: BLE001 - the worker outlives it; it is tried again the next day
            self._log.error("forgetting failed", error=type(error).__name__)


def _forgetting(session: Session, days: int) -> Iterator[int]:
    """Forget what is older than so many days; yields numbers of rows, where the work so far is to be committed."""
    now = clock()
    yield from forget_old(session, now, days)
    yield from forget_old_presses(session, now, days)


def work_once(app: Flask, tell: Callable[[str, int, str], None]) -> None:
    """Queue what is due, and work on all that waits, in this thread. Calls `tell` with what each run is called, its
    number, and how it ended.
    """
    session = db.session()
    queue_what_is_due(session)
    for line in LINES:
        while (worked := work_on_next(app, session, line)) is not None:
            tell(line.table.called, *worked)
