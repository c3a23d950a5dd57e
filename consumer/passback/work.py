"""A press at work."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass

from consumer.client.caller import Client
from consumer.passback.closing import count
from consumer.passback.tables import PassbackRun
from consumer.runs.work import RunAtWork
from shared.database import will_write


@dataclass
class PressAtWork(RunAtWork[PassbackRun]):
    """A press at work: `client` is of the grade book service, `roster` of the rostering service."""

    table = PassbackRun

    _: KW_ONLY
    roster: Client

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A transaction that writes, between two calls of the SIS: committed at its end, and then the run is looked at
        as `commit` does. Nothing may be read before it that is still open.
        """
        will_write(self.session)
        yield
        self.commit()

    def count(self, **more: int) -> None:
        """Add to the numbers of the press, with the batch."""
        count(self.session, self.run, **more)
