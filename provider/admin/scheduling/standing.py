"""Whether the SIS lets courses and sections be published, in a few words for lists and pages: the rules' own answer.

One joined statement brings the rows that decide (`section_query`, `course_query`, `columns`, `split`), which are given
to the rules by `context_of`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Row, Rule, Rules
from provider.eligibility.rules.courses import CLASSES, COURSES
from provider.publishing.loading.reading import MODELS
from provider.sis import models
from shared.oneroster.versions import Version

#: The rows that decide about a course, and about a section; a course without a master has None for it.
OF_A_COURSE: tuple[type[Any], ...] = (rows.Course, rows.Calendar, rows.School, rows.Master)
OF_A_SECTION: tuple[type[Any], ...] = (rows.Section, rows.Trial, *OF_A_COURSE)

_FIELDS = {
    rows.Section: "sections", rows.Trial: "trials", rows.Course: "courses", rows.Calendar: "calendars",
    rows.School: "schools", rows.Master: "masters",
}  # fmt: skip

#: What a list says of each column that the rules name.
_WORDS = {
    "school_year.active": "Not of the active year",
    "course.active": "Inactive",
    "course.external_lms_exclude": "Excluded",
    "course_master.external_lms_exclude": "Course master excluded",
    "trial.active": "In a draft schedule",
    "section.active": "Inactive",
    "section.external_lms_exclude": "Excluded",
}


class Standing(NamedTuple):
    """Why something is not published: few words, and the number of the rule; both "" when it is."""

    words: str = ""
    number: str = ""


PUBLISHED = Standing()


def section_query(*columns: Any) -> Any:
    """A query for columns of sections and of the rows that decide about them."""
    return (
        select(*columns)
        .select_from(models.Section)
        .join(models.Trial, models.Trial.id == models.Section.trial_id)
        .join(models.Course, models.Course.id == models.Section.course_id)
        .join(models.Calendar, models.Calendar.id == models.Course.calendar_id)
        .join(models.School, models.School.id == models.Calendar.school_id)
        .outerjoin(models.CourseMaster, models.CourseMaster.id == models.Course.course_master_id)
    )


def course_query(*columns: Any) -> Any:
    """A query for columns of courses and of the rows that decide about them."""
    return (
        select(*columns)
        .select_from(models.Course)
        .join(models.Calendar, models.Calendar.id == models.Course.calendar_id)
        .join(models.School, models.School.id == models.Calendar.school_id)
        .outerjoin(models.CourseMaster, models.CourseMaster.id == models.Course.course_master_id)
    )


def columns(kinds: Iterable[type[Any]]) -> list[Any]:
    """The columns of some row types, for a joined query."""
    return [MODELS[kind].__table__.c[name] for kind in kinds for name in kind._fields]


def split(row: Sequence[Any], kinds: Iterable[type[Any]]) -> list[Any]:
    """The rows that one row of such a query is made of; None where an outer join found none."""
    found, at = [], 0
    for kind in kinds:
        part = row[at : at + len(kind._fields)]
        found.append(None if part[0] is None else kind._make(part))
        at += len(kind._fields)
    return found


def context_of(today: date, years: Iterable[rows.SchoolYear], found: Iterable[Sequence[Any]]) -> Context:
    """The rules over the rows of a page; of the editions any will do, as none sees less of these than another."""
    known: dict[str, Any] = {name: {} for name in _FIELDS.values()}
    for one in (row for line in found for row in line if row is not None):
        known[_FIELDS[type(one)]][one.id] = one
    by_id = {year.id: year for year in years}
    active = next((year for year in by_id.values() if year.active), None)
    return Context(Facts(today=today, year=active, years=by_id, **known), Edition(Version.V1P2))


def of_course(context: Context, course: rows.Course) -> Standing:
    """Why a course is not published (P-01, P-68, P-69, P-73)."""
    failed = _failed(COURSES, course, context)
    return _standing(failed, context, course.calendar_id) if failed else PUBLISHED


def of_section(context: Context, section: rows.Section) -> Standing:
    """Why a section is not published: for its course's sake, or its own (P-04, P-68, P-69)."""
    course = context.facts.courses[section.course_id]
    above = of_course(context, course)
    if above.words:
        own = above.words in ("Inactive", "Excluded")
        return Standing(f"Course {above.words.lower()}" if own else above.words, above.number)
    failed = _failed(CLASSES, section, context)
    return _standing(failed, context, course.calendar_id) if failed else PUBLISHED


def _failed(rules: Rules[Row], row: Row, context: Context) -> Rule[Row] | None:
    return next((rule for rule in rules.conditions if not rule.holds(row, context)), None)


def _standing(rule: Rule[Any], context: Context, calendar_id: int) -> Standing:
    if rule.number == "P-73":
        mark = context.calendar_mark(calendar_id)
        return Standing(f"{mark.table.capitalize()} excluded" if mark else "", rule.number)
    return Standing(_WORDS[rule.where.column], rule.number)
