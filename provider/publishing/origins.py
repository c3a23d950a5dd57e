"""Which SIS row a published record comes from: sourcedIds back to (table, id), as far as the rows are still there."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy.orm import Session

from provider.eligibility import rows
from provider.publishing.loading.reading import MODELS, by_id, read, read_in
from provider.publishing.records import ids
from provider.sis import models
from shared.oneroster.versions import Version

#: (SIS table, id of the row)
Origin = tuple[str, int]


def origins_of(session: Session, collection: str, version: Version, asked: Collection[str]) -> dict[str, Origin]:
    """The SIS rows of some records of a collection, by sourcedId; those whose row is gone are left out."""
    found = dict(_FINDERS[collection](session, version, asked))
    return {sourced_id: found[sourced_id] for sourced_id in asked if sourced_id in found}


def people_named(session: Session, people: Iterable[int]) -> dict[int, str]:
    """First and last name of some people, by their latest identity."""
    found = read_in(session, rows.Identity, models.Identity.person_id, set(people))
    return {row.person_id: f"{row.first_name} {row.last_name}".strip() for row in found}


Found = Iterable[tuple[str, Origin]]


def _orgs(session: Session, version: Version, asked: Collection[str]) -> Found:
    yield from ((ids.org_id(row), ("district", row.id)) for row in read(session, rows.District))
    yield from ((ids.org_id(row), ("school", row.id)) for row in read(session, rows.School))


def _sessions(session: Session, version: Version, asked: Collection[str]) -> Found:
    yield from ((ids.org_id(row), ("school_year", row.id)) for row in read(session, rows.SchoolYear))
    for row in read(session, rows.Term):
        yield ids.term_id(row, version), ("term", row.id)
        yield ids.grading_period_id(row, version), ("term", row.id)


def _numbered(kind: Any, name: Callable[[Any], str], prefix: str = "") -> Callable[..., Found]:
    """Finds rows that are known by their own number, with a letter before it, unless they came in with a sourcedId."""
    model = MODELS[kind]

    def find(session: Session, version: Version, asked: Collection[str]) -> Found:
        found = by_id(read_in(session, kind, model.sourced_id, asked))
        found |= by_id(read_in(session, kind, model.id, _numbers(asked, prefix)))
        return ((name(row), (model.__tablename__, row.id)) for row in found.values())

    return find


def _enrollments(session: Session, version: Version, asked: Collection[str]) -> Found:
    yield from _numbered(rows.Roster, ids.roster_id, "s")(session, version, asked)
    yield from _numbered(rows.SectionStaff, ids.staff_id, "t")(session, version, asked)


def _people(session: Session, asked: Collection[str]) -> Iterable[rows.Person]:
    found = by_id(read_in(session, rows.Person, models.Person.sourced_id, asked))
    found |= by_id(read_in(session, rows.Person, models.Person.guid, asked))
    for letter in ids.RECORD_LETTERS:
        found |= by_id(read_in(session, rows.Person, models.Person.id, _numbers(asked, letter)))
    return found.values()


def _users(session: Session, version: Version, asked: Collection[str]) -> Found:
    for row in _people(session, asked):
        yield from ((sourced_id, ("person", row.id)) for sourced_id in ids.every_user_id(row.id, row, version))


def _demographics(session: Session, version: Version, asked: Collection[str]) -> Found:
    return ((ids.demographics_id(row), ("person", row.id)) for row in _people(session, asked))


def _numbers(asked: Iterable[str], prefix: str) -> set[int]:
    """The row numbers that some sourcedIds are made of, after a letter."""
    bare = (text[len(prefix) :] for text in asked if text.startswith(prefix))
    return {int(text) for text in bare if text.isascii() and text.isdecimal() and len(text) < 10}


_FINDERS: dict[str, Callable[[Session, Version, Collection[str]], Found]] = {
    "orgs": _orgs,
    "academicSessions": _sessions,
    "resources": _numbered(rows.Resource, ids.resource_id),
    "courses": _numbered(rows.Course, ids.course_id),
    "classes": _numbered(rows.Section, ids.class_id),
    "users": _users,
    "demographics": _demographics,
    "enrollments": _enrollments,
}
