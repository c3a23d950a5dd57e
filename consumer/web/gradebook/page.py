"""The blueprint of the grade book: whose book it is, who may open it, what every page of it knows."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.passback.standing import red_dot
from consumer.platform.audit import audit
from consumer.platform.gradebook.books import Book, BookSection, book_of, may_use
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from consumer.web.tabs import is_administrator
from shared.database import will_write
from shared.web.sessions import guard, the_person

gradebook = Blueprint("gradebook", __name__, url_prefix="/sections/<int:section_id>/gradebook")
guard(gradebook, lambda _person: True)

#: The script and style of these pages.
files = Blueprint("gradebook_files", __name__, static_folder="static", url_prefix="/gradebook")
guard(files, lambda _person: True)

#: The pages beside each other: a view, its words, and the views that belong to it.
TABS = (
    ("show", "Scores", frozenset({"show", "one_item", "print_scores"})),
    ("list_items", "Items", frozenset({"list_items", "new_item", "edit_item", "ask_delete_item"})),
    ("list_categories", "Categories", frozenset({"list_categories", "edit_category"})),
    ("list_linked", "Linked sections", frozenset({"list_linked"})),
)

FROZEN = "The SIS has ended this section: its grade book stays as it is, to be read and printed."


@dataclass(frozen=True, slots=True)
class Page:
    """What every page of a grade book knows.

    section  the section of the book through which somebody came
    dot      whether not every grade of the book arrived in the SIS (C-122)
    zone     the organisation's time zone
    """

    book: Book
    section: BookSection
    account_id: int
    dot: bool
    zone: str

    @property
    def changeable(self) -> bool:
        """Whether anything can be changed: not once the SIS has ended every section of the book (C-67)."""
        return not self.book.frozen


@gradebook.url_value_preprocessor
def _take_section(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.section_id = values.pop("section_id") if values else None


@gradebook.url_defaults
def _give_section(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("section_id", g.get("section_id"))


@gradebook.before_request
def _load() -> ResponseReturnValue | None:
    """Whoever is no course admin of the book is turned away; a system administrator is told what is missing (C-119)."""
    session = db.session()
    page = _page(session)
    if page is None:
        if is_administrator(the_person()):
            return render_template("gradebook/not_enrolled.html"), 403
        abort(403)
    g.book_page = page
    if request.method != "GET" and not page.changeable:
        if request.is_json:
            abort(403)
        flash(FROZEN, "warn")
        return redirect(url_for("gradebook.show"), 303)
    return None


@gradebook.context_processor
def _known() -> dict[str, Any]:
    if "book_page" not in g:
        return {}
    page = the_book_page()
    return {"page": page, "book": page.book, "section": page.section, "book_tabs": TABS, "book_file": _address}


def the_book_page() -> Page:
    """The page of this request, in a view of the grade book."""
    page: Page = g.book_page
    return page


def begin_change() -> tuple[Session, Page]:
    """Begin a unit of work that writes, as `look_again` in it."""
    session = db.session()
    session.commit()
    will_write(session)
    return session, look_again(session)


def look_again(session: Session) -> Page:
    """The page, with the book and the right to use it looked up anew in a unit of work that has just begun."""
    page = _page(session)
    if page is None or not page.changeable:
        abort(403)
    g.book_page = page
    return page


def audit_change(session: Session, page: Page, action: str, what: str, before: dict[str, Any] | None = None) -> None:
    """Note in the audit trail what somebody did to the book."""
    by = session.get_one(Account, page.account_id)
    audit(session, datetime.now(UTC), by, action, f"{page.book.head.name}: {what}", before)


def _page(session: Session) -> Page | None:
    """The page, or None for somebody who may not use the book. Aborts with 404 where there is no such section."""
    book = book_of(session, g.section_id) or abort(404)
    account_id = the_person().id
    if not may_use(session, account_id, book):
        return None
    zone = read_settings(session).time_zone
    return Page(book, book.section(g.section_id), account_id, red_dot(session, book), zone)


def _address(name: str) -> str:
    """The address of a file of the grade book, another one when its bytes change."""
    return url_for("gradebook_files.static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return hashlib.blake2b((Path(__file__).parent / "static" / name).read_bytes(), digest_size=6).hexdigest()
