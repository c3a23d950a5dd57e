"""The grade book of a section: the book, an assignment, a score, and the way that each took from a platform (P-125)."""

from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.models import Connection
from provider.access.trace import calls_of, line_item_sent, result_sent
from provider.admin.book import Item, read_book, read_items, read_section
from provider.admin.names import names_of
from provider.admin.scoring import Score, value_of, words_of
from provider.admin.sight import Sight, sight_of
from provider.database import db
from provider.sis.models import LineItem, Result
from shared.web.sessions import guard, the_person

gradebook = Blueprint(
    "gradebook", __name__, template_folder="templates", url_prefix="/sections/<int:section_id>/gradebook"
)
guard(gradebook, lambda _person: True)


@gradebook.get("/")
def show(section_id: int) -> ResponseReturnValue:
    """The book: students by assignments, of all terms or of one."""
    session, sight = db.session(), _sight(section_id)
    term = request.args.get("term", "")
    term_id = int(term) if term.isascii() and term.isdigit() and len(term) < 10 else None
    book = read_book(session, section_id, sight, term_id)
    return render_template("admin/gradebook.html", book=book, term_id=term_id, zone=str(sight.zone))


@gradebook.get("/items/<int:item_id>/")
def item(section_id: int, item_id: int) -> ResponseReturnValue:
    """An assignment."""
    session, sight = db.session(), _sight(section_id)
    one = _item(session, section_id, item_id)
    sent = None
    if one.connection_id is not None:
        sent = line_item_sent(one.connection_id, one.sourced_id, one.modified_at)
    return render_template(
        "admin/item.html", section=read_section(session, section_id, sight), item=one, zone=str(sight.zone),
        calls=calls_of(session, sent) if sent else (),
    )  # fmt: skip


@gradebook.get("/scores/<int:result_id>/")
def score(section_id: int, result_id: int) -> ResponseReturnValue:
    """A student's score, and how it came here."""
    session, sight = db.session(), _sight(section_id)
    row, platform = _result(session, section_id, result_id)
    one = _item(session, section_id, row.line_item_id)
    sent = None
    if row.connection_id is not None:
        sent = result_sent(row.connection_id, row.sourced_id, one.sourced_id, row.modified_at)
    said = Score(
        row.status, row.score, row.text_score, row.comment, row.in_progress, row.incomplete, row.late, row.missing
    )
    return render_template(
        "admin/score.html", section=read_section(session, section_id, sight), item=one, score=row, platform=platform,
        student=names_of(session, [row.person_id], sight.today)[row.person_id], value=value_of(said),
        words=words_of(said), calls=calls_of(session, sent) if sent else (), zone=str(sight.zone),
    )  # fmt: skip


def _sight(section_id: int) -> Sight:
    """What the person sees. A section that they may not see is not found, whether it is there or not."""
    session = db.session()
    sight = sight_of(session, the_person().id, datetime.now(UTC))
    if not sight.sees(session, section_id):
        abort(404)
    return sight


def _item(session: Session, section_id: int, item_id: int) -> Item:
    found = next((one for one in read_items(session, section_id) if one.id == item_id), None)
    if found is None:
        abort(404)
    return found


def _result(session: Session, section_id: int, result_id: int) -> tuple[Result, str]:
    """A score of this section, and the name of the platform that sent it, "" for the district."""
    found = session.execute(
        select(Result, Connection.name)
        .join(LineItem, LineItem.id == Result.line_item_id)
        .outerjoin(Connection, Connection.id == Result.connection_id)
        .where(Result.id == result_id, Result.deleted.is_(False), LineItem.section_id == section_id)
    ).first()
    if found is None:
        abort(404)
    return found[0], found[1] or ""
