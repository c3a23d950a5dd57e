"""Reading the request log: which calls there were, when one was last asked for, what a day looked like (P-114).

However long the log is, a page of it is found through its indexes, the newest call first. Knows no HTTP.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session

from provider.access.models import RequestLog as Row
from shared.oneroster.resources.gradebook_operations import GRADEBOOK_READS, GRADEBOOK_WRITES
from shared.oneroster.resources.operations import OPERATIONS, RESOURCES

#: Who could not be let in, as a connection's number.
NOBODY = 0
#: Operations whose paths name more than one object.
_OF_SEVERAL = sorted(
    {one.operation_id for one in (*OPERATIONS, *RESOURCES, *GRADEBOOK_READS) if one.path.count("{") > 1}
    | {one.operation_id for one in GRADEBOOK_WRITES if one.path.count("{") > 1}
)
#: Calls that are read at once by whoever reads all of them.
_AT_ONCE = 2_000
#: What a status can be asked for as, and its first and last number.
STATUSES = {"answered": (200, 399), "refused": (400, 499), "failed": (500, 599)}


class Call(NamedTuple):
    """A call of a platform, as the log has it (`provider.access.models.RequestLog`): `records` in the answer, of
    `total`."""

    id: int
    at: datetime
    connection_id: int | None
    method: str
    operation: str
    objects: str | None
    filter: str | None
    sort: str | None
    limit: int | None
    offset: int | None
    records: int | None
    total: int | None
    status: int
    milliseconds: float
    bytes: int
    request_id: str | None


_COLUMNS = [getattr(Row, "count" if name == "records" else name) for name in Call._fields]


class Wanted(NamedTuple):
    """Which calls are wanted; a field that is None or "" asks for nothing.

    connection_id   NOBODY: calls of those who could not be let in
    operation       an operationId of the standard, or a path that is none
    status          a number, or one of STATUSES
    since, until    from this moment on, before that one (aware)
    object          a sourcedId that the path names
    """

    connection_id: int | None = None
    operation: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    object: str = ""
    request_id: str = ""


class Place(NamedTuple):
    """The call after which a list goes on."""

    at: datetime
    id: int


def find_calls(session: Session, wanted: Wanted, limit: int, after: Place | None = None) -> list[Call]:
    """The newest calls that are wanted, or those after a place in their list."""
    query = select(*_COLUMNS).where(*_conditions(wanted)).order_by(Row.at.desc(), Row.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Row.at <= after.at, or_(Row.at < after.at, Row.id < after.id))
    return [Call._make(row) for row in session.execute(query)]


def every_call(session: Session, wanted: Wanted) -> Iterator[Call]:
    """All calls that are wanted, the newest first. No transaction is held open in between."""
    after = None
    while calls := find_calls(session, wanted, _AT_ONCE, after):
        session.rollback()
        yield from calls
        after = Place(calls[-1].at, calls[-1].id)


def last_call(session: Session, connection_id: int, operations: Collection[str] = (), object: str = "") -> Call | None:
    """The last time that a platform asked for one of some operations (none named: for anything), and for an object."""
    query = select(*_COLUMNS).where(*_conditions(Wanted(connection_id, object=object)))
    if operations:
        query = query.where(Row.operation.in_(operations))
    row = session.execute(query.order_by(Row.at.desc(), Row.id.desc()).limit(1)).first()
    return None if row is None else Call._make(row)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.connection_id is not None:
        whose = Row.connection_id
        found.append(whose.is_(None) if wanted.connection_id == NOBODY else whose == wanted.connection_id)
    if wanted.operation:
        found.append(Row.operation == wanted.operation)
    if wanted.status:
        found.append(_has_status(wanted.status))
    if wanted.since is not None:
        found.append(Row.at >= wanted.since)
    if wanted.until is not None:
        found.append(Row.at < wanted.until)
    if wanted.object:
        found.append(_names(wanted.object))
    if wanted.request_id:
        found.append(Row.request_id == wanted.request_id)
    return found


def _has_status(status: str) -> ColumnElement[bool]:
    first, last = STATUSES[status] if status in STATUSES else (int(status), int(status))
    return Row.status == first if first == last else Row.status.between(first, last)


def _names(sourced_id: str) -> ColumnElement[bool]:
    """The path names an object: alone in most, beside others in few operations, which have an index of their own."""
    among = or_(
        Row.objects.startswith(f"{sourced_id} ", autoescape=True),
        Row.objects.endswith(f" {sourced_id}", autoescape=True),
    )
    return or_(Row.objects == sourced_id, and_(Row.operation.in_(_OF_SEVERAL), among))


class Share(NamedTuple):
    """Calls of one connection (None: nobody) in half an hour of a day, which begins at `at`."""

    connection_id: int | None
    at: datetime
    calls: int
    refused: int
    records: int
    bytes: int


def shares_of(session: Session, since: datetime, until: datetime) -> list[Share]:
    """The calls between two moments by connection and half hour."""
    hour, half = extract("hour", Row.at), case((extract("minute", Row.at) < 30, 0), else_=30)
    day = extract("day", Row.at)
    rows: Any = session.execute(
        select(Row.connection_id, func.min(Row.at), *_SUMS)
        .where(Row.at >= since, Row.at < until)
        .group_by(Row.connection_id, day, hour, half)
    )
    return [Share(whose, _half_hour(first), *numbers) for whose, first, *numbers in rows]


_SUMS = (
    func.count(), func.sum(case((Row.status >= 400, 1), else_=0)), func.coalesce(func.sum(Row.count), 0),
    func.sum(Row.bytes),
)  # fmt: skip


def _half_hour(moment: datetime) -> datetime:
    aware = moment.astimezone(UTC)
    return aware - timedelta(minutes=aware.minute % 30, seconds=aware.second, microseconds=aware.microsecond)


class OfOperation(NamedTuple):
    """Calls of an operation between two moments; `milliseconds` that an answer took on average."""

    operation: str
    calls: int
    refused: int
    records: int
    bytes: int
    milliseconds: float
    last_at: datetime


def operations_of_day(session: Session, connection_id: int, since: datetime, until: datetime) -> list[OfOperation]:
    """What a connection (NOBODY: those who were not let in) asked for between two moments, the commonest first."""
    rows = session.execute(
        select(Row.operation, *_SUMS, func.avg(Row.milliseconds), func.max(Row.at))
        .where(*_conditions(Wanted(connection_id, since=since, until=until)))
        .group_by(Row.operation)
        .order_by(func.count().desc(), Row.operation)
    )
    return [OfOperation._make(row) for row in rows]
