"""The list of people: found by words, by what they are, by school, by what wants a look; a page at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.people.ordering import NAME, Blank, Rows, page_of
from provider.admin.people.searching import Found, among
from provider.admin.scheduling.choices import number
from provider.sis.models import (
    Assignment,
    Calendar,
    Enrollment,
    GradeLevel,
    Person,
    Relationship,
    School,
    SchoolYear,
    UserAccount,
)  # fmt: skip
from shared.web.lists import Asked

FILTERS = ("kind", "school", "state")

KINDS = (
    ("", "All"), ("student", "Students of the active year"), ("staff", "Staff with an assignment"),
    ("relative", "Guardians and relatives"),
)  # fmt: skip
STATES = (
    ("", "All"), ("no-username", "Without a username"), ("disabled", "With a disabled account"),
    ("hr", "Managed by the HR system"),
)  # fmt: skip

SORTS: dict[str, tuple[Any, ...]] = {
    NAME: (), "number": (Blank(func.coalesce(Person.student_number, Person.staff_number)),), "id": (),
}  # fmt: skip


class PersonRow(NamedTuple):
    """A line of the list. `is_`: what the person is, in words; `notes`: what wants a look."""

    id: int
    name: Name
    is_: tuple[str, ...]
    usernames: tuple[str, ...]
    notes: tuple[str, ...]


def find_people(session: Session, today: date, asked: Asked, found: Found | None) -> tuple[list[PersonRow], int]:
    """(a page of the people whom the search found and the filters leave, how many there are in all)."""
    ids, total = page_of(session, _rows(session, today, asked, found), today, asked, SORTS)
    return _read(session, ids, today), total


def _rows(session: Session, today: date, asked: Asked, found: Found | None) -> Rows:
    kind, school = _KIND.get(asked.filters.get("kind", "")), number(asked.filters.get("school"))
    state = asked.filters.get("state", "")
    lists = [] if found is None else [found.people]
    if state == "no-username":
        lists.append(session.scalars(select(Person.id).where(Person.id.not_in(_with_username()))).all())

    def chosen(person: Any) -> list[ColumnElement[bool]]:
        conditions = [among(session, person, people) for people in lists]
        if school is not None:
            conditions.append(person.in_(_at(school, today)))
        if state == "disabled":
            conditions.append(person.in_(select(UserAccount.person_id).where(UserAccount.disabled)))
        if state == "hr":
            conditions.append(person.in_(select(Person.id).where(Person.hr_managed_since.is_not(None))))
        return conditions

    def where(person: Any) -> list[ColumnElement[bool]]:
        return chosen(person) + ([person.in_(select(kind.person).where(*kind.where))] if kind else [])

    def walked(person: Any) -> list[ColumnElement[bool]]:
        return chosen(person) + ([exists().where(kind.person == person, *kind.where)] if kind else [])

    return Rows(Person, Person.id, Person.id, where, walked)


def _with_username() -> Select[Any]:
    """The people who have a username that is not made of blanks alone (P-07, P-10)."""
    return select(UserAccount.person_id).where(func.trim(UserAccount.username) != "")


def _calendars(*more: ColumnElement[bool]) -> Select[Any]:
    """The calendars of the active year."""
    return select(Calendar.id).where(Calendar.school_year_id.in_(select(SchoolYear.id).where(SchoolYear.active)), *more)


class _Kind(NamedTuple):
    """What makes somebody of a kind: a row of theirs that meets conditions."""

    person: Any
    where: tuple[ColumnElement[bool], ...] = ()


_KIND = {
    "student": _Kind(Enrollment.person_id, (Enrollment.calendar_id.in_(_calendars()),)),
    "staff": _Kind(Assignment.person_id),
    "relative": _Kind(Relationship.person_id),
}  # fmt: skip


def _at(school: int, today: date) -> Select[Any]:
    """The people who are enrolled in a school in the active year or have an assignment there that has not ended."""
    enrolled = select(Enrollment.person_id).where(Enrollment.calendar_id.in_(_calendars(Calendar.school_id == school)))
    assigned = select(Assignment.person_id).where(Assignment.school_id == school, *_not_ended(today))
    return select(enrolled.union(assigned).subquery().c.person_id)


def _not_ended(today: date) -> tuple[ColumnElement[bool], ...]:
    return (or_(Assignment.end_date.is_(None), Assignment.end_date >= today),)


def _read(session: Session, ids: Collection[int], today: date) -> list[PersonRow]:
    """What the list shows of people; as many statements for fifty as for one."""
    names = names_of(session, ids, today)
    what = _what(session, ids, today)
    accounts: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    columns = (UserAccount.person_id, UserAccount.username, UserAccount.disabled)
    for person, username, disabled in session.execute(
        select(*columns).where(UserAccount.person_id.in_(ids)).order_by(UserAccount.id)
    ):
        accounts[person].append((username, disabled))
    managed = set(session.scalars(select(Person.id).where(Person.id.in_(ids), Person.hr_managed_since.is_not(None))))
    return [
        PersonRow(
            one, names[one], tuple(what[one]),
            tuple(username for username, _ in accounts[one] if username.strip()), _notes(accounts[one], one in managed),
        )
        for one in ids
    ]  # fmt: skip


def _notes(accounts: Sequence[tuple[str, bool]], managed: bool) -> tuple[str, ...]:
    notes = []
    if not any(username.strip() for username, _ in accounts):
        notes.append("No username: OneRoster 1.1 does not publish this person")  # P-07
    if any(disabled for _, disabled in accounts):
        notes.append("An account is disabled")  # which still satisfies P-07 (P-08)
    if managed:
        notes.append("Managed by the HR system")  # B-131
    return tuple(notes)


def _what(session: Session, ids: Collection[int], today: date) -> Mapping[int, list[str]]:
    """Where people are enrolled and assigned now, and to how many students they are related."""
    found: dict[int, list[str]] = defaultdict(list)
    enrolled = session.execute(
        select(Enrollment.person_id, School.name, GradeLevel.name)
        .join(Calendar, Calendar.id == Enrollment.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .outerjoin(GradeLevel, GradeLevel.id == Enrollment.grade_level_id)
        .where(Enrollment.person_id.in_(ids), Enrollment.calendar_id.in_(_calendars()))
        .order_by(Enrollment.start_date, Enrollment.id)
    )
    for person, school, grade in enrolled:
        _add(found[person], f"Student, {school}{f', {grade}' if grade else ''}")
    assigned = session.execute(
        select(Assignment.person_id, School.name)
        .join(School, School.id == Assignment.school_id)
        .where(Assignment.person_id.in_(ids), *_not_ended(today))
        .order_by(Assignment.start_date, Assignment.id)
    )
    for person, school in assigned:
        _add(found[person], f"Staff, {school}")
    related = session.execute(
        select(Relationship.person_id, func.count(Relationship.student_id.distinct()))
        .where(Relationship.person_id.in_(ids))
        .group_by(Relationship.person_id)
    )
    for person, students in related:
        _add(found[person], f"Related to {students} student{'s' if students > 1 else ''}")
    return found


def _add(words: list[str], one: str) -> None:
    if one not in words:
        words.append(one)
