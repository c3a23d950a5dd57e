"""The ledger: under which ids the SIS has items and scores, and what it took last (C-131, C-132). Nothing here commits.

Rows come out as plain values: they are looked at while the SIS is called, between two transactions.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from consumer.passback.send import Refusal
from consumer.passback.tables import GradePeer, ItemState, LedgerItem, LedgerScore, PassbackRunItem
from shared.database import chunks

#: The digest of what a call is about, from before the call until its answer is noted: whoever finds it later cannot
#: know what the SIS has, and sends or deletes it again.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A line item as the SIS has it: `digest` None for one that it does not have; see LedgerItem."""

    id: int
    section_id: int
    sis_id: str
    digest: str | None
    sent_in: int | None


@dataclass(frozen=True, slots=True)
class KnownScore:
    """A result as the SIS has it: `sis_id` None for one that it never had; see LedgerScore."""

    id: int
    account_id: int
    made_id: str
    sis_id: str | None
    digest: str | None
    sent_at: datetime | None
    sent_in: int | None
    posted: bool
    code: str | None

    @property
    def result_id(self) -> str:
        """The sourcedId under which it goes."""
        return self.sis_id or self.made_id


def make_items(session: Session, item_ids: Collection[int], section_ids: Collection[int]) -> None:
    """See that every item has its line item in every one of the sections, with an id made once (C-130, C-131)."""
    there = set()
    for chunk in chunks(item_ids):
        rows = select(LedgerItem.item_id, LedgerItem.section_id).where(LedgerItem.item_id.in_(chunk))
        there |= {(item_id, section_id) for item_id, section_id in session.execute(rows)}
    new = [
        {"item_id": item_id, "section_id": section_id, "sis_id": str(uuid.uuid4()), "state": ItemState.NEW}
        for item_id in item_ids
        for section_id in section_ids
        if (item_id, section_id) not in there
    ]
    if new:
        session.execute(insert(LedgerItem), new)


def known_items(session: Session, item_id: int) -> list[KnownItem]:
    """The line items of an item, one for each section that it went to or is to go to."""
    rows = select(LedgerItem.id, LedgerItem.section_id, LedgerItem.sis_id, LedgerItem.digest, LedgerItem.sent_in)
    return [KnownItem(*row) for row in session.execute(rows.where(LedgerItem.item_id == item_id))]


def to_delete(session: Session, item_id: int, section_ids: Collection[int]) -> list[KnownItem]:
    """Those of them that are to be deleted in the SIS (C-135)."""
    asked = select(LedgerItem.section_id).where(LedgerItem.item_id == item_id, LedgerItem.delete_asked)
    found = set(session.scalars(asked)) & set(section_ids)
    return [known for known in known_items(session, item_id) if known.section_id in found]


def queue_items(session: Session, item_ids: Collection[int], section_ids: Collection[int]) -> None:
    """Show these items as queued in these sections (C-123); why one failed before is kept until it is sent again."""
    for chunk in chunks(item_ids):
        queued = update(LedgerItem).where(LedgerItem.item_id.in_(chunk), LedgerItem.section_id.in_(section_ids))
        session.execute(queued.values(state=ItemState.QUEUED).execution_options(synchronize_session=False))


def release_items(session: Session, run_id: int, why: Refusal | None) -> None:
    """Let go of the items that a press has not come to: they are in a state of error, where there is a `why`, or as
    they were before it.
    """
    items = select(PassbackRunItem.item_id).where(PassbackRunItem.run_id == run_id)
    before: Any = case(
        (LedgerItem.code.is_not(None), ItemState.ERROR),
        (LedgerItem.sent_at.is_not(None), ItemState.SUCCESSFUL),
        else_=ItemState.NEW,
    )
    values: dict[str, Any] = {"state": before} if why is None else _error(why)
    waiting = update(LedgerItem).where(LedgerItem.item_id.in_(items), LedgerItem.state == ItemState.QUEUED)
    session.execute(waiting.values(**values).execution_options(synchronize_session=False))


def begin_line_item(session: Session, known: KnownItem) -> None:
    """A PUT of a line item is about to be sent."""
    _write(session, LedgerItem, [{"id": known.id, "digest": UNKNOWN}])


def restore_line_item(session: Session, known: KnownItem) -> None:
    """The SIS has a line item as it had it before."""
    _write(session, LedgerItem, [{"id": known.id, "digest": known.digest}])


def note_line_item(session: Session, known: KnownItem, digest: str, run_id: int, request_id: str) -> None:
    """The SIS has taken a line item."""
    _write(session, LedgerItem, [{"id": known.id, "digest": digest, "sent_in": run_id, "request_id": request_id}])


def note_arrival(session: Session, known: KnownItem, now: datetime) -> None:
    """The SIS has the item and all its scores."""
    cleared = {"state": ItemState.SUCCESSFUL, "code": None, "detail": None, "said": None}
    _write(session, LedgerItem, [{"id": known.id, "sent_at": now, **cleared}])


def note_failure(session: Session, known: KnownItem, why: Refusal) -> None:
    """The item, or one of its scores, did not arrive."""
    _write(session, LedgerItem, [{"id": known.id, **_error(why)}])


def note_deleted(session: Session, known: KnownItem) -> None:
    """The SIS has a line item no longer, nor any of its results (C-135)."""
    nothing = {"sis_id": None, "digest": None, "sent_at": None, "posted": False, "code": None}
    _write(session, LedgerScore, [{"id": one.id, **nothing} for one in known_scores(session, known.id).values()])
    cleared = {"digest": None, "sent_at": None, "code": None, "detail": None, "said": None, "state": ItemState.NEW}
    _write(session, LedgerItem, [{"id": known.id, "left_behind": False, "delete_asked": False, **cleared}])


def make_scores(session: Session, ledger_item_id: int, account_ids: Iterable[int]) -> None:
    """Rows for results of students who have none yet, with an id made once."""
    new = [
        {"ledger_item_id": ledger_item_id, "account_id": account_id, "made_id": str(uuid.uuid4())}
        for account_id in account_ids
    ]
    if new:
        session.execute(insert(LedgerScore), new)


def known_scores(session: Session, ledger_item_id: int) -> dict[int, KnownScore]:
    """The results of a line item by account."""
    rows = select(
        LedgerScore.id, LedgerScore.account_id, LedgerScore.made_id, LedgerScore.sis_id, LedgerScore.digest,
        LedgerScore.sent_at, LedgerScore.sent_in, LedgerScore.posted, LedgerScore.code,
    ).where(LedgerScore.ledger_item_id == ledger_item_id)  # fmt: skip
    return {row.account_id: KnownScore(*row) for row in session.execute(rows)}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A result that the SIS has taken: the row's id, the sourcedId under which it has it, what it took."""

    id: int
    sis_id: str
    digest: str
    request_id: str


def note_arrived(session: Session, known: KnownItem, arrived: Sequence[Arrived], run_id: int, now: datetime) -> None:
    """The SIS has taken these results of a line item."""
    _touch(session, known, arrived, run_id)
    fixed = {"sent_at": now, "sent_in": run_id, "posted": False, "code": None, "detail": None, "said": None}
    _write(session, LedgerScore, [
        {"id": one.id, "sis_id": one.sis_id, "digest": one.digest, "request_id": one.request_id, **fixed}
        for one in arrived
    ])  # fmt: skip


def note_refused(session: Session, refused: Sequence[tuple[KnownScore, Refusal]]) -> None:
    """The SIS did not take these results; what it has of them it keeps."""
    _write(session, LedgerScore, [
        {"id": row.id, "posted": False, "digest": row.digest if why.certain else UNKNOWN, "code": why.code,
         "detail": why.detail, "said": why.said, "request_id": why.request_id}
        for row, why in refused
    ])  # fmt: skip


def note_settled(session: Session, ids: Iterable[int]) -> None:
    """What these results were refused for has been mended here: the SIS has what it is to have."""
    _write(session, LedgerScore, [{"id": row_id, "code": None, "detail": None, "said": None} for row_id in ids])


def note_removed(session: Session, known: KnownItem, ids: Collection[int], run_id: int) -> None:
    """The SIS has these results of a line item no longer."""
    _touch(session, known, ids, run_id)
    fixed = {"digest": None, "sent_in": run_id, "code": None, "detail": None, "said": None}
    _write(session, LedgerScore, [{"id": row_id, **fixed} for row_id in ids])


def begin_scores(session: Session, ids: Iterable[int]) -> None:
    """PUTs or DELETEs of these results are about to be sent."""
    _write(session, LedgerScore, [{"id": row_id, "digest": UNKNOWN} for row_id in ids])


def begin_post(session: Session, ids: Iterable[int]) -> None:
    """A bulk POST of these results is about to be sent."""
    _write(session, LedgerScore, [{"id": row_id, "posted": True} for row_id in ids])


def adopt(session: Session, found: Mapping[int, str | None]) -> None:
    """What the SIS has of results that were posted, by the row's id: under which sourcedId, or None for one that it
    does not have. What stands in them is not known: they are sent again, under that id.
    """
    _write(session, LedgerScore, [
        {"id": row_id, "posted": False, "sis_id": sis_id, "digest": UNKNOWN if sis_id else None}
        for row_id, sis_id in found.items()
    ])  # fmt: skip


def has_bulk_post(session: Session, connection_id: int) -> bool:
    """Whether a connection's grade book takes bulk POSTs, or was not asked yet."""
    peer = session.get(GradePeer, connection_id)
    return peer is None or peer.bulk_post is not False


def note_bulk_post(session: Session, connection_id: int, has: bool) -> None:
    """Remember whether it does."""
    peer = session.get(GradePeer, connection_id)
    if peer is None:
        session.add(GradePeer(connection_id=connection_id, bulk_post=has))
    elif peer.bulk_post is not has:
        peer.bulk_post = has


def _touch(session: Session, known: KnownItem, done: Collection[object], run_id: int) -> None:
    """A press has brought something of the item to the SIS."""
    if done:
        _write(session, LedgerItem, [{"id": known.id, "sent_in": run_id}])


def _error(why: Refusal) -> dict[str, Any]:
    return {
        "state": ItemState.ERROR, "code": why.code, "detail": why.detail, "said": why.said,
        "request_id": why.request_id or None,
    }  # fmt: skip


def _write(session: Session, table: type[LedgerItem] | type[LedgerScore], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(update(table), rows)
