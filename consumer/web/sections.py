"""Sections and enrollments: of which schools they are synced, how sections are called, when removals stop
(C-64 … C-77, C-86).
"""

from datetime import UTC, datetime

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.choices import Kind, SectionName
from consumer.platform.audit import audit
from consumer.sync.choices import load_options, load_places
from consumer.sync.mapping import MOST, BadChoice, set_option
from consumer.web.saving import save_fields
from consumer.web.tabs import address, tab, the_page
from consumer.web.terms import schedule_standing, shown_year
from consumer.web.ticks import mapped_schools, store_tick, stored_ticks, tick_field
from shared.database import will_write
from shared.web.forms import Form, stored_form

sections = tab("sections")

NAMES = tuple((name.value, f"Class {name.value}" if name != SectionName.PERIOD_TEACHER else "Period and teacher")
              for name in SectionName)  # fmt: skip
#: Limits of the safety stop: shares are shown in percent (C-86).
SHARES, FLOORS = ("school_share", "section_share"), ("school_floor", "section_floor")


@sections.get("/")
def show() -> ResponseReturnValue:
    """The ticks, the name of sections, the limits of the safety stop."""
    return _page(stored_form(_stored(db.session(), the_page().connection)))


@sections.post("/")
def save() -> ResponseReturnValue:
    """Store them."""
    return save_fields("choose sections", _stored, _store, _page, address("sections.show"))


@sections.post("/schedule-is-final")
def confirm_schedule() -> ResponseReturnValue:
    """The schedule of the active year is final and active: the warning is gone until the next year (C-76)."""
    session, page = db.session(), the_page()
    session.commit()
    will_write(session)
    year = shown_year(page.connection, load_places(session, page.connection))
    page.connection.schedule_final_year = year
    audit(session, datetime.now(UTC), page.account, "confirm schedule", page.connection.name, None, {"year": year})
    session.commit()
    flash("Noted: the schedule of this year is final.", "good")
    return redirect(address("sections.show"), 303)


def _stored(session: Session, connection: Connection) -> dict[str, str]:
    options = load_options(session, connection.id)
    stored = stored_ticks(session, connection, Kind.SECTIONS)
    stored["section_name"] = options.section_name.value
    stored |= {name: f"{getattr(options, name) * 100:g}" for name in SHARES}
    stored |= {name: str(getattr(options, name)) for name in FLOORS}
    return stored


def _store(session: Session, connection: Connection, field: str, chosen: str) -> str:
    if field in SHARES:
        set_option(session, connection, field, str(_number(chosen, 100 * MOST[field]) / 100))
    elif field in FLOORS:
        set_option(session, connection, field, str(int(_number(chosen, MOST[field]))))
    elif field == "section_name":
        set_option(session, connection, field, chosen)
    else:
        return store_tick(session, connection, Kind.SECTIONS, field, chosen)
    return field.replace("_", " ")


def _number(text: str, most: int) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise BadChoice(f"This is a number from 0 to {most:,}")
    return number


def _page(form: Form) -> str:
    session, connection = db.session(), the_page().connection
    schools = [(school, tick_field(school)) for school in mapped_schools(session, connection)]
    standing = schedule_standing(session, connection)
    return render_template("roster/sections.html", schools=schools, form=form, names=NAMES, **standing)
