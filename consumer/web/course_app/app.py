"""The blueprint of the course app, below a section: who may use it, what every page of it knows (C-119 … C-122).

Only a course admin of a section of the book, who has approved access, comes as far as the tabs.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.passback.approval import approved_at
from consumer.passback.standing import red_dot, why_book_closed
from consumer.platform.gradebook.books import Book, BookSection, book_of, may_use
from consumer.platform.models import Account, Enrollment
from consumer.platform.settings import read_settings
from consumer.web.tabs import is_administrator
from shared.web.people import Person
from shared.web.sessions import guard, the_person

course_app = Blueprint(
    "course_app", __name__, template_folder="../templates", url_prefix="/sections/<int:section_id>/sis"
)

#: Views for somebody who has not approved access yet.
_BEFORE_APPROVAL = frozenset({"course_app.show", "course_app.approve"})
#: Endpoint -> what its tab is called (C-122).
TABS = (("course_app.show", "Sync Grades"), ("course_app.configuration", "Configuration"))


@dataclass(frozen=True, slots=True)
class Page:
    """What every page of the course app knows.

    section      the one in whose address it is; `book` is the grade book that it belongs to
    account      the course admin who looks at it
    approved     whether they have approved access (C-121)
    closed       why nothing of the book can be sent (C-120, C-139); None: something can
    connection   whose SIS grades go to; None where no section of the book is synced
    dot          whether the last press ended with errors (C-122)
    zone         the organisation's time zone
    """

    section: BookSection
    book: Book
    account: Account
    approved: bool
    closed: str | None
    connection: Connection | None
    dot: bool
    zone: str


@course_app.url_value_preprocessor
def take_section(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The section is part of every address here; views ask `the_page()` for it."""
    g.section_id = values.pop("section_id") if values else None


guard(course_app, lambda _person: True)


@course_app.before_request
def load() -> ResponseReturnValue | None:
    """The page of this request; whoever may not use the app is told why."""
    session, person = db.session(), the_person()
    book = book_of(session, g.section_id)
    if book is None:
        abort(404)
    if not may_use(session, person.id, book):
        return _refuse(session, person, book)
    g.app_page = _page(session, person, book)
    if not g.app_page.approved and request.endpoint not in _BEFORE_APPROVAL:
        return redirect(address("course_app.show"), 303)
    return None


@course_app.context_processor
def known() -> dict[str, Any]:
    """What the templates know besides."""
    if "app_page" not in g:  # a page of an error, or a refusal
        return {}
    return {"page": g.app_page, "book": g.app_page.book, "tabs": TABS, "here": address}


def the_page() -> Page:
    """The page of this request, in a view of the course app."""
    page: Page = g.app_page
    return page


def address(endpoint: str, **values: Any) -> str:
    """The address of a view of the course app of this request's section."""
    return url_for(endpoint, section_id=g.section_id, **values)


def _page(session: Session, person: Person, book: Book) -> Page:
    return Page(
        section=book.section(g.section_id),
        book=book,
        account=session.get_one(Account, person.id),
        approved=approved_at(session, person.id) is not None,
        closed=why_book_closed(session, book),
        connection=session.get(Connection, book.connection_id) if book.connection_id else None,
        dot=red_dot(session, book),
        zone=read_settings(session).time_zone,
    )


def _refuse(session: Session, person: Person, book: Book) -> ResponseReturnValue:
    """403: system administrators are told the way in; members, where they see the app, who may use it."""
    member = session.scalar(
        select(Enrollment.id).where(Enrollment.section_id.in_(book.section_ids), Enrollment.account_id == person.id)
    )
    told = member is not None and not read_settings(session).course_app_admins_only
    if not is_administrator(person) and not told:
        abort(403)
    return render_template("course_app/refused.html", book=book, administrator=is_administrator(person)), 403
