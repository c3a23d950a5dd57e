"""Which rows of a collection may answer a question: what the database can tell of its path and filter, as conditions.

What a path asks, whether deleted rows count, and the clauses on status and dateLastModified that a column answers as
well as the record would are decided here; all else only narrows the search, and the predicate on the record decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from provider.gradebook.ids import school_named
from provider.gradebook.rows import Source
from provider.gradebook.visible import Visible
from provider.gradebook.wire import stored_moment
from provider.publishing.selecting import storable
from shared.database import fetch
from shared.oneroster.filters import And, Clause, Node, conjuncts, equalities, fields_of
from shared.oneroster.kinds import DATETIME
from shared.oneroster.resources.gradebook import categories
from shared.oneroster.versions import Version

#: Row ids per statement when the whole table has to be looked through: memory stays small.
_SPAN = 20_000
#: A filter that mentions one of these sees deleted rows, too (P-122, real-clients 18).
_SEES_DELETED = frozenset({"status", "dateLastModified"})
_NOTHING = "1 = 0"
_OF_SCHOOL = """IN (SELECT s.id FROM section s JOIN course c ON c.id = s.course_id
    JOIN calendar k ON k.id = c.calendar_id WHERE k.school_id = :school)"""
#: A platform's own categories are open to all its sections; those of others belong to a section that uses them.
_IN_SECTION = """(g.section_id = :section OR (g.section_id IS NULL AND (g.connection_id = :client OR EXISTS (
    SELECT 1 FROM line_item u WHERE u.category_id = g.id AND u.section_id = :section AND NOT u.deleted))))"""


@dataclass
class Conditions:
    """What a statement says after WHERE.

    narrow   the rows of one object were asked for: they are few enough for one statement
    dated    the conditions on dateLastModified, of which nobody knows how much they leave over
    rest     what is left of the filter for the predicate; None: nothing
    """

    where: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    narrow: bool = False
    dated: list[str] = field(default_factory=list)
    rest: Node | None = None

    def add(self, condition: str, **values: Any) -> None:
        """A condition that leads to the rows of one object."""
        self.where.append(condition)
        self.values.update(values)
        self.narrow = True


def conditions(
    connection: Connection, source: Source, version: Version, visible: Visible, params: Mapping[str, str],
    node: Node | None, client: int,
) -> Conditions:  # fmt: skip
    """What the path parameters and the filter of a read ask of the rows. `client`: who asks (connection id)."""
    found = Conditions([source.condition] if source.condition else [])
    asked = {_FIELDS[name]: value for name, value in params.items()}
    narrower = _Narrower(connection, source, visible, client, found)
    for name, value in asked.items():
        narrower.narrow(name, value)
    for path, value in equalities(node, source.resource, version):
        if path.split(".")[0] not in asked:
            narrower.narrow(path.split(".")[0], value)
    if _SEES_DELETED.isdisjoint(fields_of(node)):
        found.where.append("NOT g.deleted")
    decided = [clause for clause in conjuncts(node) if narrower.decides(clause)]
    found.rest = _without(node, decided)
    return found


#: The field that a path parameter is a value of.
_FIELDS = {
    "classSourcedId": "class", "lineItemSourcedId": "lineItem", "studentSourcedId": "student",
    "schoolSourcedId": "school",
}  # fmt: skip


@dataclass
class _Narrower:
    connection: Connection
    source: Source
    visible: Visible
    client: int
    found: Conditions

    def narrow(self, name: str, value: str) -> None:
        """Rows of which the field is a reference with that sourcedId."""
        source, found = self.source, self.found
        if not storable(value):
            found.add(_NOTHING)
        elif name == "sourcedId":
            found.add("g.sourced_id = :sourced_id", sourced_id=value)
        elif name == "class":
            section = self.visible.section_of(value)
            condition = _IN_SECTION if source.resource is categories else f"{source.section} = :section"
            found.add(*([condition] if section else [_NOTHING]), section=section, client=self.client)
        elif name == "student":
            person = self.visible.person_of(value)
            found.add(f"{source.person} = :person" if person else _NOTHING, person=person)
        elif name in ("lineItem", "assessmentLineItem"):
            found.add("l.sourced_id = :line_item", line_item=value)
        elif name == "category":
            found.add("c.sourced_id = :category", category=value)
        elif name == "school":
            school = school_named(self.connection, value)
            found.add(f"{source.section} {_OF_SCHOOL}" if school else _NOTHING, school=school)

    def decides(self, clause: Clause) -> bool:
        """Take a clause on status or dateLastModified as a condition; whether nothing of it is left to check."""
        if clause.path == ("status",) and clause.op == "=":
            self.found.where.append(_STATUS.get(clause.value.casefold(), _NOTHING))
            return True
        return clause.path == ("dateLastModified",) and clause.op in _AROUND and self._bound(clause)

    def _bound(self, clause: Clause) -> bool:
        text = DATETIME.operand(clause.value)
        # Columns are whole milliseconds: between two of them the condition is a little wider than the clause.
        exact = len(text) == len("2026-08-15T10:00:00.000")
        name = f"moment{len(self.found.values)}"
        self.found.dated.append(f"g.modified_at {clause.op if exact else _AROUND[clause.op]} :{name}")
        self.found.values[name] = stored_moment(text, self.connection.dialect.name)
        return exact


_STATUS = {"active": "NOT g.deleted", "tobedeleted": "g.deleted"}
#: For each operator the one that keeps the millisecond before the operand.
_AROUND = {">": ">=", ">=": ">=", "<": "<=", "<=": "<=", "=": "="}


def _without(node: Node | None, decided: list[Clause]) -> Node | None:
    """A filter less some of the clauses that are joined by nothing but AND."""
    if isinstance(node, Clause):
        return None if node in decided else node
    if isinstance(node, And):
        left = tuple(inner for one in node.nodes if (inner := _without(one, decided)) is not None)
        return And(left) if left else None
    return node


def candidates(
    connection: Connection, source: Source, columns: str, found: Conditions
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows that conditions leave over, in batches; in order of their ids only batch by batch, if there are many."""
    statement = f"SELECT {columns} FROM {source.tables}"  # noqa: S608
    where = [*found.where, *found.dated]
    table = source.tables.split()[0]
    if found.narrow or (found.dated and _are_few(connection, table, found)):
        yield fetch(connection, _with(statement, where), found.values)
        return
    ((first, last),) = fetch(connection, f"SELECT min(id), max(id) FROM {table}", {})  # noqa: S608
    spanned = _with(statement, ["g.id BETWEEN :low AND :high", *where])
    for low in range(first or 0, (last or -1) + 1, _SPAN):
        yield fetch(connection, spanned, found.values | {"low": low, "high": low + _SPAN - 1})


def _are_few(connection: Connection, table: str, found: Conditions) -> bool:
    """Whether the dates alone leave over so few rows that one statement may fetch them."""
    some = _with(f"SELECT 1 FROM {table} g", found.dated)  # noqa: S608
    counted = f"SELECT count(*) FROM ({some} LIMIT {_SPAN}) AS first_ones"  # noqa: S608
    return bool(fetch(connection, counted, found.values)[0][0] < _SPAN)


def _with(statement: str, where: list[str]) -> str:
    return f"{statement} WHERE {' AND '.join(where)}" if where else statement
