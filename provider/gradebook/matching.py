"""Which rows answer a question, in order: candidates from the database, those that can be seen, and the predicate."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from provider.gradebook.candidates import Conditions, candidates, conditions
from provider.gradebook.records import Renderer, head
from provider.gradebook.rows import Head, Row, Source
from provider.gradebook.visible import Visible
from shared.oneroster.filters import Node, compile_filter, fields_of, sort_key
from shared.oneroster.versions import Version

Record = dict[str, Any]
AnyRow = TypeVar("AnyRow", Head, Row)

#: Fields that are columns of every table: what asks for these alone needs no record.
_COLUMNS = frozenset({"sourcedId", "status", "dateLastModified"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one collection. `params` are the decoded path parameters, `client` who asks (connection id)."""

    source: Source
    params: Mapping[str, str]
    filter: Node | None
    sort: str | None
    descending: bool
    client: int


class Matcher:
    """Resolves questions to lists of row ids. `renderer` makes records of the state that `visible` is of."""

    def __init__(self, connection: Connection, version: Version, visible: Visible, renderer: Renderer) -> None:
        self._connection = connection
        self._version = version
        self._visible = visible
        self._renderer = renderer

    def ids(self, asked: Asked) -> "array[int]":
        """Ids of the rows that answer, in order: by id, or by the sort field with sourcedId last."""
        node, source = asked.filter, asked.source
        where = conditions(self._connection, source, self._version, self._visible, asked.params, node, asked.client)
        if asked.sort is None:
            if node is None:
                return array("I", sorted(row.id for row in self._heads(source, where)))
            holds = compile_filter(node, source.resource, self._version)
            return array("I", sorted(key for key, record in self._records(asked, where) if holds(record)))
        holds = compile_filter(node, source.resource, self._version) if node else lambda _: True
        key_of = sort_key(source.resource, self._version, asked.sort)
        keyed = sorted(
            (record["sourcedId"], number, key_of(record))
            for number, record in self._records(asked, where)
            if holds(record)
        )
        keyed.sort(key=lambda row: row[2], reverse=asked.descending)
        return array("I", [number for _, number, _ in keyed])

    def _records(self, asked: Asked, where: Conditions) -> Iterator[tuple[int, Record]]:
        """Row ids with records; with no more than their first fields where the question is about these alone."""
        if fields_of(asked.filter) | {asked.sort or "sourcedId"} <= _COLUMNS:
            yield from ((row.id, head(row)) for row in self._heads(asked.source, where))
            return
        for batch in candidates(self._connection, asked.source, asked.source.whole, where):
            found = visible_rows(list(map(asked.source.row._make, batch)), asked.source, self._visible)
            for row, record in zip(found, self._renderer.records(found), strict=True):
                yield row.id, record

    def _heads(self, source: Source, where: Conditions) -> Iterator[Head]:
        for batch in candidates(self._connection, source, source.head, where):
            yield from visible_rows(list(map(Head._make, batch)), source, self._visible)


def visible_rows(found: Sequence[AnyRow], source: Source, visible: Visible) -> list[AnyRow]:
    """Those of some rows of a collection that can be seen (P-81, P-96)."""
    sections = visible.sections({row.section_id for row in found if row.section_id is not None})
    seen = [row for row in found if row.section_id in sections or (row.section_id is None and source.loose)]
    if not source.of_students:
        return seen
    people = visible.people({row.person_id for row in seen if row.person_id is not None})
    return [row for row in seen if row.person_id in people]
