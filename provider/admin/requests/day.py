"""A day of the request log: for each connection how many calls it made in which hour, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from provider.access.log_reading import NOBODY, Share, shares_of
from provider.admin.requests.asked import day_begins

#: Units of a picture: a bar for each hour.
_BAR, _GAP, _HEIGHT = 14, 4, 48


class Bar(NamedTuple):
    """An hour: the bar of its calls, and the part of it, at the foot, that was refused."""

    x: int
    y: float
    height: float
    refused: float
    said: str


class DayOf(NamedTuple):
    """A connection's day. `said` tells the picture in words."""

    connection_id: int
    name: str
    calls: int
    refused: int
    records: int
    bytes: int
    bars: Sequence[Bar]
    said: str


def day_of(session: Session, day: date, zone: ZoneInfo, names: Mapping[int, str]) -> list[DayOf]:
    """The day of each connection that called, by name; those who could not be let in last."""
    shares = shares_of(session, day_begins(day, zone), day_begins(day + timedelta(days=1), zone))
    by_connection: dict[int, list[Share]] = {}
    for share in shares:
        by_connection.setdefault(share.connection_id or NOBODY, []).append(share)
    found = [_day(number, name_of(names, number), its, zone) for number, its in by_connection.items()]
    return sorted(found, key=lambda one: (one.connection_id == NOBODY, one.name))


def name_of(names: Mapping[int, str], connection_id: int | None) -> str:
    """What a connection is called, also when it is none, or none any more."""
    if not connection_id:
        return "Not let in"
    return names.get(connection_id) or f"Removed connection {connection_id}"


def _day(number: int, name: str, shares: Sequence[Share], zone: ZoneInfo) -> DayOf:
    calls, refused = _by_hour(shares, zone)
    most = max(calls)
    bars = tuple(_bar(hour, calls[hour], refused[hour], most) for hour in range(24) if calls[hour])
    said = "; ".join(bar.said for bar in bars)
    return DayOf(number, name, sum(calls), sum(refused), _sum(one.records for one in shares),
                 _sum(one.bytes for one in shares), bars, f"Calls by hour: {said}")  # fmt: skip


def _by_hour(shares: Sequence[Share], zone: ZoneInfo) -> tuple[list[int], list[int]]:
    calls, refused = [0] * 24, [0] * 24
    for share in shares:
        hour = share.at.astimezone(zone).hour
        calls[hour] += share.calls
        refused[hour] += share.refused
    return calls, refused


def _bar(hour: int, calls: int, refused: int, most: int) -> Bar:
    height = max(2.0, round(_HEIGHT * calls / most, 1))
    told = f"{hour:02}:00 {calls:,}" + (f", {refused:,} of them refused" if refused else "")
    return Bar(hour * (_BAR + _GAP), _HEIGHT - height, height, round(height * refused / calls, 1), told)


def _sum(numbers: Iterable[int]) -> int:
    return sum(map(int, numbers))
