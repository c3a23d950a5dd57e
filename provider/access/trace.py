"""How a row of the grade book came here: calls of the platform that sent it, as both sides know them (P-114, P-125).

A call names a row by the sourcedId in its path, or made it with a bulk POST, whose path names other things.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from provider.access.models import Connection, RequestLog
from shared.oneroster.resources.gradebook_operations import gradebook_reads, gradebook_writes
from shared.oneroster.versions import BASE_PATHS, Version

#: Calls that are told, the newest of them.
MOST_CALLS = 30
#: A write is stamped when it begins, or a little later where others write at the same time.
_STAMPED_WITHIN = timedelta(seconds=30)


class Sent(NamedTuple):
    """A row that a platform sent: under which sourcedId, and when it was changed last.

    own    the operations whose path names the row itself
    bulk   the operations that may have brought it together with others, each with the sourcedId that their paths name,
           None for any
    """

    connection_id: int
    sourced_id: str
    modified_at: datetime
    own: Sequence[str]
    bulk: Sequence[tuple[str, str | None]]


class Call(NamedTuple):
    """A call of the platform. `wrote`: it made the row what it is now."""

    at: datetime
    method: str
    path: str
    status: int
    request_id: str
    wrote: bool


def result_sent(connection_id: int, sourced_id: str, line_item: str, modified_at: datetime) -> Sent:
    """A result of a line item."""
    posts = (("postResultsForLineItem", line_item), ("postResultsForAcademicSessionForClass", None))
    return Sent(connection_id, sourced_id, modified_at, ("getResult", "putResult", "deleteResult"), posts)


def line_item_sent(connection_id: int, sourced_id: str, modified_at: datetime) -> Sent:
    """A line item."""
    posts = (("postLineItemsForClass", None), ("postLineItemsForSchool", None))
    return Sent(connection_id, sourced_id, modified_at, ("getLineItem", "putLineItem", "deleteLineItem"), posts)


def calls_of(session: Session, sent: Sent) -> list[Call]:
    """The calls for a row that are still in the log, the newest first."""
    connection = session.get(Connection, sent.connection_id)
    if connection is None:
        return []
    rows = session.scalars(
        select(RequestLog)
        .where(RequestLog.connection_id == connection.id, or_(*_for(sent)))
        .order_by(RequestLog.at.desc(), RequestLog.id.desc())
        .limit(MOST_CALLS)
    ).all()
    writer = next((row.id for row in rows if _wrote(row, sent)), None)
    version = Version(connection.version)
    return [
        Call(row.at, row.method, path_of(row, version), row.status, row.request_id or "", row.id == writer)
        for row in rows
    ]


def _for(sent: Sent) -> list[ColumnElement[bool]]:
    """Calls that name the row, and bulk POSTs that may have brought it: those that do not name it about then only."""
    about = RequestLog.at.between(sent.modified_at - _STAMPED_WITHIN, sent.modified_at + timedelta(milliseconds=1))
    found: list[ColumnElement[bool]] = [and_(RequestLog.objects == sent.sourced_id, RequestLog.operation.in_(sent.own))]
    for operation, named in sent.bulk:
        is_it = RequestLog.operation == operation
        found.append(and_(is_it, about) if named is None else and_(RequestLog.objects == named, is_it))
    return found


def _wrote(row: RequestLog, sent: Sent) -> bool:
    """Whether a call can have written the row as it is: of those the newest has. The stamp is in milliseconds."""
    began = row.at.replace(microsecond=row.at.microsecond // 1000 * 1000)
    return row.method in ("PUT", "POST") and row.status in (200, 201, 204, 207) and began <= sent.modified_at


def path_of(row: RequestLog, version: Version) -> str:
    """The path that was asked for, below the district's address; the operation itself where it is none of the table."""
    template = _templates(version).get((row.method, row.operation))
    if template is None:
        return f"{row.operation} {row.objects or ''}".strip()
    path = template
    for sourced_id in (row.objects or "").split(" "):
        before, brace, after = path.partition("{")
        path = before + sourced_id + after.partition("}")[2] if brace else path
    return path


def _templates(version: Version) -> dict[tuple[str, str], str]:
    base = BASE_PATHS[version, "gradebook"]
    reads = {("GET", one.operation_id): base + one.path for one in gradebook_reads(version)}
    return reads | {(one.verb, one.operation_id): base + one.path for one in gradebook_writes(version)}
