"""The answer to "why is it missing?", gathered for one record, one connection and one day."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.access.log_reading import Call, last_call
from provider.access.models import Connection
from provider.admin.mending import place_address, value_address
from provider.admin.missing.reasons import Held, Reason, first_reason, reasons
from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.rule import Decision, Excluded, Included, decide
from provider.eligibility.rules.memberships import SECTION_STAFF
from provider.publishing.explain import Explanation, explain_facts, explain_row
from provider.publishing.standing import Record, Standing, due_records, is_built, readable, standings
from provider.sis.changes import EVERYTHING, SisChange
from shared.oneroster.resources.operations import OPERATIONS, RESOURCES
from shared.oneroster.versions import Version

#: Members of a section that are named at most.
MOST_MEMBERS = 50


class Line(NamedTuple):
    """A rule that holds the record back, with the address of the form that holds the value; None: it has none."""

    reason: Reason
    address: str | None


class Group(NamedTuple):
    """What is held back, by which rules: the decisive ones, then those that follow from them."""

    held: Held
    decisive: Sequence[Line]
    following: Sequence[Line]


class OfConnection(NamedTuple):
    """What a connection gets: how many records, else the rule that decides."""

    connection: Connection
    records: int
    reason: Reason | None


class Member(NamedTuple):
    """An enrollment in a section: its status where it is published, else the rule that holds it back: where that is one
    of the class or of the person, theirs."""

    table: str
    id: int
    person_id: int
    section_id: int
    status: str
    held: Excluded | None


class Asked(NamedTuple):
    """When a platform last asked: for the record by its sourcedId, and for any collection that has it."""

    record: Call | None
    collection: Call | None


class Answer(NamedTuple):
    """standings   the records as the connection gets them; other: the same in the other version, as text
    built       whether anything has been published for the connection yet
    waits       an edit that concerns it waits for the next refresh
    """

    explained: Explanation
    connection: Connection
    day: date
    standings: Sequence[Standing]
    other_version: Version
    other: Sequence[str]
    groups: Sequence[Group]
    built: bool
    waits: bool
    asked: Asked
    everybody: Sequence[OfConnection]

    @property
    def got(self) -> list[Standing]:
        return [one for one in self.standings if one.published]

    @property
    def changes(self) -> bool:
        """Whether the next refresh changes what the connection gets."""
        return any(one.changes for one in self.standings)


def answer(session: Session, day: date, table: str, key: int, connection: Connection, base_url: str) -> Answer:
    """Everything about one row of the SIS. `day`: the day that the rules are asked for. Raises finding.NotFound."""
    edition = connection.edition()
    explained = explain_row(session, day, table, key, edition)
    database = session.connection()
    found = standings(database, explained, edition, base_url)
    other = _other(edition)
    records = due_records(explain_facts(explained.facts, table, key, other), other, base_url)
    return Answer(
        explained, connection, day, found, other.version, _texts(records),
        [_group(session, held, connection.id) for held in reasons(explained)],
        is_built(database, edition), _waits(session, explained, table, key),
        _asked(session, connection, explained), _everybody(session, explained, table, key),
    )  # fmt: skip


def _other(edition: Edition) -> Edition:
    """The same options in the other version; Secondary Email of a connection is an option of 1.2 alone (P-62)."""
    version = Version.V1P1 if edition.version is Version.V1P2 else Version.V1P2
    return Edition(version, False, edition.schools, edition.share, edition.gradebook)


def _texts(records: dict[str, Record]) -> list[str]:
    return [readable(records[key]) for key in sorted(records)]


def _group(session: Session, held: Held, connection_id: int) -> Group:
    def lines(found: Sequence[Reason]) -> list[Line]:
        return [Line(reason, reason_address(session, reason, connection_id)) for reason in found]

    return Group(held, lines(held.decisive), lines(held.following))


def reason_address(session: Session, reason: Reason, connection_id: int) -> str | None:
    """The form that holds the value which decided."""
    holder = reason.check.holder
    if holder is not None:
        return place_address(holder.table, holder.id, holder.column)
    column = reason.check.where.column
    return value_address(session, column, reason.block.table, reason.block.id, connection_id)


def _waits(session: Session, explained: Explanation, table: str, key: int) -> bool:
    """Whether an edit of the record, or of everything, waits for a refresh."""
    changes = {EVERYTHING}
    if table in ("roster", "section_staff"):
        block = explained.blocks[0]
        changes |= {(one.table, one.id) for one in explained.blocks if one.table in ("person", "section", "course")}
        changes.add((block.table, block.id))
    else:
        changes.add((table, key))
        changes |= {("course", one.id) for one in explained.blocks if one.table == "course"}
    return any(session.get(SisChange, change) is not None for change in changes)


def _asked(session: Session, connection: Connection, explained: Explanation) -> Asked:
    operations = [
        one.operation_id for one in (*OPERATIONS, *RESOURCES)
        if one.resource.plural == explained.entity and not one.single and not one.params
    ]  # fmt: skip
    ids = {verdict.sourced_id for verdict in explained.verdicts}
    calls = [call for one in ids if (call := last_call(session, connection.id, object=one))]
    newest = max(calls, key=lambda call: call.at, default=None)
    return Asked(newest, last_call(session, connection.id, operations))


def _everybody(session: Session, explained: Explanation, table: str, key: int) -> list[OfConnection]:
    """Whether each connection would get the record, by the rules of the day."""
    told: dict[Edition, tuple[int, Reason | None]] = {}
    found = []
    for one in list_connections(session):
        edition = one.edition()
        if edition not in told:
            again = explain_facts(explained.facts, table, key, edition)
            ids = {verdict.sourced_id for verdict in again.verdicts if verdict.status}
            told[edition] = len(ids), None if ids else first_reason(again)
        found.append(OfConnection(one, *told[edition]))
    return found


def members(explained: Explanation, edition: Edition, table: str, key: int) -> list[Member]:
    """The enrollments of a person or of a section, of staff first, those that are held back before the others."""
    context = Context(explained.facts, edition)
    column = f"{table}_id"
    found = [
        _member("section_staff", row, decide(SECTION_STAFF, row, context), context.role(row.person_id, "t"), context)
        for row in explained.facts.section_staff
        if getattr(row, column) == key
    ] + [
        _member("roster", row, context.roster(row), context.role(row.person_id, "s"), context)
        for row in explained.facts.rosters()
        if getattr(row, column) == key
    ]
    return sorted(found, key=lambda one: (one.held is None, one.table != "section_staff", one.id))


def _member(
    table: str, row: rows.Roster | rows.SectionStaff, decision: Decision, person: Decision, context: Context
) -> Member:  # fmt: skip
    held = None
    if isinstance(decision, Excluded):
        behind = {"P-81": context.section(row.section_id), "P-76": person, "P-30": person}.get(decision.number)
        held = behind if isinstance(behind, Excluded) else decision
    status = decision.status if isinstance(decision, Included) else ""
    return Member(table, row.id, row.person_id, row.section_id, status, held)
