"""The closing table of a run: what was created, updated, left, removed, skipped and failed, and why (C-110)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.mapping.outcome import Code
from consumer.platform.models import (
    SYNC,
    AccountSisId,
    Course,
    Enrollment,
    GradingPeriod,
    ParentLink,
    School,
    Section,
)
from consumer.sync.tables import Action, Entity, PlanChange, RunMessage, SkippedRecord, State, SyncRun

#: Reasons that the administrator's own choices give, or the district's: counted, but nothing to worry about.
CHOSEN = frozenset(
    code.name
    for code in (
        Code.SCHOOL_UNMAPPED, Code.SCHOOL_NOT_TICKED, Code.TERM_UNMAPPED, Code.ROLE_NOT_SYNCED,
        Code.NOT_CREATED_DELETED,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One entity's numbers. `held` waits for approval; in a dry run the numbers are what would happen."""

    entity: str
    created: int
    updated: int
    unchanged: int
    removed: int
    skipped: int
    failed: int
    held: int


@dataclass(frozen=True, slots=True)
class Reason:
    """How many records of an entity are skipped or failed for one reason, and what to do."""

    entity: str
    code: str
    count: int
    words: str
    remedy: str
    where: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about the run: what happened, what to do, and where. Notes come last."""

    level: str
    code: str
    detail: str
    remedy: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A run's closing table."""

    run: int
    kind: str
    dry_run: bool
    status: str
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    notices: tuple[Notice, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def make_report(session: Session, run: SyncRun, entities: Sequence[Entity], planned: Sequence[Entity]) -> Report:
    """Counted from the plan, the platform and the list of skipped records. Nothing is unchanged or skipped of entities
    that are not `planned`: nobody has compared them.
    """
    counts = _plan_counts(session, run.id)
    skipped = _skipped(session, run)
    lines = []
    for entity in entities:
        done = {action: _effective(counts[entity, action], run.dry_run) for action in Action}
        failed = sum(counts[entity, action][State.FAILED] for action in Action)
        changed = done[Action.UPDATE] + (0 if run.dry_run else done[Action.CREATE])
        lines.append(
            Line(
                entity=entity.value,
                created=done[Action.CREATE],
                updated=done[Action.UPDATE],
                unchanged=max(0, _total(session, run.connection_id, entity) - changed) if entity in planned else 0,
                removed=done[Action.REMOVE],
                skipped=sum(skipped[entity].values()) if entity in planned else 0,
                failed=failed,
                held=counts[entity, Action.REMOVE][State.HELD],
            )
        )
    reasons = _reasons(session, run, planned, skipped)
    return Report(run.id, run.kind, run.dry_run, run.status, tuple(lines), reasons, _notices(session, run))


def _effective(states: Counter[str], dry_run: bool) -> int:
    return states[State.PENDING] if dry_run else states[State.APPLIED]


def _plan_counts(session: Session, run_id: int) -> dict[tuple[str, str], Counter[str]]:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    rows = (
        select(PlanChange.entity, PlanChange.action, PlanChange.state, func.count())
        .where(PlanChange.run_id == run_id)
        .group_by(PlanChange.entity, PlanChange.action, PlanChange.state)
    )
    for entity, action, state, count in session.execute(rows):
        counts[entity, action][state] = count
    return counts


def _skipped(session: Session, run: SyncRun) -> dict[str, Counter[str]]:
    """Skipped records by entity and code: as listed, and in a dry run as they would be."""
    skipped: dict[str, Counter[str]] = defaultdict(Counter)
    rows = (
        select(SkippedRecord.entity, SkippedRecord.code, func.count())
        .where(SkippedRecord.connection_id == run.connection_id)
        .group_by(SkippedRecord.entity, SkippedRecord.code)
    )
    for entity, code, count in session.execute(rows):
        skipped[entity][code] = count
    if run.dry_run:
        _foresee(session, run, skipped)
    return skipped


def _foresee(session: Session, run: SyncRun, skipped: dict[str, Counter[str]]) -> None:
    rows = (
        select(PlanChange.entity, PlanChange.code, SkippedRecord.code)
        .outerjoin(
            SkippedRecord,
            (SkippedRecord.connection_id == run.connection_id)
            & (SkippedRecord.entity == PlanChange.entity)
            & (SkippedRecord.sis_id == PlanChange.key),
        )
        .where(PlanChange.run_id == run.id, PlanChange.action.in_((Action.SKIP, Action.CLEAR)))
    )
    for entity, new, old in session.execute(rows):
        if old is not None:
            skipped[entity][old] -= 1
        if new is not None:
            skipped[entity][new] += 1


def _total(session: Session, connection_id: int, entity: Entity) -> int:
    """Rows of the platform that come from this connection."""
    statements: dict[Entity, Any] = {
        Entity.SCHOOL: select(func.count(School.id)).where(School.connection_id == connection_id),
        Entity.PERIOD: select(func.count(GradingPeriod.id)).where(GradingPeriod.connection_id == connection_id),
        Entity.USER: select(func.count(AccountSisId.account_id.distinct())).where(
            AccountSisId.connection_id == connection_id
        ),
        Entity.COURSE: select(func.count(Course.id)).where(Course.connection_id == connection_id),
        Entity.SECTION: select(func.count(Section.id)).where(Section.connection_id == connection_id),
        Entity.ENROLLMENT: select(func.count(Enrollment.id))
        .join(Section, Section.id == Enrollment.section_id)
        .where(Section.connection_id == connection_id, Enrollment.origin == SYNC),
        Entity.LINK: select(func.count(ParentLink.id)).where(ParentLink.connection_id == connection_id),
    }
    return session.scalar(statements[entity]) or 0


def _reasons(
    session: Session, run: SyncRun, planned: Sequence[Entity], skipped: dict[str, Counter[str]]
) -> tuple[Reason, ...]:
    counts = {(entity.value, code): n for entity in planned for code, n in skipped[entity].items() if n > 0}
    failed = (
        select(PlanChange.entity, PlanChange.code, func.count())
        .where(PlanChange.run_id == run.id, PlanChange.state == State.FAILED)
        .group_by(PlanChange.entity, PlanChange.code)
    )
    for entity_name, code, n in session.execute(failed):
        counts[entity_name, code or Code.NOT_APPLIED.name] = n
    return tuple(Reason(entity_name, code, n, *Code[code].value) for (entity_name, code), n in sorted(counts.items()))


def _notices(session: Session, run: SyncRun) -> tuple[Notice, ...]:
    said = select(RunMessage).where(RunMessage.run_id == run.id).order_by(RunMessage.level == "note", RunMessage.id)
    rows = session.scalars(said.limit(50))
    return tuple(Notice(row.level, row.code, row.detail, *_advice(row.code)) for row in rows)


def _advice(code: str) -> tuple[str, str]:
    """(what to do, where)."""
    known = Code.__members__.get(code)
    return (known.value.remedy, known.value.where) if known else ("", "")


def stored_report(run: SyncRun) -> Report | None:
    """The closing table of a run that has ended."""
    if run.counts is None:
        return None
    said = orjson.loads(run.counts)
    return Report(
        said["run"], said["kind"], said["dry_run"], said["status"],
        tuple(Line(**line) for line in said["lines"]),
        tuple(Reason(**reason) for reason in said["reasons"]),
        tuple(Notice(**notice) for notice in said["notices"]),
    )  # fmt: skip
