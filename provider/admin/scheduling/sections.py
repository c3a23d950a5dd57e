"""Sections: the list that everybody begins with, and the page of a section."""

from datetime import UTC, datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from provider.admin.records.bulk import answer_bulk
from provider.admin.scheduling.choices import school_options, task_options, year_options
from provider.admin.scheduling.finding import FILTERS, MORE_FILTERS, SORTS, STATES, find_sections, section_ids
from provider.admin.scheduling.one_section import read_one
from provider.admin.scheduling.outcomes import outcomes_of_section
from provider.admin.scheduling.pages import show_page
from provider.admin.sight import sight_of
from provider.database import db
from shared.web.lists import Listing, read_asked
from shared.web.sessions import guard, the_person

sections = Blueprint(
    "sections", __name__, template_folder="templates", static_folder="../static", url_prefix="/sections"
)
guard(sections, lambda _person: True)


@sections.get("/")
def show() -> ResponseReturnValue:
    """The sections that the person may see."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    asked = read_asked(request.args, tuple(SORTS), (*FILTERS, *MORE_FILTERS) if sight.everything else FILTERS)
    rows, total = find_sections(session, sight, asked)
    choices = [("school", "School", school_options(session)), ("year", "School year", year_options(session))]
    if sight.everything:
        states = [("", "All"), *((name, words) for name, (words, _) in STATES.items())]
        choices += [("state", "State", states), ("task", "Grading task of its own", task_options(session))]
    return show_page("sections", listing=Listing(rows, total, asked), choices=choices, everything=sight.everything)


@sections.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Active and External LMS Exclude of the sections that are ticked, or of all that the list finds."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    if not sight.everything:
        abort(403)
    asked = read_asked(request.args, tuple(SORTS), (*FILTERS, *MORE_FILTERS))
    back = url_for("sections.show") + Listing((), 0, asked).link()
    return answer_bulk("section", section_ids(session, sight, asked), back)


@sections.get("/<int:section_id>/")
def one(section_id: int) -> ResponseReturnValue:
    """A section. What becomes of its rows is for administrators, who can mend them."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    if not sight.sees(session, section_id):
        abort(404)
    found = read_one(session, section_id, sight.today)
    outcomes = outcomes_of_section(session, section_id, sight.today) if sight.everything else None
    return show_page("section", one=found, outcomes=outcomes, today=sight.today)
