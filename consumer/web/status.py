"""The status page: which providers are connected, how their last sync went, and the last read of each collection."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.sync.staging import Pull
from consumer.sync.tables import SyncRun

status = Blueprint("status", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class PullLine:
    """The latest read of one collection, as the page shows it."""

    collection: str
    started_at: datetime
    outcome: str
    received: int
    changed: int
    absent: int
    broken: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """The last sync run of a connection."""

    kind: str
    status: str
    queued_at: datetime
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A connection with its last run and the last read of each of its collections."""

    name: str
    base_url: str
    version: str
    run: RunLine | None
    pulls: tuple[PullLine, ...]


@status.get("/")
def show() -> str:
    """The status page."""
    return render_template("status.html", connections=connection_lines(db.session()))


def connection_lines(session: Session) -> list[ConnectionLine]:
    """Every connection by name, with its last run and the last pull of each collection."""
    last_runs = select(func.max(SyncRun.id)).group_by(SyncRun.connection_id)
    runs = {
        run.connection_id: RunLine(run.kind, run.status, run.queued_at, run.dry_run)
        for run in session.scalars(select(SyncRun).where(SyncRun.id.in_(last_runs)))
    }
    latest = select(func.max(Pull.id)).group_by(Pull.connection_id, Pull.collection)
    pulls: dict[int, list[PullLine]] = {}
    for pull in session.scalars(select(Pull).where(Pull.id.in_(latest)).order_by(Pull.id)):
        pulls.setdefault(pull.connection_id, []).append(_pull_line(pull))
    return [
        ConnectionLine(row.name, row.base_url, row.version, runs.get(row.id), tuple(pulls.get(row.id, ())))
        for row in session.scalars(select(Connection).order_by(Connection.name))
    ]


def _pull_line(pull: Pull) -> PullLine:
    if pull.error_text:
        outcome = pull.error_text
    elif pull.finished_at is None:
        outcome = "Running, or interrupted"
    else:
        outcome = "Complete" if pull.complete else "Not complete"
    return PullLine(pull.collection, pull.started_at, outcome, pull.received, pull.changed, pull.absent, pull.broken)
