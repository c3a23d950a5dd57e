"""Writing the next revision of a collection beside the one that readers see.

Rows are written as of the next revision in short transactions while the projection streams by; nothing of it is
visible until `refresh` publishes that revision, and `discard` takes back what a refresh that stopped left behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Delete, Engine, Update, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from provider.eligibility.rule import ACTIVE
from provider.publishing.catalog import RESOURCES, extent_at
from provider.publishing.latest import Latest
from provider.publishing.models import PublishedIndex, PublishedRecord
from provider.publishing.positions import BLOCK, Extent, position_of, record_id, version_of
from provider.publishing.project import Projected
from provider.publishing.rendering import digest, render
from shared.database import insert_many, writing
from shared.oneroster.filters import indexer
from shared.oneroster.versions import Version

#: Rows per transaction: the write lock is held for some 50 ms.
BATCH = 4_000
_RECORD = ("id", "collection_id", "sourced_id", "since", "status", "digest", "tail")
_INDEX = ("collection_id", "field", "value", "position")

#: In the place of what was known of a record that the projection has mentioned.
_SEEN: tuple[int, bytes | None] = (-1, None)
#: What is found of a record: its id and digest, no digest when it is hidden, neither when it was never published.
_Found = tuple[int | None, bytes | None]
_NEW: _Found = (None, None)

_records = PublishedRecord.__table__
_index = PublishedIndex.__table__


@dataclass
class Difference:
    """What the next revision of a collection changes. Positions added are those from the old extent's last on."""

    before: Extent
    added: int = 0
    changed: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)
    #: sourcedIds that two records claim: the first has it, the others are not published.
    duplicates: list[str] = field(default_factory=list)
    #: How many of the projected records are to be deleted.
    to_be_deleted: int = 0

    @property
    def moved(self) -> int:
        """How many records it adds, changes, hides or shows."""
        return self.added + len(self.changed) + len(self.hidden) + len(self.shown)

    @property
    def empty(self) -> bool:
        return not self.moved

    @property
    def size(self) -> int:
        """How many records there are after it."""
        return self.before.size + self.added + len(self.shown) - len(self.hidden)

    def after(self, revision: int) -> Extent:
        """The extent at the next revision."""
        return self.before.changed(revision, self.before.last + self.added, self.hidden, self.shown)

    def blocks(self) -> set[int]:
        """Numbers of the blocks whose text changes."""
        touched = {position // BLOCK for position in self.changed | self.hidden | self.shown}
        if self.added:
            touched.update(range(self.before.last // BLOCK, (self.before.last + self.added - 1) // BLOCK + 1))
        return touched


class Collection:
    """The pending next revision of one collection.

    `latest`: what is published of all records that the projection answers for; others stay as they are.
    """

    def __init__(
        self, collection_id: int, name: str, version: Version, revision: int, before: Extent, latest: Latest
    ) -> None:
        self.id = collection_id
        self.name = name
        self.revision = revision
        self.difference = Difference(before)
        self._values_of = indexer(RESOURCES[name], version)
        #: What is published; _SEEN once the projection has mentioned it.
        self._known = latest
        self._ended: list[int] = []
        self._rows: list[tuple[int, int, str, int, str, bytes, bytes]] = []
        self._values: list[tuple[int, str, str, int]] = []
        self._changed_values: list[dict[str, object]] = []

    @property
    def pending(self) -> int:
        """How many rows wait to be written."""
        return len(self._rows) + len(self._ended)

    def take(self, records: Iterable[Projected]) -> None:
        """Compare projected records with what is published; remember what must be written."""
        every = self._known
        for record in records:
            found: _Found = every.get(record.sourced_id, _NEW)
            if found is _SEEN:
                self.difference.duplicates.append(record.sourced_id)
                continue
            every[record.sourced_id] = _SEEN
            if record.status != ACTIVE:
                self.difference.to_be_deleted += 1
            tail = render(record)
            mark = digest(tail)
            if found[1] != mark:
                self._differs(record, found, mark, tail)

    def _differs(self, record: Projected, found: _Found, mark: bytes, tail: bytes) -> None:
        """A record is new or has another digest than the one that was found."""
        key, known = found
        if key is None:
            position, version = self.difference.before.last + self.difference.added, 0
            self.difference.added += 1
        else:
            position, version = position_of(key), version_of(key) + 1
            (self.difference.shown if known is None else self.difference.changed).add(position)
            if known is not None:
                self._ended.append(key)
        number = record_id(self.id, position, version)
        self._rows.append((number, self.id, record.sourced_id, self.revision, record.status, mark, tail))
        for name, value in self._values_of(record.rest):
            if key is None:
                self._values.append((self.id, name, value[:255], position))
            else:
                self._changed_values.append(
                    {"collection_id": self.id, "field": name, "value": value[:255], "position": position}
                )

    def close(self) -> None:
        """The projection has ended: what it did not mention disappears, without a tombstone (P-75)."""
        for key, known in self._known.values():
            if known is not None:
                self.difference.hidden.add(position_of(key))
                self._ended.append(key)
        self._known.clear()

    def prepare(self) -> None:
        """Put the index rows in the order of their table; before `write`, while others may still write."""
        self._values = sorted(set(self._values))

    def write(self, connection: Connection) -> None:
        """Write what is pending as of the next revision; readers do not see it yet."""
        ended, self._ended = self._ended[:BATCH], self._ended[BATCH:]
        if ended:
            connection.execute(_END, [{"ended": key, "until_revision": self.revision} for key in ended])
        if self._rows:
            insert_many(connection, _records, _RECORD, self._rows)
        if self._values:
            insert_many(connection, _index, _INDEX, self._values)
        if self._changed_values:
            connection.execute(_insert_new_values(connection), self._changed_values)
        for rows in (self._rows, self._values, self._changed_values):
            rows.clear()


_END = (
    update(_records)
    .where(_records.c.id == bindparam("ended"))
    .values(until=bindparam("until_revision"))
)  # fmt: skip


def _insert_new_values(connection: Connection) -> Insert:
    """An insert of index rows that leaves those alone that exist."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(_index).on_conflict_do_nothing()


def discard(engine: Engine, collection_ids: Iterable[int], revision: int) -> None:
    """Take back whatever was written for revisions after `revision` by a refresh that did not publish it."""
    for number in collection_ids:
        # Not by the index of the collection: few rows ended after `revision`, and all of them are this refresh's.
        ours = PublishedRecord.collection_id + 0 == number
        written = PublishedRecord.collection_id == number, PublishedRecord.since > revision
        _in_batches(engine, written, delete(PublishedRecord))
        _in_batches(engine, (ours, PublishedRecord.until > revision), update(PublishedRecord).values(until=None))
        with writing(engine) as connection:
            extent = extent_at(connection, number, revision)
            beyond = PublishedIndex.collection_id == number, PublishedIndex.position >= extent.last
            connection.execute(delete(PublishedIndex).where(*beyond))


def _in_batches(engine: Engine, where: tuple[ColumnElement[bool], ...], statement: Delete | Update) -> None:
    """Apply a statement to all records that meet the conditions, which it makes untrue, in short transactions."""
    while True:
        with writing(engine) as connection:
            rows = connection.execute(select(PublishedRecord.id).where(*where).limit(BATCH)).scalars().all()
            if not rows:
                return
            connection.execute(statement.where(PublishedRecord.id.in_(rows)))
