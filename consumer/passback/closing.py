"""Ends presses: what they did in numbers, how they ended (C-111), what they said (C-112), and what they let go of."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from consumer.mapping.outcome import Code
from consumer.passback.ledger import release_items
from consumer.passback.send import Refusal
from consumer.passback.tables import PassbackMessage, PassbackRun
from consumer.passback.wording import GradeCode
from consumer.runs.columns import Status
from shared.sealing import CannotUnseal

ERROR, NOTE = "error", "note"

#: Notes that say that something was done which was asked for.
_ASKED_FOR = (GradeCode.SCORE_DELETED.name, GradeCode.ITEM_DELETED.name)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a press did (C-110), with every batch that it has committed. An item counts once, in however many sections
    it is; it is sent when anything of it was. Unchanged: the SIS had it already. Removed: deleted in the SIS. Skipped:
    the student is not in the section any more.
    """

    items_sent: int = 0
    items_unchanged: int = 0
    items_removed: int = 0
    items_failed: int = 0
    scores_sent: int = 0
    scores_unchanged: int = 0
    scores_removed: int = 0
    scores_skipped: int = 0
    scores_failed: int = 0


def counts_of(run: PassbackRun) -> Counts:
    """What a press has done so far."""
    return Counts(**orjson.loads(run.counts)) if run.counts else Counts()


def count(session: Session, run: PassbackRun, **more: int) -> None:
    """Add to the numbers of a press, with the batch in which it is done."""
    before = asdict(counts_of(run))
    run.counts = orjson.dumps(before | {name: before[name] + number for name, number in more.items()}).decode()
    session.flush()


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the log: what it is about, where it is about something, and why."""

    level: str
    code: str
    item_id: int | None = None
    section_id: int | None = None
    account_id: int | None = None
    detail: str = ""
    said: str | None = None
    request_id: str | None = None


def refused(why: Refusal, item_id: int, section_id: int, account_id: int | None = None) -> Said:
    """The SIS did not take an item, or a student's score of it."""
    return Said(ERROR, why.code, item_id, section_id, account_id, why.detail, why.said, why.request_id)


def say(session: Session, run_id: int, lines: Iterable[Said]) -> None:
    """Write lines into the log of a press."""
    rows: list[dict[str, Any]] = [{"run_id": run_id, **asdict(line)} for line in lines]
    if rows:
        session.execute(insert(PassbackMessage), rows)


def close_run(session: Session, run: PassbackRun, now: datetime) -> str:
    """End a press that went to its end; how it ended."""
    return _close(session, run, _outcome(session, run), now)


def cancel_run(session: Session, run: PassbackRun, now: datetime) -> str:
    """End a press that a person does not want any more. What is sent stays sent."""
    return _close(session, run, Status.CANCELLED, now)


def break_off(session: Session, run: PassbackRun, why: Refusal, now: datetime) -> str:
    """End a press of which nothing more can arrive; the items that it did not come to say why."""
    say(session, run.id, [Said(ERROR, why.code, detail=why.detail, said=why.said, request_id=why.request_id or None)])
    return _close(session, run, Status.FAILED, now, why)


def fail_run(session: Session, run: PassbackRun, error: Exception, now: datetime) -> str:
    """End a press that an error has stopped. Only what is known to hold no personal data is told of the error."""
    known = isinstance(error, CannotUnseal)
    why = str(error) if known else f"The press ended by an error of this program: {type(error).__name__}"
    return break_off(session, run, Refusal(Code.FAILED.name, None, "", why), now)


def _outcome(session: Session, run: PassbackRun) -> Status:
    mine = PassbackMessage.run_id == run.id
    if session.scalar(select(exists().where(mine, PassbackMessage.level == ERROR))):
        return Status.ERRORS
    if session.scalar(select(exists().where(mine, PassbackMessage.code.not_in(_ASKED_FOR)))):
        return Status.WARNINGS
    return Status.COMPLETED


def _close(session: Session, run: PassbackRun, status: Status, now: datetime, why: Refusal | None = None) -> str:
    release_items(session, run.id, why)
    run.status, run.finished_at, run.progress = status, now, None
    run.counts = orjson.dumps(asdict(counts_of(run))).decode()
    session.flush()
    return status
