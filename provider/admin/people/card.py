"""Everything that the SIS knows of one person, as their page shows it: each row with what the rules say of it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.people.account_list import note_of
from provider.admin.people.assignment_list import marked
from provider.admin.people.classes import Classes, attended_by, taught_by
from provider.admin.people.rulings import EDITIONS, Roles, Said, of_assignment, of_enrollment, of_relationship
from provider.admin.people.standing import Standing, standing_of
from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.dates import current_identity
from provider.eligibility.facts import Facts, Keys
from provider.eligibility.rules.users import ROLE_WORDS
from provider.publishing.load import load_facts
from provider.sis.models import Contact, Employment, Identity, Person, Relationship, UserAccount
from shared.oneroster.versions import Version


class IdentityLine(NamedTuple):
    """An identity; `current`: the one that platforms are told today."""

    row: Identity
    current: bool


class AccountLine(NamedTuple):
    """An account. `published`: as what its username is published; `note`: what is to be known of the username."""

    row: UserAccount
    published: tuple[str, ...]
    note: str


class EnrollmentLine(NamedTuple):
    row: rows.Enrollment
    school: str
    calendar: str
    grade: str
    said: Said


class AssignmentLine(NamedTuple):
    row: rows.Assignment
    school: str
    marks: tuple[str, ...]
    roles: Roles


class RelationshipLine(NamedTuple):
    """A relationship, seen from the person: `other` is the student of an adult, or the adult of a student."""

    row: Relationship
    other: Name
    said: Said


class Card(NamedTuple):
    """A person. `adults`: their relationships as a student; `students`: those as an adult."""

    person: Person
    name: Name
    today: date
    standings: Sequence[Standing]
    identities: Sequence[IdentityLine]
    contact: Contact | None
    accounts: Sequence[AccountLine]
    enrollments: Sequence[EnrollmentLine]
    assignments: Sequence[AssignmentLine]
    employments: Sequence[Employment]
    adults: Sequence[RelationshipLine]
    students: Sequence[RelationshipLine]
    attended: Classes
    taught: Classes


def load_card(session: Session, person: Person, today: date, every_year: bool = False) -> Card:
    """The card of a person on a day. `every_year`: sections of all school years, not of the active one alone."""
    facts = load_facts(session, today, Keys(people=frozenset({person.id})))
    contexts = [Context(facts, EDITIONS[version]) for version in Version]
    rules = contexts[-1]
    related = _related(session, person.id)
    names = names_of(session, {person.id, *(one for row in related for one in (row.person_id, row.student_id))}, today)
    return Card(
        person=person,
        name=names[person.id],
        today=today,
        standings=[standing_of(context, person.id) for context in contexts],
        identities=_identities(session, person.id, today),
        contact=session.get(Contact, person.id),
        accounts=_accounts(session, person.id, contexts),
        enrollments=_enrollments(facts, rules, person.id),
        assignments=_assignments(facts, rules, person.id),
        employments=_of(session, Employment, person.id),
        adults=[_relationship(row, names[row.person_id], rules) for row in related if row.student_id == person.id],
        students=[_relationship(row, names[row.student_id], rules) for row in related if row.person_id == person.id],
        attended=attended_by(session, rules, person.id, every_year),
        taught=taught_by(session, rules, person.id, every_year),
    )


def _of(session: Session, model: Any, person_id: int) -> Sequence[Any]:
    return session.scalars(select(model).where(model.person_id == person_id).order_by(model.id)).all()


def _identities(session: Session, person_id: int, today: date) -> list[IdentityLine]:
    found = _of(session, Identity, person_id)
    current = current_identity(found, today)
    return [IdentityLine(row, row is current) for row in found]


def _accounts(session: Session, person_id: int, contexts: Sequence[Context]) -> list[AccountLine]:
    """The accounts with the records that bear their usernames (P-12): by role in 1.1, one for the person in 1.2."""
    used: dict[int, list[str]] = defaultdict(list)
    for context in contexts:
        version = context.edition.version
        for letter, _decision in context.roles(person_id):
            account = context.account(person_id, letter)
            words = f"{version} {ROLE_WORDS[version][letter]}" if version is Version.V1P1 else str(version)
            if account is not None and words not in used[account.id]:
                used[account.id].append(words)
    found = _of(session, UserAccount, person_id)
    return [AccountLine(row, tuple(used[row.id]), note_of(row.username)) for row in found]


def _enrollments(facts: Facts, rules: Context, person_id: int) -> list[EnrollmentLine]:
    """The newest first."""
    lines = []
    for row in sorted(facts.enrollments.get(person_id, ()), key=lambda row: (row.start_date, row.id), reverse=True):
        calendar, level = facts.calendars[row.calendar_id], facts.grade_levels.get(row.grade_level_id or 0)
        school = facts.schools[calendar.school_id].name
        lines.append(EnrollmentLine(row, school, calendar.name, level.name if level else "", of_enrollment(rules, row)))
    return lines


def _assignments(facts: Facts, rules: Context, person_id: int) -> list[AssignmentLine]:
    """The newest first."""
    found = sorted(facts.assignments.get(person_id, ()), key=lambda row: (row.start_date, row.id), reverse=True)
    return [
        AssignmentLine(row, facts.schools[row.school_id].name, marked(row), of_assignment(rules, row)) for row in found
    ]


def _related(session: Session, person_id: int) -> Sequence[Relationship]:
    sides = or_(Relationship.person_id == person_id, Relationship.student_id == person_id)
    return session.scalars(select(Relationship).where(sides).order_by(Relationship.id)).all()


def _relationship(row: Relationship, other: Name, rules: Context) -> RelationshipLine:
    plain = rows.Relationship(*(getattr(row, name) for name in rows.Relationship._fields))
    return RelationshipLine(row, other, of_relationship(rules, plain))
