"""The list of enrollments in school: found by student, school, year and state; a page at a time."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.people.ordering import NAME, Blank, Rows, page_of
from provider.admin.people.rulings import Said, context_of_enrollments, of_enrollment
from provider.admin.people.searching import Found, among
from provider.admin.scheduling.choices import active_year, number
from provider.eligibility import rows
from provider.publishing.loading.reading import read_in
from provider.sis.editing.tables import EDITABLE
from provider.sis.models import Calendar, Enrollment, GradeLevel, ScheduleStructure, School
from shared.web.lists import Asked

FILTERS = ("school", "year", "state")
STATES = (
    ("", "All"), ("no-show", "No Show"), ("excluded", "External LMS Exclude"), ("inherited", "Excluded from above"),
    ("ended", "Ended"), ("future", "Begins later"),
)  # fmt: skip
#: Sorts by what: the name of the student unless a column is named.
SORTS: dict[str, tuple[Any, ...]] = {
    NAME: (), "start": (Enrollment.start_date,), "end": (Blank(Enrollment.end_date),), "id": (),
}  # fmt: skip
SERVICES = EDITABLE["enrollment"].field_of("service_type").words


class EnrollmentRow(NamedTuple):
    """A line of the list. `said`: what the rules say of it."""

    id: int
    student: Name
    school: str
    calendar: str
    grade: str
    start: date
    end: date | None
    service: str
    said: Said


def rows_of(session: Session, today: date, asked: Asked, found: Found | None) -> Rows:
    """The enrollments that search and filters leave; of the active year unless another is chosen."""
    year, school = active_year(session, asked.filters.get("year")), number(asked.filters.get("school"))
    calendars = [] if year is None else [Calendar.school_year_id == year]
    calendars += [] if school is None else [Calendar.school_id == school]
    fixed = list(_STATE.get(asked.filters.get("state", ""), _everything)(today))
    if calendars:
        fixed.append(Enrollment.calendar_id.in_(select(Calendar.id).where(*calendars)))

    def where(person: Any) -> Sequence[ColumnElement[bool]]:
        return fixed if found is None else [*fixed, among(session, person, found.people)]

    return Rows(Enrollment, Enrollment.id, Enrollment.person_id, where)


def find_enrollments(
    session: Session, today: date, asked: Asked, found: Found | None
) -> tuple[list[EnrollmentRow], int]:
    """(a page of the enrollments, how many there are in all)."""
    wanted = rows_of(session, today, asked, found)
    ids, total = page_of(session, wanted, today, asked, SORTS)
    return _read(session, today, ids), total


def _everything(_today: date) -> tuple[ColumnElement[bool], ...]:
    return ()


def _inherited(_today: date) -> tuple[ColumnElement[bool], ...]:
    """What is marked above an enrollment (P-73)."""
    calendars = select(Calendar.id).join(School, School.id == Calendar.school_id).where(
        or_(School.external_lms_exclude, Calendar.external_lms_exclude)
    )  # fmt: skip
    levels = select(GradeLevel.id).join(ScheduleStructure, ScheduleStructure.id == GradeLevel.structure_id).where(
        or_(ScheduleStructure.external_lms_exclude, GradeLevel.external_lms_exclude)
    )  # fmt: skip
    return (or_(Enrollment.calendar_id.in_(calendars), Enrollment.grade_level_id.in_(levels)),)


_STATE: dict[str, Callable[[date], tuple[ColumnElement[bool], ...]]] = {
    "no-show": lambda _today: (Enrollment.no_show.is_(True),),
    "excluded": lambda _today: (Enrollment.external_lms_exclude.is_(True),),
    "inherited": _inherited,
    "ended": lambda today: (Enrollment.end_date < today,),
    "future": lambda today: (Enrollment.start_date > today,),
}


def _read(session: Session, today: date, ids: Collection[int]) -> list[EnrollmentRow]:
    found = {row.id: row for row in read_in(session, rows.Enrollment, Enrollment.id, ids)}
    names = names_of(session, (row.person_id for row in found.values()), today)
    context = context_of_enrollments(session, today, found.values())
    facts = context.facts
    lines = []
    for row in (found[one] for one in ids):
        calendar, level = facts.calendars[row.calendar_id], facts.grade_levels.get(row.grade_level_id or 0)
        lines.append(EnrollmentRow(
            row.id, names[row.person_id], facts.schools[calendar.school_id].name, calendar.name,
            level.name if level else "", row.start_date, row.end_date, SERVICES[row.service_type],
            of_enrollment(context, row),
        ))  # fmt: skip
    return lines
