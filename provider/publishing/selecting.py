"""Which positions answer a query: views and filters resolved to an ordered list, through the index where it helps.

The index and the dates only narrow the search; what counts is the predicate on the record as of the revision read.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, null, select

from provider.publishing.catalog import RESOURCES
from provider.publishing.models import PublishedIndex, PublishedRecord
from provider.publishing.positions import Extent, position_of, record_id
from provider.publishing.texts import LIVE, records_at
from shared.database import streaming
from shared.oneroster.filters import (
    And,
    Clause,
    Equality,
    Node,
    compile_filter,
    conjuncts,
    equalities,
    fields_of,
    sort_key,
)
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.views import Every, Via, View, Whole, compile_view, view_equalities
from shared.oneroster.versions import Version

Record = dict[str, Any]
T = TypeVar("T")

#: Candidates so few that reading them costs less than narrowing further.
_FEW = 2_000
#: Indexed paths with few values: they narrow little, so they come last.
_BROAD = frozenset({"role", "roles.role", "type"})
#: Paths that are columns of a record: a filter of these alone needs no JSON.
_COLUMNS = frozenset({"sourcedId", "status", "dateLastModified"})
_DATE = ("dateLastModified",)
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one collection. `params` are the decoded path parameters that `view` names."""

    resource: Resource
    view: View
    params: Mapping[str, str]
    filter: Node | None = None
    sort: str | None = None
    descending: bool = False

    @property
    def whole(self) -> bool:
        """The collection as it is: no list has to be made."""
        return isinstance(self.view, Whole) and self.filter is None and self.sort is None


@dataclass(frozen=True, slots=True)
class Selector:
    """Resolves questions to one edition at one revision. `dates`: dateLastModified on the wire by revision number."""

    connection: Connection
    version: Version
    revision: int
    collections: Mapping[str, int]
    extents: Callable[[str], Extent]
    dates: Mapping[int, str]
    gathered: dict[Via, frozenset[str]] = field(default_factory=dict)

    def positions(self, asked: Asked) -> "array[int]":
        """Positions of the records that answer, in order: by position, or by the sort field with sourcedId last."""
        rows = ((position, record) for position, record in self._matching(asked))
        if asked.sort is None:
            return array("I", sorted(position for position, _ in rows))
        key = sort_key(asked.resource, self.version, asked.sort)
        keyed = sorted((record["sourcedId"], position, key(record)) for position, record in rows)
        keyed.sort(key=lambda row: row[2], reverse=asked.descending)
        return array("I", [position for _, position, _ in keyed])

    def records(self, asked: Asked) -> Iterator[Record]:
        """The records that answer, decoded, in no particular order."""
        return (record for _, record in self._matching(asked))

    def _matching(self, asked: Asked) -> Iterator[tuple[int, Record]]:
        fitting = frozenset(self._fitting_revisions(asked))
        holds = self._predicate(asked)
        for key, since, record in self._candidates(asked):
            if since in fitting:
                record["dateLastModified"] = self.dates[since]
                if holds is None or holds(record):
                    yield position_of(key), record

    def _predicate(self, asked: Asked) -> Callable[[Record], bool] | None:
        """What a record must fulfil besides having been published by a fitting revision; None: nothing."""
        rest = _without_dates(asked.filter)
        passes = compile_filter(rest, asked.resource, self.version) if rest else None
        if isinstance(asked.view, Whole):
            return passes
        gather = partial(self._gather, params=asked.params)
        belongs = compile_view(asked.view, asked.resource, self.version, asked.params, gather)
        if passes is None:
            return belongs
        return lambda record: passes(record) and belongs(record)

    def _gather(self, via: Via, params: Mapping[str, str]) -> frozenset[str]:
        """The sourcedIds that records of another collection name (users of a class, through its enrollments)."""
        if via not in self.gathered:
            self.gathered[via] = self._named(via, params)
        return self.gathered[via]

    def _named(self, via: Via, params: Mapping[str, str]) -> frozenset[str]:
        *names, last = via.pick.split(".")
        found: set[str] = set()
        for record in self.records(Asked(RESOURCES[via.collection], Every(via.where), params)):
            values = record.get(names[0]) or []
            found.update(value[last] for value in (values if isinstance(values, list) else [values]))
        return frozenset(found)

    def _candidates(self, asked: Asked) -> Iterator[tuple[int, int, Record]]:
        """(record id, since, record without its date) of every record that may answer."""
        number = self.collections[asked.resource.plural]
        ids = self._ids(asked)
        if ids is not None:
            named = [PublishedRecord.collection_id == number]
            for some in _portions(sorted(ids)):
                yield from self._decoded(*named, PublishedRecord.sourced_id.in_(some))
            return
        narrowed = self._narrowed(asked, number)
        if narrowed is not None:
            for positions in _portions(sorted(narrowed)):
                for key, since, tail in records_at(self.connection, number, positions, self.revision):
                    yield key, since, _decode(b"{" + tail)
            return
        where = self._span(asked, number)
        if asked.sort in (None, *_COLUMNS) and fields_of(asked.filter) <= _COLUMNS and isinstance(asked.view, Whole):
            yield from self._columns(*where, named=asked.sort == "sourcedId" or "sourcedId" in fields_of(asked.filter))
        else:
            yield from self._decoded(*where)

    def _ids(self, asked: Asked) -> frozenset[str] | None:
        """The sourcedIds that alone can answer, where the view or the filter names them."""
        for view in asked.view.views if isinstance(asked.view, Every) else (asked.view,):
            if isinstance(view, Via):
                return self._gather(view, asked.params)
        named = [equality.value for equality in self._equalities(asked) if equality.path == "sourcedId"]
        return frozenset(filter(storable, named[:1])) if named else None

    def _narrowed(self, asked: Asked, number: int) -> set[int] | None:
        """Positions that the index leaves over; None when no part of the question is indexed."""
        found: set[int] | None = None
        for path, value in sorted(self._equalities(asked), key=lambda equality: equality.path in _BROAD):
            if found is not None and len(found) <= _FEW:
                break
            if not storable(value):
                return set()
            positions = self.connection.execute(
                select(PublishedIndex.position).where(
                    PublishedIndex.collection_id == number, PublishedIndex.field == path, PublishedIndex.value == value
                )
            ).scalars()
            found = set(positions) if found is None else found.intersection(positions)
        return found

    def _equalities(self, asked: Asked) -> set[Equality]:
        """What every record that answers has, as far as the index can tell."""
        return {
            *view_equalities(asked.view, asked.resource, self.version, asked.params),
            *equalities(asked.filter, asked.resource, self.version),
        }

    def _span(self, asked: Asked, number: int) -> tuple[ColumnElement[bool], ...]:
        """The part of the collection that the dates asked for leave over: versions of some revisions, or all of it."""
        fitting = self._fitting_revisions(asked)
        if len(fitting) < len(self.dates):
            bounds = (min(fitting), max(fitting)) if fitting else (1, 0)
            return PublishedRecord.collection_id == number, PublishedRecord.since.between(*bounds)
        extent = self.extents(asked.resource.plural)
        low, high = record_id(number, extent.first, 0), record_id(number, extent.last, 0)
        return PublishedRecord.id >= low, PublishedRecord.id < high

    def _fitting_revisions(self, asked: Asked) -> list[int]:
        """Revisions whose date satisfies every clause on dateLastModified that all answers must satisfy."""
        dated = [clause for clause in conjuncts(asked.filter) if clause.path == _DATE]
        tests = [compile_filter(clause, asked.resource, self.version) for clause in dated]
        return [n for n, at in self.dates.items() if all(test({"dateLastModified": at}) for test in tests)]

    def _decoded(self, *where: ColumnElement[bool]) -> Iterator[tuple[int, int, Record]]:
        query = select(PublishedRecord.id, PublishedRecord.since, PublishedRecord.tail).where(*where, LIVE)
        for key, since, tail in self._stream(query):
            yield key, since, _decode(b"{" + tail)

    def _columns(self, *where: ColumnElement[bool], named: bool) -> Iterator[tuple[int, int, Record]]:
        """Records as far as columns hold them; not `named`: without their sourcedId, so that the index is enough."""
        sourced_id = PublishedRecord.sourced_id if named else null()
        query = select(PublishedRecord.id, PublishedRecord.since, PublishedRecord.status, sourced_id).where(
            *where, LIVE
        )
        for key, since, status, sourced_id in self._stream(query):
            yield key, since, {"sourcedId": sourced_id, "status": status}

    def _stream(self, query: Any) -> Iterator[Any]:
        with streaming(self.connection) as connection:
            # An option of this statement alone: one of the connection would stay with it.
            yield from connection.execute(query, {"at": self.revision}, execution_options={"yield_per": 5_000})


def storable(value: str) -> bool:
    """Whether a record can have the value at all: PostgreSQL keeps no NUL in texts and refuses to be asked for one."""
    return "\0" not in value


def covers_everything(node: Node | None, resource: Resource, version: Version, dates: Mapping[int, str]) -> bool:
    """Whether a filter is about dateLastModified alone and every date there is passes: then it asks for everything."""
    if node is None or fields_of(node) != {_DATE[0]}:
        return False
    passes = compile_filter(node, resource, version)
    return all(passes({"dateLastModified": at}) for at in dates.values())


def _without_dates(node: Node | None) -> Node | None:
    """What is left to check of a filter once the revision fits: all but the clauses of `_fitting_revisions`."""
    if isinstance(node, Clause):
        return None if node.path == _DATE else node
    if isinstance(node, And):
        left = tuple(inner for inner in map(_without_dates, node.nodes) if inner is not None)
        return And(left) if left else None
    return node


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[i : i + 1_000] for i in range(0, len(values), 1_000))
