"""A sync at work."""

from dataclasses import KW_ONLY, dataclass

from consumer.runs.work import RunAtWork
from consumer.sync.closing import add_message
from consumer.sync.tables import SyncRun
from shared.sealing import Sealer


@dataclass
class Work(RunAtWork[SyncRun]):
    """A run of the sync at work. `sealer` is the installation's."""

    table = SyncRun

    _: KW_ONLY
    sealer: Sealer

    def message(
        self, level: str, code: str, detail: str, sis_id: str | None = None, request_id: str | None = None
    ) -> None:
        """Add a message about the run."""
        add_message(self.session, self.run_id, level, code, detail, sis_id, request_id)
