"""One person followed through the provider: the SIS row, how each rule came out for a connection, what is published of
them and since when, who asked for it, and which grades the connection sent (P-114, P-115, P-125). The consumer's half
is a platform's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from provider.access.models import Connection, RequestLog
from provider.access.trace import calls_of, result_sent
from provider.publishing.catalog import BuiltEdition, find_edition, published_dates
from provider.publishing.explain import Explanation, explain
from provider.publishing.finding import find_person
from provider.publishing.models import PublishedIndex, PublishedRecord
from provider.publishing.positions import record_id
from provider.sis.models import Contact, Course, LineItem, Person, Result, Section, UserAccount
from shared.database import chunks
from shared.oneroster.resources.operations import OPERATIONS

_decode = msgspec.json.Decoder().decode

#: Calls that are told, the newest of them.
MOST_CALLS = 20
#: Grades that are told, those that were changed last.
MOST_GRADES = 200


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a published record. `since` is the revision that brought it, published at `modified`, which is its
    dateLastModified; `until` the revision that replaced or took it away, None for the present one.
    """

    collection: str
    sourced_id: str
    status: str
    since: int
    until: int | None
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that named the person, or that walked a collection in which the person is; from the newest."""

    at: datetime
    connection: str
    operation: str
    objects: str
    filter: str
    offset: int | None
    count: int | None
    status: int


@dataclass(frozen=True, slots=True)
class Grade:
    """A score that the connection sent, as a row of the SIS; the call that made it what it is, while the log has it."""

    item: str
    section: str
    line_item: str
    result: str
    modified: datetime
    call: str
    called_at: datetime | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Followed:
    """The provider's half of a person's time line, for one connection. `row`: what the SIS knows them by."""

    connection: str
    revision: int
    row: dict[str, str]
    explanation: Explanation
    published: tuple[Published, ...]
    calls: tuple[Call, ...]
    grades: tuple[Grade, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON, moments among them."""
        return {**asdict(self), "explanation": self.explanation.as_json()}


def follow(session: Session, today: date, connection: Connection, ref: str) -> Followed:
    """The person whom `ref` names (`provider.publishing.finding`), as `connection` sees them.

    Raises finding.NotFound.
    """
    edition = connection.edition()
    explanation = explain(session, today, "users", ref, edition)
    sourced_ids = list(dict.fromkeys(verdict.sourced_id for verdict in explanation.verdicts))
    built = find_edition(session.connection(), edition)
    published = _published(session, built, sourced_ids) if built else []
    calls = _calls(session, connection, sourced_ids)
    person_id = find_person(session, ref)
    grades = _grades(session, connection, person_id)
    revision, row = built.revision if built else 0, _row(session, person_id)
    return Followed(connection.name, revision, row, explanation, tuple(published), tuple(calls), tuple(grades))


def connection_of_client(session: Session, client_id: str) -> Connection | None:
    """The connection that a platform uses, by the client id that it was given."""
    return session.scalar(select(Connection).where(Connection.client_id == client_id))


def _row(session: Session, person_id: int) -> dict[str, str]:
    """The numbers and sign-in names of a person in the SIS, those that there are."""
    person = session.get_one(Person, person_id)
    usernames = session.scalars(select(UserAccount.username).where(UserAccount.person_id == person_id))
    emails = session.scalars(select(Contact.email).where(Contact.person_id == person_id))
    values = {
        "person": str(person_id), "student number": person.student_number, "staff number": person.staff_number,
        "sourcedId": person.sourced_id or person.guid, "username": ", ".join(usernames),
        "email": ", ".join(filter(None, emails)),
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def _published(session: Session, built: BuiltEdition, sourced_ids: Sequence[str]) -> list[Published]:
    """The person's records and enrollments, every version that is kept, oldest first."""
    dates = published_dates(session.connection(), built.id)
    users, enrollments = built.collections.get("users", 0), built.collections.get("enrollments", 0)
    mine = select(PublishedRecord).where(
        PublishedRecord.collection_id == users, PublishedRecord.sourced_id.in_(sourced_ids)
    )
    found = [("users", row) for row in session.scalars(mine)]
    found += [("enrollments", row) for row in _enrollments(session, enrollments, sourced_ids)]
    found = [(name, row) for name, row in found if row.since <= built.revision]
    return [
        Published(name, row.sourced_id, row.status, row.since, row.until, dates.get(row.since))
        for name, row in sorted(found, key=lambda item: (item[0] != "users", item[1].sourced_id, item[1].since))
    ]


def _enrollments(session: Session, collection_id: int, user_ids: Sequence[str]) -> list[PublishedRecord]:
    """The enrollments of these users: what the index names may have been theirs once, so the records are asked."""
    positions = session.scalars(
        select(PublishedIndex.position).where(
            PublishedIndex.collection_id == collection_id,
            PublishedIndex.field == "user.sourcedId",
            PublishedIndex.value.in_(user_ids),
        )
    ).all()
    found: list[PublishedRecord] = []
    for chunk in chunks(positions, 200):
        places = (
            PublishedRecord.id.between(record_id(collection_id, place, 0), record_id(collection_id, place + 1, 0) - 1)
            for place in chunk
        )
        found += session.scalars(select(PublishedRecord).where(or_(*places)))
    return [row for row in found if _decode(b"{" + row.tail)["user"]["sourcedId"] in user_ids]


def _calls(session: Session, connection: Connection, sourced_ids: Sequence[str]) -> list[Call]:
    """Calls for the person, and for collections of users and enrollments."""
    walks = [op.operation_id for op in OPERATIONS if op.resource.plural in ("users", "enrollments") and not op.single]
    rows = (
        select(RequestLog)
        .where(
            RequestLog.connection_id == connection.id,
            or_(RequestLog.objects.in_(sourced_ids), RequestLog.operation.in_(walks)),
        )
        .order_by(RequestLog.at.desc(), RequestLog.id.desc())
        .limit(MOST_CALLS)
    )
    return [
        Call(row.at, connection.name, row.operation, row.objects or "", row.filter or "", row.offset, row.count,
             row.status)
        for row in session.scalars(rows)
    ]  # fmt: skip


def _grades(session: Session, connection: Connection, person_id: int) -> list[Grade]:
    """The person's scores that came from the connection, the oldest first."""
    rows = (
        select(Result, LineItem, Course.number, Section.number)
        .join(LineItem, LineItem.id == Result.line_item_id)
        .join(Section, Section.id == LineItem.section_id)
        .join(Course, Course.id == Section.course_id)
        .where(Result.person_id == person_id, Result.connection_id == connection.id, Result.deleted.is_(False))
        .order_by(Result.modified_at.desc(), Result.id.desc())
        .limit(MOST_GRADES)
    )
    return [_grade(session, connection.id, *row) for row in reversed(session.execute(rows).all())]


def _grade(session: Session, connection_id: int, result: Result, item: LineItem, course: str, section: str) -> Grade:
    sent = result_sent(connection_id, result.sourced_id, item.sourced_id, result.modified_at)
    call = next((one for one in calls_of(session, sent) if one.wrote), None)
    return Grade(
        item.title, f"{course}-{section}", item.sourced_id, result.sourced_id, result.modified_at,
        f"{call.method} {call.path}" if call else "", call.at if call else None, call.request_id if call else "",
    )  # fmt: skip


def lines_of(followed: Followed) -> Iterator[str]:
    """The provider's half for people: verdicts, the rules that fail where nothing is published, versions, calls."""
    explanation = followed.explanation
    yield f"{explanation.subject}, to connection {followed.connection}"
    yield f"  in the SIS: {', '.join(f'{name} {value}' for name, value in followed.row.items())}"
    yield from (f"  {verdict}" for verdict in explanation.verdicts)
    seen = any(verdict.status for verdict in explanation.verdicts)
    for block in () if seen else explanation.blocks:
        for one in block.checks:
            if one.passed is False:
                yield f"  {block.heading}: not so: {one.number} {one.sentence}"
                yield f"    {one.value}"
                yield f"    change it at: {one.where.page} ({one.where.column})"
    yield f"Published (now at revision {followed.revision}):"
    for record in followed.published:
        end = "" if record.until is None else f", until revision {record.until}"
        moment = f"{record.modified:%Y-%m-%d %H:%M:%S}Z" if record.modified else "before what is kept"
        yield f"  {moment}  {record.collection} {record.sourced_id}, {record.status}, revision {record.since}{end}"
    yield "Asked for:"
    for call in followed.calls:
        page = f", {call.count} from {call.offset}" if call.offset is not None else ""
        about = " ".join(filter(None, (call.objects, call.filter)))
        yield f"  {call.at:%Y-%m-%d %H:%M:%S}Z  {call.operation} {about}{page}: {call.status}"
    if not followed.calls:
        yield "  nothing yet"
    if followed.grades:
        yield f"Grades from {followed.connection}:"
    for grade in followed.grades:
        yield f"  {grade.modified:%Y-%m-%d %H:%M:%S}Z  {grade.item}, {grade.section}: result {grade.result}"
        how = f"request {grade.request_id}, {grade.call}" if grade.call else "the call is not in the log any more"
        yield f"    of line item {grade.line_item}; {how}"
