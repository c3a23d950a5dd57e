"""Whom and what a search means: people, sections and courses, by an id or a part of the name (C-113)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_user
from consumer.connections import Connection
from consumer.mapping.identity import fold
from consumer.platform.accounts import searched
from consumer.platform.models import Account, AccountSisId, Course, Section
from consumer.sync.staged import read_these
from consumer.sync.staging import StagedRecord
from consumer.sync.tables import Entity, PlanChange, SkippedRecord, StagedEnrollment
from consumer.sync.wording import account_name
from shared.oneroster.versions import Version

#: People that one search looks at; sections and courses, of which each has many rows.
MOST, MOST_PLACES = 50, 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a search found: an account, or a SIS record that has none (then `account_id` is None)."""

    account_id: int | None
    connection_id: int | None
    sis_id: str | None
    name: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a search is about: `people` by sourcedId or "account N", classes and courses by sourcedId."""

    people: frozenset[str]
    classes: frozenset[str]
    courses: frozenset[str]


def find_people(session: Session, text: str, connection_id: int | None = None) -> list[Person]:
    """The people whom `text` names: SIS id, username or email in full, else words with which their names, username or
    email begin, else what the SIS calls somebody who was skipped: their username or email in full.

    The first of these that names anybody decides; at most MOST people, by name.
    """
    text = text.replace("\0", "").strip()
    if not text:
        return []
    connections = [connection_id] if connection_id else session.scalars(select(Connection.id)).all()
    for question in (_by_sis_id, _by_login, _by_part, _by_staged_login):
        if found := question(session, text, connections):
            return sorted(found, key=lambda person: (person.name, person.account_id or 0, person.sis_id or ""))[:MOST]
    return []


def _by_sis_id(session: Session, text: str, connections: Iterable[int]) -> list[Person]:
    found = []
    for connection_id in connections:
        owner = session.scalar(
            select(Account)
            .join(AccountSisId, AccountSisId.account_id == Account.id)
            .where(AccountSisId.connection_id == connection_id, AccountSisId.sis_id == text)
        )
        if owner is not None:
            found.append(_person(owner, connection_id, text))
        elif session.scalar(
            select(StagedRecord.id).where(
                StagedRecord.connection_id == connection_id,
                StagedRecord.collection == "users",
                StagedRecord.sourced_id == text,
            )
        ):
            skipped = session.get(SkippedRecord, (connection_id, Entity.USER.value, text))
            found.append(Person(None, connection_id, text, skipped.name if skipped else "", None))
    return found


def _by_login(session: Session, text: str, connections: Iterable[int]) -> list[Person]:
    named = select(Account).where(or_(Account.username_key == fold(text), Account.email_key == fold(text)))
    return [_person(account, None, None) for account in session.scalars(named)]


def _by_part(session: Session, text: str, connections: Iterable[int]) -> list[Person]:
    named = select(Account).where(*searched(text)).order_by(Account.id).limit(MOST)
    found = [_person(account, None, None) for account in session.scalars(named)]
    for connection_id in connections:
        skipped = select(SkippedRecord).where(
            SkippedRecord.connection_id == connection_id,
            SkippedRecord.entity == Entity.USER,
            SkippedRecord.name.icontains(text, autoescape=True),
            SkippedRecord.sis_id.not_in(select(AccountSisId.sis_id).where(AccountSisId.connection_id == connection_id)),
        )
        rows = session.scalars(skipped.order_by(SkippedRecord.sis_id).limit(MOST))
        found += [Person(None, connection_id, row.sis_id, row.name, None) for row in rows]
    return found


def _by_staged_login(session: Session, text: str, connections: Iterable[int]) -> list[Person]:
    """People without an account, by their records as staged: only those of skipped people are read."""
    found = []
    versions = dict(session.execute(select(Connection.id, Connection.version)).all())
    for connection_id in connections:
        skipped = select(SkippedRecord.sis_id, SkippedRecord.name).where(
            SkippedRecord.connection_id == connection_id, SkippedRecord.entity == Entity.USER
        )
        names = dict(session.execute(skipped).all())
        for staged in read_these(session, connection_id, "users", names):
            try:
                record = read_user(staged.raw, Version(versions[connection_id]))
            except BadRecord:
                continue
            if fold(text) in (fold(record.username or ""), fold(record.email or "")):
                found.append(Person(None, connection_id, staged.sis_id, names[staged.sis_id], None))
    return found


def _person(account: Account, connection_id: int | None, sis_id: str | None) -> Person:
    return Person(
        account.id, connection_id, sis_id, account_name(account.given_name, account.family_name), account.username
    )


def find_subjects(session: Session, text: str, connection_id: int | None = None) -> Subjects:
    """What a search is about: people, and sections and courses by SIS id or a part of the name."""
    text = text.replace("\0", "").strip()
    people = find_people(session, text, connection_id)
    accounts = [person.account_id for person in people if person.account_id is not None]
    sis_ids = {person.sis_id for person in people if person.sis_id}
    sis_ids.update(session.scalars(select(AccountSisId.sis_id).where(AccountSisId.account_id.in_(accounts))))
    return Subjects(
        frozenset(sis_ids | {f"account {account_id}" for account_id in accounts}),
        frozenset(_named(session, Section, Section.name, text, connection_id)),
        frozenset(_named(session, Course, Course.title, text, connection_id)),
    )


def _named(session: Session, table: Any, column: Any, text: str, connection_id: int | None) -> set[str]:
    rows = select(table.sis_id).where(or_(table.sis_id == text, column.icontains(text, autoescape=True)))
    if connection_id is not None:
        rows = rows.where(table.connection_id == connection_id)
    return {sis_id for sis_id in session.scalars(rows.order_by(table.id).limit(MOST_PLACES)) if sis_id}


def plan_rows_about(session: Session, subjects: Subjects) -> Select[int]:
    """Ids of the plan rows about these people (their account, enrollments and links), sections (their rosters too)
    and courses: each question is answered by an index.
    """
    own = ((Entity.USER, subjects.people), (Entity.SECTION, subjects.classes), (Entity.COURSE, subjects.courses))
    questions = [
        and_(PlanChange.key.in_(sorted(sis_ids)), PlanChange.entity == entity) for entity, sis_ids in own if sis_ids
    ]
    if subjects.people:
        questions.append(PlanChange.person.in_(sorted(subjects.people)))
    questions += [_begins(session, Entity.LINK, person) for person in sorted(subjects.people)]
    questions += [_begins(session, Entity.ENROLLMENT, class_id) for class_id in sorted(subjects.classes)]
    ids = [select(PlanChange.id).where(question) for question in questions]
    if not ids:
        return select(PlanChange.id).where(PlanChange.id.is_(None))
    return select(union(*ids).subquery().c.id)


def _begins(session: Session, entity: Entity, first: str) -> ColumnElement[bool]:
    """Rows of an entity whose key is "first|…", in the form for which each database uses the index."""
    if session.get_bind().dialect.name == "sqlite":
        begins = and_(PlanChange.key >= f"{first}|", PlanChange.key < first + chr(ord("|") + 1))
    else:
        begins = PlanChange.key.startswith(f"{first}|", autoescape=True)
    return and_(begins, PlanChange.entity == entity)


def skipped_about(subjects: Subjects) -> ColumnElement[bool]:
    """The skipped records of these people, sections and courses, with the enrollments of either."""
    people, classes = sorted(subjects.people), sorted(subjects.classes)
    enrolled = select(StagedEnrollment.sis_id).where(
        StagedEnrollment.connection_id == SkippedRecord.connection_id,
        StagedEnrollment.sis_id == SkippedRecord.sis_id,
        or_(StagedEnrollment.user_id.in_(people), StagedEnrollment.class_id.in_(classes)),
    )
    return or_(
        and_(SkippedRecord.entity == Entity.USER, SkippedRecord.sis_id.in_(people)),
        and_(SkippedRecord.entity == Entity.SECTION, SkippedRecord.sis_id.in_(classes)),
        and_(SkippedRecord.entity == Entity.COURSE, SkippedRecord.sis_id.in_(sorted(subjects.courses))),
        and_(SkippedRecord.entity == Entity.ENROLLMENT, enrolled.exists()),
    )


def candidates(people: Iterable[Person]) -> Iterator[str]:
    """People as lines, for a person to choose one."""
    for person in people:
        known = person.username or f"SIS id {person.sis_id}, no account"
        yield f"{person.name or 'without a name'} ({known})"
