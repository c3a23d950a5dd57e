"""The grid of a book: a row for every student, a column for every item, read in a few statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.platform.gradebook.books import Book
from consumer.platform.gradebook.entries import entry_text, number_text
from consumer.platform.gradebook.scores import entry_of
from consumer.platform.models import Account, Enrollment, GradeCategory, GradeItem, Score
from consumer.platform.sections import MEMBER
from shared.database import chunks


@dataclass(frozen=True, slots=True)
class Column:
    """An item. `points` as text; `category` its name, "" for none."""

    id: int
    title: str
    kind: str
    category: str
    points: str
    due_at: datetime | None
    published: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A student, and the names of the sections of the book that they are in."""

    account_id: int
    name: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A score as it is typed, and its comment. `over`: more points than the item has, extra credit."""

    text: str
    comment: str
    over: bool


#: Where there is no score.
EMPTY = Cell("", "", False)


@dataclass(frozen=True, slots=True)
class Grid:
    """`cells` by (item id, account id), without empty ones. `left`: students who have scores in the book and are in
    none of its sections any more; those are kept, and not sent (C-136).
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    cells: Mapping[tuple[int, int], Cell]
    left: int

    def cell(self, item_id: int, account_id: int) -> Cell:
        return self.cells.get((item_id, account_id), EMPTY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the grid: everything, or one item, the items of one category, the students of one section."""

    item_id: int | None = None
    category_id: int | None = None
    section_id: int | None = None


def load_grid(session: Session, book: Book, wanted: Wanted = Wanted()) -> Grid:
    """The grid: three statements, however large it is."""
    items = _items(session, book, wanted)
    columns = tuple(
        Column(item.id, item.title, item.kind, name or "", number_text(item.points), item.due_at, item.published)
        for item, name in items
    )
    members = _members(session, book)
    rows = tuple(row for row, ids in members.values() if wanted.section_id is None or wanted.section_id in ids)
    points = {item.id: item.points for item, _name in items}
    cells: dict[tuple[int, int], Cell] = {}
    left = set()
    for score in _scores(session, list(points)):
        cell = cell_of(score, points[score.item_id])
        if cell == EMPTY:
            continue
        if score.account_id in members:
            cells[score.item_id, score.account_id] = cell
        else:
            left.add(score.account_id)
    return Grid(columns, rows, cells, len(left))


def cell_of(score: Score | Any | None, most: float) -> Cell:
    """How a score for an item of `most` points is shown."""
    if score is None:
        return EMPTY
    entry = entry_of(score)
    return Cell(entry_text(entry), score.comment or "", entry.points is not None and entry.points > most)


def student_name(account: Any) -> str:
    """Family name first, as rows are ordered."""
    return f"{account.family_name}, {account.preferred_first_name or account.given_name}"


def _items(session: Session, book: Book, wanted: Wanted) -> list[tuple[GradeItem, str | None]]:
    found = (
        select(GradeItem, GradeCategory.name)
        .outerjoin(GradeCategory, GradeCategory.id == GradeItem.category_id)
        .where(GradeItem.section_id == book.head.id, GradeItem.deleted_at.is_(None))
        .order_by(GradeItem.position, GradeItem.id)
    )
    if wanted.item_id is not None:
        found = found.where(GradeItem.id == wanted.item_id)
    if wanted.category_id is not None:
        found = found.where(GradeItem.category_id == wanted.category_id)
    return [(item, name) for item, name in session.execute(found)]


def _members(session: Session, book: Book) -> dict[int, tuple[Row, set[int]]]:
    """The students of all sections by account id, each with the ids of their sections, in the order of the rows."""
    found = session.execute(
        select(Enrollment.section_id, Account.id, Account.family_name, Account.given_name, Account.preferred_first_name)
        .join(Account, Account.id == Enrollment.account_id)
        .where(Enrollment.section_id.in_(book.section_ids), Enrollment.role == MEMBER)
        .order_by(Account.family_key, Account.given_key, Account.id)
    )
    people: dict[int, tuple[str, set[int]]] = {}
    for person in found:
        people.setdefault(person.id, (student_name(person), set()))[1].add(person.section_id)
    return {
        number: (Row(number, name, tuple(section.name for section in book.sections if section.id in ids)), ids)
        for number, (name, ids) in people.items()
    }


def _scores(session: Session, items: Sequence[int]) -> Iterator[Any]:
    columns = (
        Score.item_id, Score.account_id, Score.points, Score.exempt, Score.missing, Score.late, Score.submitted,
        Score.comment,
    )  # fmt: skip
    for some in chunks(items):
        yield from session.execute(select(*columns).where(Score.item_id.in_(some)))
