"""A job as pages show it: how far it is, its place in the line, and whether anybody is there to do it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.jobs.line import place_in_line
from provider.jobs.tables import OPEN, RUNNING, Job
from shared.owner import is_alive

#: Workers look at the line every second: when nobody takes up the first one for so long, none is running.
PATIENCE = timedelta(seconds=20)


class Shown(NamedTuple):
    """A job.

    moving       it waits or runs
    place        in the line, from 1; 0 when it does not wait
    what … of    what is being done, how much of it is done, of how much (None: unknown)
    forsaken     it waits, and no worker has shown a sign of life for `PATIENCE`
    """

    id: int
    kind: str
    state: str
    moving: bool
    place: int
    who: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    asked_to_stop: bool
    what: str
    done: int
    of: int | None
    message: str
    forsaken: bool


def shown(session: Session, job: Job, now: datetime) -> Shown:
    """What a page says of a job at a moment."""
    return Shown(
        job.id, job.kind, job.state, job.state in OPEN, place_in_line(session, job), job.who, job.asked_at,
        job.started_at, job.finished_at, job.attempts, job.asked_to_stop, job.progress_what, job.progress_done,
        job.progress_of, job.message or "", _is_forsaken(session, job, now),
    )  # fmt: skip


def _is_forsaken(session: Session, job: Job, now: datetime) -> bool:
    """Whether a job waits, or was left behind by a killed worker, while no worker seems to be there."""
    if job.state not in OPEN or now - job.asked_at < PATIENCE:
        return False
    last = session.scalar(select(func.max(Job.heartbeat_at)))
    if last is not None and now - last < PATIENCE:
        return False
    running = session.execute(select(Job.owner, Job.heartbeat_at).where(Job.state == RUNNING))
    return not any(is_alive(owner, heartbeat, now) for owner, heartbeat in running)
