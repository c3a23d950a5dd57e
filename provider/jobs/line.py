"""The line of jobs: asking for one, cancelling it, what a page shows of it. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from provider.jobs.tables import CANCELLED, OPEN, RUNNING, WAITING, Job
from shared.owner import is_alive


class Refused(Exception):
    """A job cannot be asked for or cancelled; the message says why and what to do."""


def ask(
    session: Session, kind: str, asked: Mapping[str, Any], now: datetime, by: tuple[int, str] | None = None,
    alone: bool = False,
) -> Job:  # fmt: skip
    """Put a job into the line.

    asked   plain values, as JSON has them
    by      id and username of who asks; None for a schedule
    alone   refuse while another of its kind is open (raises Refused)
    """
    if alone and open_job(session, kind) is not None:
        raise Refused("Another one is under way: wait for its end, or cancel it")
    user_id, who = by or (None, "")
    job = Job(kind=kind, asked=orjson.dumps(dict(asked)).decode(), asked_at=now, user_id=user_id, who=who)
    session.add(job)
    session.flush()
    return job


def open_job(session: Session, kind: str) -> Job | None:
    """The oldest job of a kind that waits or runs."""
    return session.scalar(select(Job).where(Job.kind == kind, Job.state.in_(OPEN)).order_by(Job.id).limit(1))


def cancel(session: Session, job: Job, now: datetime) -> None:
    """Take a job out of the line; one at work ends at its next sign of life. Raises Refused when it has ended."""
    nobody = Job.state == WAITING
    if job.state == RUNNING and not is_alive(job.owner, job.heartbeat_at, now):
        nobody = Job.owner == job.owner
    ended = update(Job).where(Job.id == job.id, Job.state.in_(OPEN), nobody)
    values = {"state": CANCELLED, "finished_at": now, "message": "Cancelled before it began"}
    if not session.execute(ended.values(**values)).rowcount:  # type: ignore[attr-defined]
        told = update(Job).where(Job.id == job.id, Job.state == RUNNING).values(asked_to_stop=True)
        if not session.execute(told).rowcount:  # type: ignore[attr-defined]
            raise Refused("It has ended already")
    session.refresh(job)


def place_in_line(session: Session, job: Job) -> int:
    """1 for the job that is taken up next; 0 for one that does not wait."""
    if job.state != WAITING:
        return 0
    before = select(func.count()).where(Job.state == WAITING, Job.id <= job.id)
    return session.scalar(before) or 0


def asked_of(job: Job) -> dict[str, Any]:
    """What was asked."""
    return dict(orjson.loads(job.asked))


def result_of(job: Job) -> dict[str, Any]:
    """What came of it; {} before it is done."""
    return dict(orjson.loads(job.result)) if job.result else {}
