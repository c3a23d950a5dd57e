"""Questions to the staged records: which changed since a pull, what these ones say, what all of them say."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from consumer.sync.staging import Pull, StagedRecord
from shared.database import chunks

#: Records read at once in a walk over a collection.
PAGE = 2_000


class Staged(NamedTuple):
    """A staged record; `present` is False when a complete read no longer contained it."""

    sis_id: str
    raw: bytes
    present: bool


def last_pull(session: Session, connection_id: int, collection: str) -> int:
    """Id of the latest pull of a collection, 0 when there was none."""
    latest = select(func.max(Pull.id)).where(Pull.connection_id == connection_id, Pull.collection == collection)
    return session.scalar(latest) or 0


def changed_since(session: Session, connection_id: int, collection: str, pull_id: int) -> set[str]:
    """sourcedIds of records that appeared, changed or went away after pull `pull_id`."""
    here = (StagedRecord.connection_id == connection_id, StagedRecord.collection == collection)
    changed = select(StagedRecord.sourced_id).where(*here, StagedRecord.changed_in > pull_id)
    found = set(session.scalars(changed))
    some_went = select(Pull.id).where(
        Pull.connection_id == connection_id, Pull.collection == collection, Pull.id > pull_id, Pull.absent > 0
    )
    if session.scalar(some_went.limit(1)) is not None:
        went = select(StagedRecord.sourced_id).where(*here, StagedRecord.absent_since > pull_id)
        found.update(session.scalars(went))
    return found


def read_these(session: Session, connection_id: int, collection: str, sis_ids: Iterable[str]) -> Iterator[Staged]:
    """The records with these sourcedIds, those that there are."""
    for chunk in chunks(sorted(sis_ids)):
        rows = select(StagedRecord.sourced_id, StagedRecord.raw, StagedRecord.absent_since).where(
            StagedRecord.connection_id == connection_id,
            StagedRecord.collection == collection,
            StagedRecord.sourced_id.in_(chunk),
        )
        for sis_id, raw, absent_since in session.execute(rows).all():
            yield Staged(sis_id, raw, absent_since is None)


def read_all(session: Session, connection_id: int, collection: str) -> Iterator[Staged]:
    """Every record of a collection in order of its sourcedId, a page at a time."""
    after = ""
    while True:
        rows = session.execute(
            select(StagedRecord.sourced_id, StagedRecord.raw, StagedRecord.absent_since)
            .where(
                StagedRecord.connection_id == connection_id,
                StagedRecord.collection == collection,
                StagedRecord.sourced_id > after,
            )
            .order_by(StagedRecord.sourced_id)
            .limit(PAGE)
        ).all()
        if not rows:
            return
        for sis_id, raw, absent_since in rows:
            yield Staged(sis_id, raw, absent_since is None)
        after = rows[-1][0]


def is_changed(session: Session, connection_id: int, collection: str, pull_id: int) -> bool:
    """Whether any record appeared, changed or went away after pull `pull_id`."""
    moved = select(Pull.id).where(
        Pull.connection_id == connection_id,
        Pull.collection == collection,
        Pull.id > pull_id,
        or_(Pull.changed > 0, Pull.absent > 0, Pull.complete.is_(False)),
    )
    return session.scalar(moved.limit(1)) is not None
