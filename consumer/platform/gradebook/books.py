"""A book: the grade book of a section and of all that are linked to it, and who may use it (C-119)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from consumer.platform.models import Course, Enrollment, School, Section
from consumer.platform.sections import ADMIN, MEMBER


@dataclass(frozen=True, slots=True)
class BookSection:
    """A section of a book.

    school_year    the year in which its school year ends; None where nobody knows
    frozen         the SIS has ended it: nothing of it changes any more (C-67)
    connection_id, sis_id   None for an unsynced one, which gets no line items (C-130)
    linked_to_id   the head's id, None for the head itself
    """

    id: int
    name: str
    course: str
    school_id: int
    school_year: int | None
    frozen: bool
    connection_id: int | None
    sis_id: str | None
    linked_to_id: int | None

    @property
    def synced(self) -> bool:
        return self.connection_id is not None


@dataclass(frozen=True, slots=True)
class Book:
    """The head, on which items and categories hang, and every section that shares them, the head first."""

    head: BookSection
    sections: tuple[BookSection, ...]

    @property
    def section_ids(self) -> tuple[int, ...]:
        return tuple(section.id for section in self.sections)

    @property
    def synced(self) -> tuple[BookSection, ...]:
        """The sections that the SIS has: each gets line items of its own (C-130)."""
        return tuple(section for section in self.sections if section.synced)

    @property
    def connection_id(self) -> int | None:
        """The connection that all synced sections of the book belong to; None while none is synced."""
        return next((section.connection_id for section in self.synced), None)

    @property
    def frozen(self) -> bool:
        """Whether the SIS has ended every section of the book: its scores stay as they are (C-67)."""
        return all(section.frozen for section in self.sections)

    def section(self, section_id: int) -> BookSection:
        """One of its sections. Raises KeyError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)


@dataclass(frozen=True, slots=True)
class Taught:
    """A section that somebody is course admin of. `head_id`: the head of its book; `shares`: its name, if another."""

    id: int
    head_id: int
    name: str
    course: str
    school: str
    school_year: int | None
    frozen: bool
    synced: bool
    shares: str | None
    students: int


def book_of(session: Session, section_id: int) -> Book | None:
    """The book that a section belongs to; None where there is no such section."""
    head = select(func.coalesce(Section.linked_to_id, Section.id)).where(Section.id == section_id).scalar_subquery()
    found = _sections(session, or_(Section.id == head, Section.linked_to_id == head))
    if not found:
        return None
    return Book(found[0], tuple(found))


def may_use(session: Session, account_id: int, book: Book) -> bool:
    """Whether the account is course admin of a section of the book (C-119)."""
    there = _led(account_id).where(Enrollment.section_id.in_(book.section_ids)).limit(1)
    return session.scalar(there) is not None


def sections_taught(session: Session, account_id: int) -> list[Taught]:
    """The sections that somebody is course admin of: those that go on first, then the latest year, then by name."""
    head = aliased(Section)
    students = (
        select(func.count(Enrollment.id))
        .where(Enrollment.section_id == Section.id, Enrollment.role == MEMBER)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Section, Course.title, School.name, head.name, students)
        .join(Course, Course.id == Section.course_id)
        .join(School, School.id == Section.school_id)
        .outerjoin(head, head.id == Section.linked_to_id)
        .where(Section.id.in_(_led(account_id)))
        .order_by(Section.frozen, func.coalesce(Section.school_year, 0).desc(), Section.name, Section.id)
    )
    return [
        Taught(
            row.id, row.linked_to_id or row.id, row.name, course, school, row.school_year, row.frozen,
            row.connection_id is not None, shares, count,
        )
        for row, course, school, shares, count in rows
    ]  # fmt: skip


def _led(account_id: int) -> Select[int]:
    return select(Enrollment.section_id).where(Enrollment.account_id == account_id, Enrollment.role == ADMIN)


def _sections(session: Session, where: ColumnElement[bool]) -> list[BookSection]:
    rows = session.execute(
        select(Section, Course.title)
        .join(Course, Course.id == Section.course_id)
        .where(where)
        .order_by(Section.linked_to_id.is_not(None), Section.name, Section.id)
    )
    return [
        BookSection(
            row.id, row.name, course, row.school_id, row.school_year, row.frozen, row.connection_id, row.sis_id,
            row.linked_to_id,
        )
        for row, course in rows
    ]  # fmt: skip
