"""Schools: which SIS school is which building here (C-25 … C-31)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import OrgRecord
from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.suggest import schools_to_map
from consumer.platform.audit import audit
from consumer.platform.models import School
from consumer.sync.choices import load_places
from consumer.sync.mapping import BadChoice, map_school, unmap
from consumer.sync.tables import SchoolMapping
from consumer.web.tabs import address, tab, the_page
from shared.database import will_write
from shared.web.forms import Form, is_stale, stored_form, typed_form

schools = tab("schools")

#: The values of a choice that are no platform school: not mapped, and a building created from the SIS school (C-27).
NOT_MAPPED, NEW = "", "new"


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A SIS school, the field of its choice, the choices, and what has the same name here (C-31: or came from it)."""

    sis_id: str
    name: str
    type: str
    field: str
    options: tuple[tuple[str, str], ...]
    suggestion: str


@schools.get("/")
def show() -> ResponseReturnValue:
    """The mapping table."""
    session, page = db.session(), the_page()
    orgs = _offered(session, page.connection)
    return _page(session, orgs, stored_form(_stored(session, page.connection, orgs)))


@schools.post("/")
def save() -> ResponseReturnValue:
    """Store what was chosen. Unmapping stops updates and removes nothing (C-30)."""
    session, page = db.session(), the_page()
    session.commit()
    will_write(session)
    connection = session.get_one(Connection, page.connection.id)
    orgs = _offered(session, connection)
    stored, form = _stored(session, connection, orgs), typed_form(request.form)
    if is_stale(form, stored):
        session.rollback()
        told = {"": ["Somebody else has saved this page meanwhile. Your choices are below: check them and save again."]}
        return _page(session, orgs, Form(form.values, told, stored_form(stored).seen)), 409
    errors = {name: why for org in orgs if (why := _choose(session, connection, org, stored, form))
              for name in (_field(org),)}  # fmt: skip
    if errors:
        session.rollback()
        return _page(session, orgs, form.refused(errors)), 422
    session.commit()
    flash("Saved.", "good")
    return redirect(address("schools.show"), 303)


def _choose(session: Session, connection: Connection, org: OrgRecord, stored: dict[str, str], form: Form) -> list[str]:
    """Store one row's choice, when it changed; what is wrong with it otherwise."""
    name = _field(org)
    chosen, before = form.value(name), stored[name]
    if chosen == before:
        return []
    if chosen == NOT_MAPPED:
        unmap(session, connection, SchoolMapping, org.sourced_id)
    elif chosen == NEW or chosen.isdigit():
        try:
            map_school(session, connection, org, None if chosen == NEW else int(chosen))
        except BadChoice as error:
            return [str(error)]
    else:
        return ["Choose one of the list"]
    audit(
        session, datetime.now(UTC), the_page().account, "map school", f"{connection.name}: {org.name}",
        {"school": before}, {"school": chosen},
    )  # fmt: skip
    return []


def _page(session: Session, orgs: list[OrgRecord], form: Form) -> str:
    return render_template("roster/schools.html", lines=_lines(session, orgs), form=form)


def _lines(session: Session, orgs: list[OrgRecord]) -> list[SchoolLine]:
    here = session.scalars(select(School).order_by(School.name, School.id)).all()
    connection_id = the_page().connection.id
    lines = []
    for org in orgs:
        made = [s for s in here if s.connection_id == connection_id and s.sis_id == org.sourced_id]
        same = [s for s in here if s.name.casefold() == org.name.casefold()]
        new = () if made else ((NEW, "Create New Building"),)
        options = ((NOT_MAPPED, "Not mapped"), *new, *((str(s.id), s.name) for s in here))
        found = (made or same)[:1]
        why = "was created from it" if made else "has the same name"
        suggestion = f"{found[0].name} {why}" if found else ""
        lines.append(SchoolLine(org.sourced_id, org.name, org.type, _field(org), options, suggestion))
    return lines


def _field(org: OrgRecord) -> str:
    return f"school-{org.sourced_id}"


def _offered(session: Session, connection: Connection) -> list[OrgRecord]:
    """What the SIS offers, the district first (C-29)."""
    orgs = schools_to_map(load_places(session, connection).orgs.values())
    return sorted(orgs, key=lambda org: (org.type != "district", org.name, org.sourced_id))


def _stored(session: Session, connection: Connection, orgs: list[OrgRecord]) -> dict[str, str]:
    rows = select(SchoolMapping.sis_id, SchoolMapping.school_id).where(SchoolMapping.connection_id == connection.id)
    chosen = {sis_id: str(school_id) for sis_id, school_id in session.execute(rows)}
    return {_field(org): chosen.get(org.sourced_id, NOT_MAPPED) for org in orgs}
