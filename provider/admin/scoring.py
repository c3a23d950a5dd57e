"""How a score is read by people: its number and text, and what else is said of it, in words and in marks. Pure."""

from typing import NamedTuple

#: What can be said of a score: the mark in a dense table, and its words.
MARKS: dict[str, str] = {
    "Ex": "exempt", "M": "missing", "N": "not submitted", "S": "submitted, not graded yet", "P": "partly graded",
    "L": "late", "Inc": "incomplete", "Prog": "in progress", "*": "with a comment", "°": "sent by a platform",
}  # fmt: skip
_OF_STATUS = {"exempt": "Ex", "not submitted": "N", "submitted": "S", "partially graded": "P"}


class Score(NamedTuple):
    """What the SIS has of a score. `sent`: by a platform, into an assignment that is not its own."""

    status: str
    score: float | None
    text: str | None
    comment: str | None
    in_progress: bool | None
    incomplete: bool | None
    late: bool | None
    missing: bool | None
    sent: bool = False


def number(value: float | None) -> str:
    """A number of points as people write it; "" for None."""
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def marks_of(score: Score) -> tuple[str, ...]:
    """The marks of a score, in the order of MARKS. Missing says more than not submitted."""
    status = _OF_STATUS.get(score.status)
    if status == "N" and score.missing:
        status = None
    there = {
        "M": score.missing, "L": score.late, "Inc": score.incomplete, "Prog": score.in_progress, "*": score.comment,
        "°": score.sent,
    }  # fmt: skip
    return tuple(mark for mark in MARKS if mark == status or there.get(mark))


def value_of(score: Score) -> str:
    """Number and text of a score, whichever there are."""
    return " ".join(filter(None, (number(score.score), score.text)))


def shown(score: Score) -> str:
    """A score in a dense table; a dash where nothing is said."""
    return " ".join((*filter(None, (value_of(score),)), *marks_of(score))) or "–"


def words_of(score: Score) -> list[str]:
    """What is said of a score beside its value, in words; the status as it was sent where we have none of our own."""
    words = [MARKS[mark] for mark in marks_of(score) if mark not in ("*", "°")]
    known = score.status in _OF_STATUS or score.status == "fully graded"
    return words if known else [score.status, *words]
