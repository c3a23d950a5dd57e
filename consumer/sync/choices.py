"""Reads a connection's choices, and the schools and terms that it offers, into plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, OrgRecord, SessionRecord, read_org, read_session
from consumer.connections import Connection
from consumer.mapping.choices import Choices, Group, Kind, Options, SchoolChoice, SectionName, TermChoice
from consumer.mapping.years import current_year, years_by_session
from consumer.platform.models import GradingPeriod
from consumer.sync.staging import StagedRecord
from consumer.sync.tables import RoleMapping, SchoolMapping, SyncOption, TermMapping
from shared.oneroster.versions import Version

Record = TypeVar("Record", OrgRecord, SessionRecord)


@dataclass(frozen=True, slots=True)
class Places:
    """The orgs and sessions that the SIS offers at present, by sourcedId. Unreadable ones are left out; `unreadable`
    has the collection, the sourcedId and the reason of each.
    """

    orgs: dict[str, OrgRecord]
    sessions: dict[str, SessionRecord]
    unreadable: tuple[tuple[str, str, str], ...] = ()


def load_places(session: Session, connection: Connection) -> Places:
    """From the staged records; only those that are active and that the last complete read contained."""
    version = Version(connection.version)
    orgs, bad_orgs = _offered(session, connection.id, "orgs", read_org, version)
    sessions, bad_sessions = _offered(session, connection.id, "academicSessions", read_session, version)
    return Places(orgs, sessions, (*bad_orgs, *bad_sessions))


def _offered(
    session: Session, connection_id: int, collection: str, read: Callable[[bytes, Version], Record], version: Version
) -> tuple[dict[str, Record], list[tuple[str, str, str]]]:
    """(the readable records by sourcedId, the unreadable ones)."""
    rows = session.execute(
        select(StagedRecord.sourced_id, StagedRecord.raw)
        .where(
            StagedRecord.connection_id == connection_id,
            StagedRecord.collection == collection,
            StagedRecord.absent_since.is_(None),
        )
        .order_by(StagedRecord.sourced_id)
    )
    found, unreadable = {}, []
    for sourced_id, raw in rows:
        try:
            record = read(raw, version)
        except BadRecord as bad:
            unreadable.append((collection, sourced_id, str(bad)))
            continue
        if record.active:
            found[record.sourced_id] = record
    return found, unreadable


def active_year(connection: Connection, places: Places, today: date) -> int | None:
    """The year that was chosen, else the one around today (C-19); None when the SIS offers no year at all."""
    return connection.active_year or current_year(places.sessions.values(), today)


def load_choices(
    session: Session, connection: Connection, places: Places, today: date, year: int | None = None
) -> Choices:
    """The choices for the active year, or for `year`. A period that follows a term has that term's dates (C-37)."""
    year = year or active_year(connection, places, today) or 0
    years = years_by_session(places.sessions.values())
    return Choices(
        active_year=year,
        schools=_schools(session, connection.id, places),
        terms={
            sis_id: TermChoice(period.id, *period_dates(period, connection.id, places))
            for sis_id, period in session.execute(
                select(TermMapping.sis_id, GradingPeriod)
                .join(GradingPeriod, GradingPeriod.id == TermMapping.grading_period_id)
                .where(TermMapping.connection_id == connection.id)
            )
            if years.get(sis_id) == year
        },
        roles={
            (row.sis_id, Group(row.role_group)): row.role
            for row in session.scalars(select(RoleMapping).where(RoleMapping.connection_id == connection.id))
        },
        years=years,
        options=load_options(session, connection.id),
    )


def _schools(session: Session, connection_id: int, places: Places) -> dict[str, SchoolChoice]:
    schools = {}
    for row in session.scalars(select(SchoolMapping).where(SchoolMapping.connection_id == connection_id)):
        org = places.orgs.get(row.sis_id)
        if org is not None:
            ticked = frozenset(kind for kind in Kind if getattr(row, kind.value))
            schools[row.sis_id] = SchoolChoice(row.school_id, org.name, org.identifier or row.sis_id, ticked)
    return schools


def period_dates(period: GradingPeriod, connection_id: int, places: Places) -> tuple[date, date]:
    """First and last day of a grading period: those of the term that it was created from, while that is offered."""
    term = places.sessions.get(period.sis_id or "") if period.connection_id == connection_id else None
    if term is None or term.start is None or term.end is None or term.end < term.start:
        return period.start_date, period.end_date
    return term.start, term.end


def load_options(session: Session, connection_id: int) -> Options:
    row = session.get(SyncOption, connection_id)
    if row is None:
        return Options()
    return Options(
        SectionName(row.section_name), row.courses_without_sections, row.school_share, row.school_floor,
        row.section_share, row.section_floor,
    )  # fmt: skip
