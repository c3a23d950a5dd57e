"""Reads the log: runs, and the lines of a run, a person or a reason (C-110 … C-113)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from consumer.mapping.outcome import Code
from consumer.platform.models import Account, AccountSisId
from consumer.sync.tables import Action, PlanChange, RunMessage, SkippedRecord, SyncRun


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as the log shows it."""

    run: int
    kind: str
    trigger: str
    status: str
    dry_run: bool
    queued_at: str
    started_at: str | None
    finished_at: str | None
    created: int
    updated: int
    removed: int
    skipped: int
    failed: int
    held: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RecordLine:
    """What a run did with a record, or why it did not: with what to do, and where (C-112)."""

    run: int
    entity: str
    sis_id: str
    name: str
    event: str
    code: str
    text: str
    remedy: str
    where: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def find_lines(
    session: Session, connection_id: int | None, run_id: int | None, person: str | None, code: str | None, limit: int
) -> Sequence[RunLine | RecordLine]:
    """Without a run, a person or a code: the runs, newest first. Else records: their changes, newest first, and
    those skipped at present, of which only the newest run can tell.
    """
    if run_id is None and person is None and code is None:
        return _runs(session, connection_id, limit)
    ids = _sis_ids(session, person) if person is not None else None
    lines = [*_messages(session, run_id, code, limit)] if person is None else []
    lines += _changes(session, connection_id, run_id, ids, code, limit)
    if run_id is None or _is_newest(session, run_id):
        known = {(line.entity, line.sis_id, line.code) for line in lines}
        skipped = _skipped(session, connection_id, ids, code, limit)
        lines += [line for line in skipped if (line.entity, line.sis_id, line.code) not in known]
    return lines[:limit]


def _is_newest(session: Session, run_id: int) -> bool:
    """Whether no later run of the connection has ended: then what is skipped at present is what this run skipped."""
    connection = select(SyncRun.connection_id).where(SyncRun.id == run_id).scalar_subquery()
    ended = select(SyncRun.id).where(SyncRun.connection_id == connection, SyncRun.finished_at.is_not(None))
    return session.scalar(ended.order_by(SyncRun.id.desc()).limit(1)) == run_id


def _runs(session: Session, connection_id: int | None, limit: int) -> list[RunLine]:
    rows = select(SyncRun).order_by(SyncRun.id.desc()).limit(limit)
    if connection_id is not None:
        rows = rows.where(SyncRun.connection_id == connection_id)
    return [_run_line(run) for run in session.scalars(rows)]


def _run_line(run: SyncRun) -> RunLine:
    lines = orjson.loads(run.counts)["lines"] if run.counts else []
    sums = {
        name: sum(line[name] for line in lines)
        for name in ("created", "updated", "removed", "skipped", "failed", "held")
    }
    return RunLine(
        run.id, run.kind, run.trigger, run.status, run.dry_run, run.queued_at.isoformat(), _iso(run.started_at),
        _iso(run.finished_at), **sums,
    )  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _sis_ids(session: Session, person: str) -> set[str]:
    """SIS ids of everybody whom `person` may mean: a SIS id, or a part of a name or username."""
    like = f"%{person.casefold()}%"
    named = select(AccountSisId.sis_id).join(Account, Account.id == AccountSisId.account_id).where(
        or_(Account.username_key.like(like), (Account.given_name + " " + Account.family_name).ilike(like))
    )  # fmt: skip
    skipped = select(SkippedRecord.sis_id).where(SkippedRecord.entity == "user", SkippedRecord.name.ilike(like))
    return {person, *session.scalars(named.limit(100)), *session.scalars(skipped.limit(100))}


def _about(column: Any, ids: set[str]) -> ColumnElement[bool]:
    """A record of one of these people: their own, or an enrollment or link of theirs."""
    parts = [column.in_(sorted(ids))]
    for sis_id in sorted(ids):
        parts += [column.endswith(f"|{sis_id}", autoescape=True), column.startswith(f"{sis_id}|", autoescape=True)]
    return or_(*parts)


def _changes(
    session: Session,
    connection_id: int | None,
    run_id: int | None,
    ids: set[str] | None,
    code: str | None,
    limit: int,
) -> list[RecordLine]:
    rows = select(PlanChange).where(PlanChange.action.not_in((Action.SEEN, Action.CLEAR)))
    if connection_id is not None:
        rows = rows.where(
            PlanChange.run_id.in_(select(SyncRun.id).where(SyncRun.connection_id == connection_id))
        )
    if run_id is not None:
        rows = rows.where(PlanChange.run_id == run_id)
    if ids is not None:
        rows = rows.where(_about(PlanChange.key, ids))
    if code is not None:
        rows = rows.where(PlanChange.code == code)
    found = session.scalars(rows.order_by(PlanChange.id.desc()).limit(limit))
    return [
        _line(row.run_id, row.entity, row.key, row.name, f"{row.action}, {row.state}", row.code, row.detail)
        for row in found
    ]


def _skipped(
    session: Session, connection_id: int | None, ids: set[str] | None, code: str | None, limit: int
) -> list[RecordLine]:
    rows = select(SkippedRecord)
    if connection_id is not None:
        rows = rows.where(SkippedRecord.connection_id == connection_id)
    if ids is not None:
        rows = rows.where(_about(SkippedRecord.sis_id, ids))
    if code is not None:
        rows = rows.where(SkippedRecord.code == code)
    return [
        _line(row.run_id, row.entity, row.sis_id, row.name, "skipped", row.code, row.detail)
        for row in session.scalars(rows.limit(limit))
    ]


def _messages(session: Session, run_id: int | None, code: str | None, limit: int) -> list[RecordLine]:
    rows = select(RunMessage).order_by(RunMessage.id).limit(limit)
    if run_id is not None:
        rows = rows.where(RunMessage.run_id == run_id)
    if code is not None:
        rows = rows.where(RunMessage.code == code)
    return [_said(message) for message in session.scalars(rows)]


def _said(message: RunMessage) -> RecordLine:
    """A message about a run is a sentence of its own: only what to do is added."""
    line = _line(message.run_id, "run", message.sis_id or "", "", message.level, message.code, None)
    return replace(line, text=message.detail)


def _line(
    run_id: int, entity: str, key: str, name: str, event: str, code: str | None, detail: str | None
) -> RecordLine:
    advice = Code[code].value if code and code in Code.__members__ else None
    text = ": ".join(filter(None, (advice.words if advice else "", detail or "")))
    return RecordLine(
        run_id, entity, key, name, event, code or "", text, advice.remedy if advice else "",
        advice.where if advice else "",
    )  # fmt: skip
