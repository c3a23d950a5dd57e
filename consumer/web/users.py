"""Users: of which schools people are synced, and what each SIS role becomes here (C-38 … C-50)."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.mapping.choices import Group, Kind
from consumer.mapping.suggest import SUGGESTED_ROLES
from consumer.platform.models import ROLES
from consumer.sync.mapping import map_role
from consumer.sync.offered import Offered, count_offered
from consumer.sync.tables import RoleMapping
from consumer.web.saving import save_fields
from consumer.web.tabs import address, tab, the_page
from consumer.web.ticks import MappedSchool, mapped_schools, store_tick, stored_ticks, tick_field
from shared.oneroster.versions import Version
from shared.web.forms import Form, stored_form

users = tab("users")

#: The value of a role that is left out (C-40).
DO_NOT_SYNC = ""
ROLE_OPTIONS = ((DO_NOT_SYNC, "Do Not Sync"), *((role, role.capitalize()) for role in ROLES))


@dataclass(frozen=True, slots=True)
class UsersLine:
    """A mapped SIS school: the field of its tick, and of each role group its field, whom it would bring in, and as what
    they would fit.
    """

    school: MappedSchool
    tick: str
    roles: tuple[tuple[Group, str, str, str], ...]


@users.get("/")
def show() -> ResponseReturnValue:
    """The table of schools and roles."""
    return _page(stored_form(_stored(db.session(), the_page().connection)))


@users.post("/")
def save() -> ResponseReturnValue:
    """Store ticks and roles."""
    return save_fields("map role", _stored, _store, _page, address("users.show"))


def _role_field(school: MappedSchool, group: Group) -> str:
    return f"role-{group.value}-{school.sis_id}"


def _stored(session: Session, connection: Connection) -> dict[str, str]:
    rows = session.scalars(select(RoleMapping).where(RoleMapping.connection_id == connection.id))
    chosen = {(row.sis_id, row.role_group): row.role for row in rows}
    stored = stored_ticks(session, connection, Kind.USERS)
    for school in mapped_schools(session, connection):
        for group in Group:
            stored[_role_field(school, group)] = chosen.get((school.sis_id, group.value), DO_NOT_SYNC)
    return stored


def _store(session: Session, connection: Connection, field: str, chosen: str) -> str:
    if not field.startswith("role-"):
        return store_tick(session, connection, Kind.USERS, field, chosen)
    _, group, sis_id = field.split("-", 2)
    map_role(session, connection, sis_id, Group(group), chosen or None)
    return f"{group} of {sis_id}"


def _hints(counted: Offered, school: MappedSchool, group: Group) -> tuple[str, str]:
    """How many people a choice brings in, and what would fit: said, never applied unasked."""
    number = counted.people.get((school.sis_id, group), 0)
    if counted.read and not number:
        return "nobody", ""
    people = f"{number:,} {'person' if number == 1 else 'people'}" if counted.read else ""
    return people, f"would fit {SUGGESTED_ROLES[group].capitalize()}"


def _page(form: Form) -> str:
    connection = the_page().connection
    counted = count_offered(db.session(), connection)
    lines = [
        UsersLine(
            school,
            tick_field(school),
            tuple((group, _role_field(school, group), *_hints(counted, school, group)) for group in Group),
        )
        for school in mapped_schools(db.session(), connection)
    ]
    guardians_at_district = connection.version == Version.V1P1
    return render_template(
        "roster/users.html", lines=lines, form=form, roles=ROLE_OPTIONS, groups=list(Group),
        guardians_at_district=guardians_at_district,
    )  # fmt: skip
