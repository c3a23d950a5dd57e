"""Schools: the list, with the calendars of a year, without which a school is not published (P-06)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from provider.admin.guards import for_administrators
from provider.admin.scheduling.choices import active_year, in_order, with_words, year_options
from provider.admin.scheduling.pages import show_page
from provider.database import db
from provider.sis.models import Calendar, Course, Enrollment, School, Section, Trial
from shared.web.lists import SIZE, Asked, Listing, read_asked

schools = Blueprint("schools", __name__, template_folder="templates", url_prefix="/schools")
for_administrators(schools)

SORTS: Mapping[str, tuple[Any, ...]] = {
    "name": (School.name, School.number, School.id),
    "number": (School.number, School.name, School.id),
}
FILTERS = ("year", "state")
STATES = {"excluded": "Marked External LMS Exclude", "without": "Without a calendar in the year"}


class SchoolRow(NamedTuple):
    """A line of the list; `calendars`: (id, name, excluded) of the year; `sections` of the schedules in force."""

    school: School
    calendars: tuple[tuple[int, str, bool], ...]
    enrollments: int
    sections: int


@schools.get("/")
def show() -> ResponseReturnValue:
    """The list of schools."""
    session = db.session()
    asked = read_asked(request.args, tuple(SORTS), FILTERS)
    rows, total = find_schools(session, asked)
    choices = (
        ("year", "School year", year_options(session)),
        ("state", "State", [("", "All"), *STATES.items()]),
    )
    return show_page("schools", listing=Listing(rows, total, asked), choices=choices)


def find_schools(session: Session, asked: Asked) -> tuple[list[SchoolRow], int]:
    """(a page of schools, how many there are in all); `asked.search`: words of their names and numbers."""
    year = active_year(session, asked.filters.get("year"))
    where = _where(asked, year)
    order = in_order(SORTS, asked)
    found = session.scalars(select(School).where(*where).order_by(*order).offset(asked.offset).limit(SIZE)).all()
    total = session.scalar(select(func.count()).select_from(School).where(*where)) or 0
    calendars = _calendars(session, [school.id for school in found], year)
    ids = [key for there in calendars.values() for key, *_ in there]
    enrollments, sections = _enrollments(session, ids), _sections(session, ids)
    return [
        SchoolRow(
            school, tuple(calendars[school.id]), sum(enrollments.get(key, 0) for key, *_ in calendars[school.id]),
            sum(sections.get(key, 0) for key, *_ in calendars[school.id]),
        )
        for school in found
    ], total  # fmt: skip


def _where(asked: Asked, year: int | None) -> list[ColumnElement[bool]]:
    texts = (School.name, School.number)
    where = with_words(asked.search, texts)
    if asked.filters.get("state") == "excluded":
        where.append(School.external_lms_exclude.is_(True))
    if asked.filters.get("state") == "without":
        of_year = [] if year is None else [Calendar.school_year_id == year]
        where.append(~exists().where(Calendar.school_id == School.id, *of_year))
    return where


def _calendars(
    session: Session, school_ids: Collection[int], year: int | None
) -> dict[int, list[tuple[int, str, bool]]]:
    query = (
        select(Calendar.school_id, Calendar.id, Calendar.name, Calendar.external_lms_exclude)
        .where(Calendar.school_id.in_(school_ids))
        .order_by(Calendar.start_date, Calendar.id)
    )
    found: dict[int, list[tuple[int, str, bool]]] = defaultdict(list)
    if year is not None:
        query = query.where(Calendar.school_year_id == year)
    for school, key, name, excluded in session.execute(query):
        found[school].append((key, name, excluded))
    return found


def _enrollments(session: Session, calendar_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(Enrollment.calendar_id, func.count())
        .where(Enrollment.calendar_id.in_(calendar_ids))
        .group_by(Enrollment.calendar_id)
    )
    return dict(session.execute(counted).all())


def _sections(session: Session, calendar_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(Course.calendar_id, func.count())
        .join(Section, Section.course_id == Course.id)
        .join(Trial, Trial.id == Section.trial_id)
        .where(Course.calendar_id.in_(calendar_ids), Trial.active)
        .group_by(Course.calendar_id)
    )
    return dict(session.execute(counted).all())
