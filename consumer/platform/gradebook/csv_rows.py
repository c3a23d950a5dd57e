"""What a row of a grade book's CSV file says: each cell checked by itself. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from consumer.platform.gradebook.entries import BadEntry, parse_entry, read_number
from consumer.platform.gradebook.items import LONGEST_TITLE, MOST_POINTS
from consumer.platform.gradebook.scores import LONGEST_COMMENT
from consumer.platform.import_rows import RowError
from consumer.platform.models import ITEM_KINDS

#: The columns that an import knows. A header may write a blank or a hyphen for "_".
COLUMNS = (
    "section", "category", "kind", "title", "points", "due_date", "published", "username", "score", "comment",
)  # fmt: skip
#: What is said about an item, and about a student's score for it.
ITEM_COLUMNS, SCORE_COLUMNS = ("kind", "points", "due_date", "published"), ("score", "comment")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True, slots=True)
class Said:
    """What the cells of a row that are filled in say, by column; the score as an Entry, the due date as aware UTC."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, column: str) -> Any:
        """None where the cell is blank."""
        return self.values.get(column)


def read_row(line: int, cells: Mapping[str, str], zone: ZoneInfo) -> tuple[Said, list[RowError]]:
    """What the row says, and what is wrong with it; with an error, nothing of it may be used.

    zone   that of due dates that name none; a day without a time ends at 23:59
    """
    values: dict[str, Any] = {}
    errors = []
    for column in COLUMNS:
        if text := cells.get(column, ""):
            try:
                values[column] = _read(column, text, zone)
            except ValueError as error:
                errors.append(RowError(line, column, str(error)))
    return Said(line, values), errors or [RowError(line, *lack) for lack in _lacks(values)]


def _lacks(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the filled cells of a row need beside them."""
    if "section" not in values:
        return [("section", "is blank: write the section's name or its section school code")]
    if "title" not in values:
        needs = [name for name in (*ITEM_COLUMNS, "username", *SCORE_COLUMNS) if name in values]
        if needs:
            return [("title", f"is blank, and {needs[0]} says something about an item")]
        if "category" not in values:
            return [("title", "is blank: a row names an item, or a category alone")]
    if "username" not in values:
        return [("username", f"is blank, and {name} is a student's") for name in SCORE_COLUMNS if name in values]
    return []


def _read(column: str, text: str, zone: ZoneInfo) -> Any:
    """The value of a filled cell. Raises ValueError with what to write instead."""
    if any((ord(sign) < 32 and sign not in "\r\n\t") or ord(sign) == 127 for sign in text):
        raise ValueError("holds a control character")
    if column == "due_date":
        return _due(text, zone)
    reader = _READERS.get(column)
    if reader is not None:
        return reader(text)
    if len(text) > (most := _LONGEST[column]):
        raise ValueError(f"is longer than {most:,} characters")
    return text if column == "comment" else " ".join(text.split())


def _kind(text: str) -> str:
    if text.casefold() not in ITEM_KINDS:
        raise ValueError(f"is none of {', '.join(ITEM_KINDS)}")
    return text.casefold()


def _points(text: str) -> float:
    try:
        points = read_number(text)
    except BadEntry:
        points = None
    if points is None or points > MOST_POINTS:
        raise ValueError(f"is no number from 0 to {MOST_POINTS:,} with at most two decimals")
    return points


def _published(text: str) -> bool:
    if text.casefold() not in (*_YES, *_NO):
        raise ValueError("is neither yes nor no")
    return text.casefold() in _YES


def _due(text: str, zone: ZoneInfo) -> datetime:
    try:
        if _DAY.fullmatch(text):
            moment = datetime.combine(date.fromisoformat(text), time(23, 59))
        else:
            moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is no date: write 2026-09-25, or with the time 2026-09-25T14:00") from None


_READERS: dict[str, Callable[[str], Any]] = {
    "kind": _kind, "points": _points, "published": _published, "score": parse_entry,
}  # fmt: skip
_LONGEST = {"section": 600, "category": 255, "title": LONGEST_TITLE, "username": 255, "comment": LONGEST_COMMENT}
