"""What a teacher types for a score, read and written (C-134). Pure."""

import re
from dataclasses import dataclass

#: The most points that a score can have.
MOST_POINTS = 1_000_000

#: Each mark with the words for it; the first is how it is shown.
_WORDS = {
    "exempt": ("ex", "exempt", "excused"),
    "missing": ("mi", "missing"),
    "late": ("late", "l"),
    "submitted": ("sub", "submitted"),
}
_MARKS = {word: mark for mark, words in _WORDS.items() for word in words}
_PARTS = re.compile(r"[0-9.,]+|[^0-9.,\s]+")
_NUMBER = re.compile(r"[0-9]*[.,]?[0-9]*")

_HOW = "No score: type points, ex, mi, late or sub"


class BadEntry(ValueError):
    """What is no score; the message says what to type instead."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A score as it is typed. What counts: exempt, then missing, then the points, then that it was submitted.

    points   None: not graded; may be more than the item's; at most two decimals
    """

    points: float | None = None
    exempt: bool = False
    missing: bool = False
    late: bool = False
    submitted: bool = False

    @property
    def blank(self) -> bool:
        """Nothing yet."""
        return self == Entry()


def check_entry(entry: Entry) -> Entry:
    """The entry itself. Raises BadEntry for what no score can be."""
    if entry.exempt and entry.missing:
        raise BadEntry("A score is either exempt or missing, not both")
    if entry.points is not None and not 0 <= entry.points <= MOST_POINTS:
        raise BadEntry(f"Points go from 0 to {MOST_POINTS:,}")
    if entry.points is not None and round(entry.points, 2) != entry.points:
        raise BadEntry("Points have at most two decimals")
    return entry


def parse_entry(text: str) -> Entry:
    """The score that somebody typed: a number (with a comma or a point) and marks, in any order; blank: nothing.

    Raises BadEntry.
    """
    points: float | None = None
    marks: set[str] = set()
    for part in _PARTS.findall(text.casefold()):
        mark = _MARKS.get(part)
        if mark is not None:
            marks.add(mark)
        elif points is None and _is_number(part):
            points = _points(part)
        else:
            raise BadEntry(_HOW)
    return check_entry(Entry(points, "exempt" in marks, "missing" in marks, "late" in marks, "submitted" in marks))


def read_number(text: str) -> float | None:
    """A number with a comma or a point and at most two decimals; None for a blank. Raises BadEntry."""
    text = text.strip()
    if not text:
        return None
    if not _is_number(text):
        raise BadEntry("This is a number, such as 20 or 12.5")
    return _points(text)


def entry_text(entry: Entry) -> str:
    """What is to be typed for a score: `parse_entry` makes the same of it."""
    marks = [words[0] for mark, words in _WORDS.items() if getattr(entry, mark)]
    if entry.points is None:
        return " ".join(marks)
    return " ".join([number_text(entry.points), *("l" if mark == "late" else mark for mark in marks)])


def number_text(number: float) -> str:
    """A number of points as short as it can be: 17, 17.5, 1000000."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _is_number(part: str) -> bool:
    return bool(_NUMBER.fullmatch(part)) and part not in (".", ",", "")


def _points(part: str) -> float:
    whole, _, decimals = part.replace(",", ".").partition(".")
    if len(decimals) > 2:
        raise BadEntry("Points have at most two decimals, and no sign between thousands")
    if len(whole) > 10:
        raise BadEntry(f"Points go from 0 to {MOST_POINTS:,}")
    return float(f"{whole or '0'}.{decimals or '0'}")
