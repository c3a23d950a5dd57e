"""Asking a SIS table for rows of a plain type: columns by the type's field names, ids in chunks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from provider.eligibility import rows
from provider.sis import models

#: Ids per query: below the number of variables that every SQLite allows.
CHUNK = 500
#: Rows fetched at a time.
STREAM = 5_000

Row = TypeVar("Row", bound=NamedTuple)

#: The table of each row type. A grade level also brings its NCES grade, from the state grade it is mapped to.
MODELS: dict[Any, Any] = {
    rows.District: models.District,
    rows.GradeLevel: models.GradeLevel,
    rows.School: models.School,
    rows.SchoolYear: models.SchoolYear,
    rows.Calendar: models.Calendar,
    rows.Structure: models.ScheduleStructure,
    rows.TermSchedule: models.TermSchedule,
    rows.Term: models.Term,
    rows.Trial: models.Trial,
    rows.Master: models.CourseMaster,
    rows.Course: models.Course,
    rows.Section: models.Section,
    rows.Placement: models.SectionPlacement,
    rows.GradingTask: models.GradingTask,
    rows.SectionTask: models.SectionGradingTask,
    rows.SectionStaff: models.SectionStaff,
    rows.Roster: models.Roster,
    rows.Person: models.Person,
    rows.Identity: models.Identity,
    rows.Contact: models.Contact,
    rows.Account: models.UserAccount,
    rows.Enrollment: models.Enrollment,
    rows.Relationship: models.Relationship,
    rows.Assignment: models.Assignment,
    rows.Resource: models.Resource,
    rows.CourseResource: models.CourseResource,
    rows.SectionResource: models.SectionResource,
    rows.PersonResource: models.PersonResource,
}


@cache
def columns(kind: type[Row]) -> Select[Any]:
    """A query for the columns of a row type, in the order of its primary key. Asks the tables, not the mapped classes:
    a million rows need no objects."""
    if kind is rows.GradeLevel:
        level, state = models.GradeLevel.__table__, models.StateGrade.__table__
        own = (level.c[name] for name in rows.GradeLevel._fields if name != "nces_grade")
        mapped = level.outerjoin(state, level.c.state_grade_code == state.c.code)
        return select(*own, state.c.nces_grade).select_from(mapped).order_by(level.c.id)
    table = MODELS[kind].__table__
    return select(*(table.c[name] for name in kind._fields)).order_by(*table.primary_key)


def read(session: Session, kind: type[Row], *conditions: ColumnElement[bool]) -> list[Row]:
    """All rows of a type that meet the conditions."""
    return _made(session, kind, columns(kind).where(*conditions))


def stream(session: Session, kind: type[Row], *conditions: ColumnElement[bool]) -> Iterator[Row]:
    """The same, a part at a time: flat memory for row sets of any size."""
    found = session.execute(columns(kind).where(*conditions), execution_options={"yield_per": STREAM})
    for part in found.partitions():
        for row in part:
            yield kind._make(row)


def read_in(session: Session, kind: type[Row], column: InstrumentedAttribute[Any], ids: Collection[Any]) -> list[Row]:
    """The rows of a type whose `column` (of numbers or of texts) is one of `ids`, in chunks of queries."""
    found: list[Row] = []
    remaining = iter(sorted(ids))
    while chunk := list(islice(remaining, CHUNK)):
        found += _rows(session, kind, {column.key: chunk})
    return found


def read_either(
    session: Session, kind: type[Row],
    first: InstrumentedAttribute[Any], first_ids: Collection[int],
    second: InstrumentedAttribute[Any], second_ids: Collection[int],
) -> list[Row]:  # fmt: skip
    """The rows of a type whose `first` or `second` column is one of the ids, each once, by id; few ids in one query."""
    if first_ids and second_ids and len(first_ids) + len(second_ids) <= CHUNK:
        return _rows(session, kind, {first.key: sorted(first_ids), second.key: sorted(second_ids)})
    found = by_id(read_in(session, kind, first, first_ids))
    found.update(by_id(read_in(session, kind, second, second_ids)))
    return [found[key] for key in sorted(found)]


def _rows(session: Session, kind: type[Row], ids: Mapping[str, Sequence[Any]]) -> list[Row]:
    return _made(session, kind, _where(kind, *ids), ids)


def _made(
    session: Session, kind: type[Row], query: Select[Any], ids: Mapping[str, Sequence[Any]] | None = None
) -> list[Row]:
    # Not through the session itself, whose layers cost as much again as a small query does; and in large parts.
    found = session.connection().execute(query, ids)
    return [kind._make(row) for part in found.partitions(STREAM) for row in part]


@cache
def _where(kind: type[Row], *names: str) -> Select[Any]:
    """A query for the rows of a type with ids, bound by the columns' names, in any of the columns. Made once: to make
    it costs as much as to ask it."""
    table = MODELS[kind].__table__
    return columns(kind).where(or_(*(table.c[name].in_(bindparam(name, expanding=True)) for name in names)))


def by_id(found: Iterable[Any]) -> dict[int, Any]:
    return {row.id: row for row in found}


def grouped(found: Iterable[Row], owner: Callable[[Row], int]) -> dict[int, list[Row]]:
    """Rows by the id of the row that owns them, in the order in which they came."""
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        groups[owner(row)].append(row)
    return dict(groups)
