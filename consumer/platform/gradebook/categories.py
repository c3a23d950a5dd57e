"""Categories of a book. Their weights stay here: overall grades are not transferred (C-140)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.gradebook.books import Book
from consumer.platform.models import GradeCategory, GradeItem

#: The longest name of a category, and the most that one weighs, in percent.
LONGEST_NAME, MOST_WEIGHT = 255, 100


class BadCategory(ValueError):
    """What no category can be; `field` names the value, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category with the number of its items. `weight` in percent; None: it has none."""

    id: int
    name: str
    weight: float | None
    items: int


def categories_of(session: Session, book: Book) -> list[CategoryLine]:
    """The categories of a book by name."""
    items = (
        select(func.count(GradeItem.id))
        .where(GradeItem.category_id == GradeCategory.id, GradeItem.deleted_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(GradeCategory.id, GradeCategory.name, GradeCategory.weight, items)
        .where(GradeCategory.section_id == book.head.id)
        .order_by(GradeCategory.name_key)
    )
    return [CategoryLine(*row) for row in rows]


def find_category(session: Session, book: Book, category_id: int) -> GradeCategory | None:
    """A category of the book; None for one of another."""
    category = session.get(GradeCategory, category_id)
    return category if category is not None and category.section_id == book.head.id else None


def add_category(session: Session, book: Book, name: str, weight: float | None = None) -> GradeCategory:
    """Add a category; the caller commits. Raises BadCategory."""
    category = GradeCategory(section_id=book.head.id)
    _set(session, book, category, name, weight)
    session.add(category)
    session.flush()
    return category


def change_category(session: Session, book: Book, category: GradeCategory, name: str, weight: float | None) -> None:
    """Rename a category, or weigh it anew; the caller commits. Raises BadCategory."""
    _set(session, book, category, name, weight)
    session.flush()


def delete_category(session: Session, category: GradeCategory) -> None:
    """Delete a category; its items have none then. The caller commits."""
    session.delete(category)
    session.flush()


def _set(session: Session, book: Book, category: GradeCategory, name: str, weight: float | None) -> None:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadCategory("name", f"A category has a name of at most {LONGEST_NAME} characters")
    if weight is not None and not 0 <= weight <= MOST_WEIGHT:
        raise BadCategory("weight", f"A weight is a number of percent from 0 to {MOST_WEIGHT}")
    key = fold(name)[:300]
    same = select(GradeCategory.id).where(GradeCategory.section_id == book.head.id, GradeCategory.name_key == key)
    if session.scalar(same) not in (None, category.id):
        raise BadCategory("name", "There is a category of this name already")
    category.name, category.name_key, category.weight = name, key, weight
