"""The list of sections: found by words, school, year and state, a page at a time, with what the rules say of each."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session

from provider.admin.names import names_of
from provider.admin.scheduling import standing
from provider.admin.scheduling.choices import active_year, in_order, number, words_of
from provider.admin.scheduling.standing import OF_A_SECTION, Standing
from provider.admin.sight import Sight, in_force
from provider.eligibility import rows
from provider.publishing.loading.reading import read
from provider.sis.models import (
    Calendar,
    Course,
    CourseMaster,
    Identity,
    LineItem,
    Roster,
    School,
    Section,
    SectionGradingTask,
    SectionStaff,
    Trial,
)  # fmt: skip
from shared.web.lists import SIZE, Asked

#: What the list can be sorted by.
SORTS: dict[str, tuple[Any, ...]] = {
    "course": (Course.number, Section.number, Section.id),
    "name": (Course.name, Course.number, Section.number, Section.id),
    "school": (School.name, Course.number, Section.number, Section.id),
}
TEACHERS = ("Primary Teacher", "Teacher")

#: What is marked above a section (P-68, P-73).
_ABOVE = or_(
    Course.external_lms_exclude, func.coalesce(CourseMaster.external_lms_exclude, false()),
    Calendar.external_lms_exclude, School.external_lms_exclude,
)  # fmt: skip
#: The states that a list can be limited to: words, condition as of a day.
STATES: Mapping[str, tuple[str, Callable[[date], ColumnElement[bool]]]] = {
    "excluded": ("Marked External LMS Exclude", lambda _: Section.external_lms_exclude.is_(True)),
    "above": ("Excluded by its course, master, calendar or school", lambda _: _ABOVE),
    "inactive": ("Not active", lambda _: or_(Section.active.is_(False), Course.active.is_(False))),
    "draft": ("In a draft schedule", lambda _: Trial.active.is_(False)),
    "empty": ("With nobody on the roster", lambda _: ~exists().where(Roster.section_id == Section.id)),
    "untaught": ("Without a primary teacher today", lambda day: ~exists().where(
        SectionStaff.section_id == Section.id, SectionStaff.role == TEACHERS[0], *in_force(SectionStaff, day)
    )),
}  # fmt: skip
#: What the list is limited by; administrators alone choose the latter two.
FILTERS = ("school", "year")
MORE_FILTERS = ("state", "task")


class SectionRow(NamedTuple):
    """A line of the list. `teachers` and `students` on the day; `standing` says why a section is not published."""

    id: int
    code: str
    name: str
    school: str
    teachers: tuple[str, ...]
    students: int
    assignments: int
    standing: Standing


def find_sections(session: Session, sight: Sight, asked: Asked) -> tuple[list[SectionRow], int]:
    """(a page of the sections that may be seen, how many there are in all).

    asked.search   words, each a part of a course's name or number, of a section's name or number, of both numbers with
                   a hyphen between them, or of a teacher's first or last name
    asked.filters  school, year and task by id, state by its name in `STATES`; without a year those of the active one,
                   where one is active; course by id, of whichever year
    """
    where = _where(session, sight, asked)
    order = in_order(SORTS, asked)
    query = (
        standing.section_query(*standing.columns(OF_A_SECTION))
        .where(*where)
        .order_by(*order)
        .offset(asked.offset)
        .limit(SIZE)
    )
    found = [standing.split(row, OF_A_SECTION) for row in session.execute(query)]
    total = session.scalar(standing.section_query(func.count()).where(*where)) or 0
    context = standing.context_of(sight.today, read(session, rows.SchoolYear), found)
    ids = [section.id for section, *_ in found]
    teachers, students = teachers_of(session, ids, sight.today), students_of(session, ids, sight.today)
    assignments = _assignments(session, ids)
    return [
        SectionRow(
            section.id, f"{course.number}-{section.number}", section.name or course.name, school.name,
            teachers[section.id], students.get(section.id, 0), assignments.get(section.id, 0),
            standing.of_section(context, section),
        )
        for section, _trial, course, _calendar, school, _master in found
    ], total  # fmt: skip


def section_ids(session: Session, sight: Sight, asked: Asked) -> Select[int]:
    """The ids of all sections that the list has, on whichever page."""
    found: Select[int] = standing.section_query(Section.id).where(*_where(session, sight, asked))
    return found


def _where(session: Session, sight: Sight, asked: Asked) -> list[ColumnElement[bool]]:
    words = words_of(asked.search)
    return [
        sight.of_sections(),
        *_filters(session, asked.filters, sight.today),
        *(_has(word, sight.today) for word in words),
    ]


def _filters(session: Session, filters: Mapping[str, str], day: date) -> list[ColumnElement[bool]]:
    year, school = active_year(session, filters.get("year")), number(filters.get("school"))
    task, state = number(filters.get("task")), STATES.get(filters.get("state", ""))
    course = number(filters.get("course"))
    if course is not None:
        return [Section.course_id == course]
    found = [] if year is None else [Calendar.school_year_id == year]
    if school is not None:
        found.append(School.id == school)
    if task is not None:
        graded = select(SectionGradingTask.section_id).where(SectionGradingTask.grading_task_id == task)
        found.append(Section.id.in_(graded))
    return found if state is None else [*found, state[1](day)]


def _has(word: str, day: date) -> ColumnElement[bool]:
    course, hyphen, section = word.rpartition("-")
    names = (Identity.first_name, Identity.last_name, Identity.preferred_first_name, Identity.preferred_last_name)
    taught = (
        select(SectionStaff.section_id)
        .join(Identity, Identity.person_id == SectionStaff.person_id)
        .where(
            SectionStaff.role.in_(TEACHERS), *in_force(SectionStaff, day),
            or_(*(name.icontains(word, autoescape=True) for name in names)),
        )
    )  # fmt: skip
    texts = (Course.name, Course.number, Section.name, Section.number)
    found = [*(text.icontains(word, autoescape=True) for text in texts), Section.id.in_(taught)]
    if hyphen:
        found.append(and_(func.lower(Course.number) == course.lower(), Section.number.istartswith(section)))
    return or_(*found)


def teachers_of(session: Session, section_ids: Collection[int], day: date) -> dict[int, tuple[str, ...]]:
    """The teachers of sections on a day, primary ones first."""
    found_rows = session.execute(
        select(SectionStaff.section_id, SectionStaff.person_id)
        .where(SectionStaff.section_id.in_(section_ids), SectionStaff.role.in_(TEACHERS), *in_force(SectionStaff, day))
        .order_by(SectionStaff.role, SectionStaff.id)
    ).all()
    names = names_of(session, (person_id for _, person_id in found_rows), day)
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for section_id, person_id in found_rows:
        name = names[person_id].spoken
        if name not in found[section_id]:
            found[section_id] += (name,)
    return found


def students_of(session: Session, section_ids: Collection[int], day: date) -> dict[int, int]:
    """How many students are on the rosters of sections on a day."""
    counted = (
        select(Roster.section_id, func.count(Roster.person_id.distinct()))
        .where(Roster.section_id.in_(section_ids), *in_force(Roster, day))
        .group_by(Roster.section_id)
    )
    return dict(session.execute(counted).all())


def _assignments(session: Session, section_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(LineItem.section_id, func.count())
        .where(LineItem.section_id.in_(section_ids), LineItem.deleted.is_(False))
        .group_by(LineItem.section_id)
    )
    return dict(session.execute(counted).all())
