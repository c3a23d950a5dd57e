"""Setting a school year active (P-02): the flag moves, and the refresh that shows it begins at once.

A person has seen before what disappears. That counts as a held refresh which is approved: so the refresh may take away
what was shown, and more is held again.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from provider.publishing.difference_tables import StoredDifference
from provider.publishing.models import RefreshRun
from provider.publishing.requests import ask_for_approved
from provider.sis.models import SchoolYear


def set_active(session: Session, year: SchoolYear, job_id: int, now: datetime) -> SchoolYear | None:
    """Make a year the active one; the year that was it. `job_id`: the preview whose difference was shown.

    Raises RefreshIsRunning while a refresh runs or waits. The caller commits.
    """
    before = session.scalar(select(SchoolYear).where(SchoolYear.active, SchoolYear.id != year.id))
    if before is not None:
        before.active = False
        session.flush()  # one year at most is active, at any moment
    year.active = True
    session.flush()
    connection = session.connection()
    run_id = _held_run(connection, job_id, f"School year {year.name} is set active: what that changes was shown", now)
    ask_for_approved(connection, run_id, now)
    return before


def _held_run(connection: Connection, job_id: int, message: str, now: datetime) -> int:
    """A held refresh that would do what a preview has shown."""
    numbers = {"added": 0, "changed": 0, "removed": 0}
    times = {"due_at": now, "started_at": now, "heartbeat_at": now, "finished_at": now}
    run = insert(RefreshRun).values(trigger="edited", state="held", message=message, **times, **numbers)
    run_id: int = connection.execute(run.returning(RefreshRun.id)).scalar_one()
    shown = update(StoredDifference).where(StoredDifference.job_id == job_id)
    connection.execute(shown.values(run_id=run_id, job_id=None))
    return run_id
