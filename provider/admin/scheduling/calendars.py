"""Calendars and terms: the list, the page of a calendar, and making a trial the schedule in force (P-04)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.guards import for_administrators, who
from provider.admin.scheduling.choices import school_options, year_options
from provider.admin.scheduling.finding_calendars import FILTERS, SORTS, find_calendars
from provider.admin.scheduling.one_calendar import read_calendar
from provider.admin.scheduling.pages import show_page
from provider.admin.scheduling.trials import activate, preview, stored_active, structure_of
from provider.admin.sight import sight_of
from provider.database import db
from shared.web.forms import Form, stored_form
from shared.web.lists import Listing, read_asked
from shared.web.saving import Stored, save_form
from shared.web.sessions import the_person

calendars = Blueprint("calendars", __name__, template_folder="templates", url_prefix="/calendars")
for_administrators(calendars)


@calendars.get("/")
def show() -> ResponseReturnValue:
    """The list of calendars."""
    session = db.session()
    asked = read_asked(request.args, tuple(SORTS), FILTERS)
    rows, total = find_calendars(session, asked)
    choices = (("school", "School", school_options(session)), ("year", "School year", year_options(session)))
    return show_page("calendars", listing=Listing(rows, total, asked), choices=choices)


@calendars.get("/<int:calendar_id>/")
def one(calendar_id: int) -> ResponseReturnValue:
    """A calendar: structures, grade levels, term schedules, terms, trials."""
    found = read_calendar(db.session(), calendar_id) or abort(404)
    return show_page("calendar", one=found)


@calendars.get("/trials/<int:trial_id>/")
def trial(trial_id: int) -> ResponseReturnValue:
    """What making a trial the active one would do."""
    session = db.session()
    found = structure_of(session, trial_id) or abort(404)
    return _trial_page(trial_id, stored_form(stored_active(session, found[1].id)))


@calendars.post("/trials/<int:trial_id>/")
def make_active(trial_id: int) -> ResponseReturnValue:
    """Make it so, in one transaction."""
    found = structure_of(db.session(), trial_id) or abort(404)
    structure_id, calendar_id = found[1].id, found[2].id

    def save(session: Session, _form: Form, _stored: Stored) -> Mapping[str, list[str]]:
        again = structure_of(session, trial_id)
        if again is None:
            return {"": ["Somebody has removed this trial meanwhile."]}
        activate(session, again[0], datetime.now(UTC), who())
        return {}

    return save_form(
        lambda session: stored_active(session, structure_id), save, lambda form: _trial_page(trial_id, form),
        url_for("calendars.one", calendar_id=calendar_id),
    )  # fmt: skip


def _trial_page(trial_id: int, form: Form) -> str:
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    chosen, structure, calendar, school = structure_of(session, trial_id) or abort(404)
    return show_page(
        "trial", trial=chosen, structure=structure, calendar=calendar, school=school, form=form,
        switch=preview(session, chosen, sight.today),
    )  # fmt: skip
