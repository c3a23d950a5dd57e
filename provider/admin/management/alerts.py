"""Process alerts: refreshes that a person should hear of (P-87, P-88), until somebody marks them as read."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from provider.access.audit import audit
from provider.admin.guards import for_administrators, who
from provider.admin.management.history import STARTED
from provider.database import db
from provider.publishing.alerts import count_alerts, list_alerts, mark_read
from provider.refreshing import district_zone
from shared.database import LARGEST_ID, will_write
from shared.web.lists import SIZE, Listing, read_asked

alerts = Blueprint(
    "alerts", __name__, template_folder="templates", static_folder="static", url_prefix="/management/alerts"
)
for_administrators(alerts)


@alerts.get("/")
def show() -> str:
    """Every alert, the newest first; those that nobody has read can be asked for alone."""
    session = db.session()
    asked = read_asked(request.args, ("newest",), ("unread",))
    unread = bool(asked.filters)
    connection = session.connection()
    rows = list_alerts(connection, unread=unread, offset=asked.offset, limit=SIZE)
    return render_template(
        "management/alerts.html", listing=Listing(rows, count_alerts(connection, unread=unread), asked),
        started=STARTED, unread=count_alerts(connection, unread=True), zone=str(district_zone(session)),
    )  # fmt: skip


@alerts.post("/read")
def read() -> ResponseReturnValue:
    """Mark the alerts that the form names as read."""
    named = [request.form["only"]] if "only" in request.form else request.form.getlist("alert")[:SIZE]
    ids = {int(text) for text in named if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_ID))}
    session, now = db.session(), datetime.now(UTC)
    session.rollback()
    will_write(session)
    person_id, username = who()
    marked = mark_read(session.connection(), ids, username, now)
    if marked:
        audit(session, now, (person_id, username), "mark alerts as read", f"{marked} alerts", None, {"alerts": marked})
    session.commit()
    flash(f"{marked} marked as read." if marked else "They were read already.", "good")
    return redirect(url_for("alerts.show"), 303)
