"""Finding the SIS row that somebody means by what they have at hand: an id, a number, a name, a published sourcedId."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from provider.publishing.records.ids import RECORD_LETTERS
from provider.sis.models import (
    Contact,
    Course,
    Identity,
    Person,
    Resource,
    Roster,
    School,
    Section,
    SectionStaff,
    UserAccount,
)  # fmt: skip


class NotFound(LookupError):
    """Nothing, or more than one thing, is meant; the message says which and what to do."""


def find_person(session: Session, ref: str) -> int:
    """The id of the person with this id, student or staff number, username, email, sourcedId or name ("First Last").

    The first of these that anybody has decides, in that order. Raises NotFound, also when several people have it.
    """
    legacy = _number(ref[1:]) if ref[:1] in RECORD_LETTERS else None
    first, _, last = ref.partition(" ")
    named = select(Identity.person_id).where(
        func.lower(Identity.first_name) == first.lower(), func.lower(Identity.last_name) == last.strip().lower()
    )
    questions: list[ColumnElement[bool]] = [
        Person.id == _number(ref),
        Person.student_number == ref,
        Person.staff_number == ref,
        Person.id.in_(select(UserAccount.person_id).where(UserAccount.username == ref)),
        Person.id.in_(
            select(Contact.person_id).where(or_(func.lower(Contact.email) == ref.lower(),
                                                func.lower(Contact.secondary_email) == ref.lower()))
        ),
        or_(Person.sourced_id == ref, Person.guid == ref),
        Person.id == legacy,
        Person.id.in_(named),
    ]  # fmt: skip
    return _first(session, Person.id, questions, "person", ref)


def find_section(session: Session, ref: str) -> int:
    """The id of the section with this id, sourcedId or class code (course number, "-", section number)."""
    course, _, number = ref.rpartition("-")
    coded = select(Section.id).join(Course, Section.course_id == Course.id).where(
        Course.number == course, Section.number == number
    )  # fmt: skip
    questions = [Section.sourced_id == ref, Section.id == _number(ref), Section.id.in_(coded)]
    return _first(session, Section.id, questions, "section", ref)


def find_course(session: Session, ref: str) -> int:
    """The id of the course with this id, sourcedId or number."""
    questions = [Course.sourced_id == ref, Course.id == _number(ref), Course.number == ref]
    return _first(session, Course.id, questions, "course", ref)


def find_school(session: Session, ref: str) -> int:
    """The id of the school with this number, sourcedId, GUID, name or id."""
    questions = [
        School.number == ref, or_(School.sourced_id == ref, School.guid == ref),
        func.lower(School.name) == ref.lower(), School.id == _number(ref),
    ]  # fmt: skip
    return _first(session, School.id, questions, "school", ref)


def find_resource(session: Session, ref: str) -> int:
    """The id of the resource with this sourcedId, id, vendor resource id or title."""
    questions = [
        Resource.sourced_id == ref, Resource.id == _number(ref), Resource.vendor_resource_id == ref,
        func.lower(Resource.title) == ref.lower(),
    ]  # fmt: skip
    return _first(session, Resource.id, questions, "resource", ref)


def find_enrollment(session: Session, ref: str) -> Roster | SectionStaff:
    """The roster row or staff history row of an enrollment, by its sourcedId: s17, t5, or the one it came in with."""
    number = _number(ref[1:])
    roster = session.scalar(
        select(Roster).where(or_(Roster.sourced_id == ref, Roster.id == (number if ref[:1] == "s" else None)))
    )
    staff = session.scalar(
        select(SectionStaff).where(
            or_(SectionStaff.sourced_id == ref, SectionStaff.id == (number if ref[:1] == "t" else None))
        )
    )
    if roster is None and staff is None:
        raise NotFound(f"There is no enrollment {ref!r}: give its sourcedId, s and roster id or t and staff history id")
    return roster or staff  # type: ignore[return-value]


def _number(text: str) -> int | None:
    """The row number that a text is, if any row can have it."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _first(session: Session, column: Any, questions: Sequence[ColumnElement[bool]], kind: str, ref: str) -> int:
    for question in questions:
        found = list(session.scalars(select(column).where(question).distinct().order_by(column).limit(11)))
        if len(found) == 1:
            return int(found[0])
        if found:
            several = ", ".join(map(str, found[:10])) + (" …" if len(found) > 10 else "")
            raise NotFound(f"{ref!r} is more than one {kind}: give one of the ids {several}")
    raise NotFound(f"There is no {kind} {ref!r}")
