"""Courses: the list, and the page of a course with its sections."""

from datetime import UTC, datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from provider.admin.guards import for_administrators
from provider.admin.records.bulk import answer_bulk
from provider.admin.scheduling.choices import school_options, year_options
from provider.admin.scheduling.finding import SORTS as SECTION_SORTS
from provider.admin.scheduling.finding import find_sections
from provider.admin.scheduling.finding_courses import FILTERS, SORTS, STATES, course_ids, find_courses
from provider.admin.scheduling.outcomes import held_course
from provider.admin.scheduling.pages import show_page
from provider.admin.sight import sight_of
from provider.database import db
from provider.sis.models import Calendar, Course, CourseMaster, School, SchoolYear
from shared.web.lists import Asked, Listing, read_asked
from shared.web.sessions import the_person

courses = Blueprint("courses", __name__, template_folder="templates", url_prefix="/courses")
for_administrators(courses)


@courses.get("/")
def show() -> ResponseReturnValue:
    """The list of courses."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    asked = read_asked(request.args, tuple(SORTS), FILTERS)
    rows, total = find_courses(session, sight.today, asked)
    choices = (
        ("school", "School", school_options(session)),
        ("year", "School year", year_options(session)),
        ("state", "State", [("", "All"), *((name, words) for name, (words, _) in STATES.items())]),
    )
    return show_page("courses", listing=Listing(rows, total, asked), choices=choices)


@courses.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Active and External LMS Exclude of the courses that are ticked, or of all that the list finds."""
    session, asked = db.session(), read_asked(request.args, tuple(SORTS), FILTERS)
    back = url_for("courses.show") + Listing((), 0, asked).link()
    return answer_bulk("course", course_ids(session, asked), back)


@courses.get("/<int:course_id>/")
def one(course_id: int) -> ResponseReturnValue:
    """A course, and its sections of all trials."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    found = session.execute(
        select(Course, Calendar, School, SchoolYear, CourseMaster)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(SchoolYear, SchoolYear.id == Calendar.school_year_id)
        .outerjoin(CourseMaster, CourseMaster.id == Course.course_master_id)
        .where(Course.id == course_id)
    ).first()
    if found is None:
        abort(404)
    course, calendar, school, year, master = found
    shown = read_asked(request.args, tuple(SECTION_SORTS))
    asked = Asked(shown.page, shown.sort, shown.descending, filters={"course": str(course_id)})
    rows, total = find_sections(session, sight, asked)
    return show_page(
        "course", course=course, calendar=calendar, school=school, year=year, master=master,
        held=held_course(session, course_id, sight.today), listing=Listing(rows, total, shown),
    )  # fmt: skip
