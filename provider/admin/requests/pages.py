"""The request log: a list with filters, the same as CSV, and the picture of a day (P-114)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.access.log_reading import NOBODY, Call, Place, every_call, find_calls, operations_of_day
from provider.admin.guards import for_administrators
from provider.admin.requests.asked import (
    KNOWN_OPERATIONS,
    STATUS_OPTIONS,
    Asked,
    day_begins,
    place_text,
    read_asked,
    read_day,
)  # fmt: skip
from provider.admin.requests.day import day_of, name_of
from provider.database import db
from provider.gradebook.facts import time_zone
from provider.sis.settings import read_settings
from shared.csv_cells import Cell, write_csv
from shared.web.csv_answer import csv_answer
from shared.web.lists import SIZE

requests = Blueprint(
    "requests", __name__, template_folder="templates", static_folder="static", url_prefix="/requests"
)  # fmt: skip
for_administrators(requests)

_HEADER = (
    "at", "connection", "method", "operation", "objects", "filter", "sort", "limit", "offset", "records", "total",
    "status", "milliseconds", "bytes", "request id",
)  # fmt: skip


@requests.get("/")
def show() -> ResponseReturnValue:
    """The calls that are asked for, the newest first."""
    session = db.session()
    zone = time_zone(session.connection())
    asked, names = read_asked(request.args, zone), _names(session)
    found = find_calls(session, asked.wanted, SIZE + 1, asked.after)
    calls = found[:SIZE]
    older = asked.link(after=place_text(Place(calls[-1].at, calls[-1].id))) if len(found) > SIZE else ""
    return render_template(
        "requests/requests.html", asked=asked, calls=calls, older=older, names=names, name_of=name_of, zone=zone.key,
        connections=_options(names), operations=KNOWN_OPERATIONS, statuses=STATUS_OPTIONS, days=_kept(session),
        last=calls[0] if calls and _asks_when(asked) else None, when=_asks_when(asked),
    )  # fmt: skip


@requests.get("/requests.csv")
def file() -> Response:
    """The same as CSV, all of it."""
    session = db.session()
    asked, names = read_asked(request.args, time_zone(session.connection())), _names(session)
    return csv_answer(write_csv(_HEADER, (_cells(call, names) for call in _every(session, asked))), "requests")


@requests.get("/day/")
def day() -> ResponseReturnValue:
    """A day: every connection by hour; for one of them also what it asked for."""
    session, now = db.session(), datetime.now(UTC)
    zone = time_zone(session.connection())
    chosen = read_day(request.args.get("day", ""), now.astimezone(zone).date())
    names, wanted = _names(session), read_asked(request.args, zone).wanted
    found = day_of(session, chosen, zone, names)
    operations = None
    if wanted.connection_id is not None:
        since, until = day_begins(chosen, zone), day_begins(chosen + timedelta(days=1), zone)
        operations = operations_of_day(session, wanted.connection_id, since, until)
        found = [one for one in found if one.connection_id == wanted.connection_id]
    return render_template(
        "requests/day.html", day=chosen, before=chosen - timedelta(days=1), after=chosen + timedelta(days=1),
        found=found, operations=operations, connection=wanted.connection_id, connections=_options(names),
        name=name_of(names, wanted.connection_id), zone=zone.key, days=_kept(session),
    )  # fmt: skip


def _names(session: Session) -> dict[int, str]:
    return {one.id: one.name for one in list_connections(session)}


def _options(names: dict[int, str]) -> list[tuple[str, str]]:
    return [
        ("", "All"),
        *((str(number), name) for number, name in names.items()),
        (str(NOBODY), name_of(names, NOBODY)),
    ]


def _kept(session: Session) -> int:
    """For how many days the log is kept."""
    return read_settings(session).request_log_days


def _asks_when(asked: Asked) -> bool:
    """Whether the question is when a platform last asked for something."""
    wanted = asked.wanted
    return bool(wanted.connection_id and (wanted.operation or wanted.object) and asked.after is None)


def _every(session: Session, asked: Asked) -> Iterator[Call]:
    yield from every_call(session, asked.wanted)


def _cells(call: Call, names: dict[int, str]) -> list[Cell]:
    return [
        call.at, name_of(names, call.connection_id), call.method, call.operation, call.objects, call.filter, call.sort,
        call.limit, call.offset, call.records, call.total, call.status, call.milliseconds, call.bytes, call.request_id,
    ]  # fmt: skip
