"""Audit: who changed what, from what to what (C-17, C-56)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, or_, select

from consumer.database import db
from consumer.platform.models import AuditEntry
from consumer.platform.settings import read_settings
from consumer.web.tabs import is_administrator
from shared.web.lists import SIZE, Listing, read_asked
from shared.web.sessions import guard

audit_page = Blueprint("audit_page", __name__, template_folder="templates", url_prefix="/audit")
guard(audit_page, is_administrator)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry. `who` is "" for a command or a schedule; `changes` are (name, before, after), "" for none."""

    at: datetime
    who: str
    action: str
    subject: str
    changes: tuple[tuple[str, str, str], ...]


@audit_page.get("/")
def show() -> ResponseReturnValue:
    """The entries, newest first; a search finds who, what was done and to whom or what."""
    session = db.session()
    asked = read_asked(request.args, ("newest",))
    columns = (AuditEntry.who, AuditEntry.action, AuditEntry.subject)
    fits = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in asked.search.split()[:5]]
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*fits)) or 0
    wanted = select(AuditEntry).where(*fits).order_by(AuditEntry.id.desc()).limit(SIZE).offset(asked.offset)
    lines = [_line(entry) for entry in session.scalars(wanted)]
    return render_template(
        "people/audit.html", listing=Listing(lines, total, asked), zone=read_settings(session).time_zone
    )


def _line(entry: AuditEntry) -> Line:
    before, after = _values(entry.before), _values(entry.after)
    changes = tuple((name, _shown(before.get(name)), _shown(after.get(name))) for name in {**before, **after})
    return Line(entry.at, entry.who, entry.action, entry.subject, changes)


def _values(text: str | None) -> Mapping[str, Any]:
    values: Mapping[str, Any] = json.loads(text) if text else {}
    return values


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
