"""Cells that hold a day or a moment.

Dates are YYYY-MM-DD, moments ISO 8601 with a zone (2026-09-14T23:59:00-05:00). The day of either may be relative, so
that a demo district never goes stale (fixtures/README.md): `Y0-08-18` lies in the year in which the school year around
today begins, `Y1-06-05` in the year in which it ends (`Y-1`, `Y2` … the years before and after); `today`, `today-1`,
`today+14`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from provider.sis.importing.report import BadCell

#: The school year around a day begins in July.
FIRST_MONTH = 7
#: What a reader remembers: rosters and grade books repeat a few.
REMEMBERED = 5_000

Value = TypeVar("Value")

_DATE = re.compile(r"(?:(\d{4})|Y(-?\d{1,2}))-(\d\d)-(\d\d)", re.ASCII)
_TODAY = re.compile(r"today([+-]\d{1,4})?", re.ASCII)
_MOMENT = re.compile(r"(?P<day>[^T]+)T(?P<clock>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)", re.ASCII)


def start_year(today: date) -> int:
    """The year in which the school year around `today` begins: Y0."""
    return today.year if today.month >= FIRST_MONTH else today.year - 1


def date_parser(today: date) -> Callable[[str], date]:
    """A reader of days that remembers those it has seen. It raises BadCell."""
    return _remembering(_date, today)


def moment_parser(today: date) -> Callable[[str], datetime]:
    """A reader of moments, aware and in UTC with milliseconds, that remembers those it has seen. It raises BadCell."""
    return _remembering(_moment, today)


def _remembering(read: Callable[[str, date], Value], today: date) -> Callable[[str], Value]:
    seen: dict[str, Value] = {}

    def parse(text: str) -> Value:
        value = seen.get(text)
        if value is None:
            value = read(text.strip(), today)
            if len(seen) < REMEMBERED:
                seen[text] = value
        return value

    return parse


def _date(text: str, today: date) -> date:
    if relative := _TODAY.fullmatch(text):
        return today + timedelta(days=int(relative[1] or 0))
    match = _DATE.fullmatch(text)
    if not match:
        raise BadCell("is not a date of the form YYYY-MM-DD")
    year = int(match[1]) if match[1] else start_year(today) + int(match[2])
    try:
        return date(year, int(match[3]), int(match[4]))
    except ValueError:
        raise BadCell("is not a day of the calendar") from None


def _moment(text: str, today: date) -> datetime:
    match = _MOMENT.fullmatch(text)
    if not match:
        raise BadCell("is not a date-time with a zone such as 2026-09-14T23:59:00-05:00 or 2026-09-15T04:59:00Z")
    day = _date(match["day"], today)
    try:
        value = datetime.fromisoformat(f"{day.isoformat()}T{match['clock']}{match['zone']}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell("is not a time of the clock and calendar") from None
    return value.replace(microsecond=value.microsecond // 1000 * 1000)
