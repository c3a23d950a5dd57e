"""The sections that a person is on the roster of, and those that they staff."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.admin.people.rulings import Said, of_roster, of_staff
from provider.eligibility.context import Context
from provider.sis.models import Calendar, Course, Roster, School, SchoolYear, Section, SectionStaff


class ClassLine(NamedTuple):
    """A section. `id`: of the roster row or row of Section Staff History; `role`: as what it is staffed, "" else."""

    id: int
    section_id: int
    code: str
    name: str
    school: str
    year: str
    start: date | None
    end: date | None
    role: str
    said: Said


class Classes(NamedTuple):
    """The sections of the active school year, or of all. `elsewhere`: how many more other years have."""

    lines: Sequence[ClassLine]
    elsewhere: int


def attended_by(session: Session, context: Context, person_id: int, every_year: bool) -> Classes:
    """The rosters of a person."""
    known = {row.id: row for row in context.facts.rosters() if row.person_id == person_id}
    return _classes(session, Roster, person_id, every_year, known, lambda row: of_roster(context, row))


def taught_by(session: Session, context: Context, person_id: int, every_year: bool) -> Classes:
    """The sections that a person staffs or staffed (P-26)."""
    known = {row.id: row for row in context.facts.section_staff if row.person_id == person_id}
    return _classes(session, SectionStaff, person_id, every_year, known, lambda row: of_staff(context, row))


def _classes(
    session: Session, model: Any, person_id: int, every_year: bool, known: Mapping[int, Any],
    said: Callable[[Any], Said],
) -> Classes:  # fmt: skip
    columns = (Section.number, Section.name, Course.number, Course.name, School.name, SchoolYear.name)
    found = (
        select(model, *columns)
        .join(Section, Section.id == model.section_id)
        .join(Course, Course.id == Section.course_id)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(SchoolYear, SchoolYear.id == Calendar.school_year_id)
        .where(model.person_id == person_id, *(() if every_year else (SchoolYear.active,)))
        .order_by(SchoolYear.end_year.desc(), Course.number, Section.number, model.id)
    )
    lines = [
        ClassLine(
            row.id, row.section_id, f"{course}-{section}", name or course_name, school, year, row.start_date,
            row.end_date, getattr(row, "role", ""), said(known[row.id]),
        )
        for row, section, name, course, course_name, school, year in session.execute(found)
    ]  # fmt: skip
    every = session.scalar(select(func.count()).select_from(model).where(model.person_id == person_id)) or 0
    return Classes(lines, every - len(lines))
