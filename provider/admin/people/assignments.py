"""District Assignments: the list, and one change of many of them."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators
from provider.admin.people.asking import query_of, question
from provider.admin.people.assignment_list import FILTERS, ROLES, SORTS, STATES, find_assignments, rows_of
from provider.admin.records.bulk import answer_bulk
from provider.admin.scheduling.choices import school_options
from shared.web.lists import Listing

assignments = Blueprint("assignments", __name__, template_folder="templates", url_prefix="/assignments")
for_administrators(assignments)


@assignments.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session, today, asked, found = question(SORTS, FILTERS)
    rows, total = find_assignments(session, today, asked, found)
    return render_template(
        "people/assignments.html", listing=Listing(rows, total, asked), found=found, states=STATES, roles=ROLES,
        schools=school_options(session),
    )  # fmt: skip


@assignments.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Role marks and External LMS Exclude of those that are ticked, or of all that are found."""
    session, today, asked, found = question(SORTS, FILTERS)
    wanted = rows_of(session, today, asked, found)
    return answer_bulk("assignment", wanted.select(wanted.id), url_for("assignments.show") + query_of(asked))
