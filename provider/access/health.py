"""How the district's platforms are doing: when each asked last, how its calls went, and what needs a person (P-114).

The request log is the witness. What is asked of it is bounded, however large it is: the last calls of each connection,
and the counts of days, of which only today's are counted anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import Engine, func, literal, select, union_all

from provider.access.models import Connection, RequestLog
from shared.database import chunks

#: So many of a connection's last calls are looked at.
LAST_CALLS = 100
#: Trouble that is older is over.
RECENT = timedelta(days=7)
#: A platform that has asked before and is silent for so long may have stopped syncing.
SILENT = timedelta(days=7)
#: An OAuth 1 key that ends within so long wants renewing (P-99).
KEY_ENDS_SOON = timedelta(days=30)
#: Calls that proved no connection are told of for so long.
STRANGERS = timedelta(days=1)
#: Connections in one question: SQLite takes no more parts of a union.
_PARTS = 200

_log = RequestLog.__table__


class LastCall(NamedTuple):
    """A call of a platform."""

    at: datetime
    operation: str
    status: int


class Health(NamedTuple):
    """A connection. `last`: its last call; `trouble`: sentences about what needs a person, the worst first."""

    last: LastCall | None
    trouble: tuple[str, ...]


class Strangers(NamedTuple):
    """Calls that proved no connection: how many of late, and when the last one came."""

    calls: int
    last: datetime | None


def last_calls(traffic: DatabaseConnection, connection_ids: Sequence[int]) -> dict[int, list[LastCall]]:
    """The last calls of each connection, the newest first; a statement for up to 200 of them."""
    found: dict[int, list[LastCall]] = defaultdict(list)
    for some in chunks(connection_ids, _PARTS):
        parts = (
            select(_log.c.connection_id, _log.c.at, _log.c.operation, _log.c.status)
            .where(_log.c.connection_id == number)
            .order_by(_log.c.at.desc())
            .limit(LAST_CALLS)
            .subquery()
            for number in some
        )
        for row in traffic.execute(union_all(*(select(part) for part in parts))):
            found[row.connection_id].append(LastCall(row.at, row.operation, row.status))
    for calls in found.values():
        calls.sort(key=lambda call: call.at, reverse=True)
    return dict(found)


def health(connection: Connection, calls: Sequence[LastCall], now: datetime) -> Health:
    """What is to be said of a connection whose last calls were these, the newest first."""
    last = calls[0] if calls else None
    if not connection.enabled:
        return Health(last, ("Disabled: its calls are refused.",))
    trouble = [*_key(connection, now), *_refusals([call for call in calls if now - call.at < RECENT], len(calls))]
    if last is None:
        trouble.append("It has not asked for anything yet.")
    elif now - last.at > SILENT:
        trouble.append(f"Silent for {(now - last.at).days} days.")
    return Health(last, tuple(trouble))


def _key(connection: Connection, now: datetime) -> Iterable[str]:
    """Trouble with a key that ends (P-99)."""
    end = connection.expires_at
    if end is None or end - now > KEY_ENDS_SOON:
        return
    last_day = (end - timedelta(microseconds=1)).date()
    if end <= now:
        yield f"Its key and secret ended after {last_day}: renew them."
    else:
        yield f"Its key and secret end after {last_day}: renew them before."


def _refusals(recent: Sequence[LastCall], looked_at: int) -> Iterable[str]:
    """Trouble of recent calls. A 404 is none: platforms ask for records that have gone."""
    kinds = (
        ("failed here", [call for call in recent if call.status >= 500]),
        ("had to wait, as it asks too often", [call for call in recent if call.status == 429]),
        ("were refused", [call for call in recent if 400 <= call.status < 500 and call.status not in (404, 429)]),
    )
    for words, calls in kinds:
        if calls:
            newest = calls[0]
            yield (
                f"{len(calls)} of its last {looked_at} calls {words}: {newest.operation} with {newest.status} "
                f"on {newest.at:%Y-%m-%d %H:%M} UTC was the last."
            )


def strangers(traffic: DatabaseConnection, now: datetime) -> Strangers:
    """Calls of late that proved no connection: a wrong or ended secret, key or token."""
    refused = _log.c.connection_id.is_(None), _log.c.at > now - STRANGERS, _log.c.status == 401
    calls, last = traffic.execute(select(func.count(), func.max(_log.c.at)).where(*refused)).one()
    return Strangers(calls, last)


class RequestDays:
    """How many calls each connection made on each local day. Days that are over are counted once in a process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._over: dict[tuple[int, ZoneInfo, date], int] = {}

    def counts(
        self, connection_ids: Sequence[int], days: Sequence[date], zone: ZoneInfo, now: datetime
    ) -> dict[int, list[int]]:
        """By connection the calls of each of `days`."""
        wanted = [(number, zone, day) for number in connection_ids for day in days]
        with self._lock:
            known = {key: self._over[key] for key in wanted if key in self._over}
        counted = self._count([key for key in wanted if key not in known])
        # A row is written within about a second by the process that answered, so that yesterday may yet grow.
        settled = now.astimezone(zone).date() - timedelta(days=1)
        with self._lock:
            self._over |= {key: calls for key, calls in counted.items() if key[2] < settled}
            self._over = {key: calls for key, calls in self._over.items() if key[2] >= min(days)}
        known |= counted
        return {number: [known[number, zone, day] for day in days] for number in connection_ids}

    def _count(self, keys: Sequence[tuple[int, ZoneInfo, date]]) -> dict[tuple[int, ZoneInfo, date], int]:
        found: dict[tuple[int, ZoneInfo, date], int] = {}
        with self._engine.connect() as traffic:
            for some in chunks(list(enumerate(keys)), _PARTS):
                parts = (
                    select(literal(place), func.count()).where(
                        _log.c.connection_id == number,
                        _log.c.at >= _begin(day, zone),
                        _log.c.at < _begin(day + timedelta(days=1), zone),
                    )
                    for place, (number, zone, day) in some
                )
                found |= {keys[place]: calls for place, calls in traffic.execute(union_all(*parts))}
        return found


def _begin(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
