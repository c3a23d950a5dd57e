"""The runs of the sync, as the log shows them (C-109 … C-111)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.models import School
from consumer.sync.tables import PlanChange, SyncRun

#: What a run syncs, as people call it.
KINDS = {"users": "Users", "courses": "Courses", "sections": "Sections and enrollments", "all": "All data"}
_NUMBERS = ("created", "updated", "unchanged", "removed", "skipped", "failed", "held")


@dataclass(frozen=True, slots=True)
class RunsWanted:
    """Which runs; None means any. `school_id`: those that touched, or would touch, anything of the school."""

    connection_id: int | None = None
    school_id: int | None = None
    kind: str | None = None
    status: str | None = None
    trigger: str | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the log shows it (C-110). Moments are aware UTC; `schools` are those that it touched or would touch;
    `progress` is (what it does, how much is done, of how much) while it is running; in a dry run the numbers are what
    would happen. `section`: whose grades it sent, where it is a press.
    """

    run: int
    connection: str
    kind: str
    trigger: str
    started_by: str
    status: str
    dry_run: bool
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    schools: tuple[str, ...]
    created: int
    updated: int
    unchanged: int
    removed: int
    skipped: int
    failed: int
    held: int
    message: str
    progress: tuple[str, int, int | None] | None = None
    section: str = ""

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        for name in ("queued_at", "started_at", "finished_at"):
            values[name] = values[name].isoformat() if values[name] else None
        return values


def every_run(session: Session, wanted: RunsWanted, size: int = 500) -> Iterator[RunRow]:
    """All runs, newest first, a page at a time."""
    before: int | None = None
    while True:
        rows = select(SyncRun).where(*where_of(wanted)).order_by(SyncRun.id.desc()).limit(size)
        runs = session.scalars(rows if before is None else rows.where(SyncRun.id < before)).all()
        yield from rows_of(session, runs)
        if len(runs) < size:
            return
        before = runs[-1].id


def find_run(session: Session, run_id: int) -> RunRow | None:
    """One run."""
    run = session.get(SyncRun, run_id)
    return rows_of(session, [run])[0] if run is not None else None


def where_of(wanted: RunsWanted) -> list[ColumnElement[bool]]:
    """The conditions on `SyncRun` for what is wanted."""
    asked: list[ColumnElement[bool]] = []
    for column, value in (
        (SyncRun.connection_id, wanted.connection_id), (SyncRun.kind, wanted.kind), (SyncRun.status, wanted.status),
        (SyncRun.trigger, wanted.trigger),
    ):  # fmt: skip
        if value is not None:
            asked.append(column == value)
    if wanted.school_id is not None:
        asked.append(_touches(wanted.school_id))
    return asked


def _touches(school_id: Any) -> ColumnElement[bool]:
    """Whether the run has a plan row of the school. With its LIMIT, PostgreSQL looks for one row in the index; an
    EXISTS it would make a join over all plans.
    """
    rows = select(PlanChange.id).where(PlanChange.run_id == SyncRun.id, PlanChange.school_id == school_id)
    return rows.limit(1).correlate(SyncRun, School).scalar_subquery().is_not(None)


def rows_of(session: Session, runs: Sequence[SyncRun]) -> list[RunRow]:
    """The runs as the log shows them."""
    names = dict(session.execute(select(Connection.id, Connection.name)).all())
    schools = _schools(session, [run.id for run in runs])
    return [_row(run, names.get(run.connection_id, ""), schools.get(run.id, ())) for run in runs]


def _schools(session: Session, run_ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Names of the schools that each run touched: one look into an index for each run and school."""
    rows = (
        select(SyncRun.id, School.name)
        .join(School, _touches(School.id))
        .where(SyncRun.id.in_(run_ids))
        .order_by(SyncRun.id, School.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for run_id, name in session.execute(rows):
        found[run_id] = (*found.get(run_id, ()), name)
    return found


def _row(run: SyncRun, connection: str, schools: tuple[str, ...]) -> RunRow:
    said = orjson.loads(run.counts) if run.counts else {"lines": [], "notices": []}
    sums = {name: sum(line[name] for line in said["lines"]) for name in _NUMBERS}
    notices = [notice["detail"] for notice in said["notices"]]
    running = run.finished_at is None and run.progress is not None
    return RunRow(
        run=run.id, connection=connection, kind=run.kind, trigger=run.trigger, started_by=run.started_by or "",
        status=run.status, dry_run=run.dry_run, queued_at=_utc(run.queued_at),
        started_at=_utc(run.started_at) if run.started_at else None,
        finished_at=_utc(run.finished_at) if run.finished_at else None, schools=schools,
        message=notices[0] if notices else "",
        progress=tuple(orjson.loads(run.progress or "[]")) if running else None, **sums,
    )  # fmt: skip


def _utc(moment: datetime) -> datetime:
    """SQLite gives moments without their zone, which is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
