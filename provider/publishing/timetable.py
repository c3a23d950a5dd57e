"""When the cache is refreshed by itself: hourly from 06:00 to 18:00 and once at the daily time (P-85, P-86). Pure.

A slot is a time on the district's clock. A time that daylight saving leaves out is served when as much time has passed
(02:30 at 03:30), one that it repeats at its first coming.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

#: First and last hour of the hourly refresh, local time (P-85).
HOURS = range(6, 19)
#: A slot that nobody served is caught up for so long; later, the next one does.
CATCH_UP = timedelta(minutes=50)


class Slot(NamedTuple):
    """A time at which a refresh is due.

    name    "2026-11-22 06:00": the local clock, by which a slot is known as served
    at      the moment, aware UTC
    daily   the overnight refresh at the district's daily time, not one of the hourly ones
    """

    name: str
    at: datetime
    daily: bool


def due_slot(local_now: datetime, daily_time: str, production: bool) -> str | None:
    """The slot ("2026-11-22 06:00", local) that a refresh is due for at `local_now`, if any.

    `daily_time` is "22:10"; a site that is not in production is refreshed overnight only (P-85).
    """
    slot = last_slot(local_now, daily_time, production)
    return slot.name if local_now - slot.at <= CATCH_UP else None


def last_slot(local_now: datetime, daily_time: str, production: bool) -> Slot:
    """The slot that came last, or comes at this very moment."""
    return max((slot for slot in _around(local_now, daily_time, production) if slot.at <= local_now), key=_moment)


def next_slot(local_now: datetime, daily_time: str, production: bool) -> Slot:
    """The slot that comes next."""
    return min((slot for slot in _around(local_now, daily_time, production) if slot.at > local_now), key=_moment)


def _moment(slot: Slot) -> datetime:
    return slot.at


def _around(local_now: datetime, daily_time: str, production: bool) -> Iterator[Slot]:
    """The slots of a few days about now."""
    for days in (-2, -1, 0, 1, 2):
        day = local_now.replace(fold=0) + timedelta(days=days)
        if production:
            yield from (_on(day, f"{hour:02}:00", daily=False) for hour in HOURS)
        yield _on(day, daily_time, daily=True)


def _on(day: datetime, clock: str, daily: bool) -> Slot:
    local = day.replace(hour=int(clock[:2]), minute=int(clock[3:]), second=0, microsecond=0)
    return Slot(f"{local:%Y-%m-%d %H:%M}", local.astimezone(UTC), daily)
