"""What an item must be like before it is sent (C-24, C-125, C-126, C-133, C-139), a row per rule.

A check knows nothing of the database: it is given facts. What it refuses is read by a teacher.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from consumer.passback.values import ItemFacts
from consumer.passback.wording import GradeCode
from shared.oneroster.versions import Version

Facts = TypeVar("Facts")


class Problem(NamedTuple):
    """What stands in the way: a code of `consumer.passback.wording`, and what it is about, in words."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """Whether grades of a section can go anywhere.

    school        what its school is called; `school_mapped`: a school of the SIS is mapped to it
    school_year, active_year   by the year in which they end; None where nobody knows, or chose
    """

    synced: bool
    frozen: bool
    school: str
    school_mapped: bool
    school_year: int | None
    active_year: int | None


class Check(NamedTuple, Generic[Facts]):
    """A condition for sending.

    number    the C number that it obeys
    sentence  the condition, in words
    holds     whether the facts meet it
    refusal   what it is about when they do not; "" where the code says all
    code      a code of `consumer.passback.wording`
    """

    number: str
    sentence: str
    holds: Callable[[Facts], bool]
    refusal: Callable[[Facts], str]
    code: GradeCode


def _nothing(_facts: object) -> str:
    return ""


#: Of the section. The first that fails says why it is closed.
OPEN: tuple[Check[OpenFacts], ...] = (
    Check("C-120", "The section is synced with a SIS.", lambda f: f.synced, _nothing, GradeCode.NOT_SYNCED),
    Check("C-67", "The SIS has not ended the section.", lambda f: not f.frozen, _nothing, GradeCode.SECTION_FROZEN),
    Check("C-139", "The school of the section is mapped.", lambda f: f.school_mapped, lambda f: f.school,
          GradeCode.NO_MAPPED_SCHOOL),
    Check("C-139", "The section is of the active year.", lambda f: f.active_year in (None, f.school_year),
          lambda f: f"it is of {_year(f.school_year)}, and {_year(f.active_year)} is active", GradeCode.OTHER_YEAR),
)  # fmt: skip

#: Of the item in a section that is open. Every one that fails is told.
ITEM: tuple[Check[ItemFacts], ...] = (
    Check("C-139", "The class of the section is known.", lambda f: f.place.school_id is not None, _nothing,
          GradeCode.CLASS_UNKNOWN),
    Check("C-133", "The item is published.", lambda f: f.published, _nothing, GradeCode.NOT_PUBLISHED),
    Check("C-133", "The item has a title.", lambda f: bool(f.title.strip()), _nothing, GradeCode.NO_TITLE),
    Check("C-133", "The title is within the limit.", lambda f: len(f.title.strip()) <= f.title_limit,
          lambda f: f"it has {len(f.title.strip())} characters; {f.title_limit} is the most", GradeCode.TITLE_TOO_LONG),
    Check("C-133", "The points are above zero.", lambda f: f.points > 0, _nothing, GradeCode.NO_POINTS),
    Check("C-133", "The item has a due date.", lambda f: f.due_at is not None, _nothing, GradeCode.NO_DUE_DATE),
    Check("C-133", "The due date is in a term of the section.",
          lambda f: f.due_on is None or not f.terms or any(term.may_hold(f.due_on) for term in f.terms),
          lambda f: f"{f.due_on} is not in {_terms(f)}", GradeCode.DUE_OUTSIDE_TERMS),
    Check("C-133", "The section has a student.", lambda f: f.students > 0, _nothing, GradeCode.NO_STUDENTS),
    Check("C-126", "In 1.2 the item has a category.",
          lambda f: f.version is Version.V1P1 or f.category_name is not None, _nothing, GradeCode.NO_CATEGORY),
    Check("C-125", "In 1.2 the category is mapped in this section.",
          lambda f: f.version is Version.V1P1 or f.category_name is None or f.category is not None,
          lambda f: f.category_name or "", GradeCode.CATEGORY_UNMAPPED),
    Check("C-125", "In 1.2 the SIS still offers the mapped category.",
          lambda f: f.version is Version.V1P1 or f.category is None or f.category_offered,
          lambda f: f.category_name or "", GradeCode.CATEGORY_GONE),
)  # fmt: skip


def closed(facts: OpenFacts) -> Problem | None:
    """Why no grades of a section can go anywhere; None where they can."""
    return next(iter(_failed(OPEN, facts)), None)


def check_item(facts: ItemFacts) -> tuple[Problem, ...]:
    """Everything that keeps an item from being sent to a section that is open; nothing where it can be."""
    return tuple(_failed(ITEM, facts))


def _failed(checks: Sequence[Check[Facts]], facts: Facts) -> list[Problem]:
    return [Problem(each.code.name, each.refusal(facts)) for each in checks if not each.holds(facts)]


def _year(ends: int | None) -> str:
    """A school year as people call it, by the year in which it ends."""
    return f"{ends - 1}–{ends}" if ends else "an unknown year"


def _terms(facts: ItemFacts) -> str:
    return ", ".join(f"{term.title} ({term.start} to {term.last})" for term in facts.terms)
