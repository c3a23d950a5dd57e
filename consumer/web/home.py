"""The home page: for administrators every connection, for course admins the sections that they teach (C-119)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.passback.standing import red_dots
from consumer.platform.gradebook.books import book_of, sections_taught
from consumer.platform.settings import read_settings
from consumer.sync.log import KINDS
from consumer.sync.schedule import NextRun
from consumer.sync.tables import SyncRun
from consumer.sync.timetable import next_run, zone_of
from consumer.web.tabs import is_administrator
from shared.web.people import Person
from shared.web.sessions import guard, the_person

home = Blueprint("home", __name__, template_folder="templates")
guard(home, lambda _person: True)


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A connection with its last run, and when the schedule runs next (C-97); None when it never does."""

    id: int
    name: str
    base_url: str
    version: str
    mode: str
    run_id: int | None
    run_kind: str
    status: str
    queued_at: datetime | None
    next_at: datetime | None


def landing(person: Person) -> str:
    """Where a person goes after signing in."""
    return url_for("home.show")


@home.get("/")
def show() -> ResponseReturnValue:
    """Connections for administrators, sections for course admins; others have nothing to do here but their password."""
    session, person = db.session(), the_person()
    taught = sections_taught(session, person.id)
    books = (book_of(session, head) for head in {one.head_id for one in taught})
    dots = red_dots(session, [book for book in books if book is not None])
    if not is_administrator(person):
        return render_template("member.html", taught=taught, dots=dots)
    lines = connection_lines(session, datetime.now(UTC))
    zone = read_settings(session).time_zone
    return render_template("home.html", lines=lines, zone=zone, taught=taught, dots=dots)


@home.get("/connections/<int:connection_id>/")
def connection(connection_id: int) -> ResponseReturnValue:
    """A connection begins with its first tab."""
    return redirect(url_for("configuration.show", connection_id=connection_id))


def connection_lines(session: Session, now: datetime) -> list[ConnectionLine]:
    """Every connection by name, with its last run."""
    last_runs = select(func.max(SyncRun.id)).group_by(SyncRun.connection_id)
    runs = {run.connection_id: run for run in session.scalars(select(SyncRun).where(SyncRun.id.in_(last_runs)))}
    rows, zone = session.scalars(select(Connection).order_by(Connection.name)).all(), zone_of(session)
    return [_line(row, runs.get(row.id), next_run(session, row, zone, now)) for row in rows]


def _line(row: Connection, run: SyncRun | None, following: NextRun) -> ConnectionLine:
    run_id, kind, status, queued_at = None, "", "Never synced", None
    if run is not None:
        kind = f"{KINDS[run.kind]}, dry run" if run.dry_run else KINDS[run.kind]
        run_id, status, queued_at = run.id, run.status, run.queued_at
    return ConnectionLine(
        row.id, row.name, row.base_url, row.version, row.mode, run_id, kind, status, queued_at, following.at
    )
