"""Fills grade books from a CSV file: categories, items, scores (C-117, C-134). Nothing is ever removed by it.

1. read the header; 2. read each row, and find its section, category, item and student; 3. write what differs. A blank
cell leaves what is stored; a new item needs a title and points. A row in which anything is wrong is left out whole, the
others go on. The same file once more changes nothing.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.csv_files import BadFile, CsvFile, CsvRow, open_csv
from consumer.platform.gradebook.categories import BadCategory, add_category
from consumer.platform.gradebook.csv_books import FiledBook, FiledBooks, Wrong
from consumer.platform.gradebook.csv_rows import COLUMNS, Said, read_row
from consumer.platform.gradebook.entries import Entry
from consumer.platform.gradebook.items import BadItem, ItemValues, add_item, change_item
from consumer.platform.gradebook.scores import BadEntry, entry_of, record
from consumer.platform.import_rows import RowError
from consumer.platform.models import GradeItem, Score
from shared.database import chunks

#: Rows in one transaction.
BATCH = 500
#: Row errors that are told one by one; those beyond are counted.
LISTED = 1_000

#: The column that each value of an item is in.
_COLUMN_OF = {"kind": "kind", "points": "points", "due_at": "due_date", "published": "published"}


@dataclass(slots=True)
class ImportReport:
    """What an import did. `unchanged` and `failed` count rows, the others what was made or changed; `errors` tells why
    rows were left out, of the first LISTED.
    """

    categories: int = 0
    items_created: int = 0
    items_updated: int = 0
    scores: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> int:
        return self.categories + self.items_created + self.items_updated + self.scores

    def refuse(self, errors: list[RowError]) -> None:
        """Leave a row out."""
        self.failed += 1
        self.errors += errors[: max(0, LISTED - len(self.errors))]


def import_gradebook(session: Session, stream: BinaryIO, zone: ZoneInfo, now: datetime) -> Iterator[ImportReport]:
    """Import a file. Yields the report after each batch of rows, where they may be committed.

    session  in a unit of work that writes
    zone     the organisation's, of due dates without one
    now      aware UTC: when the scores were changed
    Raises BadFile for a file that cannot be read at all; nothing is written then.
    """
    file = open_csv(stream)
    report = ImportReport(notes=[*file.notes, *_header_notes(file)])
    books = FiledBooks(session)
    for rows in chunks(file, BATCH):
        for row in rows:
            _take(session, books, row, zone, now, report)
        yield report
    yield report


def _header_notes(file: CsvFile) -> Iterator[str]:
    """Raises BadFile when the file cannot be about grade books."""
    if missing := [name for name in ("section", "title") if name not in file.columns]:
        raise BadFile(f"The first line must name the columns, {' and '.join(missing)} too: {', '.join(COLUMNS)}")
    if unknown := [name for name in file.columns if name and name not in COLUMNS]:
        yield f"Columns that an import does not know were left out: {', '.join(unknown)}"


def _take(
    session: Session, books: FiledBooks, row: CsvRow, zone: ZoneInfo, now: datetime, report: ImportReport
) -> None:
    """Do what one row says, or put into the report why not."""
    said, errors = read_row(row.line, row.cells, zone)
    if row.unreadable:
        errors = [RowError(row.line, "", row.unreadable)]
    if errors:
        report.refuse(errors)
        return
    try:
        with session.begin_nested():
            done = _Row(session, books.find(said.values["section"]), said, now).write()
    except Wrong as wrong:
        report.refuse([RowError(row.line, wrong.column, str(wrong))])
    except BadItem as error:
        report.refuse([RowError(row.line, _COLUMN_OF.get(error.field, "title"), str(error))])
    except BadCategory as error:
        report.refuse([RowError(row.line, "category", str(error))])
    except BadEntry as error:
        report.refuse([RowError(row.line, "score", str(error))])
    except (IntegrityError, DataError):
        why = "was changed by somebody else in the meantime, or holds what the database cannot keep: import it again"
        report.refuse([RowError(row.line, "", why)])
    else:
        for name, number in asdict(done).items():
            setattr(report, name, getattr(report, name) + number)
        report.unchanged += not any(asdict(done).values())


@dataclass(slots=True)
class _Done:
    categories: int = 0
    items_created: int = 0
    items_updated: int = 0
    scores: int = 0


class _Row:
    """One row, about to be written: first everything that it names is found, so that nothing is written of one that is
    wrong."""

    def __init__(self, session: Session, book: FiledBook, said: Said, now: datetime) -> None:
        self._session = session
        self._book = book
        self._said = said
        self._now = now

    def write(self) -> _Done:
        """Raises Wrong, BadItem, BadCategory, BadEntry."""
        said, book, done = self._said, self._book, _Done()
        title, username = said.get("title"), said.get("username")
        item = None if title is None else book.item(title)
        student = None if username is None else book.student(username)
        book.agree(said)
        category = self._category(done)
        if title is not None:
            item = self._item(item, title, category, done)
            if student is not None:
                done.scores = int(self._score(item, student))
        book.remember(said, item, category)
        return done

    def _category(self, done: _Done) -> int | None:
        name = self._said.get("category")
        if name is None:
            return None
        found = self._book.categories.get(fold(name))
        if found is None:
            found = add_category(self._session, self._book.book, name).id
            done.categories = 1
        return found

    def _item(self, item: GradeItem | None, title: str, category: int | None, done: _Done) -> GradeItem:
        said = self._said
        named = {name: said.values[column] for name, column in _COLUMN_OF.items() if column in said.values}
        if category is not None:
            named["category_id"] = category
        if item is None:
            if "points" not in named:
                raise Wrong("points", "is blank, and a new item needs it")
            done.items_created = 1
            return add_item(self._session, self._book.book, ItemValues(title, **named), self._now)
        there = ItemValues(item.title, item.points, item.kind, item.description, item.category_id, item.due_at,
                           item.published)  # fmt: skip
        wanted = ItemValues(**asdict(there) | named)
        if wanted != there:
            change_item(self._session, self._book.book, item, wanted)
            done.items_updated = 1
        return item

    def _score(self, item: GradeItem, student: int) -> bool:
        entry: Entry | None = self._said.get("score")
        comment: str | None = self._said.get("comment")
        if entry is None and comment is None:
            return False
        if entry is None:
            entry = entry_of(self._session.get(Score, (item.id, student)))
        return record(self._session, item, student, entry, self._now, None, comment)
