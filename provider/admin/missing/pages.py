"""The pages of "Why is it missing?": the search, the answer for a record and a connection, the history of a person."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.access.models import Connection
from provider.admin.guards import for_administrators
from provider.admin.mending import place_address
from provider.admin.missing.answer import MOST_MEMBERS, Member, answer, members
from provider.admin.missing.history import SOURCES, history
from provider.admin.missing.searching import Hit, search
from provider.admin.missing.searching import members as called
from provider.admin.missing.subjects import SUBJECTS, person_of
from provider.admin.names import names_of
from provider.database import db
from provider.eligibility import rows
from provider.publishing.finding import NotFound
from provider.publishing.loading.reading import read
from provider.publishing.runs import cache_state
from provider.refreshing import district_zone
from provider.sis.models import Person, Roster, SectionStaff
from shared.web.lists import SIZE, Listing, read_asked

missing = Blueprint("missing", __name__, template_folder="templates", url_prefix="/missing")
for_administrators(missing)

#: A search is no longer than this.
_LONGEST = 100


@missing.get("/")
def show() -> ResponseReturnValue:
    """The search, and what it finds; what alone is found is shown at once."""
    session = db.session()
    words = request.args.get("search", "").strip()[:_LONGEST].replace("\0", "")
    today = datetime.now(UTC).astimezone(district_zone(session)).date()
    kept = {name: request.args.get(name) or None for name in ("connection", "on")}
    hits = search(session, words, today) if words else None
    if hits and len(hits.found) == 1:
        hit = hits.found[0]
        return redirect(
            url_for("missing.subject", table=hit.table, key=hit.id, connection=kept["connection"], on=kept["on"]), 303
        )
    return render_template(
        "missing/search.html", words=words, hits=hits, kept=kept, connections=list_connections(session),
    )  # fmt: skip


@missing.get("/of/<table>/<int:key>/")
def of(table: str, key: int) -> ResponseReturnValue:
    """From a row that is told of with its person to the person."""
    person_id = person_of(db.session(), table, key) or abort(404)
    return redirect(url_for("missing.subject", table="person", key=person_id), 303)


@missing.get("/<table>/<int:key>/")
def subject(table: str, key: int) -> ResponseReturnValue:
    """What a connection gets of a record, or the rules that hold it back."""
    session = db.session()
    if table not in SUBJECTS:
        abort(404)
    zone = district_zone(session)
    today = datetime.now(UTC).astimezone(zone).date()
    connections = list_connections(session)
    connection = _connection(connections, request.args.get("connection", ""))
    if connection is None:
        return render_template("missing/no_connection.html", kind=SUBJECTS[table])
    day = _day(request.args.get("on", ""), today)
    homeroom = current_app.extensions["homeroom"]
    base_url = homeroom["settings"].provider_base_url(homeroom["app_name"])
    try:
        found = answer(session, day or today, table, key, connection, base_url)
    except NotFound:
        abort(404)
    enrolled = members(found.explained, connection.edition(), table, key) if table in ("person", "section") else []
    return render_template(
        "missing/answer.html", kind=SUBJECTS[table], table=table, key=key, answer=found, connections=connections,
        today=today, bad_day=day is None, form=place_address(table, key), zone=str(zone),
        refreshed=cache_state(session.connection()).last_success, enrolled=enrolled,
        named=_named(session, enrolled[:MOST_MEMBERS], today),
    )  # fmt: skip


@missing.get("/person/<int:key>/history/")
def story(key: int) -> ResponseReturnValue:
    """What happened to a person, the newest first."""
    session = db.session()
    person = next(iter(read(session, rows.Person, Person.id == key)), None) or abort(404)
    asked = read_asked(request.args, ("newest",), ("only",))
    only = asked.filters.get("only", "")
    told = history(session, person, only if only in {source.name for source in SOURCES} else "")
    today = datetime.now(UTC).astimezone(district_zone(session)).date()
    return render_template(
        "missing/history.html", listing=Listing(told[asked.offset : asked.offset + SIZE], len(told), asked),
        sources=[("", "All"), *((source.name, source.words) for source in SOURCES)], key=key,
        name=_person_name(session, key, today), zone=str(district_zone(session)),
    )  # fmt: skip


def _connection(connections: Sequence[Connection], asked: str) -> Connection | None:
    """The connection of this name, else the first that is enabled, else the first."""
    named = (one for one in connections if one.name == asked)
    enabled = (one for one in connections if one.enabled)
    return next(named, None) or next(enabled, None) or next(iter(connections), None)


def _day(asked: str, today: date) -> date | None:
    """The day of an address; today for none, None for what is no day."""
    if not asked:
        return today
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return None


def _named(session: Session, found: Sequence[Member], today: date) -> list[tuple[Member, Hit]]:
    """Enrollments with what they are called."""
    rows_of = {"roster": Roster, "section_staff": SectionStaff}
    rows = [session.get(rows_of[one.table], one.id) for one in found]
    there = [(one, row) for one, row in zip(found, rows, strict=True) if row is not None]
    hits = called(session, [row for _, row in there], today)
    return [(one, hit) for (one, _), hit in zip(there, hits, strict=True)]


def _person_name(session: Session, key: int, today: date) -> str:
    return names_of(session, [key], today)[key].spoken
