"""Working on jobs: one at a time in a process, in any number of processes.

A job whose process was killed is taken up again. It may be done twice, so that each kind must be work which can be done
twice without a second effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Engine, select, update

from provider.jobs.tables import CANCELLED, DONE, FAILED, OPEN, RUNNING, WAITING, Job
from shared.database import writing
from shared.owner import begin_work, end_work, is_alive

#: Progress and signs of life are written this often at most.
HEARTBEAT = timedelta(seconds=1)
#: A job that has ended with its process so often is not taken up again.
MOST_ATTEMPTS = 3


class Failed(Exception):
    """A job cannot be done; the message says why and what to do, for people."""


class AskedToStop(Exception):
    """A person has cancelled the job."""


class ToldToEnd(Exception):
    """This process is to end: the job is left for another."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended well: words for people, and plain values for the page that shows it."""

    message: str
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class JobAtWork:
    """A job at work. `asked` is what was asked, `by` who asked; `clock` gives aware UTC."""

    engine: Engine
    id: int
    kind: str
    asked: Mapping[str, Any]
    by: tuple[int, str] | None
    owner: str
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    _told_at: datetime | None = field(default=None, init=False)
    _what: str = field(default="", init=False)

    def tell(self, what: str, done: int, of: int | None = None) -> None:
        """Say how far the job is, between two transactions of its own: this writes one.

        Raises AskedToStop, and ToldToEnd.
        """
        if self.stopping():
            raise ToldToEnd
        now = self.clock()
        if self._told_at is not None and what == self._what and now - self._told_at < HEARTBEAT:
            return
        self._told_at, self._what = now, what
        values = {"heartbeat_at": now, "progress_what": what, "progress_done": done, "progress_of": of}
        mine = update(Job).where(Job.id == self.id, Job.owner == self.owner, Job.state == RUNNING)
        with writing(self.engine) as connection:
            stop = connection.execute(mine.values(**values).returning(Job.asked_to_stop)).scalar()
        if stop is None:
            raise ToldToEnd  # another process took this one for dead
        if stop:
            raise AskedToStop


#: Does the job; its outcome. Raises Failed; lets the exceptions of `tell` through.
Work = Callable[[JobAtWork], Outcome]


def work_on_next(
    engine: Engine, kinds: Mapping[str, Work], clock: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
) -> str | None:  # fmt: skip
    """Do the job at the front of the line, if there is one: "import 7: done". An unforeseen error fails the job and is
    raised.
    """
    owner = begin_work()
    try:
        job = _take(engine, kinds, clock, owner, stopping)
        if job is None:
            return None
        state = _carry_out(job, kinds[job.kind])
        return f"{job.kind} {job.id}: {state}"
    finally:
        end_work(owner)


def _carry_out(job: JobAtWork, work: Work) -> str:
    try:
        outcome = work(job)
    except AskedToStop:
        return _finish(job, CANCELLED, "Cancelled; what was done stays")
    except ToldToEnd:
        return _finish(job, WAITING, None, attempts=0, owner=None)
    except Failed as error:
        return _finish(job, FAILED, str(error))
    except Exception as error:
        _finish(job, FAILED, f"It ended with an error of the program ({type(error).__name__}): tell the operator")
        raise
    return _finish(job, DONE, outcome.message, result=orjson.dumps(dict(outcome.result)).decode())


def _finish(job: JobAtWork, state: str, message: str | None, **values: Any) -> str:
    values |= {"state": state, "message": message, "finished_at": None if state == WAITING else job.clock()}
    with writing(job.engine) as connection:
        mine = update(Job).where(Job.id == job.id, Job.owner == job.owner)
        connection.execute(mine.values(**values))
    return state


def _take(
    engine: Engine, kinds: Mapping[str, Work], clock: Callable[[], datetime], owner: str, stopping: Callable[[], bool]
) -> JobAtWork | None:
    """Take up the oldest job that waits, or whose process was killed."""
    with engine.connect() as connection:
        if connection.execute(select(Job.id).where(Job.state.in_(OPEN)).limit(1)).first() is None:
            return None
    now = clock()
    with writing(engine) as connection:
        for row in connection.execute(select(Job.__table__).where(Job.state.in_(OPEN)).order_by(Job.id)).all():
            if row.kind not in kinds or (row.state == RUNNING and is_alive(row.owner, row.heartbeat_at, now)):
                continue
            mine = update(Job).where(Job.id == row.id, Job.state == row.state, Job.attempts == row.attempts)
            if row.attempts >= MOST_ATTEMPTS or row.asked_to_stop:
                state = CANCELLED if row.asked_to_stop else FAILED
                words = "Cancelled" if row.asked_to_stop else "It was interrupted again and again: ask for it once more"
                connection.execute(mine.values(state=state, finished_at=now, message=words))
                continue
            taken = {"state": RUNNING, "owner": owner, "started_at": row.started_at or now, "heartbeat_at": now}
            if not connection.execute(mine.values(attempts=row.attempts + 1, **taken)).rowcount:
                continue  # another process was quicker
            by = None if row.user_id is None else (row.user_id, row.who)
            return JobAtWork(engine, row.id, row.kind, orjson.loads(row.asked), by, owner, clock, stopping)
    return None
