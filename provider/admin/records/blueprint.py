"""The blueprint of the record editor, and what its views share."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.access.user_tables import AuditAbout
from provider.admin.guards import for_administrators, who
from provider.admin.records.address import list_address, record_address
from provider.database import db
from provider.sis.editing.editing import Edited, find, today_of
from provider.sis.editing.keys import key_of, read_key
from provider.sis.editing.tables import EDITABLE, Editable
from shared.web.redirects import own_path

records = Blueprint("records", __name__, template_folder="templates", static_folder="static", url_prefix="/records")
for_administrators(records)


def editable_or_404(table: str) -> Editable:
    return EDITABLE.get(table) or abort(404)


def row_or_404(session: Session, table: str, key: str, lock: bool = False) -> Any:
    """The row of an address."""
    editable_or_404(table)
    read = read_key(table, key)
    return (find(session, table, read, lock) if read is not None else None) or abort(404)


def now_and_today() -> tuple[datetime, date]:
    """The moment, and the day in the district."""
    now = datetime.now(UTC)
    return now, today_of(db.session(), now)


def way_back(otherwise: str) -> str:
    """Where a form leads when it is saved: to the page that it was opened from, which it carries along; else to
    `otherwise`. No other host is ever led to.
    """
    mount = request.script_root
    if said := request.values.get("back"):
        return own_path(said, otherwise, mount)
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == f"{mount}{request.path}":
        return otherwise
    return own_path(f"{came.path}?{came.query}" if came.query else came.path, otherwise, mount)


def home_of(row: Any) -> str:
    """The page that a row is at home on: a person's, else its own."""
    table = row.__tablename__
    if table == "person":
        return url_for("people.person", person_id=row.id)
    if EDITABLE[table].owner == "person_id":
        return url_for("people.person", person_id=row.person_id)
    return record_address(table, key_of(row))


def above_of(row: Any) -> str:
    """Where a person goes when a row is gone."""
    editable = EDITABLE[row.__tablename__]
    if editable.owner == "person_id":
        return url_for("people.person", person_id=row.person_id)
    given = {editable.owner: getattr(row, editable.owner)} if editable.owner else {}
    return list_address(editable.table, **given)


def record(session: Session, now: datetime, verb: str, edited: Edited, words: str) -> None:
    """Put an edit into the audit trail. `words`: what the row is called."""
    for one in edited.also:
        audit(session, now, who(), f"{verb} {one.table}", one.subject, one.before, one.after, one.about)
    subject = f"{words} ({edited.subject})"
    audit(session, now, who(), f"{verb} {edited.table}", subject, edited.before, edited.after, edited.about)


def largest_ever(session: Session, table: str) -> int:
    """The largest number that a row of a table was ever given by hand, removed ones among them."""
    return session.scalar(select(func.max(AuditAbout.key)).where(AuditAbout.kind == table)) or 0
