"""What a process may remember of published things because it never changes: numbers of editions, dates, extents."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from provider.eligibility.edition import Edition
from provider.publishing.catalog import BuiltEdition, extent_at, find_edition, published_dates
from provider.publishing.positions import Extent
from provider.publishing.rendering import head, wire_date
from shared.database import fetch

#: Extents remembered at most; an extent with many holes is some hundred kilobytes.
_EXTENTS = 200
#: Questions remembered at most.
_QUESTIONS = 10_000
_CURRENT = "SELECT revision FROM published_edition WHERE id = :edition"


@dataclass
class Dates:
    """When the revisions of an edition were published: as moments, as they stand on the wire, as records begin."""

    at: dict[int, datetime] = field(default_factory=dict)
    wire: dict[int, str] = field(default_factory=dict)
    heads: dict[int, bytes] = field(default_factory=dict)


class Memory:
    """The memory of one process for one district."""

    def __init__(self) -> None:
        self._editions: dict[Edition, tuple[int, dict[str, int]]] = {}
        self._dates: dict[int, Dates] = {}
        self._extents: dict[tuple[int, int], Extent] = {}
        #: (client, question) whose walks all began at this revision or a later one.
        self._settled: dict[tuple[int, bytes], int] = {}

    def edition(self, connection: Connection, edition: Edition) -> BuiltEdition | None:
        """The edition with its present revision; None when it is not registered."""
        known = self._editions.get(edition)
        if known is not None:
            rows = fetch(connection, _CURRENT, {"edition": known[0]})
            if rows:
                return BuiltEdition(known[0], rows[0][0], known[1])
        built = find_edition(connection, edition)
        if built is not None and built.complete:
            self._editions[edition] = built.id, built.collections
        return built

    def dates(self, connection: Connection, edition_id: int, revision: int) -> Dates:
        """The dates of all revisions of an edition up to `revision`, and perhaps later ones."""
        dates = self._dates.setdefault(edition_id, Dates())
        if revision not in dates.heads:
            for number, at in published_dates(connection, edition_id, after=max(dates.heads, default=0)).items():
                dates.at[number], dates.wire[number] = at, wire_date(at)
                dates.heads[number] = head(at)
        return dates

    def extent(self, connection: Connection, collection_id: int, revision: int) -> Extent:
        """The extent of a collection at a revision that is published."""
        found = self._extents.get((collection_id, revision))
        if found is None:
            found = extent_at(connection, collection_id, revision)
            while len(self._extents) >= _EXTENTS:
                self._extents.pop(next(iter(self._extents)), None)
            self._extents[collection_id, revision] = found
        return found

    def settled(self, client: int, question: bytes, revision: int) -> bool:
        """Whether it is known that no walk of a client over a question began before a revision."""
        return self._settled.get((client, question)) == revision

    def settle(self, client: int, question: bytes, revision: int) -> None:
        """Remember that no walk of a client over a question began before a revision, and that none can any more."""
        if len(self._settled) >= _QUESTIONS:
            self._settled.clear()
        self._settled[client, question] = revision
