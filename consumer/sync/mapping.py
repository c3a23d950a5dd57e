"""Stores what an administrator chooses: schools, terms, roles, ticks, options (C-25 … C-41, C-66, C-86)."""

from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import OrgRecord, SessionRecord
from consumer.connections import Connection
from consumer.mapping.choices import Group, Kind, Options, SectionName
from consumer.mapping.suggest import SUGGESTED_ROLES, periods, schools_to_map, terms_to_map
from consumer.mapping.years import year_of
from consumer.platform.models import ROLES, GradingPeriod, School
from consumer.sync.choices import Places, load_options
from consumer.sync.tables import RoleMapping, SchoolMapping, SyncOption, TermMapping

#: What the numbers of the safety stop may be, from 0: shares of what is there, and counts (C-86).
MOST = {"school_share": 1, "section_share": 1, "school_floor": 1_000_000, "section_floor": 1_000_000}


class BadChoice(ValueError):
    """A choice that cannot be stored; the message says why."""


def map_school(session: Session, connection: Connection, org: OrgRecord, school_id: int | None) -> School:
    """Map a SIS org to a platform school; None creates a building from it, or finds the one that was created from it
    before (C-26, C-27, C-31).
    """
    if school_id is None:
        school = session.scalar(
            select(School).where(School.connection_id == connection.id, School.sis_id == org.sourced_id)
        )
        if school is None:
            kind = "district" if org.type == "district" else "school"
            school = School(
                name=org.name, number=org.identifier, kind=kind, connection_id=connection.id, sis_id=org.sourced_id
            )
            session.add(school)
            session.flush()
    elif (school := session.get(School, school_id)) is None:
        raise BadChoice(f"There is no school {school_id} here")
    row = session.get(SchoolMapping, (connection.id, org.sourced_id))
    if row is None:
        session.add(SchoolMapping(connection_id=connection.id, sis_id=org.sourced_id, school_id=school.id))
    else:
        row.school_id = school.id
    session.flush()
    return school


def map_term(session: Session, connection: Connection, term: SessionRecord, period_id: int | None) -> GradingPeriod:
    """Map a SIS term to a grading period; None creates one with its name and dates (C-33), unless there is one with
    the same name and dates (C-36). Whoever maps the first term has chosen its year as the active one (C-19): what the
    SIS offers later does not change that.
    """
    period = _own_period(session, connection, term) if period_id is None else session.get(GradingPeriod, period_id)
    if period is None:
        raise BadChoice(f"There is no grading period {period_id} here")
    row = session.get(TermMapping, (connection.id, term.sourced_id))
    if row is None:
        row = TermMapping(connection_id=connection.id, sis_id=term.sourced_id, grading_period_id=period.id)
        session.add(row)
    row.grading_period_id = period.id
    if connection.active_year is None:
        connection.active_year = year_of(term)
    session.flush()
    return period


def _own_period(session: Session, connection: Connection, term: SessionRecord) -> GradingPeriod:
    wanted = periods([term]).get(term.sourced_id)
    if wanted is None or wanted.end < wanted.start:
        raise BadChoice(f"Term {term.sourced_id} has no dates that a grading period could take")
    mine = (GradingPeriod.connection_id == connection.id, GradingPeriod.sis_id == term.sourced_id)
    same = (
        GradingPeriod.name == wanted.name,
        GradingPeriod.start_date == wanted.start,
        GradingPeriod.end_date == wanted.end,
    )
    for where in (mine, same):
        found = session.scalar(select(GradingPeriod).where(*where).order_by(GradingPeriod.id).limit(1))
        if found is not None:
            return found
    period = GradingPeriod(
        name=wanted.name, start_date=wanted.start, end_date=wanted.end, connection_id=connection.id,
        sis_id=term.sourced_id,
    )  # fmt: skip
    session.add(period)
    session.flush()
    return period


def map_role(session: Session, connection: Connection, sis_id: str, group: Group, role: str | None) -> None:
    """What a role group of a SIS school becomes; None is Do Not Sync (C-38 … C-40)."""
    if role is not None and role not in ROLES:
        raise BadChoice(f"There is no role {role!r} here: {', '.join(ROLES)}, or skip")
    row = session.get(RoleMapping, (connection.id, sis_id, group.value))
    if role is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(RoleMapping(connection_id=connection.id, sis_id=sis_id, role_group=group.value, role=role))
    else:
        row.role = role
    session.flush()


def tick(session: Session, connection: Connection, sis_id: str, kinds: frozenset[Kind]) -> None:
    """Tick a mapped school for these kinds of data, and for no others."""
    row = session.get(SchoolMapping, (connection.id, sis_id))
    if row is None:
        raise BadChoice(f"School {sis_id} is not mapped: map it before it can be ticked")
    row.users, row.courses, row.sections = (kind in kinds for kind in (Kind.USERS, Kind.COURSES, Kind.SECTIONS))
    session.flush()


def unmap(session: Session, connection: Connection, table: Any, sis_id: str) -> None:
    """Take a mapping back: updates stop, nothing is removed (C-30)."""
    row = session.get(table, (connection.id, sis_id))
    if row is not None:
        session.delete(row)
        session.flush()


def set_option(session: Session, connection: Connection, name: str, text: str) -> None:
    """One setting by its name in `mapping.choices.Options`."""
    options = load_options(session, connection.id)
    values: dict[str, Any] = {field.name: getattr(options, field.name) for field in fields(Options)}
    if name not in values:
        raise BadChoice(f"There is no setting {name!r}: {', '.join(values)}")
    try:
        values[name] = _read(values[name], text)
    except ValueError:
        raise BadChoice(f"{text!r} is nothing that {name} can be") from None
    if name in MOST and not 0 <= values[name] <= MOST[name]:
        raise BadChoice(f"{name} is a number from 0 to {MOST[name]:,}")
    values["section_name"] = str(values["section_name"])
    session.merge(SyncOption(connection_id=connection.id, **values))
    session.flush()


def _read(now: Any, text: str) -> Any:
    if isinstance(now, bool):
        if text not in ("yes", "no"):
            raise ValueError(text)
        return text == "yes"
    if isinstance(now, SectionName):
        return SectionName(text)
    return type(now)(text)


def map_everything(session: Session, connection: Connection, places: Places, year: int) -> None:
    """Sensible choices for all that is not mapped yet; what was chosen before stays."""
    for org in sorted(schools_to_map(places.orgs.values()), key=lambda org: (org.name, org.sourced_id)):
        if session.get(SchoolMapping, (connection.id, org.sourced_id)) is None:
            map_school(session, connection, org, None)
            for group, role in SUGGESTED_ROLES.items():
                map_role(session, connection, org.sourced_id, group, role)
    for term in sorted(terms_to_map(places.sessions.values(), year), key=lambda t: (str(t.start), t.sourced_id)):
        if session.get(TermMapping, (connection.id, term.sourced_id)) is None:
            map_term(session, connection, term, None)
