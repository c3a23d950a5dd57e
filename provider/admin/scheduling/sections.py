"""Sections: the list that everybody begins with."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from provider.admin.scheduling.finding import SORTS, find_sections, school_options, year_options
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
    asked = read_asked(request.args, tuple(SORTS), ("school", "year"))
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    rows, total = find_sections(session, sight, asked)
    return render_template(
        "scheduling/sections.html", listing=Listing(rows, total, asked), schools=school_options(session),
        years=year_options(session), everything=sight.everything,
    )  # fmt: skip
