"""Ticking mapped schools for users, courses or sections (C-38, C-59, C-64)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.mapping.choices import Kind
from consumer.platform.models import School
from consumer.sync.choices import load_places
from consumer.sync.mapping import BadChoice, tick
from consumer.sync.tables import SchoolMapping

TICKED, NOT_TICKED = "1", ""
_FIELD = "tick-"


@dataclass(frozen=True, slots=True)
class MappedSchool:
    """A SIS school that is mapped, with the name of the school that it is here."""

    sis_id: str
    name: str
    type: str
    here: str


def mapped_schools(session: Session, connection: Connection) -> list[MappedSchool]:
    """Mapped schools that the SIS offers, the district first."""
    orgs = load_places(session, connection).orgs
    rows = (
        select(SchoolMapping.sis_id, School.name)
        .join(School, School.id == SchoolMapping.school_id)
        .where(SchoolMapping.connection_id == connection.id)
    )
    found = [
        MappedSchool(sis_id, orgs[sis_id].name, orgs[sis_id].type, here)
        for sis_id, here in session.execute(rows)
        if sis_id in orgs
    ]
    return sorted(found, key=lambda school: (school.type != "district", school.name, school.sis_id))


def tick_field(school: MappedSchool) -> str:
    return _FIELD + school.sis_id


def stored_ticks(session: Session, connection: Connection, kind: Kind) -> dict[str, str]:
    """The fields of the ticks with what is stored."""
    rows = session.scalars(select(SchoolMapping).where(SchoolMapping.connection_id == connection.id))
    ticked = {row.sis_id for row in rows if getattr(row, kind.value)}
    schools = mapped_schools(session, connection)
    return {tick_field(school): TICKED if school.sis_id in ticked else NOT_TICKED for school in schools}


def store_tick(session: Session, connection: Connection, kind: Kind, field: str, chosen: str) -> str:
    """Tick a school, or take the tick away; its sourcedId, for the audit trail. Raises BadChoice."""
    sis_id = field.removeprefix(_FIELD)
    row = session.get(SchoolMapping, (connection.id, sis_id))
    if row is None:
        raise BadChoice(f"School {sis_id} is not mapped: map it before it can be ticked")
    kinds = {each for each in Kind if getattr(row, each.value)} - {kind}
    tick(session, connection, sis_id, frozenset(kinds | {kind} if chosen == TICKED else kinds))
    return f"{kind.value} of {sis_id}"
