"""Forgets presses that are old, with what they said (C-115). What the ledger knows of the SIS is never forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.passback.tables import PassbackMessage, PassbackRun
from consumer.runs.forgetting import delete_in_batches
from consumer.runs.line import OPEN


def forget_old_presses(session: Session, now: datetime, days: int) -> Iterator[int]:
    """Forget presses of more than `days` days ago; yields numbers of rows, where the work so far is to be committed.

    now   aware UTC

    Kept, however old: those that wait or are at work, and the last one of each grade book, which is what the red dot
    and the status log go by.
    """
    last = select(func.max(PassbackRun.id)).group_by(PassbackRun.section_id)
    old = select(PassbackRun.id).where(
        PassbackRun.queued_at < now - timedelta(days=days), PassbackRun.status.not_in(OPEN), PassbackRun.id.not_in(last)
    )
    run_ids = session.scalars(old.order_by(PassbackRun.id)).all()
    yield 0
    for run_id in run_ids:
        yield from delete_in_batches(session, PassbackMessage, PassbackMessage.run_id == run_id)
        yield from delete_in_batches(session, PassbackRun, PassbackRun.id == run_id)
