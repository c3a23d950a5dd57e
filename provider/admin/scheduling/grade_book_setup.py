"""What grade books are set up with: grading tasks, when they are graded, score groups (P-118 … P-120)."""

from datetime import UTC, datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators
from provider.admin.scheduling.choices import active_year, school_options, task_options, year_options
from provider.admin.scheduling.grading import FILTERS, SORTS, STATES, find_windows, groups_of, tasks_in_use
from provider.admin.scheduling.pages import show_page
from provider.admin.sight import sight_of
from provider.database import db
from shared.web.lists import Listing, read_asked
from shared.web.sessions import the_person

grade_book_setup = Blueprint(
    "grade_book_setup", __name__, template_folder="templates", url_prefix="/grade-book-setup"
)  # fmt: skip
for_administrators(grade_book_setup)


@grade_book_setup.get("/")
def show() -> ResponseReturnValue:
    """Tasks and score groups, and the list of windows."""
    session = db.session()
    today = sight_of(session, the_person().id, datetime.now(UTC)).today
    asked = read_asked(request.args, tuple(SORTS), FILTERS)
    rows, total = find_windows(session, today, asked)
    choices = (
        ("school", "School", school_options(session)),
        ("year", "School year", year_options(session)),
        ("task", "Grading task", task_options(session)),
        ("state", "Today", [("", "All"), *STATES.items()]),
    )
    return show_page(
        "grade_book_setup", listing=Listing(rows, total, asked), choices=choices, groups=groups_of(session),
        tasks=tasks_in_use(session, active_year(session, asked.filters.get("year"))),
    )  # fmt: skip
