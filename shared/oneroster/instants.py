"""Dates and date-times as the standard and its clients write them, read into one form that compares as text.

An instant is the text `YYYY-MM-DDTHH:MM:SS.mmm` in UTC, with further digits of the second only where they are not
zero; later instants are greater texts. Clients send a bare date, no milliseconds, `Z` or an offset, and the `+` of an
offset arrives as a blank when a query string was not encoded (real-clients 8).
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,18}))?)?"
    r"(?P<zone>[Zz]|(?P<sign>[ +-])(?P<ahead>\d\d):?(?P<ahead_minute>\d\d)?)?)?",
    re.ASCII,
)
_CANONICAL_LENGTH = len("2026-08-15T10:00:00.000Z")


@lru_cache(maxsize=4096)
def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar written `YYYY-MM-DD`."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def instant(text: str) -> str:
    """The instant that `text` names; a bare date is midnight UTC, a time without zone is UTC.

    Raises ValueError when it is neither a date nor a date-time.
    """
    found = _DATE_TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:40]!r} is neither a date (2026-08-15) nor a date-time (2026-08-15T10:00:00.000Z)")
    part = found.groupdict(default="")
    clock = f"{part['hour'] or '00'}:{part['minute'] or '00'}:{part['second'] or '00'}"
    try:
        moment = datetime.fromisoformat(f"{part['day']}T{clock}").replace(tzinfo=UTC) - _offset(part)
    except (ValueError, OverflowError) as why:
        raise ValueError(f"{text[:40]!r} is no date or time of the calendar") from why
    fraction = part["fraction"].rstrip("0").ljust(3, "0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{fraction}"


def recorded_instant(text: str) -> str:
    """`instant` of a value out of a record: almost all of them are in the standard's form already."""
    if len(text) == _CANONICAL_LENGTH and text[-1] == "Z" and text[10] == "T":
        return text[:-1]
    return instant(text)


def _offset(part: dict[str, str]) -> timedelta:
    if not part["sign"]:
        return timedelta(0)
    ahead = timedelta(hours=int(part["ahead"]), minutes=int(part["ahead_minute"] or 0))
    if ahead >= timedelta(days=1):
        raise ValueError("an offset of a day or more")
    return -ahead if part["sign"] == "-" else ahead
