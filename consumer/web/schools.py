"""Schools: which SIS school is which building here (C-25 … C-31)."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import OrgRecord
from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.suggest import schools_to_map
from consumer.platform.models import School
from consumer.sync.choices import load_places
from consumer.sync.mapping import map_school, tick, unmap
from consumer.sync.offered import count_offered
from consumer.sync.tables import SchoolMapping
from consumer.web.choosing import NEW, NOT_MAPPED, store_choice
from consumer.web.saving import save_fields
from consumer.web.tabs import address, tab, the_page
from shared.web.forms import Form, stored_form

schools = tab("schools")

#: A choice's field: this, and the sourcedId of the org.
FIELD = "school-"


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A SIS school, the field of its choice with its options, what is here already that it may be (C-31), and how many
    people and sections it brings in (None before they are read).
    """

    sis_id: str
    name: str
    type: str
    field: str
    options: tuple[tuple[str, str], ...]
    suggestion: str
    people: int | None
    sections: int | None


@schools.get("/")
def show() -> ResponseReturnValue:
    """The mapping table."""
    return _page(stored_form(_stored(db.session(), the_page().connection)))


@schools.post("/")
def save() -> ResponseReturnValue:
    """Store what was chosen. Unmapping stops updates and removes nothing (C-30)."""
    return save_fields("map school", _stored, _store, _page, address("schools.show"))


def offered_schools(session: Session, connection: Connection) -> list[OrgRecord]:
    """What the SIS offers, the district first (C-29)."""
    orgs = schools_to_map(load_places(session, connection).orgs.values())
    return sorted(orgs, key=lambda org: (org.type != "district", org.name, org.sourced_id))


def _stored(session: Session, connection: Connection) -> dict[str, str]:
    rows = select(SchoolMapping.sis_id, SchoolMapping.school_id).where(SchoolMapping.connection_id == connection.id)
    chosen = {sis_id: str(school_id) for sis_id, school_id in session.execute(rows)}
    orgs = offered_schools(session, connection)
    return {FIELD + org.sourced_id: chosen.get(org.sourced_id, NOT_MAPPED) for org in orgs}


def _store(session: Session, connection: Connection, field: str, chosen: str) -> str:
    sis_id = field.removeprefix(FIELD)
    org = load_places(session, connection).orgs[sis_id]

    def take(school_id: int | None) -> None:
        new = session.get(SchoolMapping, (connection.id, sis_id)) is None
        map_school(session, connection, org, school_id)
        if new:  # what is synced of it is ticked in the tabs of users, courses and sections (C-38, C-59, C-64)
            tick(session, connection, sis_id, frozenset())

    store_choice(chosen, lambda: unmap(session, connection, SchoolMapping, sis_id), take)
    return org.name


def _page(form: Form) -> str:
    return render_template("roster/schools.html", lines=_lines(db.session()), form=form)


def _lines(session: Session) -> list[SchoolLine]:
    here = session.scalars(select(School).order_by(School.name, School.id)).all()
    connection = the_page().connection
    counted = count_offered(session, connection)
    lines = []
    for org in offered_schools(session, connection):
        made = [s for s in here if s.connection_id == connection.id and s.sis_id == org.sourced_id]
        same = [s for s in here if s.name.casefold() == org.name.casefold()]
        new = () if made else ((NEW, "Create New Building"),)
        options = ((NOT_MAPPED, "Not mapped"), *new, *((str(s.id), s.name) for s in here))
        found = (made or same)[:1]
        why = "was created from it" if made else "has the same name"
        suggestion = f"{found[0].name} {why}" if found else ""
        people, sections = counted.people_of(org.sourced_id), counted.sections_of_school.get(org.sourced_id, 0)
        numbers = (people, sections) if counted.read else (None, None)
        field = FIELD + org.sourced_id
        lines.append(SchoolLine(org.sourced_id, org.name, org.type, field, options, suggestion, *numbers))
    return lines
