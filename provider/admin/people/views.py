"""People: the list, the page of one person, and releasing a person from the HR system (B-139)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.admin.guards import for_administrators, who
from provider.admin.people.asking import question, today_of
from provider.admin.people.card import load_card
from provider.admin.people.enrollment_list import SERVICES
from provider.admin.people.people_list import FILTERS, KINDS, SORTS, STATES, find_people
from provider.admin.scheduling.choices import school_options
from provider.database import db
from provider.gradebook.facts import time_zone
from provider.sis.editing.editing import release as release_person
from provider.sis.models import Person
from shared.web.forms import Form, stored_form
from shared.web.lists import Listing
from shared.web.saving import Stored, save_form

people = Blueprint("people", __name__, template_folder="templates", static_folder="static", url_prefix="/people")
for_administrators(people)


@people.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    session, today, asked, found = question(SORTS, FILTERS)
    rows, total = find_people(session, today, asked, found)
    return render_template(
        "people/people.html", listing=Listing(rows, total, asked), found=found, kinds=KINDS, states=STATES,
        schools=school_options(session),
    )  # fmt: skip


@people.get("/<int:person_id>/")
def person(person_id: int) -> ResponseReturnValue:
    """Everything of a person."""
    session = db.session()
    return _page(session, person_id, stored_form(_stored(session, person_id)))


@people.post("/<int:person_id>/release")
def release(person_id: int) -> ResponseReturnValue:
    """Take a person out of the control of the HR system; the second who asks is told (B-139)."""

    def save(session: Session, _form: Form, stored: Stored) -> Mapping[str, list[str]]:
        if not stored["hr_managed_since"]:
            return {"": ["The HR system does not manage this person."]}
        edited = release_person(session, _found(session, person_id))
        audit(session, datetime.now(UTC), who(), "release from HR", edited.subject, edited.before, edited.after,
              edited.about)  # fmt: skip
        return {}

    return save_form(
        lambda session: _stored(session, person_id), save, lambda form: _page(db.session(), person_id, form),
        url_for("people.person", person_id=person_id),
    )  # fmt: skip


def _page(session: Session, person_id: int, form: Form) -> str:
    card = load_card(session, _found(session, person_id), today_of(session), request.args.get("years") == "all")
    return render_template(
        "people/person.html", card=card, form=form, zone=str(time_zone(session.connection())),
        every_year=request.args.get("years") == "all", services=SERVICES,
    )  # fmt: skip


def _stored(session: Session, person_id: int) -> Stored:
    since = _found(session, person_id).hr_managed_since
    return {"hr_managed_since": since.isoformat() if since else ""}


def _found(session: Session, person_id: int) -> Person:
    return session.get(Person, person_id) or abort(404)
