"""The list of courses: found by words, school, year, course master and state, with what the rules say of each."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from provider.admin.scheduling import standing
from provider.admin.scheduling.choices import active_year, in_order, number, with_words
from provider.admin.scheduling.standing import OF_A_COURSE, Standing
from provider.admin.sight import in_force
from provider.eligibility import rows
from provider.publishing.loading.reading import read
from provider.sis.models import Calendar, Course, CourseMaster, Roster, School, Section, Trial
from shared.web.lists import SIZE, Asked

SORTS: dict[str, tuple[Any, ...]] = {
    "number": (Course.number, School.name, Course.id),
    "name": (Course.name, School.name, Course.id),
    "school": (School.name, Course.number, Course.id),
}

#: What is marked above a course (P-68, P-73).
_ABOVE = or_(
    func.coalesce(CourseMaster.external_lms_exclude, false()), Calendar.external_lms_exclude,
    School.external_lms_exclude,
)  # fmt: skip
#: The states that a list can be limited to: words, condition.
STATES: Mapping[str, tuple[str, ColumnElement[bool]]] = {
    "excluded": ("Marked External LMS Exclude", Course.external_lms_exclude.is_(True)),
    "above": ("Excluded by its master, calendar or school", _ABOVE),
    "inactive": ("Not active", Course.active.is_(False)),
    "empty": ("Without a section in the schedule in force", Course.id.not_in(
        select(Section.course_id).join(Trial, Trial.id == Section.trial_id).where(Trial.active)
    )),
}  # fmt: skip
FILTERS = ("school", "year", "state")


class CourseRow(NamedTuple):
    """A line of the list; `sections` of the schedule in force, `students` on their rosters on the day, each once for
    every section."""

    id: int
    number: str
    name: str
    school: str
    master: rows.Master | None
    sections: int
    students: int
    standing: Standing


def find_courses(session: Session, today: date, asked: Asked) -> tuple[list[CourseRow], int]:
    """(a page of courses, how many there are in all).

    asked.search   words, each a part of a number or name of a course or of its master
    asked.filters  school, year and master by id, state by its name in `STATES`; without a year those of the active one
    """
    where = _where(session, asked)
    order = in_order(SORTS, asked)
    query = (
        standing.course_query(*standing.columns(OF_A_COURSE))
        .where(*where)
        .order_by(*order)
        .offset(asked.offset)
        .limit(SIZE)
    )
    found = [standing.split(row, OF_A_COURSE) for row in session.execute(query)]
    total = session.scalar(standing.course_query(func.count()).where(*where)) or 0
    context = standing.context_of(today, read(session, rows.SchoolYear), found)
    ids = [course.id for course, *_ in found]
    sections, students = _sections(session, ids), _students(session, ids, today)
    return [
        CourseRow(
            course.id, course.number, course.name, school.name, master, sections.get(course.id, 0),
            students.get(course.id, 0), standing.of_course(context, course),
        )
        for course, _calendar, school, master in found
    ], total  # fmt: skip


def course_ids(session: Session, asked: Asked) -> Select[int]:
    """The ids of all courses that the list has, on whichever page."""
    found: Select[int] = standing.course_query(Course.id).where(*_where(session, asked))
    return found


def _where(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    filters, texts = asked.filters, (Course.number, Course.name, CourseMaster.number, CourseMaster.name)
    year, state = active_year(session, filters.get("year")), STATES.get(filters.get("state", ""))
    school, master = number(filters.get("school")), number(filters.get("master"))
    chosen = ((Calendar.school_year_id, year), (School.id, school), (Course.course_master_id, master))
    found = [column == value for column, value in chosen if value is not None]
    if state is not None:
        found.append(state[1])
    return found + with_words(asked.search, texts)


def _sections(session: Session, course_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(Section.course_id, func.count())
        .join(Trial, Trial.id == Section.trial_id)
        .where(Section.course_id.in_(course_ids), Trial.active)
        .group_by(Section.course_id)
    )
    return dict(session.execute(counted).all())


def _students(session: Session, course_ids: Collection[int], day: date) -> dict[int, int]:
    counted = (
        select(Section.course_id, func.count())
        .join(Roster, Roster.section_id == Section.id)
        .join(Trial, Trial.id == Section.trial_id)
        .where(Section.course_id.in_(course_ids), Trial.active, *in_force(Roster, day))
        .group_by(Section.course_id)
    )
    return dict(session.execute(counted).all())
