"""What an edition publishes at a revision, read for a package: records in the order of their sourcedIds, a portion at a
time, and which of them have changed since an earlier revision. The order is that of the characters' numbers, in every
database.
"""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection

from provider.gradebook.lookups import fetch_among
from provider.publishing.catalog import BuiltEdition, published_dates
from provider.publishing.rendering import wire_date
from provider.publishing.texts import LIVE_SQL
from shared.oneroster.versions import Version

Record = dict[str, Any]

#: Records that are read together.
PORTION = 1_000
#: sourcedIds that PostgreSQL hands over at a time.
_STREAM = 10_000
_decode = msgspec.json.Decoder().decode

_LIVE = f"""SELECT sourced_id FROM published_record
    WHERE collection_id = {{collection}} AND status = 'active' AND {LIVE_SQL}"""  # noqa: S608
_CHANGED = """SELECT sourced_id FROM published_record
    WHERE collection_id = {collection} AND (since > {since} OR until > {since}) GROUP BY sourced_id"""
_NAMED = f"""SELECT sourced_id, since, tail FROM published_record
    WHERE collection_id = :collection AND sourced_id {{among}} AND status = 'active' AND {LIVE_SQL}"""  # noqa: S608
_ACTIVE = f"""SELECT sourced_id FROM published_record
    WHERE collection_id = :collection AND sourced_id {{among}} AND status = 'active' AND {LIVE_SQL}"""  # noqa: S608
_LAST = """SELECT sourced_id, max(since), max(until) FROM published_record
    WHERE collection_id = :collection AND sourced_id {among} GROUP BY sourced_id"""


class View:
    """An edition at one revision, over a connection that sees one state of the database throughout."""

    def __init__(self, connection: Connection, built: BuiltEdition, version: Version) -> None:
        self.connection = connection
        self.built = built
        self.version = version
        self._dates = {number: wire_date(at) for number, at in published_dates(connection, built.id).items()}

    @property
    def revision(self) -> int:
        return self.built.revision

    @property
    def date(self) -> str:
        """When the revision was published; before everything for revision 0."""
        return self._dates.get(self.revision, "")

    def at(self, revision: int) -> "View":
        """The same edition at another revision; at 0 it is empty."""
        return View(self.connection, self.built._replace(revision=revision), self.version)

    def portions(self, collection: str) -> Iterator[list[Record]]:
        """The active records of a collection."""
        live = _LIVE.replace(":at", str(self.revision))
        for sourced_ids in self._ordered(live.format(collection=self.built.collections[collection])):
            found = self.named(collection, sourced_ids)
            yield [found[sourced_id] for sourced_id in sourced_ids]

    def changed(self, collection: str, since: int) -> Iterator[list[str]]:
        """sourcedIds of records of which a version has come or gone after revision `since`."""
        statement = _CHANGED.format(collection=self.built.collections[collection], since=since)
        return self._ordered(statement)

    def named(self, collection: str, sourced_ids: Collection[str]) -> dict[str, Record]:
        """The active records with some sourcedIds."""
        asked = {"collection": self.built.collections[collection], "at": self.revision}
        rows = fetch_among(self.connection, _NAMED, sourced_ids, **asked)
        return {sourced_id: self._record(since, tail) for sourced_id, since, tail in rows}

    def active(self, collection: str, sourced_ids: Collection[str]) -> set[str]:
        """Which of some sourcedIds are those of active records."""
        asked = {"collection": self.built.collections[collection], "at": self.revision}
        return {row[0] for row in fetch_among(self.connection, _ACTIVE, sourced_ids, **asked)}

    def last_change(self, collection: str, sourced_ids: Collection[str]) -> dict[str, str]:
        """When records with some sourcedIds last changed, or went: their dateLastModified."""
        rows = fetch_among(self.connection, _LAST, sourced_ids, collection=self.built.collections[collection])
        return {sourced_id: self._dates[max(since, until or 0)] for sourced_id, since, until in rows}

    def _record(self, since: int, tail: bytes) -> Record:
        record: Record = _decode(b'{"dateLastModified":"' + self._dates[since].encode() + b'",' + tail)
        return record

    def _ordered(self, statement: str) -> Iterator[list[str]]:
        """Portions of the sourcedIds that a statement selects, in order."""
        for portion in ordered(self.connection, statement, "sourced_id"):
            yield [row[0] for row in portion]


def ordered(connection: Connection, statement: str, column: str) -> Iterator[list[Any]]:
    """Portions of the rows of a statement, as the driver has them, in the order of a text column's characters."""
    collation = ' COLLATE "C"' if connection.dialect.name == "postgresql" else ""
    streamed = connection.execution_options(yield_per=_STREAM)
    with streamed.exec_driver_sql(f"{statement} ORDER BY {column}{collation}") as rows:
        remaining = iter(rows)
        while portion := list(islice(remaining, PORTION)):
            yield portion
