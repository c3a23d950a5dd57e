"""What the rules say of an enrollment, a District Assignment, a relationship, a roster row or a row of Section Staff
History, in a few words: their own answer, for a platform that sees all schools.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts, Keys
from provider.eligibility.rule import TOBEDELETED, Decision, Excluded, Included, decide
from provider.eligibility.rules.memberships import PRIMARY, SECTION_STAFF
from provider.eligibility.rules.relations import GUARDIAN, RELATIVE
from provider.eligibility.rules.staff import OTHER, TEACHING
from provider.eligibility.rules.students import ENROLLMENTS, mark_above
from provider.eligibility.rules.users import ROLE_WORDS
from provider.publishing.load import load_facts
from provider.publishing.loading.reading import by_id, read_in
from provider.sis import models
from shared.oneroster.versions import Version

#: Everything that the district lets platforms see, in each version.
EDITIONS = {version: Edition(version, gradebook=True) for version in Version}


class Said(NamedTuple):
    """What a rule says: in words, its number ("" where none decided), and good, warn or bad as a colour."""

    words: str
    number: str = ""
    tone: str = "good"


class Roles(NamedTuple):
    """The roles that an assignment gives in 1.1 and in 1.2; both empty where it counts for nothing, as `why` says."""

    in_1p1: tuple[str, ...]
    in_1p2: tuple[str, ...]
    why: Said


_COUNTS: Mapping[str, str] = {
    "": "Active",
    "P-16": "To be deleted: ended before the calendar does",
    "P-17": "Active: ended with the calendar",
    "P-18": "Active: ended after the calendar",
    "P-19": "Active: begins later",
    "P-20": "Active: today is its last day",
    "P-75": "To be deleted: External LMS Exclude",
}
_NOT_ENROLLED: Mapping[str, str] = {
    "P-01": "Another school year than the active one",
    "P-13": "Outside the dates of the school year",
    "P-14": "No Show",
    "P-15": "External LMS Exclude",
}
_NOT_ASSIGNED: Mapping[str, str] = {
    "P-34": "No role is marked",
    "P-35": "Ended",
    "P-36": "The school is not published",
    "P-37": "Outside the dates of the school year",
    "P-38": "External LMS Exclude",
}
_NOT_RELATED: Mapping[str, str] = {
    "P-43": "Neither Guardian nor Portal is marked",
    "P-44": "Guardian without Portal",
    "P-45": "Not active today",
    "P-46": "The student is not published",
}


def context_of_enrollments(session: Session, today: date, found: Collection[rows.Enrollment]) -> Context:
    """The rules over some enrollments, of whichever years and people."""
    facts = load_facts(session, today, Keys())
    elsewhere = {row.calendar_id for row in found} - facts.calendars.keys()
    levels = read_in(session, rows.GradeLevel, models.GradeLevel.id,
                     {row.grade_level_id for row in found if row.grade_level_id is not None})  # fmt: skip
    structures = {level.structure_id for level in levels}
    return _context(
        facts,
        calendars=facts.calendars | by_id(read_in(session, rows.Calendar, models.Calendar.id, elsewhere)),
        grade_levels=by_id(levels),
        structures=by_id(read_in(session, rows.Structure, models.ScheduleStructure.id, structures)),
    )


def context_of_assignments(session: Session, today: date) -> Context:
    """The rules over assignments: schools and their calendars of the active year are all that these look at."""
    return _context(load_facts(session, today, Keys()))


def _context(facts: Facts, **more: Any) -> Context:
    return Context(replace(facts, **more), EDITIONS[Version.V1P2])


def of_enrollment(context: Context, row: rows.Enrollment) -> Said:
    """Whether an enrollment makes its person a student, and with which status (P-13 … P-20, P-73)."""
    decision = decide(ENROLLMENTS, row, context)
    if isinstance(decision, Included):
        tone = "warn" if decision.status == TOBEDELETED else "good"
        return Said(_COUNTS.get(decision.number, "Active"), decision.number, tone)
    if decision.number == "P-73" and (mark := mark_above(row, context)) is not None:
        return Said(f"Excluded with its {mark.words}", "P-73", "bad")
    return Said(_NOT_ENROLLED.get(decision.number, decision.sentence), decision.number, "bad")


def of_assignment(context: Context, row: rows.Assignment) -> Roles:
    """Which roles an assignment gives (P-24, P-33, P-39), or why none (P-34 … P-38)."""
    decisions: dict[str, Decision] = {"t": decide(TEACHING, row, context), "a": decide(OTHER, row, context)}
    given = {letter: one for letter, one in decisions.items() if isinstance(one, Included)}
    if given:
        gone = all(one.status == TOBEDELETED for one in given.values())
        why = Said("To be deleted", "P-75", "warn") if gone else Said("")
        words = {version: tuple(ROLE_WORDS[version][letter] for letter in given) for version in Version}
        return Roles(words[Version.V1P1], words[Version.V1P2], why)
    failed = [decisions[letter] for letter in ("ta" if row.teacher else "at")]
    first = next(one for one in failed if isinstance(one, Excluded))
    return Roles((), (), Said(_NOT_ASSIGNED.get(first.number, first.sentence), first.number, "bad"))


def of_relationship(context: Context, row: rows.Relationship) -> Said:
    """What a relationship makes of its adult: a guardian, a relative, or nothing (P-42 … P-46)."""
    letter = "g" if row.guardian else "r"
    decision = decide(GUARDIAN if row.guardian else RELATIVE, row, context)
    if isinstance(decision, Included):
        role = ROLE_WORDS[Version.V1P2][letter]
        return Said(f"Published as {role}", "P-42" if row.guardian else "P-43")
    return Said(_NOT_RELATED.get(decision.number, decision.sentence), decision.number, "bad")


_ATTENDS: Mapping[str, str] = {
    "": "Active",
    "P-75": "To be deleted with its class",
    "P-76": "The student is not published",
    "P-78": "To be deleted: ended early",
    "P-79": "To be deleted with the student",
    "P-81": "The class is not published",
}
_NOT_TAUGHT: Mapping[str, str] = {
    "P-26": "Outside the dates of the school year",
    "P-29": "Section staff are not published",
    "P-30": "Not published as a teacher of this school",
    "P-80": "Ended",
    "P-81": "The class is not published",
}


def of_roster(context: Context, row: rows.Roster) -> Said:
    """How a roster row is published as an enrollment of OneRoster (P-76 … P-81)."""
    decision = context.roster(row)
    words = _ATTENDS.get(decision.number)
    if isinstance(decision, Included):
        return Said(words or "Active", decision.number, "warn" if decision.status == TOBEDELETED else "good")
    return Said(words or decision.sentence, decision.number, "bad")


def of_staff(context: Context, row: rows.SectionStaff) -> Said:
    """How a row of Section Staff History is published (P-26 … P-30, P-80)."""
    decision = decide(SECTION_STAFF, row, context)
    if isinstance(decision, Excluded):
        return Said(_NOT_TAUGHT.get(decision.number, decision.sentence), decision.number, "bad")
    if decision.status == TOBEDELETED:
        return Said("To be deleted", decision.number, "warn")
    primary = PRIMARY[row.role] == "true"
    return Said("Teacher, primary" if primary else "Teacher, not primary", "P-27" if primary else "P-28")
