"""The grade books that a CSV file names: its sections, and by name what each book has, each looked up once."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.gradebook.books import Book, book_of
from consumer.platform.gradebook.categories import categories_of
from consumer.platform.gradebook.csv_rows import ITEM_COLUMNS, Said
from consumer.platform.gradebook.items import items_of
from consumer.platform.models import Account, Enrollment, GradeItem, Section
from consumer.platform.sections import MEMBER


class Wrong(ValueError):
    """Why a row cannot be used; `column` names the cell."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


class FiledBook:
    """A book, and what a file has said of its items so far. Names are compared without regard to case."""

    def __init__(self, session: Session, book: Book) -> None:
        self.book = book
        self.categories = {fold(line.name): line.id for line in categories_of(session, book)}
        self._session = session
        self._items: dict[str, list[int]] = {}
        for item in items_of(session, book):
            self._items.setdefault(fold(item.title), []).append(item.id)
        rows = session.execute(
            select(Account.username_key, Account.id)
            .join(Enrollment, Enrollment.account_id == Account.id)
            .where(Enrollment.section_id.in_(book.section_ids), Enrollment.role == MEMBER)
        )
        self._students = {key: account for key, account in rows if key is not None}
        self._said: dict[tuple[str, str], tuple[Any, int]] = {}

    def item(self, title: str) -> GradeItem | None:
        """The item of a title, locked, so that nobody saves a score of it meanwhile; None: it is new. Raises Wrong."""
        found = self._items.get(fold(title), [])
        if len(found) > 1:
            raise Wrong("title", f"is that of {len(found)} items of this grade book: rename one of them first")
        item = self._session.get(GradeItem, found[0], with_for_update=True) if found else None
        if found and (item is None or item.deleted_at is not None):
            raise Wrong("title", "was deleted in the meantime: import the file again")
        return item

    def student(self, username: str) -> int:
        """The account of a student of the book. Raises Wrong."""
        found = self._students.get(fold(username))
        if found is None:
            raise Wrong("username", "is no student of this section")
        return found

    def agree(self, said: Said) -> None:
        """Raises Wrong when an earlier row has said something else about the same item."""
        for column in ("category", *ITEM_COLUMNS):
            value = said.get(column)
            earlier, line = self._said.get((fold(said.get("title") or ""), column), (value, 0))
            if value is not None and _folded(earlier) != _folded(value):
                raise Wrong(column, f"is not what line {line} says of the same item")

    def remember(self, said: Said, item: GradeItem | None, category: int | None) -> None:
        """A row has been written: what it made can be named by the next."""
        if category is not None:
            self.categories[fold(said.values["category"])] = category
        if item is None:
            return
        title = fold(said.values["title"])
        self._items[title] = [item.id]
        for column in ("category", *ITEM_COLUMNS):
            if said.get(column) is not None:
                self._said.setdefault((title, column), (said.get(column), said.line))


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


class FiledBooks:
    """Books by what a file calls their sections. Linked sections share one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, FiledBook] = {}
        self._by_head: dict[int, FiledBook] = {}

    def find(self, text: str) -> FiledBook:
        """The book of a section, by its section school code, else by its name. Raises Wrong."""
        if text not in self._found:
            self._found[text] = self._open(find_section(self._session, text))
        return self._found[text]

    def _open(self, section_id: int) -> FiledBook:
        book = book_of(self._session, section_id)
        if book is None:
            raise Wrong("section", "was removed in the meantime")
        if book.frozen:
            raise Wrong("section", "is ended in the SIS: its grade book stays as it is")
        if book.head.id not in self._by_head:
            self._by_head[book.head.id] = FiledBook(self._session, book)
        return self._by_head[book.head.id]


def find_section(session: Session, text: str) -> int:
    """The id of the section with this section school code, else of this name. Raises Wrong."""
    for column, other in ((Section.sis_id, "name"), (Section.name, "section school code")):
        found = session.scalars(select(Section.id).where(column == text).limit(2)).all()
        if len(found) > 1:
            raise Wrong("section", f"is that of several sections: write the {other} instead")
        if found:
            return found[0]
    raise Wrong("section", "is neither the section school code nor the name of a section here")
