"""Items of a book: added, changed, deleted (C-117). The row of a deleted one stays, as the SIS may have it (C-135)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.platform.gradebook.books import Book
from consumer.platform.models import ITEM_KINDS, GradeCategory, GradeItem

#: The longest title that is kept, and the most points that an item can have.
LONGEST_TITLE, MOST_POINTS = 500, 100_000


@dataclass(frozen=True, slots=True)
class ItemValues:
    """What people say about an item.

    kind         one of ITEM_KINDS
    category_id  a category of the book, or None
    points       from 0 to MOST_POINTS, at most two decimals
    due_at       aware; None: no due date
    """

    title: str
    points: float
    kind: str = "assignment"
    description: str | None = None
    category_id: int | None = None
    due_at: datetime | None = None
    published: bool = False


class BadItem(ValueError):
    """Values that no item can have; `field` names the value, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def items_of(session: Session, book: Book) -> list[GradeItem]:
    """The items of a book in the order of its columns, without deleted ones."""
    there = select(GradeItem).where(GradeItem.section_id == book.head.id, GradeItem.deleted_at.is_(None))
    return list(session.scalars(there.order_by(GradeItem.position, GradeItem.id)))


def find_item(session: Session, book: Book, item_id: int) -> GradeItem | None:
    """An item of the book; None for one that is deleted, and for one of another book."""
    item = session.get(GradeItem, item_id)
    there = item is not None and item.section_id == book.head.id and item.deleted_at is None
    return item if there else None


def add_item(session: Session, book: Book, values: ItemValues, now: datetime) -> GradeItem:
    """Add an item behind the others; the caller commits. Raises BadItem."""
    _check(session, book, values)
    last = session.scalar(select(func.max(GradeItem.position)).where(GradeItem.section_id == book.head.id))
    item = GradeItem(section_id=book.head.id, position=(last or 0) + 1, created_at=now)
    _set(item, values)
    session.add(item)
    session.flush()
    return item


def change_item(session: Session, book: Book, item: GradeItem, values: ItemValues) -> None:
    """Give an item these values; the caller commits. Raises BadItem."""
    _check(session, book, values)
    _set(item, values)
    session.flush()


def delete_item(session: Session, item: GradeItem, now: datetime) -> None:
    """Delete an item here; whether also in the SIS is the caller's question (C-135). The caller commits."""
    item.deleted_at = now
    session.flush()


def _set(item: GradeItem, values: ItemValues) -> None:
    item.title, item.description = values.title.strip(), (values.description or "").strip() or None
    item.kind, item.category_id, item.points = values.kind, values.category_id, values.points
    item.due_at, item.published = values.due_at, values.published


def _check(session: Session, book: Book, values: ItemValues) -> None:
    if not 0 < len(values.title.strip()) <= LONGEST_TITLE:
        raise BadItem("title", f"An item has a title of at most {LONGEST_TITLE} characters")
    if values.kind not in ITEM_KINDS:
        raise BadItem("kind", f"An item is one of {', '.join(ITEM_KINDS)}")
    if not 0 <= values.points <= MOST_POINTS or round(values.points, 2) != values.points:
        raise BadItem("points", f"Points are a number from 0 to {MOST_POINTS:,}, with at most two decimals")
    if values.category_id is not None:
        category = session.get(GradeCategory, values.category_id)
        if category is None or category.section_id != book.head.id:
            raise BadItem("category_id", "Choose a category of this grade book")
