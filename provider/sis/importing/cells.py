"""A cell's text → the value of a column. The column's type in the models decides; nothing is written down twice.

Dates are YYYY-MM-DD, or relative, so that a demo district never goes stale (fixtures/README.md): `Y0-08-18` lies in
the year in which the school year around today begins, `Y1-06-05` in the year in which it ends (`Y-1`, `Y2` … the
years before and after); `today`, `today-1`, `today+14`. A whole number may be `Y0`, and a name may hold `{Y0}`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, String

#: The school year around a day begins in July.
FIRST_MONTH = 7
LARGEST = 2**31 - 1
TRUE = frozenset(("true", "1", "yes"))
FALSE = frozenset(("false", "0", "no"))

_DATE = re.compile(r"(?:(\d{4})|Y(-?\d{1,2}))-(\d\d)-(\d\d)", re.ASCII)
_TODAY = re.compile(r"today([+-]\d{1,4})?", re.ASCII)
_YEAR = re.compile(r"Y(-?\d{1,2})", re.ASCII)
_NAMED_YEAR = re.compile(r"\{Y(-?\d{1,2})\}", re.ASCII)

Parse = Callable[[str], Any]
ParseText = Callable[[str], str]


class BadCell(ValueError):
    """A cell that its column cannot hold; the message says what it should be."""


def start_year(today: date) -> int:
    """The year in which the school year around `today` begins: Y0."""
    return today.year if today.month >= FIRST_MONTH else today.year - 1


def parser_of(column: Column[Any], today: date) -> Parse:
    """The function that reads a filled cell of `column`. It raises BadCell."""
    kind = column.type
    if isinstance(kind, Boolean):
        return parse_boolean
    if isinstance(kind, Date):
        return date_parser(today)
    if isinstance(kind, Integer):
        return _integer_parser(start_year(today))
    if column.name == "name":
        return _name_parser(kind.length if isinstance(kind, String) else None, start_year(today))
    return _text_parser(kind.length if isinstance(kind, String) else None)


def parse_boolean(text: str) -> bool:
    """true, 1, yes or false, 0, no; case does not matter."""
    word = text.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise BadCell("is not true or false (also 1, 0, yes, no)")


def date_parser(today: date) -> Parse:
    """A reader of dates that remembers those it has seen: rosters repeat a few."""
    seen: dict[str, date] = {}

    def parse(text: str) -> date:
        value = seen.get(text)
        if value is None:
            value = _date(text.strip(), today)
            if len(seen) < 5_000:
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


def _integer_parser(first_year: int) -> Parse:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            year = _YEAR.fullmatch(text.strip())
            if year:
                return first_year + int(year[1])
            text = text.strip()
            if not (text.isascii() and text.isdigit()):
                raise BadCell("is not a whole number")
        value = int(text) if len(text) <= 10 else LARGEST + 1
        if value > LARGEST:
            raise BadCell(f"is larger than {LARGEST}")
        return value

    return parse


def _text_parser(length: int | None) -> ParseText:
    limit = length or 10**9

    def parse(text: str) -> str:
        if "\0" in text:
            raise BadCell("holds a NUL character")
        if len(text) > limit:
            raise BadCell(f"is longer than {limit} characters")
        return text

    return parse


def _name_parser(length: int | None, first_year: int) -> ParseText:
    plain = _text_parser(length)

    def parse(text: str) -> str:
        if "{Y" in text:
            text = _NAMED_YEAR.sub(lambda year: str(first_year + int(year[1])), text)
        return plain(text)

    return parse
