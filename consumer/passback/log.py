"""The status log of a grade book (C-112, C-122, C-138): presses, the newest first, and what each of them said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from consumer.passback.tables import PassbackMessage, PassbackRun, PassbackRunItem
from consumer.passback.wording import advice_of
from consumer.platform.gradebook.books import Book
from consumer.platform.models import Account, GradeItem, Section
from consumer.runs.line import as_utc

#: Presses, and messages, on a page.
PRESSES, MESSAGES = 20, 100

ERROR, NOTE = "error", "note"


@dataclass(frozen=True, slots=True)
class Press:
    """A press. Moments are aware UTC.

    send      "changes" or "everything"
    items, done     how many items it is to send, how many it has done with, with success or without
    errors, notes   messages of either level
    progress  while it runs: what it is doing, how much is done, of how much (None: unknown)
    """

    run: int
    started_by: str
    status: str
    send: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    items: int
    done: int
    errors: int
    notes: int
    progress: tuple[str, int, int | None] | None


@dataclass(frozen=True, slots=True)
class Presses:
    """A page of presses, and how many there are in all."""

    rows: tuple[Press, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Message:
    """A line of a press. `item`, `section`, `student` are names, "" where it is about none; `said` are the SIS's own
    words, unchanged; `remedy` is what to do and `where`: SIS, platform or both.
    """

    level: str
    code: str
    item: str
    section: str
    student: str
    words: str
    detail: str
    said: str
    remedy: str
    where: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of messages, errors first, and how many there are in all."""

    rows: tuple[Message, ...]
    total: int


def presses(session: Session, book: Book, offset: int = 0, limit: int = PRESSES) -> Presses:
    """A page of the presses of a book, the newest first."""
    where = PassbackRun.section_id.in_(book.section_ids)
    rows = select(PassbackRun).where(where).order_by(PassbackRun.id.desc()).offset(offset).limit(limit)
    total = session.scalar(select(func.count(PassbackRun.id)).where(where)) or 0
    return Presses(tuple(_presses(session, session.scalars(rows).all())), total)


def find_press(session: Session, book: Book, run_id: int) -> Press | None:
    """One press of a book; None for one of another."""
    run = session.get(PassbackRun, run_id)
    if run is None or run.section_id not in book.section_ids:
        return None
    return _presses(session, [run])[0]


def messages(session: Session, run_id: int, offset: int = 0, limit: int = MESSAGES) -> Messages:
    """A page of what a press said: about the run first, errors before notes."""
    where = PassbackMessage.run_id == run_id
    rows = (
        select(PassbackMessage, GradeItem.title, Section.name, Account.given_name, Account.family_name)
        .outerjoin(GradeItem, GradeItem.id == PassbackMessage.item_id)
        .outerjoin(Section, Section.id == PassbackMessage.section_id)
        .outerjoin(Account, Account.id == PassbackMessage.account_id)
        .where(where)
        .order_by(
            case((PassbackMessage.level == ERROR, 0), else_=1), PassbackMessage.item_id.is_not(None), PassbackMessage.id
        )
        .offset(offset)
        .limit(limit)
    )
    total = session.scalar(select(func.count(PassbackMessage.id)).where(where)) or 0
    return Messages(tuple(_message(*row) for row in session.execute(rows)), total)


def _presses(session: Session, runs: Sequence[PassbackRun]) -> list[Press]:
    ids = [run.id for run in runs]
    named = select(PassbackRunItem.run_id, func.count(), func.sum(case((PassbackRunItem.done, 1), else_=0))).where(
        PassbackRunItem.run_id.in_(ids)
    )
    items = {run: (int(n), int(done)) for run, n, done in session.execute(named.group_by(PassbackRunItem.run_id))}
    said = select(PassbackMessage.run_id, PassbackMessage.level, func.count()).where(PassbackMessage.run_id.in_(ids))
    grouped = session.execute(said.group_by(PassbackMessage.run_id, PassbackMessage.level))
    levels: dict[tuple[int, str], int] = {(run, level): count for run, level, count in grouped}
    return [_press(run, items.get(run.id, (0, 0)), levels) for run in runs]


def _press(run: PassbackRun, items: tuple[int, int], levels: dict[tuple[int, str], int]) -> Press:
    running = run.finished_at is None and run.progress is not None
    return Press(
        run=run.id, started_by=run.started_by or "", status=run.status, send=run.send,
        queued_at=as_utc(run.queued_at), started_at=as_utc(run.started_at) if run.started_at else None,
        finished_at=as_utc(run.finished_at) if run.finished_at else None, items=items[0], done=items[1],
        errors=levels.get((run.id, ERROR), 0), notes=levels.get((run.id, NOTE), 0),
        progress=tuple(orjson.loads(run.progress or "[]")) if running else None,
    )  # fmt: skip


def _message(
    row: PassbackMessage, item: str | None, section: str | None, given_name: str | None, family_name: str | None
) -> Message:
    advice = advice_of(row.code)
    return Message(
        level=row.level, code=row.code, item=item or "", section=section or "",
        student=f"{given_name or ''} {family_name or ''}".strip(), words=advice.words, detail=row.detail,
        said=row.said or "", remedy=advice.remedy, where=advice.where, request_id=row.request_id or "",
    )  # fmt: skip
