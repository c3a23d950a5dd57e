"""The OneRoster cache: when it was and will be refreshed, *Refresh OneRoster Cache* (P-87), refreshes that are held."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.admin.differences import HAPPENS, Totals, as_csv, editions_of, records_page, totals
from provider.admin.guards import for_administrators, who
from provider.admin.management.history import STANDS, STARTED, runs
from provider.database import db
from provider.publishing.caches import Cache, caches
from provider.publishing.differences import kept_differences
from provider.publishing.holding import HeldRefresh, NotHeld, held_refresh
from provider.publishing.outlook import Outlook, outlook
from provider.publishing.requests import approve, ask_for_refresh, discard
from provider.publishing.runs import RefreshIsRunning
from provider.refreshing import district_zone
from provider.sis.settings import read_settings
from shared.web.forms import SEEN
from shared.web.lists import read_asked

refreshes = Blueprint(
    "refreshes", __name__, template_folder="templates", static_folder="static", url_prefix="/management/refreshes"
)
for_administrators(refreshes)


class Now(NamedTuple):
    """How the cache stands at a moment."""

    zone: ZoneInfo
    caches: tuple[Cache, ...]
    outlook: Outlook


def present(session: Session, now: datetime) -> Now:
    """How the cache stands now."""
    connection, zone = session.connection(), district_zone(session)
    return Now(zone, caches(connection), outlook(connection, read_settings(session), zone, now))


@refreshes.get("/")
def show() -> str:
    """How the cache stands, and the refreshes that there were."""
    session = db.session()
    asked = read_asked(request.args, ("newest",), ("trigger", "state"))
    return render_template(
        "management/refreshes.html", now=present(session, datetime.now(UTC)), listing=runs(session, asked),
        triggers=[("", "All"), *STARTED.items()],
        states=[("", "All"), *((state, words) for state, (words, _) in STANDS.items() if state != "due")],
    )  # fmt: skip


@refreshes.get("/now")
def moving() -> ResponseReturnValue:
    """The part of the page that moves while a refresh waits or runs; the whole page anew once it has ended."""
    now = present(db.session(), datetime.now(UTC))
    if not now.outlook.moving:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("management/now.html", now=now)


@refreshes.post("/")
def ask() -> ResponseReturnValue:
    """*Refresh OneRoster Cache*: in two minutes, and not while another waits or runs (P-87)."""
    session, now = _session(), datetime.now(UTC)
    try:
        due = ask_for_refresh(db.engine, now)
    except RefreshIsRunning as running:
        flash(f"{running}.", "warn")
    else:
        audit(session, now, who(), "ask for refresh", "OneRoster cache", None, {"starts at": due})
        session.commit()
        flash("The cache will be refreshed in two minutes. An alert tells how it ended.", "good")
    return redirect(url_for("refreshes.show"), 303)


@refreshes.get("/held/")
def held() -> str:
    """What the refresh that is held would change."""
    session = db.session()
    found = _held(session)
    editions, numbers = editions_of(session, found.source)
    return render_template(
        "management/held.html", held=found, editions=editions, totals=numbers, zone=str(district_zone(session))
    )


@refreshes.get("/held/<int:difference_id>/")
def records(difference_id: int) -> str:
    """The records that it would add, change or remove, by name."""
    session = db.session()
    page = records_page(session, _held(session).source, difference_id)
    return render_template("management/held_records.html", page=page, happens=HAPPENS)


@refreshes.get("/held.csv")
def file() -> Response:
    """All of them as a file."""
    session = db.session()
    return as_csv(session, _held(session).source, "held-refresh")


@refreshes.post("/held/<decision>")
def decide(decision: str) -> ResponseReturnValue:
    """Approve what was shown, or discard it. Another held refresh than the one that was shown is not decided about."""
    decide_about = {"approve": approve, "discard": discard}.get(decision) or abort(404)
    session, now = _session(), datetime.now(UTC)
    person_id, username = who()
    seen = request.form.get(SEEN, "")
    found = held_refresh(session.connection())
    numbers = totals(kept_differences(session.connection(), found.source)) if found else Totals()
    session.rollback()
    try:
        if found is None or seen != str(found.run_id):
            raise NotHeld("This refresh is not held any more: it was decided about, or a later one has taken its place")
        decide_about(db.engine, found.run_id, now, username)
    except (NotHeld, RefreshIsRunning) as error:
        flash(f"{error}.", "warn")
        return redirect(url_for("refreshes.show"), 303)
    by, subject = (person_id, username), f"refresh {found.run_id}"
    audit(session, now, by, f"{decision} held refresh", subject, None, asdict(numbers))
    session.commit()
    flash(_DECIDED[decision], "good")
    return redirect(url_for("refreshes.show"), 303)


_DECIDED = {
    "approve": "Approved: the refresh begins as soon as a worker looks. More than this is held again.",
    "discard": "Discarded: platforms go on seeing what they see. The next refresh looks anew.",
}


def _session() -> Session:
    """A session that has read nothing yet: what is asked for is written by transactions of its own."""
    session = db.session()
    session.rollback()
    return session


def _held(session: Session) -> HeldRefresh:
    return held_refresh(session.connection()) or abort(404)
