"""The list of sections: found by words, school and year, a page at a time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from provider.admin.names import names_of
from provider.admin.sight import Sight, staffs_on
from provider.sis.models import (
    Calendar,
    Course,
    Identity,
    LineItem,
    School,
    SchoolYear,
    Section,
    SectionStaff,
    Trial,
)  # fmt: skip
from shared.web.lists import SIZE, Asked

#: Words of a search that are looked for; further ones change nothing.
MOST_WORDS = 5

#: What the list can be sorted by.
SORTS: dict[str, tuple[Any, ...]] = {
    "course": (Course.number, Section.number, Section.id),
    "name": (Course.name, Course.number, Section.number, Section.id),
    "school": (School.name, Course.number, Section.number, Section.id),
}
TEACHERS = ("Primary Teacher", "Teacher")


class SectionRow(NamedTuple):
    """A line of the list. `teachers` on the day; `state` says why a section is not held, "" when it is."""

    id: int
    code: str
    name: str
    school: str
    teachers: tuple[str, ...]
    assignments: int
    state: str


def find_sections(session: Session, sight: Sight, asked: Asked) -> tuple[list[SectionRow], int]:
    """(a page of the sections that may be seen, how many there are in all).

    asked.search   words, each a part of a course's name or number, of a section's name or number, of both numbers with
                   a hyphen between them, or of a teacher's first or last name
    asked.filters  school and year by id; without a year those of the active one, where one is active
    """
    where = [sight.of_sections(), *_filters(session, asked.filters)]
    where += [_has(word, sight.today) for word in asked.search.split()[:MOST_WORDS]]
    columns = (
        Section.id, Section.number, Section.name, Section.active, Course.number, Course.name, School.name, Trial.active,
    )  # fmt: skip
    order = (column.desc() for column in SORTS[asked.sort]) if asked.descending else SORTS[asked.sort]
    rows = session.execute(_joined(*columns).where(*where).order_by(*order).offset(asked.offset).limit(SIZE)).all()
    total = session.scalar(_joined(func.count()).where(*where)) or 0
    ids = [row[0] for row in rows]
    teachers, assignments = teachers_of(session, ids, sight.today), _assignments(session, ids)
    return [_row(row, teachers[row[0]], assignments.get(row[0], 0)) for row in rows], total


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Section)
        .join(Course, Course.id == Section.course_id)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(Trial, Trial.id == Section.trial_id)
    )


def _filters(session: Session, filters: Any) -> list[ColumnElement[bool]]:
    year = _number(filters.get("year")) or session.scalar(select(SchoolYear.id).where(SchoolYear.active))
    school = _number(filters.get("school"))
    found = [] if year is None else [Calendar.school_year_id == year]
    return found if school is None else [*found, School.id == school]


def _number(text: str | None) -> int | None:
    """A row's number as an address gives it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _has(word: str, day: date) -> ColumnElement[bool]:
    course, hyphen, section = word.rpartition("-")
    names = (Identity.first_name, Identity.last_name, Identity.preferred_first_name, Identity.preferred_last_name)
    taught = (
        select(SectionStaff.section_id)
        .join(Identity, Identity.person_id == SectionStaff.person_id)
        .where(
            SectionStaff.role.in_(TEACHERS), *staffs_on(day),
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
    rows = session.execute(
        select(SectionStaff.section_id, SectionStaff.person_id)
        .where(SectionStaff.section_id.in_(section_ids), SectionStaff.role.in_(TEACHERS), *staffs_on(day))
        .order_by(SectionStaff.role, SectionStaff.id)
    ).all()
    names = names_of(session, (person_id for _, person_id in rows), day)
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for section_id, person_id in rows:
        name = names[person_id].spoken
        if name not in found[section_id]:
            found[section_id] += (name,)
    return found


def _assignments(session: Session, section_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(LineItem.section_id, func.count())
        .where(LineItem.section_id.in_(section_ids), LineItem.deleted.is_(False))
        .group_by(LineItem.section_id)
    )
    return dict(session.execute(counted).all())


def _row(row: Any, teachers: tuple[str, ...], assignments: int) -> SectionRow:
    section_id, number, name, active, course_number, course_name, school, of_active_trial = row
    state = "" if active else "Inactive"
    if not of_active_trial:
        state = "In a draft schedule"
    return SectionRow(
        section_id, f"{course_number}-{number}", name or course_name, school, teachers, assignments, state
    )


def school_options(session: Session) -> list[tuple[str, str]]:
    """Every school by name, after all of them."""
    rows = session.execute(select(School.id, School.name).order_by(School.name, School.id))
    return [("", "All"), *((str(school_id), name) for school_id, name in rows)]


def year_options(session: Session) -> list[tuple[str, str]]:
    """The active school year, then the others, the newest first."""
    columns = (SchoolYear.id, SchoolYear.name, SchoolYear.active)
    rows = session.execute(select(*columns).order_by(SchoolYear.end_year.desc()))
    years = [(str(year_id), name, active) for year_id, name, active in rows]
    active = [("", f"{name} (active)") for _, name, active in years if active] or [("", "All")]
    return active + [(year_id, name) for year_id, name, active in years if not active]
