"""Single values as providers in the field send them, read leniently: text, yes and no, dates, known words.

Every function takes what JSON gave and returns a plain value, None where nothing was said (null, "" and blanks
are nothing). `Unreadable` means that something was said and cannot be understood.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

#: What a field that should be text may hold in practice.
Scalar = str | int | float | None


class Unreadable(ValueError):
    """A value that cannot be understood. The message never quotes it: it may be personal."""


def text(value: Scalar) -> str | None:
    """Text without surrounding blanks; a number is text too."""
    if value is None:
        return None
    if type(value) is not str:
        value = str(value)
    return value.strip() or None


def texts(value: list[Scalar] | Scalar) -> tuple[str, ...]:
    """A list of texts; one text with commas is a list as well."""
    if value is None:
        return ()
    items: Iterable[Scalar] = value if isinstance(value, list) else str(value).split(",")
    return tuple(item for item in map(text, items) if item)


def flag(value: bool | str | int | None, default: bool) -> bool:
    """true, "true", "True", 1 and "t", "yes" alike; `default` where nothing was said."""
    if value is None or value == "":
        return default
    if isinstance(value, (bool, int)):
        return bool(value)
    word = value.strip().lower()
    if word in ("true", "t", "1", "yes", "y"):
        return True
    if word in ("false", "f", "0", "no", "n"):
        return False
    raise Unreadable("is neither true nor false")


@lru_cache(maxsize=4096)
def day(value: str | None) -> date | None:
    """The date of "2026-08-15", also at the front of a date-time."""
    if value is None or not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        raise Unreadable("is not a date such as 2026-08-15") from None


def moment(value: Scalar) -> datetime | None:
    """The moment of "2026-08-15T09:30:00.000Z", in UTC; one without a zone is taken for UTC, a date for its midnight.
    None for what is no moment, or one that stands for nothing (0001-01-01).
    """
    try:
        at = datetime.fromisoformat(str(value).strip())
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= 1970 else None


@lru_cache(maxsize=4096)
def year(value: str | int | None) -> int | None:
    """The year in which a school year ends: "2027", 2027, "2026-2027" and "2026-27" are all 2027."""
    if value is None or value == "":
        return None
    first, _, last = str(value).strip().replace("/", "-").partition("-")
    ends = first[:2] + last if len(last) == 2 else last or first
    if len(ends) != 4 or not (ends.isascii() and ends.isdecimal()):
        raise Unreadable("is not a year such as 2027")
    return int(ends)


class Vocabulary:
    """Words matched without regard to case; one that is not in it is kept as it came (custom roles, C-42)."""

    def __init__(self, *words: str) -> None:
        self._known = {word.lower(): word for word in words}

    def __call__(self, value: Scalar) -> str | None:
        found = self._known.get(value) if type(value) is str else None
        if found is not None:
            return found
        word = text(value)
        return None if word is None else self._known.get(word.lower(), word)


#: status -> is the record alive? `inactive` is what 1.0 said for tobedeleted.
_ALIVE = {"active": True, "tobedeleted": False, "inactive": False}


def alive(status: Scalar) -> bool:
    """Whether a record is active; a record that says nothing is."""
    known = _ALIVE.get(status) if type(status) is str else None
    if known is not None:
        return known
    word = text(status)
    if word is None:
        return True
    try:
        return _ALIVE[word.lower()]
    except KeyError:
        raise Unreadable("is neither active nor tobedeleted") from None
