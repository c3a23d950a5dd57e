"""Reading the request log: which calls there were, when one was last asked for, what a day looked like (P-114).

However long the log is, a page of it is found through its indexes, the newest call first. Knows no HTTP.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, extract, func, or_, select
from sqlalchemy.orm import Session

from provider.access.models import TROUBLE
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
#: What a status can be asked for as, beside the number of a refusal.
ANSWERED, REFUSED, FAILED = "answered", "refused", "failed"
_RANGES = {REFUSED: (400, 499), FAILED: (500, 599)}


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
    status          ANSWERED, REFUSED, FAILED, or a number from 400 on
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
    found: list[Call] = []
    for conditions in _questions(session, wanted):
        query = select(*_COLUMNS).where(*conditions).order_by(Row.at.desc(), Row.id.desc()).limit(limit)
        if after is not None:
            query = query.where(Row.at <= after.at, or_(Row.at < after.at, Row.id < after.id))
        found += (Call._make(row) for row in session.execute(query))
    return sorted(found, key=lambda call: (call.at, call.id), reverse=True)[:limit]


def every_call(session: Session, wanted: Wanted) -> Iterator[Call]:
    """All calls that are wanted, the newest first. No transaction is held open in between."""
    after = None
    while calls := find_calls(session, wanted, _AT_ONCE, after):
        session.rollback()
        yield from calls
        after = Place(calls[-1].at, calls[-1].id)


def last_call(session: Session, connection_id: int, operations: Collection[str] = (), object: str = "") -> Call | None:
    """The last time that a platform asked for one of some operations (none named: for anything), and for an object."""
    each = [Wanted(connection_id, operation, object=object) for operation in operations or ("",)]
    found = [call for wanted in each for call in find_calls(session, wanted, 1)]
    return max(found, key=lambda call: (call.at, call.id), default=None)


def _questions(session: Session, wanted: Wanted) -> Iterator[list[Any]]:
    """What is wanted as conditions, in as many questions as it takes for each to be answered from one index. No call
    answers two of them."""
    if wanted.status in _RANGES:
        for number in _statuses(session, *_RANGES[wanted.status]):
            yield from _questions(session, wanted._replace(status=str(number)))
    elif wanted.object:
        yield [Row.objects == wanted.object, *_conditions(wanted, "objects")]
        for operation in _OF_SEVERAL:
            if wanted.operation in ("", operation):
                yield [_among(wanted.object), *_conditions(wanted._replace(operation=operation), "operation")]
    else:
        yield _conditions(wanted, "operation" if wanted.status in ("", ANSWERED) else "status")


def _conditions(wanted: Wanted, looked_up: str) -> list[Any]:
    """What is wanted, but for the object. SQLite has no figures by which to choose an index: a column to which nothing
    is added has none, so that the rows are looked up by `looked_up`."""
    found: list[Any] = []
    if wanted.connection_id is not None:
        whose: Any = Row.connection_id + 0 if looked_up == "objects" else Row.connection_id
        found.append(whose.is_(None) if wanted.connection_id == NOBODY else whose == wanted.connection_id)
    if wanted.operation:
        found.append((Row.operation if looked_up == "operation" else Row.operation + "") == wanted.operation)
    if wanted.status == ANSWERED:
        found.append(Row.status + 0 < 400)
    elif wanted.status:
        number = int(wanted.status)
        found += [TROUBLE, Row.status == number] if looked_up == "status" else [Row.status + 0 == number]
    if wanted.since is not None:
        found.append(Row.at >= wanted.since)
    if wanted.until is not None:
        found.append(Row.at < wanted.until)
    if wanted.request_id:
        found.append(Row.request_id == wanted.request_id)
    return found


def _statuses(session: Session, first: int, last: int) -> Iterator[int]:
    """The statuses of a range that there are, each found in the index after the one before."""
    below = first - 1
    higher = select(func.min(Row.status)).where(TROUBLE, Row.status <= last)
    while (found := session.scalar(higher.where(Row.status > below))) is not None:
        yield found
        below = found


def _among(sourced_id: str) -> ColumnElement[bool]:
    """The path names an object beside another one."""
    first = Row.objects.startswith(f"{sourced_id} ", autoescape=True)
    return or_(first, Row.objects.endswith(f" {sourced_id}", autoescape=True))


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
        .where(*_conditions(Wanted(connection_id, since=since, until=until), "operation"))
        .group_by(Row.operation)
        .order_by(func.count().desc(), Row.operation)
    )
    return [OfOperation._make(row) for row in rows]
