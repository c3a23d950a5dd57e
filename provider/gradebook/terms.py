"""The terms of a section, and which of them a due date belongs to (P-121). Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Term(NamedTuple):
    """A term in which a section meets; both days are inclusive."""

    id: int
    name: str
    start_date: date
    end_date: date
    guid: str
    sourced_id: str | None
    grading_period_sourced_id: str | None


class Placed(NamedTuple):
    """The term that a due date belongs to, and what the teacher should know of that."""

    term: Term | None
    note: str | None


def contains(term: Term, day: date) -> bool:
    """Whether a day lies in a term."""
    return term.start_date <= day <= term.end_date


def place(due_on: date, terms: Sequence[Term]) -> Placed:
    """The term that a due date decides: the shortest that contains it, else the nearest with a note (P-121)."""
    inside = [term for term in terms if contains(term, due_on)]
    if inside:
        return Placed(min(inside, key=lambda term: (term.end_date - term.start_date, term.id)), None)
    if not terms:
        return Placed(None, "The section has no terms")
    nearest = min(terms, key=lambda term: (_days_away(term, due_on), term.id))
    return Placed(nearest, f"Due on {due_on}, outside the section's terms: counted in {nearest.name}, the nearest")


def _days_away(term: Term, day: date) -> int:
    return (term.start_date - day).days if day < term.start_date else (day - term.end_date).days
