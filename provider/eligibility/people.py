"""What a published person looks like: the schools of each role, the grade, the relations, the contact data.

The rules say whether; this says what. Every choice that the P rules leave open is a function here, with its reason.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.dates import current_identity
from provider.eligibility.rule import ACTIVE, TOBEDELETED
from shared.oneroster.versions import Version

ADULT_LETTERS = ("g", "r")


class Part(NamedTuple):
    """A role at an org: `school_id` None is the district. Dates are inclusive, None when not known or open."""

    school_id: int | None
    begin: date | None
    end: date | None
    primary: bool


class Role(NamedTuple):
    """A published role of a person: its letter, its status, and where it is held, the main place first."""

    letter: str
    status: str
    parts: tuple[Part, ...]


def roles(context: Context, person_id: int) -> list[Role]:
    """The published roles of a person in the order of P-83's letters; [] when the person is omitted."""
    return [
        Role(letter, decision.status, parts(context, person_id, letter))
        for letter, decision in context.roles(person_id)
    ]


def user_status(found: Iterable[Role]) -> str:
    """The status of the one 1.2 record: active when any role is (after the pattern of P-21)."""
    return ACTIVE if any(role.status == ACTIVE for role in found) else TOBEDELETED


def parts(context: Context, person_id: int, letter: str) -> tuple[Part, ...]:
    """Where a person holds a role."""
    if letter == "s":
        return _student_parts(context, counting(context, person_id))
    if letter in ("t", "a"):
        return _staff_parts(context, person_id, letter)
    if letter == "x" or context.edition.version is Version.V1P1:
        return (Part(None, None, None, primary=False),)  # P-48: the district; P-41: a district-wide role
    return _related_parts(context, person_id, letter)


def counting(context: Context, person_id: int) -> list[rows.Enrollment]:
    """The enrollments that describe a student, the main one first (P-22).

    The active ones when there are any, so that a student who changed schools is listed at the new one only; all that
    count for a student who is to be deleted. Main is the Primary one that starts earliest, then by start, then by id.
    """
    counted = context.enrollments(person_id)
    if len(counted) == 1:
        return [counted[0][0]]
    live = [row for row, decision in counted if decision.status == ACTIVE]
    described = live or [row for row, _ in counted]
    return sorted(described, key=lambda row: (row.service_type != "P", row.start_date, row.id))


def _student_parts(context: Context, enrollments: list[rows.Enrollment]) -> tuple[Part, ...]:
    """A part per school. Exactly the main Primary enrollment's school is `primary`, every other `secondary` (P-22)."""
    spans = _spans(
        (school, row.start_date, row.end_date)
        for row in enrollments
        if (school := context.school_of(row.calendar_id)) is not None
    )
    first_is_primary = enrollments[0].service_type == "P"
    return tuple(
        Part(school, begin, end, primary=first_is_primary and place == 0)
        for place, (school, (begin, end)) in enumerate(spans.items())
    )


def _staff_parts(context: Context, person_id: int, letter: str) -> tuple[Part, ...]:
    """A part per school, with the dates of the assignments (P-25); the longest-standing school first."""
    counted = context.assignments(person_id, letter)
    live = [row for row, decision in counted if decision.status == ACTIVE] or [row for row, _ in counted]
    live.sort(key=lambda row: (row.start_date, row.id))
    spans = _spans((row.school_id, row.start_date, row.end_date) for row in live)
    return tuple(Part(school, begin, end, primary=False) for school, (begin, end) in spans.items())


def _related_parts(context: Context, person_id: int, letter: str) -> tuple[Part, ...]:
    """The schools of the related available students (P-48, 1.2), in the order of the students' sourcedIds: it is the
    same in every system that the students come to."""
    people = context.facts.people
    related = {row.student_id for row in context.relationships(person_id, letter)}
    students = sorted(related, key=lambda student: people[student].sourced_id or people[student].guid)
    schools = dict.fromkeys(part.school_id for student in students for part in parts(context, student, "s"))
    return tuple(Part(school, None, None, primary=False) for school in schools)


def _spans(places: Iterable[tuple[int, date, date | None]]) -> dict[int, tuple[date, date | None]]:
    """One span per school, in the order of first mention: from the earliest start to the latest end, open if any is."""
    spans: dict[int, tuple[date, date | None]] = {}
    for school, start, end in places:
        if school in spans:
            begin, last = spans[school]
            start = min(begin, start)
            end = None if last is None or end is None else max(last, end)
        spans[school] = (start, end)
    return spans


def with_role_types(found: Iterable[Role]) -> list[tuple[Role, Part, str]]:
    """Every part of a person's roles with its 1.2 roleType: a student's by service type (P-22); of the others the first
    at an org is primary, when no student role there is (OneRoster 1.2: one primary per org)."""
    every = [(role, part) for role in found for part in role.parts]
    taken = {part.school_id for role, part in every if role.letter == "s" and part.primary}
    typed = []
    for role, part in every:
        primary = part.primary
        if role.letter != "s" and part.school_id not in taken:
            primary = True
            taken.add(part.school_id)
        typed.append((role, part, "primary" if primary else "secondary"))
    return typed


def identity(context: Context, person_id: int) -> rows.Identity | None:
    return current_identity(context.facts.identities.get(person_id, ()), context.facts.today)


def relations(context: Context, person_id: int, letter: str) -> list[tuple[int, str]]:
    """The `agents` of one role of a person, as (person, letter of the record that is meant) (P-49)."""
    if letter == "s":
        adults = [
            (row.person_id, kind)
            for row in context.facts.relationships_of_student.get(person_id, ())
            for kind in ADULT_LETTERS
            if context.relationship_counts(row, kind) and context.published(context.role(row.person_id, kind))
        ]
        return sorted(set(adults))
    if letter in ADULT_LETTERS:
        return sorted({(row.student_id, "s") for row in context.relationships(person_id, letter)})
    return []


def email(context: Context, person_id: int) -> str | None:
    """The one address that is published (P-61); with Secondary Email on there is no fallback (P-62, P-63)."""
    contact = context.facts.contacts.get(person_id)
    if contact is None or "email" not in context.edition.share:
        return None
    if context.edition.version is Version.V1P1:
        secondary = context.facts.switches.secondary_email_1p1
    else:
        secondary = context.edition.secondary_email
    return contact.secondary_email if secondary else contact.email


def phones(context: Context, person_id: int) -> tuple[str | None, str | None]:
    """(sms, phone): Cell Phone in 1.2 only (P-65), Other Phone (P-64)."""
    contact = context.facts.contacts.get(person_id)
    if contact is None or "phone" not in context.edition.share:
        return None, None
    return (contact.cell_phone if context.edition.version is Version.V1P2 else None), contact.other_phone
