"""Audit: who changed what, from what to what, as a page and as CSV."""

from datetime import datetime

from flask import Blueprint, Response, render_template, request

from provider.admin.data.audit_entries import FILTERS, Line, all_entries, find_entries, options
from provider.admin.guards import for_administrators
from provider.database import db
from provider.refreshing import district_zone
from shared.csv_cells import write_csv
from shared.web.csv_answer import csv_answer
from shared.web.lists import Asked, Listing, read_asked

audit = Blueprint("audit", __name__, template_folder="templates", url_prefix="/audit")
for_administrators(audit)

_HEADER = ("at", "who", "action", "subject", "changes")


@audit.get("/")
def show() -> str:
    """The entries, newest first."""
    session, asked = db.session(), _asked()
    zone = district_zone(session)
    rows, total = find_entries(session, asked, zone)
    people, actions = options(session)
    return render_template(
        "data/audit.html", listing=Listing(rows, total, asked), people=people, actions=actions, zone=str(zone)
    )


@audit.get("/audit.csv")
def as_csv() -> Response:
    """The same entries, all of them, as CSV; times are UTC."""
    session, asked = db.session(), _asked()
    lines = all_entries(session, asked, district_zone(session))
    return csv_answer(write_csv(_HEADER, map(_cells, lines)), "audit")


def _asked() -> Asked:
    return read_asked(request.args, ("newest",), FILTERS)


def _cells(line: Line) -> tuple[str | datetime, ...]:
    changes = "; ".join(f"{name}: {before or '(none)'} -> {after or '(none)'}" for name, before, after in line.changes)
    return line.at, line.who, line.action, line.subject, changes
