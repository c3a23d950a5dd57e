"""Sections with students and course admins for tests of the grade book, made straight on the platform."""

from datetime import UTC, datetime
from itertools import count

from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.gradebook.books import Book, book_of
from consumer.platform.gradebook.items import ItemValues, add_item
from consumer.platform.models import Account, Course, Enrollment, GradeItem, School, Section

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
_numbers = count(1)


def connection(session: Session) -> int:
    """A connection to a district that nobody calls."""
    row = Connection(
        name=f"District {next(_numbers)}", base_url="https://sis.example/x", version="1.2", client_id="x",
        client_secret_sealed="x",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return int(row.id)


def section(session: Session, name: str, connection_id: int | None = None, year: int | None = 2027) -> int:
    """A section without anybody in it."""
    school = School(name="North School")
    session.add(school)
    session.flush()
    number = next(_numbers)
    course = Course(title="Algebra", code=f"A{number}", code_key=f"a{number}", school_id=school.id)
    session.add(course)
    session.flush()
    row = Section(
        course_id=course.id, school_id=school.id, name=name, school_year=year, connection_id=connection_id,
        sis_id=f"K{number}" if connection_id else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return int(row.id)


def person(session: Session, section_id: int | None = None, role: str = "member", name: str = "") -> int:
    """Somebody, in a section when one is named: a student, or a course admin."""
    number = next(_numbers)
    username = name or f"p{number}"
    account = Account(
        username=username, username_key=username, given_name=username.title(), family_name=f"Rivera {number:04}",
        role="teacher" if role == "admin" else "student",
    )  # fmt: skip
    session.add(account)
    session.flush()
    if section_id is not None:
        enroll(session, section_id, account.id, role)
    return int(account.id)


def enroll(session: Session, section_id: int, account_id: int, role: str = "member") -> None:
    session.add(Enrollment(section_id=section_id, account_id=account_id, role=role))
    session.flush()


def book(session: Session, section_id: int) -> Book:
    found = book_of(session, section_id)
    assert found is not None
    return found


def item(session: Session, section_id: int, title: str = "Quiz", points: float = 20) -> GradeItem:
    return add_item(session, book(session, section_id), ItemValues(title, points), NOW)
