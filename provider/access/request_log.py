"""The request log of a district (P-114): who asked for what, when, and what came of it.

Rows wait in memory and are written together, about once a second, by a thread of the process, so that no request waits
for the database; a process that is killed loses the last second. What could tell who somebody is stays out: of a filter
the fields and operators are kept, and only such values as are no person's.
"""

import sqlite3
from collections import deque
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import NamedTuple

import psycopg
from sqlalchemy import Engine, delete
from sqlalchemy.exc import OperationalError

from provider.access.models import RequestLog as Row
from shared.database import insert_many, writing
from shared.logs import get_logger
from shared.oneroster.filters import And, Clause, Node, Or
from shared.oneroster.kinds import BOOLEAN, ID, YEAR
from shared.oneroster.paths import resolve_names
from shared.oneroster.resources.model import Resource
from shared.oneroster.values import Enumeration
from shared.oneroster.versions import Version

#: Seconds between two writings.
INTERVAL = 1.0
#: Rows that may wait in a process; the oldest are given up when the database takes none.
WAITING = 50_000
_COLUMNS = (
    "at", "connection_id", "method", "operation", "objects", "filter", "sort", "limit", "offset", "count", "total",
    "status", "milliseconds", "bytes", "request_id",
)  # fmt: skip
#: Dates that are no person's.
_DATES = frozenset(
    ("dateLastModified", "beginDate", "endDate", "startDate", "assignDate", "dueDate", "scoreDate")
)  # fmt: skip

#: The database cannot be reached, or is held by somebody else: what waits can be written later.
_UNAVAILABLE = (OperationalError, sqlite3.OperationalError, psycopg.OperationalError)

_log = get_logger(__name__)


class Entry(NamedTuple):
    """A request, in the order of the table's columns (`provider.access.models.RequestLog`)."""

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
    request_id: str


class RequestLog:
    """The log of one district, for one process. `engine` is that of the traffic database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[Entry] = deque(maxlen=WAITING)
        self._lock = Lock()
        self._ended = Event()
        self._writer: Thread | None = None

    def note(self, entry: Entry) -> None:
        """Take a request into the log; it is written within about a second."""
        self._waiting.append(entry)
        if self._writer is None:
            self._start()

    def flush(self) -> None:
        """Write what waits. What the database does not take waits on."""
        rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not rows:
            return
        try:
            with writing(self._engine) as connection:
                insert_many(connection, Row.__table__, _COLUMNS, map(self._stored, rows))
        except _UNAVAILABLE as error:
            _log.warning("request log not written, will be tried again", rows=len(rows), error=type(error).__name__)
            self._waiting.extendleft(reversed(rows))

    def close(self) -> None:
        """Write what waits; nothing is taken any more."""
        self._ended.set()
        writer = self._writer
        if writer is not None:
            writer.join()
        self.flush()

    def _start(self) -> None:
        with self._lock:
            if self._writer is None and not self._ended.is_set():
                self._writer = Thread(target=self._write_on, name="request log", daemon=True)
                self._writer.start()

    def _write_on(self) -> None:
        """Write once a second for as long as requests come."""
        while not self._ended.wait(INTERVAL):
            self.flush()
            with self._lock:
                if not self._waiting:
                    self._writer = None
                    return

    def _stored(self, entry: Entry) -> tuple[object, ...]:
        moment = entry.at.replace(tzinfo=None)
        return (moment.isoformat(" ") if self._engine.dialect.name == "sqlite" else moment, *entry[1:])


def forget_requests(engine: Engine, now: datetime, days: int) -> None:
    """Delete what is older than so many days."""
    with writing(engine) as connection:
        connection.execute(delete(Row).where(Row.at < now - timedelta(days=days)))


def harmless(node: Node, resource: Resource, version: Version) -> str:
    """The text of a filter with every value that could be a person's as …"""
    if isinstance(node, Clause):
        shown = node.value if _is_harmless(node, resource, version) else "…"
        return f"{'.'.join(node.path)}{node.op}'{shown}'"
    word = {And: " AND ", Or: " OR "}[type(node)]
    return word.join(harmless(inner, resource, version) for inner in node.nodes)


def _is_harmless(clause: Clause, resource: Resource, version: Version) -> bool:
    path = resolve_names(resource, version, clause.path)
    if path is None:
        return False
    return path.kind in (BOOLEAN, ID, YEAR) or isinstance(path.kind, Enumeration) or path.names[-1] in _DATES
