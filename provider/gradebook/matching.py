"""Which rows answer a question, in order: candidates from the database, those that can be seen, and the predicate."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from provider.gradebook.candidates import Conditions, candidates, conditions
from provider.gradebook.records import Renderer, head
from provider.gradebook.rows import Head, Row, Source
from provider.gradebook.visible import Visible
from shared.oneroster.filters import Node, compile_filter, fields_of, sort_key
from shared.oneroster.versions import Version

Record = dict[str, Any]
AnyRow = TypeVar("AnyRow", bound=tuple[Any, ...])

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


class Answer(NamedTuple):
    """Row ids in order, and the rows themselves, likewise, where they had to be read anyway."""

    ids: "array[int]"
    rows: list[Row] | None = None


class Matcher:
    """Resolves questions to lists of row ids. `renderer` makes records of the state that `visible` is of."""

    def __init__(self, connection: Connection, version: Version, visible: Visible, renderer: Renderer) -> None:
        self._connection = connection
        self._version = version
        self._visible = visible
        self._renderer = renderer

    def answer(self, asked: Asked) -> Answer:
        """What answers, in order: by row id, or by the sort field with sourcedId last."""
        where = conditions(
            self._connection, asked.source, self._version, self._visible, asked.params, asked.filter, asked.client
        )
        if asked.sort is not None:
            return Answer(self._sorted(asked, asked.sort, where))
        if where.rest is not None:
            holds = compile_filter(where.rest, asked.source.resource, self._version)
            return Answer(array("I", sorted(number for number, record in self._records(asked, where) if holds(record))))
        if where.narrow:
            found = sorted(self._rows(asked.source, asked.source.whole, asked.source.row, where))
            return Answer(array("I", [row.id for row in found]), found)
        ids = array("I")
        for batch in candidates(self._connection, asked.source, asked.source.bare, where):
            ids.extend([row[0] for row in visible_rows(batch, asked.source, self._visible)])
        return Answer(array("I", sorted(ids)))

    def _sorted(self, asked: Asked, sort: str, where: Conditions) -> "array[int]":
        resource = asked.source.resource
        holds = compile_filter(where.rest, resource, self._version) if where.rest else lambda _: True
        key_of = sort_key(resource, self._version, sort)
        records = ((number, record) for number, record in self._records(asked, where) if holds(record))
        keyed = sorted((record["sourcedId"], number, key_of(record)) for number, record in records)
        keyed.sort(key=lambda row: row[2], reverse=asked.descending)
        return array("I", [number for _, number, _ in keyed])

    def _records(self, asked: Asked, where: Conditions) -> Iterator[tuple[int, Record]]:
        """Row ids with records; with no more than their first fields where the question is about these alone."""
        source = asked.source
        if fields_of(where.rest) | {asked.sort or "sourcedId"} <= _COLUMNS:
            yield from ((row.id, head(row)) for row in self._rows(source, source.head, Head, where))
            return
        for batch in candidates(self._connection, source, source.whole, where):
            found = visible_rows(list(map(source.row._make, batch)), source, self._visible)
            for row, record in zip(found, self._renderer.records(found), strict=True):
                yield row.id, record

    def _rows(self, source: Source, columns: str, kind: type[Any], where: Conditions) -> Iterator[Any]:
        for batch in candidates(self._connection, source, columns, where):
            yield from visible_rows(list(map(kind._make, batch)), source, self._visible)


def visible_rows(found: list[AnyRow], source: Source, visible: Visible) -> list[AnyRow]:
    """Those of some rows of a collection that can be seen (P-81, P-96). A row begins with its id, that of its section
    and that of its student."""
    nowhere: set[int | None] = {None} if source.loose else set()
    sections = {row[1] for row in found} - nowhere
    hidden = sections - visible.sections(sections - {None}).keys()
    if hidden:
        found = [row for row in found if row[1] not in hidden]
    if not source.of_students:
        return found
    people = {row[2] for row in found}
    unknown = people - visible.people(people - {None}).keys()
    return [row for row in found if row[2] not in unknown] if unknown else found
