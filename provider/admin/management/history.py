"""Refreshes as people read of them: what started each, how it ended, its numbers."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.publishing.models import RefreshRun
from shared.web.lists import SIZE, Asked, Listing

#: What started a refresh: trigger -> words.
STARTED = {
    "scheduled": "The schedule", "manual": "Somebody asked", "edited": "An edit that concerns everything",
    "keyed": "Edits of single records",
}  # fmt: skip
#: How a refresh stands: state -> (words, class of the mark).
STANDS = {
    "due": ("Waiting", ""), "running": ("Running", ""), "done": ("Successful", "good"),
    "held": ("Held", "warn"), "failed": ("Failed", "bad"),
}  # fmt: skip


class Run(NamedTuple):
    """A refresh. `seconds` from its start to its end; None before that."""

    id: int
    started_by: str
    state: str
    mark: str
    at: datetime
    seconds: int | None
    added: int
    changed: int
    removed: int
    message: str


def runs(session: Session, asked: Asked) -> Listing:
    """The refreshes that a list asks for, the newest first. Filters: trigger and state."""
    where = [RefreshRun.state != "due"]
    where += [getattr(RefreshRun, name) == value for name, value in asked.filters.items()]
    total = session.scalar(select(func.count()).select_from(RefreshRun).where(*where)) or 0
    found = select(RefreshRun).where(*where).order_by(RefreshRun.id.desc()).limit(SIZE).offset(asked.offset)
    rows = session.scalars(found).all()
    approved = set(
        session.scalars(select(RefreshRun.approves).where(RefreshRun.approves.in_([row.id for row in rows])))
    )
    return Listing([_run(row, row.id in approved) for row in rows], total, asked)


def _run(row: RefreshRun, approved: bool) -> Run:
    started = row.started_at or row.due_at
    seconds = round((row.finished_at - started).total_seconds()) if row.finished_at else None
    words, mark = STANDS[row.state]
    if row.state == "held" and row.discarded_at is not None:
        words, mark = "Discarded", ""
    elif row.state == "held" and approved:
        words, mark = "Approved", ""
    return Run(
        row.id, STARTED.get(row.trigger, row.trigger), words, mark, started, seconds,
        row.added, row.changed, row.removed, row.message or "",
    )  # fmt: skip
