"""Held refreshes: one that would take away too much of a collection waits until a person has looked (P-91).

What it would have done is kept (`differences`) until it is approved, discarded, or replaced by a later refresh.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from provider.publishing.difference_tables import StoredDifference, StoredDifferenceRecord
from provider.publishing.differences import Source, kept_differences
from provider.publishing.models import RefreshRun

#: Departures that never need approval, however large their share: a small school is not a disaster.
FEW = 20


class NotHeld(Exception):
    """A refresh is to be approved or discarded that is not held, or not any more; the message is for people."""


class HeldRefresh(NamedTuple):
    """The refresh that waits for a person. approved: somebody has approved it, and its refresh waits or runs."""

    run_id: int
    trigger: str
    held_at: datetime
    message: str
    approved: bool

    @property
    def source(self) -> Source:
        """What it would change: for `differences`."""
        return Source(run_id=self.run_id)


def held_refresh(connection: Connection) -> HeldRefresh | None:
    """The last full refresh, when it is held and nobody has discarded it. One that failed later changes nothing."""
    last = connection.execute(
        select(RefreshRun.id, RefreshRun.trigger, RefreshRun.finished_at, RefreshRun.message, RefreshRun.state,
               RefreshRun.discarded_at)
        .where(RefreshRun.trigger != "keyed", RefreshRun.state.in_(("done", "held")))
        .order_by(RefreshRun.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if last is None or last.state != "held" or last.discarded_at is not None:
        return None
    waits = select(RefreshRun.id).where(RefreshRun.approves == last.id, RefreshRun.state.in_(("due", "running")))
    approved = connection.execute(waits.limit(1)).first() is not None
    return HeldRefresh(last.id, last.trigger, last.finished_at, last.message or "", approved)


def too_much(gone: int, before: int, share: float) -> bool:
    """Whether so many departures of a collection need approval, when the district allows this share unasked."""
    return gone > FEW and gone > share * before


#: Departures that a person has approved: (edition's key, collection) -> how many were shown.
Shown = dict[tuple[str, str], int]


def shown_by(connection: Connection, run_id: int | None) -> Shown:
    """What was shown of a held run, and so approved with it; nothing when it is not kept any more."""
    if run_id is None:
        return {}
    return {(one.edition, one.collection): one.removed for one in kept_differences(connection, Source(run_id=run_id))}


def forget_differences(connection: Connection, run_id: int) -> None:
    """Forget what a held run has shown."""
    ours = select(StoredDifference.id).where(StoredDifference.run_id == run_id)
    connection.execute(delete(StoredDifferenceRecord).where(StoredDifferenceRecord.difference_id.in_(ours)))
    connection.execute(delete(StoredDifference).where(StoredDifference.run_id == run_id))
