"""Course masters: the list, with what hangs on each, and the page of one with its courses."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from provider.admin.guards import for_administrators
from provider.admin.scheduling.choices import active_year, in_order, with_words, year_options
from provider.admin.scheduling.finding_courses import SORTS as COURSE_SORTS
from provider.admin.scheduling.finding_courses import find_courses
from provider.admin.scheduling.pages import show_page
from provider.admin.sight import sight_of
from provider.database import db
from provider.sis.models import Calendar, Course, CourseMaster, Roster, Section, Trial
from shared.web.lists import SIZE, Asked, Listing, read_asked
from shared.web.sessions import the_person

course_masters = Blueprint("course_masters", __name__, template_folder="templates", url_prefix="/course-masters")
for_administrators(course_masters)

SORTS: Mapping[str, tuple[Any, ...]] = {
    "number": (CourseMaster.number, CourseMaster.id),
    "name": (CourseMaster.name, CourseMaster.number, CourseMaster.id),
}
STATES: Mapping[str, tuple[str, ColumnElement[bool]]] = {
    "excluded": ("Marked External LMS Exclude", CourseMaster.external_lms_exclude.is_(True)),
}


class Hanging(NamedTuple):
    """What hangs on a course master in a school year: courses, sections of the schedules in force, roster rows."""

    courses: int
    sections: int
    rosters: int


NOTHING = Hanging(0, 0, 0)


@course_masters.get("/")
def show() -> ResponseReturnValue:
    """The list of course masters, each with what an exclude of it would hide (P-68, P-73)."""
    session = db.session()
    asked = read_asked(request.args, tuple(SORTS), ("year", "state"))
    rows, total = find_masters(session, asked)
    hanging = hanging_on(session, [row.id for row in rows], active_year(session, asked.filters.get("year")))
    choices = (
        ("year", "School year", year_options(session)),
        ("state", "State", [("", "All"), *((name, words) for name, (words, _) in STATES.items())]),
    )
    listing = Listing([(row, hanging.get(row.id, NOTHING)) for row in rows], total, asked)
    return show_page("course_masters", listing=listing, choices=choices)


@course_masters.get("/<int:master_id>/")
def one(master_id: int) -> ResponseReturnValue:
    """A course master, and its courses at all schools."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    master = session.get(CourseMaster, master_id) or abort(404)
    shown = read_asked(request.args, tuple(COURSE_SORTS), ("year",))
    asked = Asked(shown.page, shown.sort, shown.descending, filters={**shown.filters, "master": str(master_id)})
    rows, total = find_courses(session, sight.today, asked)
    year = active_year(session, shown.filters.get("year"))
    return show_page(
        "course_master", master=master, hanging=hanging_on(session, [master_id], year).get(master_id, NOTHING),
        listing=Listing(rows, total, shown), choices=(("year", "School year", year_options(session)),),
    )  # fmt: skip


def find_masters(session: Session, asked: Asked) -> tuple[list[CourseMaster], int]:
    """(a page of course masters, how many there are in all); `asked.search`: words of their numbers and names."""
    texts = (CourseMaster.number, CourseMaster.name)
    where = with_words(asked.search, texts)
    state = STATES.get(asked.filters.get("state", ""))
    where += [state[1]] if state else []
    order = in_order(SORTS, asked)
    found = session.scalars(select(CourseMaster).where(*where).order_by(*order).offset(asked.offset).limit(SIZE))
    return list(found), session.scalar(select(func.count()).select_from(CourseMaster).where(*where)) or 0


def hanging_on(session: Session, master_ids: Collection[int], year_id: int | None) -> dict[int, Hanging]:
    """What hangs on some course masters, in one year or, None, in all."""
    taught = [Course.course_master_id.in_(master_ids)]
    if year_id is not None:
        taught.append(Course.calendar_id.in_(select(Calendar.id).where(Calendar.school_year_id == year_id)))
    courses = select(Course.course_master_id, func.count()).where(*taught).group_by(Course.course_master_id)
    sections = (
        select(Course.course_master_id, func.count())
        .join(Section, Section.course_id == Course.id)
        .join(Trial, Trial.id == Section.trial_id)
        .where(*taught, Trial.active)
        .group_by(Course.course_master_id)
    )
    rosters = sections.join(Roster, Roster.section_id == Section.id)
    counts: list[dict[Any, int]] = [dict(session.execute(query).all()) for query in (courses, sections, rosters)]
    return {key: Hanging(*(count.get(key, 0) for count in counts)) for key in counts[0]}
