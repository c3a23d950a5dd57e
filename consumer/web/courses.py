"""Courses: of which schools they are synced (C-59 … C-63)."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.choices import Kind
from consumer.sync.choices import load_options
from consumer.sync.mapping import set_option
from consumer.web.saving import save_fields
from consumer.web.tabs import address, tab, the_page
from consumer.web.terms import schedule_standing
from consumer.web.ticks import NOT_TICKED, TICKED, mapped_schools, store_tick, stored_ticks, tick_field
from shared.web.forms import Form, stored_form

courses = tab("courses")

#: Courses without a section in a mapped term are synced too (C-63).
WITHOUT_SECTIONS = "courses_without_sections"


@courses.get("/")
def show() -> ResponseReturnValue:
    """The ticks."""
    return _page(stored_form(_stored(db.session(), the_page().connection)))


@courses.post("/")
def save() -> ResponseReturnValue:
    """Store the ticks."""
    return save_fields("choose courses", _stored, _store, _page, address("courses.show"))


def _stored(session: Session, connection: Connection) -> dict[str, str]:
    all_of_them = load_options(session, connection.id).courses_without_sections
    return {**stored_ticks(session, connection, Kind.COURSES), WITHOUT_SECTIONS: TICKED if all_of_them else NOT_TICKED}


def _store(session: Session, connection: Connection, field: str, chosen: str) -> str:
    if field != WITHOUT_SECTIONS:
        return store_tick(session, connection, Kind.COURSES, field, chosen)
    set_option(session, connection, WITHOUT_SECTIONS, "yes" if chosen == TICKED else "no")
    return "courses without sections"


def _page(form: Form) -> str:
    session, connection = db.session(), the_page().connection
    schools = [(school, tick_field(school)) for school in mapped_schools(session, connection)]
    return render_template("roster/courses.html", schools=schools, form=form, **schedule_standing(session, connection))
