"""Held refreshes: one that would take away too much of a collection waits until a person has looked (P-91).

What it would have done is kept (`differences`) until it is approved, discarded, or replaced by a later refresh.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.publishing.comparing import Tell, compare
from provider.publishing.differences import Source, kept_differences
from provider.publishing.keeping import keep
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


#: Departures that a person was shown: (edition's key, collection) -> how many.
Shown = Mapping[tuple[str, str], int]


class Allowance(NamedTuple):
    """What a refresh may take away: a share of a collection unasked, as much as a person was shown and has approved, or
    anything (a keyed refresh, `--approve`)."""

    share: float
    shown: Shown
    anything: bool

    def exceeded(self, edition: Edition, collection: str, gone: int, before: int) -> bool:
        """Whether so many departures from a collection have to wait for a person."""
        if self.anything or gone <= self.shown.get((edition.key, collection), 0):
            return False
        return too_much(gone, before, self.share)


def shown_by(connection: Connection, run_id: int | None) -> Shown:
    """What was shown of a held run, and so approved with it; nothing when it is not kept any more."""
    if run_id is None:
        return {}
    return {(one.edition, one.collection): one.removed for one in kept_differences(connection, Source(run_id=run_id))}


def hold(
    engine: Engine, run_id: int, editions: Iterable[Edition], facts: Facts, base_url: str, share: float, tell: Tell
) -> None:
    """Keep all that a refresh with these facts would change, for a person to look at."""
    for edition in editions:
        for found in compare(engine, edition, facts, base_url, tell):
            over = too_much(found.removed, found.before, share)
            keep(engine, Source(run_id=run_id), edition, found, too_much=over)
