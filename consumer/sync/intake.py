"""Writes what a read receives of one collection into staging: what is new, and what has other bytes than before.

Knows of each record that is staged whether it is there, its digest, and whether this read has received it. For a read
of everything all are looked up at once; for one of changes those that each page brings.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from consumer.client.page import RawRecord
from consumer.client.walk import Page
from consumer.sync.former import keep_former
from consumer.sync.staging import StagedRecord
from shared.database import chunks, insert_many, will_write

#: Rows fetched or written at once.
BATCH = 5_000

#: Stands for the digest of a record that this read has received, and of one that is staged as absent.
SEEN, ABSENT = b"seen", b"absent"

_TABLE: Any = StagedRecord.__table__
_INSERTED = ("connection_id", "collection", "sourced_id", "digest", "raw", "changed_in")
_KEY = (
    (_TABLE.c.connection_id == bindparam("of_connection"))
    & (_TABLE.c.collection == bindparam("of_collection"))
    & (_TABLE.c.sourced_id == bindparam("of_id"))
)


class Intake:
    """The staged records of one collection while it is pulled: digests by sourcedId, and the writes."""

    def __init__(self, session: Session, connection_id: int, collection: str, pull_id: int) -> None:
        self._session = session
        self._connection_id = connection_id
        self._collection = collection
        self._pull_id = pull_id
        self._digests: dict[str, bytes] = {}
        self._all_known = False
        self.changed = self.absent = self.broken = self.nameless = self.repeated = 0
        self._received = 0

    def know_all(self) -> bool:
        """Look up everything that is staged: before the first page of a read of everything. False when that is done."""
        if self._all_known:
            return False
        self._digests = dict(self._read())
        self._all_known = True
        return True

    def know(self, page: Page) -> None:
        """Look up what is staged under the sourcedIds of a page: before it is taken, where not everything is known.
        Begins the unit of work as one that writes.
        """
        will_write(self._session)
        names = {record.sourced_id for record in page.records}
        names |= {broken.sourced_id for broken in page.broken if broken.sourced_id}
        for chunk in chunks(sorted(names - self._digests.keys())):
            self._digests.update(self._read(_TABLE.c.sourced_id.in_(chunk)))

    @property
    def emptied(self) -> int:
        """How many records are staged as present, when a read of everything has received nothing at all; else 0."""
        return 0 if self._received or not self._all_known else sum(d != ABSENT for d in self._digests.values())

    @property
    def present(self) -> int:
        """How many records are staged as present."""
        there = select(func.count()).where(*self._here(), _TABLE.c.absent_since.is_(None))
        return self._session.scalar(there) or 0

    def take(self, page: Page) -> None:
        """Write what is new or changed of a page. Of a broken record that can be named the last good form stays."""
        new: list[RawRecord] = []
        changed: list[RawRecord] = []
        digests = self._digests
        for record in page.records:
            known = digests.get(record.sourced_id)
            if known is SEEN:
                self.repeated += 1
                continue
            digests[record.sourced_id] = SEEN
            if known is None:
                new.append(record)
            elif known != record.digest:
                changed.append(record)
        self._insert(new)
        self._update(changed)
        self.changed += len(new) + len(changed)
        for broken in page.broken:
            if broken.sourced_id in digests:
                digests[broken.sourced_id] = SEEN
        self.broken += len(page.broken)
        self.nameless += sum(broken.sourced_id is None for broken in page.broken)
        self._received += len(page)

    def mark_absent(self) -> None:
        """Note that the records which were not received are not there any more."""
        gone = (name for name, digest in self._digests.items() if digest is not SEEN and digest is not ABSENT)
        statement = update(_TABLE).where(_KEY).values(absent_since=self._pull_id)
        for names in _batches(gone):
            keep_former(self._session, self._connection_id, self._collection, names, self._pull_id)
            self._session.connection().execute(statement, [self._key(name) for name in names])
            self.absent += len(names)

    def _read(self, *where: ColumnElement[bool]) -> Iterator[tuple[str, bytes]]:
        found = self._session.execute(
            select(_TABLE.c.sourced_id, _TABLE.c.digest, _TABLE.c.absent_since)
            .where(*self._here(), *where)
            .execution_options(yield_per=BATCH)
        )
        for sourced_id, digest, absent_since in found:
            yield sourced_id, digest if absent_since is None else ABSENT

    def _here(self) -> tuple[ColumnElement[bool], ...]:
        return _TABLE.c.connection_id == self._connection_id, _TABLE.c.collection == self._collection

    def _insert(self, records: list[RawRecord]) -> None:
        if not records:
            return
        rows = [(self._connection_id, self._collection, r.sourced_id, r.digest, r.raw, self._pull_id) for r in records]
        insert_many(self._session.connection(), _TABLE, _INSERTED, rows)

    def _update(self, records: list[RawRecord]) -> None:
        """New bytes; a record that was absent is back, and counts as changed."""
        if not records:
            return
        names = [record.sourced_id for record in records]
        keep_former(self._session, self._connection_id, self._collection, names, self._pull_id)
        statement = update(_TABLE).where(_KEY).values(
            digest=bindparam("new_digest"), raw=bindparam("new_raw"), changed_in=self._pull_id, absent_since=None
        )  # fmt: skip
        rows = [{**self._key(r.sourced_id), "new_digest": r.digest, "new_raw": r.raw} for r in records]
        self._session.connection().execute(statement, rows)

    def _key(self, sourced_id: str) -> dict[str, Any]:
        return {"of_connection": self._connection_id, "of_collection": self._collection, "of_id": sourced_id}


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, BATCH)):
        yield batch
