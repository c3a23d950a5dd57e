"""Enrollments in school: the list, and one change of many of them."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators
from provider.admin.people.asking import query_of, question
from provider.admin.people.enrollment_list import FILTERS, SORTS, STATES, find_enrollments, rows_of
from provider.admin.records.bulk import answer_bulk
from provider.admin.scheduling.choices import school_options, year_options
from shared.web.lists import Listing

enrollments = Blueprint("enrollments", __name__, template_folder="templates", url_prefix="/enrollments")
for_administrators(enrollments)


@enrollments.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session, today, asked, found = question(SORTS, FILTERS)
    rows, total = find_enrollments(session, today, asked, found)
    return render_template(
        "people/enrollments.html", listing=Listing(rows, total, asked), found=found, states=STATES,
        schools=school_options(session), years=year_options(session),
    )  # fmt: skip


@enrollments.post("/bulk")
def bulk() -> ResponseReturnValue:
    """External LMS Exclude and No Show of those that are ticked, or of all that are found."""
    session, today, asked, found = question(SORTS, FILTERS)
    wanted = rows_of(session, today, asked, found)
    return answer_bulk("enrollment", wanted.select(wanted.id), url_for("enrollments.show") + query_of(asked))
