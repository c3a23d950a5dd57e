"""What the models say about each SIS table, in the form in which an import needs it: keys, references, vocabularies.

The header of a table's CSV file is `Shape.header`: schema and file come from the same place.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.schema import sort_tables

from provider.sis import models

_VOCABULARY = re.compile(r"(\w+) IN \((.*)\)")
_ONLY = re.compile(r"(\w+) = ([01])")

#: What the program itself keeps of a row of the grade book; no file brings it.
_OWN = frozenset(("connection_id", "modified_at"))
#: Columns that no file brings.
_UNFILED = _OWN | {"hr_managed_since"}

#: Columns that tell who somebody is, how to reach or to judge them; all of `identity` and `contact` is personal too.
_PERSONAL = {
    "person": {"student_number", "staff_number", "identifier", "user_ids"},
    "user_account": {"username"},
    "result": {"score", "text_score", "comment", "objectives", "extension"},
    "assessment_result": {"score", "text_score", "percentile", "comment", "objectives", "extension"},
}
_ALL_PERSONAL = ("identity", "contact")


class Unique(NamedTuple):
    """Columns that no two rows share. `only`: among the rows in which this flag has this value."""

    columns: tuple[str, ...]
    only: tuple[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One SIS table. `references` are (column, table referred to); `uniques` are by constraint name.

    `made_up` is the column that an import makes up where a new row leaves it blank: a guid, or the sourcedId of a row
    of the grade book.
    """

    table: Table
    key: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    vocabularies: tuple[tuple[str, frozenset[str]], ...]
    checks: dict[str, str]
    uniques: dict[str, Unique]
    made_up: str | None
    dates_in_order: bool
    personal: frozenset[str]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.columns if column.name not in _UNFILED)

    @property
    def is_graded(self) -> bool:
        """Whether platforms make rows of this table too, and delta reads ask when a row changed (P-122, P-125)."""
        return set(self.table.columns.keys()) >= _OWN

    def is_required(self, column: str) -> bool:
        """A new row must bring this column: it has no default, and an import does not make it up."""
        described = self.table.columns[column]
        return column != self.made_up and not described.nullable and described.default is None

    def default(self, column: str) -> Any:
        """What a blank cell stands for."""
        described: Column[Any] = self.table.columns[column]
        return None if described.default is None else described.default.arg  # type: ignore[attr-defined]


@cache
def sis_shapes() -> dict[str, Shape]:
    """Every SIS table by name, each after those that it refers to."""
    ours = sorted((getattr(models, name).__table__ for name in models.__all__), key=lambda table: str(table.name))
    in_order = sort_tables(ours, skip_fn=lambda key: key.parent.name in _OWN)
    return {table.name: _shape(table) for table in in_order}


def _shape(table: Table) -> Shape:
    checks = {
        str(constraint.name): str(constraint.sqltext)
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    matches = [_VOCABULARY.fullmatch(text) for text in checks.values()]
    names = set(table.columns.keys())
    personal = names - {"id", "person_id", "start_date", "end_date"} if table.name in _ALL_PERSONAL else set()
    made_up = "guid" if "guid" in names else "sourced_id"
    return Shape(
        table=table,
        key=tuple(column.name for column in table.primary_key.columns),
        references=tuple(
            (column.name, key.column.table.name)
            for column in table.columns
            if column.name not in _OWN
            for key in column.foreign_keys
        ),
        vocabularies=tuple((m[1], frozenset(re.findall(r"'([^']*)'", m[2]))) for m in matches if m),
        checks=checks,
        uniques=_uniques(table),
        made_up=made_up if made_up in names and not table.columns[made_up].nullable else None,
        dates_in_order=any("end_date >= start_date" in text for text in checks.values()),
        personal=frozenset(personal | _PERSONAL.get(table.name, set())),
    )


def _uniques(table: Table) -> dict[str, Unique]:
    constraints = {
        str(constraint.name): Unique(tuple(column.name for column in constraint.columns))
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    return constraints | {
        str(index.name): Unique(tuple(column.name for column in index.columns), _only(index))
        for index in table.indexes
        if index.unique
    }


def _only(index: Index) -> tuple[str, bool] | None:
    """The flag that limits a partial index, as its condition for SQLite says."""
    found = _ONLY.fullmatch(str(index.dialect_options["sqlite"]["where"]))
    return (found[1], found[2] == "1") if found else None
