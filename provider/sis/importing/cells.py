"""A cell's text → the value of a column. The column's type in the models decides; nothing is written down twice.

A whole number may be `Y0`, the year in which the school year around today begins, and a name may hold `{Y0}`. Dates are
in `days`, JSON and the words of OneRoster in `structured`.
"""

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, Integer, String

from provider.sis.importing.days import date_parser, moment_parser, start_year
from provider.sis.importing.report import BadCell
from provider.sis.importing.structured import structured_parser
from shared.database import UtcDateTime

LARGEST = 2**31 - 1
TRUE = frozenset(("true", "1", "yes"))
FALSE = frozenset(("false", "0", "no"))

_YEAR = re.compile(r"Y(-?\d{1,2})", re.ASCII)
_NAMED_YEAR = re.compile(r"\{Y(-?\d{1,2})\}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)

Parse = Callable[[str], Any]
ParseText = Callable[[str], str]


def parser_of(column: Column[Any], today: date) -> Parse:
    """The function that reads a filled cell of `column`. It raises BadCell."""
    kind = column.type
    if structured := structured_parser(column):
        return structured
    if isinstance(kind, Boolean):
        return parse_boolean
    if isinstance(kind, Date):
        return date_parser(today)
    if isinstance(kind, UtcDateTime):
        return moment_parser(today)
    if isinstance(kind, Float):
        return parse_number
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


def parse_number(text: str) -> float:
    """A decimal number: 92.5, -1, 1e3."""
    if not _NUMBER.fullmatch(text.strip()):
        raise BadCell("is not a number such as 92.5")
    value = float(text)
    if not math.isfinite(value):
        raise BadCell("is too large a number")
    return value


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
