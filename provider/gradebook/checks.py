"""What the district demands of a write (P-116 … P-125), a row per rule, asked in order; the first that fails refuses.

A check knows nothing of HTTP or of the database: it is given a few facts. Its refusal is read by the platform.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from provider.gradebook.scores import Scale
from provider.gradebook.terms import Term, contains
from shared.oneroster.errors import Failure, OneRosterError

Facts = TypeVar("Facts")


class Check(NamedTuple, Generic[Facts]):
    """A condition for a write to be taken.

    number    the P number that it obeys
    sentence  the condition, in words
    holds     whether the facts meet it
    refusal   what the platform is told when they do not
    """

    number: str
    sentence: str
    holds: Callable[[Facts], bool]
    refusal: Callable[[Facts], str]
    failure: Failure = Failure.INVALID_BODY


def require(checks: Sequence[Check[Facts]], facts: Facts, place: str) -> None:
    """Raises OneRosterError for the first check that fails; `place` is where in the body the object stands."""
    for check in checks:
        if not check.holds(facts):
            raise OneRosterError(check.failure, f"{place}: {check.refusal(facts)}")


class PlatformFacts(NamedTuple):
    """Who writes. `schools`: how many its connection is limited to, None for all of the district's."""

    schools: int | None
    district_wide_licence: bool


PLATFORM: tuple[Check[PlatformFacts], ...] = (
    Check("P-116", "The district has a district-wide licence, or the connection is limited to one school.",
          lambda facts: facts.district_wide_licence or facts.schools == 1,
          lambda facts: "the district has no district-wide learning licence, so that only connections limited to one "
          "school may write grades; ask the district", Failure.FORBIDDEN),
)  # fmt: skip


class OwnerFacts(NamedTuple):
    """An object that is there: what it is called, which connection made it (None: the district), and who asks."""

    what: str
    sourced_id: str
    owner: int | None
    platform: int


OWNER: tuple[Check[OwnerFacts], ...] = (
    Check("P-125", "The platform made the object itself.",
          lambda facts: facts.owner == facts.platform,
          lambda facts: f"{facts.what} {facts.sourced_id!r} was made by {_maker(facts)} and is read-only for this "
          "connection; write under a sourcedId of your own", Failure.FORBIDDEN),
)  # fmt: skip

#: A line item that takes results: one's own, or one of the district.
OPEN_TO_RESULTS: tuple[Check[OwnerFacts], ...] = (
    Check("P-125", "The line item is the platform's own or the district's.",
          lambda facts: facts.owner is None or facts.owner == facts.platform,
          lambda facts: f"{facts.what} {facts.sourced_id!r} was made by {_maker(facts)} and takes no results from this "
          "connection; make a line item of your own", Failure.FORBIDDEN),
)  # fmt: skip


def _maker(facts: OwnerFacts) -> str:
    return "the district" if facts.owner is None else "another platform"


class AssignmentFacts(NamedTuple):
    """A line item as it was sent. `year`: first and last day of the active school year; None when none is active."""

    title: str
    name_limit: int
    due_on: date
    year: tuple[date, date] | None
    terms: Sequence[Term]
    strict: bool


ASSIGNMENT: tuple[Check[AssignmentFacts], ...] = (
    Check("P-124", "The name is not longer than the district allows.",
          lambda facts: len(facts.title) <= facts.name_limit,
          lambda facts: f"the title has {len(facts.title)} characters; this district allows {facts.name_limit}"),
    Check("P-121", "The due date lies in the school year.",
          lambda facts: facts.year is not None and facts.year[0] <= facts.due_on <= facts.year[1],
          lambda facts: f"the due date {facts.due_on} lies outside the school year "
          f"({f'{facts.year[0]} to {facts.year[1]}' if facts.year else 'none is active'})"),
    Check("P-121", "The due date lies in a term of the section, where the district insists on it (due_date_strict).",
          lambda facts: not facts.strict or any(contains(term, facts.due_on) for term in facts.terms),
          lambda facts: f"the due date {facts.due_on} lies in none of the section's terms: {_terms_text(facts)}"),
)  # fmt: skip


def _terms_text(facts: AssignmentFacts) -> str:
    return ", ".join(f"{t.name} ({t.start_date} to {t.end_date})" for t in facts.terms) or "it has none"


class TaskFacts(NamedTuple):
    """What a line item counts for. `excluded`: its task, which platforms are not offered, "" for every task of the
    class; None: they are offered it.
    """

    excluded: str | None


TASK: tuple[Check[TaskFacts], ...] = (
    Check("P-74", "The grading task is not excluded from platforms.",
          lambda facts: facts.excluded is None,
          lambda facts: "the district takes no scores of platforms for "
          f"{facts.excluded or 'any grading task of the class'} (External LMS Exclude)"),
)  # fmt: skip


class Window(NamedTuple):
    """When a grading task may be graded in a term; both days are inclusive."""

    task: str
    term: str
    opens_on: date
    closes_on: date


class WindowFacts(NamedTuple):
    """A grade that is given or taken away today. `window` None: it may always be."""

    window: Window | None
    today: date


GRADING: tuple[Check[WindowFacts], ...] = (
    Check("P-119", "The grading window of the task and term is open.",
          lambda facts: facts.window is None or facts.window.opens_on <= facts.today <= facts.window.closes_on,
          lambda facts: "" if facts.window is None else
          f"grading of {facts.window.task} in {facts.window.term} is closed on {facts.today}: its window is from "
          f"{facts.window.opens_on} to {facts.window.closes_on}"),
)  # fmt: skip


class RosterFacts(NamedTuple):
    """A score of a student; `days`: from when to when the student is on the section's roster, None where it is open."""

    student: str
    scored_on: date
    days: Sequence[tuple[date | None, date | None]]


ROSTER: tuple[Check[RosterFacts], ...] = (
    Check("P-123", "The student is on the roster at the score date.",
          lambda facts: any((start is None or start <= facts.scored_on) and (end is None or facts.scored_on <= end)
                            for start, end in facts.days),
          lambda facts: f"student {facts.student!r} is not on the roster of the line item's class on {facts.scored_on}"
          + ("" if facts.days else ", nor on any other day")),
)  # fmt: skip


class ScoreFacts(NamedTuple):
    """A score as it was sent, and the scale that counts for it."""

    score: float | None
    text: str | None
    scale: Scale | None


SCORE: tuple[Check[ScoreFacts], ...] = (
    Check("P-120", "A score that comes without a number is one of the score scale's.",
          lambda facts: facts.score is not None or facts.text is None or facts.scale is None
          or facts.scale.knows(facts.text),
          lambda facts: "" if facts.scale is None else
          f"textScore {facts.text!r} is not a score of {facts.scale.title!r}: {', '.join(facts.scale.scores)}"),
)  # fmt: skip
