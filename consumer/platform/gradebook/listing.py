"""What the grade books hold, in numbers and names, for people who fill them from files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from consumer.folding import fold
from consumer.platform.gradebook.books import book_of
from consumer.platform.gradebook.categories import categories_of
from consumer.platform.gradebook.grid import student_name
from consumer.platform.models import Account, Course, Enrollment, GradeCategory, GradeItem, Score, Section
from consumer.platform.sections import ADMIN, MEMBER


@dataclass(frozen=True, slots=True)
class BookLine:
    """A section and what its grade book holds. `code`: its section school code; `shares`: the section whose book it
    shares. A section that shares another's has neither items nor scores of its own.
    """

    section: str
    code: str | None
    course: str
    school_year: int | None
    students: int
    items: int
    scores: int
    shares: str | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item. `due_at` is aware UTC; `scores` counts the rows that say something."""

    title: str
    kind: str
    category: str | None
    points: float
    due_at: datetime | None
    published: bool
    scores: int


@dataclass(frozen=True, slots=True)
class Student:
    """A student of any section of the book; family name first."""

    username: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Contents:
    """A book: its sections, the head first, categories by name, items in the order of the columns, students by name."""

    sections: tuple[str, ...]
    categories: tuple[str, ...]
    items: tuple[ItemLine, ...]
    students: tuple[Student, ...]


def list_books(session: Session, teacher: str = "") -> list[BookLine]:
    """The sections with students, by name, or those of one course admin, whatever is in them."""
    head = aliased(Section)
    of_section = GradeItem.section_id == Section.id, GradeItem.deleted_at.is_(None)
    number_of_items = select(func.count(GradeItem.id)).where(*of_section).scalar_subquery()
    number_of_students = (
        select(func.count(Enrollment.id))
        .where(Enrollment.section_id == Section.id, Enrollment.role == MEMBER)
        .scalar_subquery()
    )
    number_of_scores = (
        select(func.count(Score.item_id))
        .join(GradeItem, GradeItem.id == Score.item_id)
        .where(*of_section)
        .scalar_subquery()
    )
    query = (
        select(Section.name, Section.sis_id, Course.title, Section.school_year, number_of_students,
               number_of_items, number_of_scores, head.name)
        .join(Course, Course.id == Section.course_id)
        .outerjoin(head, head.id == Section.linked_to_id)
        .order_by(Section.name, Section.id)
    )  # fmt: skip
    if teacher:
        led = select(Enrollment.section_id).join(Account, Account.id == Enrollment.account_id)
        led = led.where(Enrollment.role == ADMIN, Account.username_key == fold(teacher))
        query = query.where(Section.id.in_(led))
    else:
        query = query.where(number_of_students > 0)
    return [BookLine(*row) for row in session.execute(query)]


def contents_of(session: Session, section_id: int) -> Contents:
    """What is in the book of a section. Raises LookupError where there is no such section."""
    book = book_of(session, section_id)
    if book is None:
        raise LookupError(f"there is no section {section_id}")
    scores = select(func.count()).where(Score.item_id == GradeItem.id).scalar_subquery()
    items = session.execute(
        select(GradeItem.title, GradeItem.kind, GradeCategory.name, GradeItem.points, GradeItem.due_at,
               GradeItem.published, scores)
        .outerjoin(GradeCategory, GradeCategory.id == GradeItem.category_id)
        .where(GradeItem.section_id == book.head.id, GradeItem.deleted_at.is_(None))
        .order_by(GradeItem.position, GradeItem.id)
    )  # fmt: skip
    students = session.scalars(
        select(Account)
        .where(Account.id.in_(
            select(Enrollment.account_id).where(Enrollment.section_id.in_(book.section_ids), Enrollment.role == MEMBER)
        ))
        .order_by(Account.family_key, Account.given_key, Account.id)
    )  # fmt: skip
    return Contents(
        tuple(section.name for section in book.sections),
        tuple(line.name for line in categories_of(session, book)),
        tuple(ItemLine(*row) for row in items),
        tuple(Student(account.username, student_name(account)) for account in students),
    )
