"""The tab Configuration: where categories of the grade book go in the SIS (C-124, C-125), section by section (C-129).

Suggestions are shown, and never applied unasked.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, current_app, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.client.errors import ClientError
from consumer.client.limits import Limits
from consumer.connections import Connection
from consumer.database import db
from consumer.folding import fold
from consumer.passback.categories import BadMapping, CategoryLine, CategoryLines, Offered, category_lines, map_category
from consumer.passback.categories import read_categories as ask_sis
from consumer.passback.standing import why_closed
from consumer.platform.audit import audit
from consumer.platform.gradebook.books import BookSection
from consumer.platform.models import Account, Section
from consumer.runs.peer import open_client
from consumer.web.course_app.app import address, course_app, the_page
from shared.oneroster.versions import Version
from shared.sealing import CannotUnseal
from shared.web.forms import Form, stored_form
from shared.web.saving import save_form

#: A person waits for the answer: one try, a short while.
LIMITS = Limits(connect=5.0, silence=10.0, answer=20.0, patience=20.0, most=10_000)

_FIELD = "category-"
NOT_MAPPED = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A category of the grade book on the page: its field, what can be chosen, what is suggested or wrong."""

    line: CategoryLine
    field: str
    options: tuple[tuple[str, str], ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Part:
    """A synced section on the page. `refused`: why the SIS did not tell its categories just now, and what to do."""

    section: BookSection
    closed: str | None
    known: CategoryLines
    rows: tuple[Row, ...]
    form: Form
    refused: tuple[str, str] | None


@course_app.get("/configuration/")
def configuration() -> ResponseReturnValue:
    """The tab."""
    return _page()


@course_app.post("/configuration/<int:target_id>/")
def save_categories(target_id: int) -> ResponseReturnValue:
    """Store the mapping of one section."""
    _synced(target_id)
    return save_form(
        lambda session: _stored(session, target_id),
        lambda session, form, stored: _save(session, target_id, form, stored),
        lambda form: _page({target_id: form}), address("course_app.configuration"),
    )  # fmt: skip


@course_app.post("/configuration/<int:target_id>/read")
def read_categories(target_id: int) -> ResponseReturnValue:
    """Ask the SIS for the categories of one section, now; what it answers stands beside the button."""
    _synced(target_id)
    session, homeroom = db.session(), current_app.extensions["homeroom"]
    section = session.get_one(Section, target_id)
    connection = session.get_one(Connection, section.connection_id)
    try:
        client = open_client(
            connection, homeroom["sealer"], homeroom["settings"].allow_private, waits=(), service="gradebook",
            limits=LIMITS,
        )  # fmt: skip
    except CannotUnseal as error:
        return _page(refused={target_id: (str(error), "Ask an administrator of the platform")}), 502
    session.expunge(section)
    session.commit()  # no transaction is held open while the provider takes its time
    with closing(client):
        try:
            found = ask_sis(session, client, section, datetime.now(UTC))
        except ClientError as error:
            session.rollback()
            return _page(refused={target_id: (str(error), error.advice)}), 502
    session.commit()
    flash(f"The SIS has {_count(found)} for {section.name}.", "good")
    return redirect(address("course_app.configuration"), 303)


def _count(found: tuple[Offered, ...]) -> str:
    return "1 category" if len(found) == 1 else f"{len(found)} categories"


def _synced(section_id: int) -> None:
    """A section of the book, in which categories can be mapped, is meant; another is not found."""
    page = the_page()
    if page.connection is None or page.connection.version == Version.V1P1:
        abort(404)
    if section_id not in {section.id for section in page.book.synced}:
        abort(404)


def _stored(session: Session, section_id: int) -> dict[str, str]:
    """The fields of a section's form as stored."""
    lines = category_lines(session, session.get_one(Section, section_id)).lines
    return {f"{_FIELD}{line.id}": line.mapped.sis_id if line.mapped else NOT_MAPPED for line in lines}


def _save(session: Session, section_id: int, form: Form, stored: Mapping[str, str]) -> Mapping[str, list[str]]:
    section, account = session.get_one(Section, section_id), session.get_one(Account, the_page().account.id)
    before = {f"{_FIELD}{line.id}": line for line in category_lines(session, section).lines}
    errors: dict[str, list[str]] = {}
    for name, line in before.items():
        chosen = form.value(name)
        if chosen == stored[name]:
            continue
        try:
            map_category(session, section, line.id, chosen or None)
        except BadMapping as error:
            errors[name] = [f"{error}."]
            continue
        now = datetime.now(UTC)
        old = {"SIS category": line.mapped.title} if line.mapped else None
        new = {"SIS category": chosen} if chosen else None
        audit(session, now, account, "map grade category", f"{section.name}: {line.name}", old, new)
    return errors


def _page(forms: Mapping[int, Form] | None = None, refused: Mapping[int, tuple[str, str]] | None = None) -> str:
    session, page = db.session(), the_page()
    parts = []
    if page.connection is not None and page.connection.version != Version.V1P1:
        for section in page.book.synced:
            form = (forms or {}).get(section.id) or stored_form(_stored(session, section.id))
            parts.append(_part(session, section, form, (refused or {}).get(section.id)))
    return render_template("course_app/configuration.html", current_tab="course_app.configuration", parts=parts)


def _part(session: Session, section: BookSection, form: Form, refused: tuple[str, str] | None) -> Part:
    stored = session.get_one(Section, section.id)
    known = category_lines(session, stored)
    rows = tuple(_row(line, known.offered) for line in known.lines)
    return Part(section, why_closed(session, stored), known, rows, form, refused)


def _row(line: CategoryLine, offered: tuple[Offered, ...]) -> Row:
    titles = [one.title for one in offered]
    options = [(NOT_MAPPED, "Not mapped")]
    for one in offered:
        options.append((one.sis_id, f"{one.title} ({one.sis_id})" if titles.count(one.title) > 1 else one.title))
    if line.mapped is not None and line.mapped.sis_id not in {one.sis_id for one in offered}:
        options.append((line.mapped.sis_id, f"{line.mapped.title} (no longer offered)"))
    return Row(line, f"{_FIELD}{line.id}", tuple(options), _hint(line, offered))


def _hint(line: CategoryLine, offered: tuple[Offered, ...]) -> str:
    """What is to be said beside the choice: what has the same name in the SIS, or why items cannot go."""
    if line.gone:
        return "The SIS does not offer this category any more: choose another one"
    if line.mapped is not None:
        return ""
    same = [one for one in offered if fold(one.title) == fold(line.name)]
    if len(same) == 1:
        return f"Same name in the SIS: {same[0].title}"
    return "Items of this category cannot be sent yet" if line.items else ""
