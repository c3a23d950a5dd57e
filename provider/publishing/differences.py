"""Differences that people look at before they decide: what a held refresh would change, what a preview has found.

Numbers are exact; of the records the first MOST of each kind are kept.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from provider.publishing.difference_tables import StoredDifference, StoredDifferenceRecord

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
WHAT = (ADDED, CHANGED, REMOVED)
#: Records kept of each collection of an edition, and of each of WHAT.
MOST = 100_000
#: Records read at a time for a file.
_PART = 2_000


class Source(NamedTuple):
    """Who found a difference: a held run, or a preview's job. One of the two is None."""

    run_id: int | None = None
    job_id: int | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        if self.run_id is not None:
            return StoredDifference.run_id == self.run_id
        return StoredDifference.job_id == self.job_id


class DifferingRecord(NamedTuple):
    """A record that would be added, changed or removed. `words` name it for people, and say when it would be there "to
    be deleted"; (sis_table, sis_id) is the SIS row that it comes from, both None where there is none (any more)."""

    what: str
    sourced_id: str
    words: str
    sis_table: str | None
    sis_id: int | None


class KeptDifference(NamedTuple):
    """What would change in one collection of an edition (its key): numbers, and the id under which records are read.

    too_much   more would go than the district allows unasked
    """

    id: int
    edition: str
    collection: str
    before: int
    added: int
    changed: int
    removed: int
    too_much: bool

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


_COLUMNS = (
    StoredDifference.id, StoredDifference.edition, StoredDifference.collection, StoredDifference.before,
    StoredDifference.added, StoredDifference.changed, StoredDifference.removed, StoredDifference.too_much,
)  # fmt: skip
_RECORD = (
    StoredDifferenceRecord.what, StoredDifferenceRecord.sourced_id, StoredDifferenceRecord.words,
    StoredDifferenceRecord.sis_table, StoredDifferenceRecord.sis_id,
)  # fmt: skip


def kept_differences(connection: Connection, source: Source) -> list[KeptDifference]:
    """The differences that a held run or a preview's job has found, by edition and collection; also empty ones."""
    found = select(*_COLUMNS).where(source.condition).order_by(StoredDifference.id)
    return [KeptDifference(*row) for row in connection.execute(found)]


def find_difference(connection: Connection, source: Source, difference_id: int) -> KeptDifference | None:
    """One of them, if the source has it."""
    found = select(*_COLUMNS).where(source.condition, StoredDifference.id == difference_id)
    row = connection.execute(found).first()
    return KeptDifference(*row) if row else None


def records_of(
    connection: Connection, difference_id: int, what: str | None = None, search: str = "", offset: int = 0,
    limit: int = 50,
) -> list[DifferingRecord]:  # fmt: skip
    """A page of the kept records of a difference: added, then changed, then removed. `search`: a part of the words or
    the sourcedId, in any case."""
    found = _chosen(select(*_RECORD), difference_id, what, search)
    found = found.order_by(StoredDifferenceRecord.what, StoredDifferenceRecord.number).offset(offset).limit(limit)
    return [DifferingRecord(*row) for row in connection.execute(found)]


def count_records(connection: Connection, difference_id: int, what: str | None = None, search: str = "") -> int:
    """How many kept records there are to page through."""
    found = _chosen(select(func.count()).select_from(StoredDifferenceRecord), difference_id, what, search)
    return connection.execute(found).scalar_one()


def every_record(connection: Connection, source: Source) -> Iterator[tuple[KeptDifference, DifferingRecord]]:
    """All kept records of a source, for a file."""
    for difference in kept_differences(connection, source):
        offset = 0
        while rows := records_of(connection, difference.id, offset=offset, limit=_PART):
            yield from ((difference, row) for row in rows)
            offset += len(rows)


def _chosen(found: Select, difference_id: int, what: str | None, search: str) -> Select:
    found = found.where(StoredDifferenceRecord.difference_id == difference_id)
    if what:
        found = found.where(StoredDifferenceRecord.what == what)
    if search.strip():
        found = found.where(
            or_(
                StoredDifferenceRecord.words.icontains(search.strip(), autoescape=True),
                StoredDifferenceRecord.sourced_id.icontains(search.strip(), autoescape=True),
            )
        )
    return found
