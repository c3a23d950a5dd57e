"""A run at work: commits, signs of life, progress, and being told to stop.

Knows nothing of what the run does. Every batch ends with `commit`, and there a run is left when a person has cancelled
it, when this process is to end, or when another process has taken it over.
"""

import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.runs.line import Run, hand_back
from shared.database import will_write

Result = TypeVar("Result")

#: Told of progress: what is being done, how much is done, of how much (None: unknown).
Watch = Callable[[str, int, int | None], None]

#: Signs of life and progress are written this often, and whenever the run comes to something else.
HEARTBEAT = timedelta(seconds=5)
#: Between two looks whether a run that waits for its provider is to stop, in seconds.
LOOK = 2.0


class AskedToStop(Exception):
    """A person has cancelled the run."""


class ToldToEnd(Exception):
    """This process is to end: the run is left for another."""


class TakenOver(Exception):
    """Another process works on the run: it took this one for dead."""


def unwatched(_what: str, _done: int, _of: int | None) -> None:
    """Nobody watches."""


@dataclass
class RunAtWork(Generic[Run]):
    """A run at work: its row's id, and what it needs from outside. `clock` gives aware UTC.

    table       the table of its row; each kind of run has its own
    owner       as whom it was taken up (`shared.owner`); None: nobody else can take it
    stopping    whether this process is to end
    """

    table: ClassVar[Any]

    session: Session
    client: Client
    run_id: int
    clock: Callable[[], datetime]
    watch: Watch
    _: KW_ONLY
    owner: str | None = None
    stopping: Callable[[], bool] = lambda: False
    beaten_at: datetime | None = None
    _progress: tuple[str, int, int | None] | None = field(default=None, init=False)
    _told: str | None = field(default=None, init=False)

    @property
    def run(self) -> Run:
        found: Run = self.session.get_one(self.table, self.run_id)
        return found

    def commit(self) -> None:
        """Commit what was done, and say now and then that the run lives and how far it is.

        Raises AskedToStop, ToldToEnd, TakenOver.
        """
        self.session.commit()
        if self.stopping():
            raise ToldToEnd
        self._look()
        now = self.clock()
        what = self._progress[0] if self._progress else None
        if self.beaten_at is None or now - self.beaten_at > HEARTBEAT or what != self._told:
            will_write(self.session)
            progress = orjson.dumps(self._progress).decode() if self._progress else None
            beat = update(self.table).where(self.table.id == self.run_id).values(heartbeat_at=now, progress=progress)
            self.session.execute(beat.execution_options(synchronize_session=False))
            self.session.commit()
            self.beaten_at, self._told = now, what

    def turn(self) -> None:
        """Commit, and begin the next piece of work as one that writes."""
        self.commit()
        will_write(self.session)

    def tell(self, what: str, done: int, of: int | None) -> None:
        """How far the run is: for whoever watches, and with one of the next commits for the run's row."""
        self._progress = (what, done, of)
        self.watch(what, done, of)

    def sleep(self, seconds: float) -> None:
        """Wait for the provider, and go on living meanwhile: for a client that is asked for between two commits."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(LOOK, left))
            self.commit()

    def _look(self) -> None:
        """See what others have written into the run's row."""
        asked, owner = self.session.execute(
            select(self.table.asked_to_stop, self.table.owner).where(self.table.id == self.run_id)
        ).one()
        self.session.commit()
        if self.owner is not None and owner != self.owner:
            raise TakenOver
        if asked:
            raise AskedToStop


def carry_out(
    work: RunAtWork[Run],
    steps: Callable[[], Result],
    cancel: Callable[[], Result],
    fail: Callable[[Exception], Result],
) -> Result:
    """Take a run that this process has taken up through its `steps`, until it ends. Commits.

    A run that a person has stopped is closed by `cancel`. An unforeseen error closes it by `fail` and is raised. So are
    ToldToEnd, which leaves it queued for another process, and TakenOver. A killed process leaves it Running.
    """
    try:
        return steps()
    except AskedToStop:
        _leave_batch(work)
        result = cancel()
        work.session.commit()
        return result
    except ToldToEnd:
        _leave_batch(work)
        hand_back(work.run)
        work.session.commit()
        raise
    except TakenOver:
        work.session.rollback()
        raise
    except Exception as error:
        _leave_batch(work)
        fail(error)
        work.session.commit()
        raise


def _leave_batch(work: RunAtWork[Run]) -> None:
    """Take back what the present batch has done, and begin to write how the run ends."""
    work.session.rollback()
    will_write(work.session)
