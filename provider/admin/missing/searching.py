"""Finding what somebody asks about: what the words name exactly comes first, then what has them in its name."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from provider.admin.missing.subjects import SUBJECTS
from provider.admin.names import names_of
from provider.admin.people.searching import among, search_people
from provider.publishing import finding
from provider.sis.models import Calendar, Course, Identity, Resource, Roster, School, SchoolYear, Section

#: Hits of a kind that are shown.
MOST = 20
#: Words of a search that are looked for.
MOST_WORDS = 5


class Hit(NamedTuple):
    """Something that was found: its table and id, what it is called, and what helps to tell it from others."""

    table: str
    id: int
    words: str
    more: str = ""

    @property
    def kind(self) -> str:
        return SUBJECTS[self.table]


class Hits(NamedTuple):
    """What was found. `more`: the kinds of which there are more than are shown."""

    found: list[Hit]
    more: tuple[str, ...]


def search(session: Session, words: str, today: date) -> Hits:
    """Everything that is meant by the words: people, sections, courses, schools, enrollments, resources."""
    found: list[Hit] = []
    more = []
    for table, look in _LOOKS.items():
        hits = look(session, words, today)
        found += hits[:MOST]
        if len(hits) > MOST:
            more.append(SUBJECTS[table].lower())
    return Hits(found, tuple(more))


def _exactly(find: Callable[[Session, str], int], session: Session, words: str) -> list[int]:
    """What is named exactly, when it is one."""
    try:
        return [find(session, words)]
    except finding.NotFound:
        return []


def _people(session: Session, words: str, today: date) -> list[Hit]:
    exact = _exactly(finding.find_person, session, words)
    named = search_people(session, words.replace(",", " "))  # lists have the family name first
    ids = list(exact)
    if named is not None:
        query = select(Identity.person_id).where(among(session, Identity.person_id, named.people))
        ordered = query.group_by(Identity.person_id).order_by(
            func.min(Identity.last_name), func.min(Identity.first_name), Identity.person_id
        )
        ids += [key for key in session.scalars(ordered.limit(MOST + 1)) if key not in exact]
    names = names_of(session, ids, today)
    return [_person(key, names[key].sorted, names[key].number) for key in ids if key in names]


def _person(key: int, words: str, number: str) -> Hit:
    return Hit("person", key, words, f"number {number}" if number else f"person {key}")


def _has(words: str, *columns: Any) -> ColumnElement[bool]:
    """Every word is a part of one of the columns."""
    parts = words.split()[:MOST_WORDS]
    return and_(*(or_(*(column.icontains(part, autoescape=True) for column in columns)) for part in parts))


def _rows(session: Session, query: Any, key: Any, exact: list[int], named: ColumnElement[bool]) -> list[Any]:
    """The rows that are named exactly, then those that have the words in their names; of the active year first."""
    found = list(session.execute(query.where(key.in_(exact)))) if exact else []
    wanted = query.where(named, key.not_in(exact)) if exact else query.where(named)
    return found + list(session.execute(wanted.limit(MOST + 1)))


def _sections(session: Session, words: str, today: date) -> list[Hit]:
    query = (
        select(Section.id, Course.number, Section.number, Section.name, Course.name, School.name, SchoolYear.name)
        .join(Course, Course.id == Section.course_id)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(SchoolYear, SchoolYear.id == Calendar.school_year_id)
        .order_by(SchoolYear.active.desc(), Course.number, Section.number, Section.id)
    )
    code = Course.number + "-" + Section.number
    named = _has(words, code, Section.name, Course.name)
    rows = _rows(session, query, Section.id, _exactly(finding.find_section, session, words), named)
    return [
        Hit("section", key, f"{course}-{number} {name or course_name}", f"{school}, {year}")
        for key, course, number, name, course_name, school, year in rows
    ]


def _courses(session: Session, words: str, today: date) -> list[Hit]:
    query = (
        select(Course.id, Course.number, Course.name, School.name, SchoolYear.name)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(SchoolYear, SchoolYear.id == Calendar.school_year_id)
        .order_by(SchoolYear.active.desc(), Course.number, Course.id)
    )
    named = _has(words, Course.number, Course.name)
    rows = _rows(session, query, Course.id, _exactly(finding.find_course, session, words), named)
    return [Hit("course", key, f"{number} {name}", f"{school}, {year}") for key, number, name, school, year in rows]


def _schools(session: Session, words: str, today: date) -> list[Hit]:
    query = select(School.id, School.name, School.number).order_by(School.name, School.id)
    named = _has(words, School.number, School.name)
    rows = _rows(session, query, School.id, _exactly(finding.find_school, session, words), named)
    return [Hit("school", key, name, f"number {number}") for key, name, number in rows]


def _resources(session: Session, words: str, today: date) -> list[Hit]:
    query = select(Resource.id, Resource.title, Resource.vendor_resource_id).order_by(Resource.title, Resource.id)
    named = _has(words, Resource.title, Resource.vendor_resource_id)
    rows = _rows(session, query, Resource.id, _exactly(finding.find_resource, session, words), named)
    return [Hit("resource", key, title or vendor_id, vendor_id) for key, title, vendor_id in rows]


def _enrollments(session: Session, words: str, today: date) -> list[Hit]:
    """By their sourcedId alone; else they are found on the page of the person or of the section."""
    try:
        row = finding.find_enrollment(session, words)
    except finding.NotFound:
        return []
    return members(session, [row], today)


def members(session: Session, rows: Iterable[Any], today: date) -> list[Hit]:
    """Rows of rosters and of staff history: who is in which section."""
    rows = list(rows)
    names = names_of(session, [row.person_id for row in rows], today)
    query = select(Section.id, Course.number, Section.number).join(Course, Course.id == Section.course_id)
    found = session.execute(query.where(Section.id.in_({row.section_id for row in rows})))
    codes = {key: f"{course}-{number}" for key, course, number in found}
    return [
        Hit("roster" if isinstance(row, Roster) else "section_staff", row.id,
            f"{names[row.person_id].sorted} in {codes[row.section_id]}")
        for row in rows
    ]  # fmt: skip


_LOOKS: dict[str, Callable[[Session, str, date], list[Hit]]] = {
    "person": _people, "section": _sections, "course": _courses, "school": _schools, "roster": _enrollments,
    "resource": _resources,
}  # fmt: skip
