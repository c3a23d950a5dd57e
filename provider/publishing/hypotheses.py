"""Hypotheses: changes that are not made yet, evaluated on facts in memory. Nothing here writes to an SIS table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import UnionType
from typing import Any, get_args, get_type_hints

from sqlalchemy import Connection, func, select

from provider.eligibility.facts import Facts, Keys
from provider.publishing.loading.reading import MODELS
from provider.sis import models

#: A preview within a request concerns so many people and roster rows at most; a larger one is a job.
SMALL = 300


@dataclass(frozen=True, slots=True)
class ActiveYear:
    """Another school year is the active one (P-02)."""

    year_id: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A column of some rows of an SIS table has another value: an exclude, an Active flag, an end date …"""

    table: str
    ids: frozenset[int]
    column: str
    value: bool | int | str | date | None


Hypothesis = ActiveYear | Mark


class NoSuchHypothesis(ValueError):
    """A hypothesis that cannot be evaluated; the message says what and why."""


#: Tables whose rows the facts hold by id, and where.
_BY_ID = {
    "school": "schools", "school_year": "years", "calendar": "calendars", "schedule_structure": "structures",
    "grade_level": "grade_levels", "term": "terms", "trial": "trials", "course_master": "masters", "course": "courses",
    "section": "sections", "person": "people", "resource": "resources",
}  # fmt: skip
#: Tables whose rows the facts hold in lists by the person whose they are.
_BY_OWNER = {
    "enrollment": ("enrollments",), "assignment": ("assignments",), "user_account": ("accounts",),
    "relationship": ("relationships_of_adult", "relationships_of_student"),
}  # fmt: skip
TABLES = frozenset({*_BY_ID, *_BY_OWNER, "roster", "section_staff"})

_ROWS: dict[str, Any] = {model.__tablename__: kind for kind, model in MODELS.items()}
#: What a row is known by, or whose it is, decides which rows are loaded and how records are called: that is no mark.
_FIXED = frozenset({"id", "guid", "sourced_id", "grading_period_sourced_id", "imported_role", "state_grade_code",
                    "nces_grade"})  # fmt: skip


def columns_of(table: str) -> Mapping[str, Any]:
    """The columns of a table that a `Mark` can change, with their types; none for a table that no rule reads."""
    if table not in TABLES:
        return {}
    hints = get_type_hints(_ROWS[table])
    fixed = _FIXED | ({"active"} if table == "school_year" else set())  # that is `ActiveYear`
    return {name: kind for name, kind in hints.items() if name not in fixed and not name.endswith("_id")}


def check(hypothesis: Hypothesis) -> None:
    """Raises NoSuchHypothesis for a mark that cannot be evaluated."""
    if isinstance(hypothesis, ActiveYear):
        return
    columns = columns_of(hypothesis.table)
    if hypothesis.column not in columns:
        raise NoSuchHypothesis(f"What a change of {hypothesis.table}.{hypothesis.column} would do cannot be previewed")
    kind = columns[hypothesis.column]
    allowed = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if type(hypothesis.value) not in allowed:
        raise NoSuchHypothesis(f"{hypothesis.table}.{hypothesis.column} cannot be {hypothesis.value!r}")


def as_plain(hypothesis: Hypothesis) -> dict[str, Any]:
    """A hypothesis as JSON has it."""
    if isinstance(hypothesis, ActiveYear):
        return {"active_year": hypothesis.year_id}
    value = hypothesis.value.isoformat() if isinstance(hypothesis.value, date) else hypothesis.value
    return {"table": hypothesis.table, "ids": sorted(hypothesis.ids), "column": hypothesis.column, "value": value}


def from_plain(plain: Mapping[str, Any]) -> Hypothesis:
    """The hypothesis that `as_plain` has written. Raises NoSuchHypothesis."""
    if "active_year" in plain:
        return ActiveYear(plain["active_year"])
    value = plain["value"]
    if isinstance(value, str) and date in _types(columns_of(plain["table"]).get(plain["column"])):
        value = date.fromisoformat(value)
    mark = Mark(plain["table"], frozenset(plain["ids"]), plain["column"], value)
    check(mark)
    return mark


def _types(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def year_of(hypothesis: Hypothesis | None) -> int | None:
    """The year that facts have to be loaded for; None: the active one."""
    return hypothesis.year_id if isinstance(hypothesis, ActiveYear) else None


def supposing(facts: Facts, hypothesis: Hypothesis | None) -> Facts:
    """The facts as they would be. Those of another year have to be loaded for it (`year_of`)."""
    if not isinstance(hypothesis, Mark):
        return facts
    check(hypothesis)
    changed: dict[str, Any]
    if name := _BY_ID.get(hypothesis.table):
        held = getattr(facts, name)
        changed = {name: held | {key: _marked(held[key], hypothesis) for key in hypothesis.ids & held.keys()}}
        if facts.year and name == "years":
            changed["year"] = changed[name][facts.year.id]
        return replace(facts, **changed)
    if names := _BY_OWNER.get(hypothesis.table):
        changed = {name: _in_lists(getattr(facts, name), hypothesis) for name in names}
        return replace(facts, **changed)
    if hypothesis.table == "section_staff":
        return replace(facts, section_staff=[_marked(row, hypothesis) for row in facts.section_staff])
    return replace(facts, rosters=_streamed(facts.rosters, hypothesis))


def _marked(row: Any, mark: Mark) -> Any:
    return row._replace(**{mark.column: mark.value}) if row.id in mark.ids else row


def _in_lists(held: Mapping[int, list[Any]], mark: Mark) -> dict[int, list[Any]]:
    return {
        owner: [_marked(row, mark) for row in found] if any(row.id in mark.ids for row in found) else found
        for owner, found in held.items()
    }


def _streamed(rosters: Callable[[], Iterable[Any]], mark: Mark) -> Callable[[], Iterable[Any]]:
    return lambda: (_marked(row, mark) for row in rosters())


def small(hypothesis: Hypothesis, connection: Connection) -> Keys | None:
    """The keys of the records that a hypothesis concerns, when they are so few that it can be answered within a
    request; None: it has to be a job. Raises NoSuchHypothesis."""
    check(hypothesis)
    if not isinstance(hypothesis, Mark) or len(hypothesis.ids) > SMALL:
        return None
    keys = _keys(hypothesis, connection)
    if keys is None or len(keys.people) > SMALL:
        return None
    of_courses = select(models.Section.id).where(models.Section.course_id.in_(keys.courses))
    sections = keys.sections | set(connection.execute(of_courses).scalars())
    if len(sections) > SMALL:
        return None
    rosters = select(func.count()).where(models.Roster.section_id.in_(sections))
    return keys if len(keys.people) + connection.execute(rosters).scalar_one() <= SMALL else None


def _keys(mark: Mark, connection: Connection) -> Keys | None:
    """Whom a change of these rows concerns (P-90), as `sis.changes` says of an edit; None for everybody."""

    def found(question: Any) -> frozenset[int]:
        return frozenset(value for row in connection.execute(question) for value in row)

    def people(model: Any) -> frozenset[int]:
        return found(select(model.person_id).where(model.id.in_(mark.ids)))

    match mark.table:
        case "person":
            return Keys(people=mark.ids)
        case "section":
            return Keys(sections=mark.ids)
        case "course":
            return Keys(courses=mark.ids)
        case "resource":
            return Keys(resources=mark.ids)
        case "course_master":
            return Keys(courses=found(select(models.Course.id).where(models.Course.course_master_id.in_(mark.ids))))
        case "relationship":
            both = select(models.Relationship.person_id, models.Relationship.student_id)
            return Keys(people=found(both.where(models.Relationship.id.in_(mark.ids))))
        case "enrollment" | "assignment" | "user_account":
            return Keys(people=people(MODELS[_ROWS[mark.table]]))
        case "roster" | "section_staff":
            model = MODELS[_ROWS[mark.table]]
            sections = found(select(model.section_id).where(model.id.in_(mark.ids)))
            return Keys(people=people(model), sections=sections)
    return None
