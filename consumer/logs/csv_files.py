"""The log as CSV, of any length (C-115)."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from consumer.logs.listing import ALL_KINDS, every_row
from consumer.logs.presses import press_lines
from consumer.sync.details import Wanted, every_detail
from consumer.sync.lines import Detail
from consumer.sync.log import RunRow, RunsWanted
from shared.csv_cells import Cell, write_csv

_RUNS = (
    "run", "connection", "type", "trigger", "started by", "status", "dry run", "queued", "started", "ended",
    "schools", "created", "updated", "unchanged", "removed", "skipped", "failed", "held", "message", "section",
)  # fmt: skip
_DETAILS = (
    "run", "record type", "SIS id", "person", "name", "what happened", "code", "why", "what to do", "where",
    "request id", "changes",
)  # fmt: skip


def runs_csv(session: Session, wanted: RunsWanted) -> Iterator[str]:
    """Every run that is wanted, newest first, with the columns of C-110; a piece of text for each."""
    return write_csv(_RUNS, map(_run, every_row(session, wanted)))


def details_csv(session: Session, wanted: Wanted) -> Iterator[str]:
    """Every line that is wanted, in the order of the log; a piece of text for each."""
    return write_csv(_DETAILS, map(_detail, every_detail(session, wanted)))


def press_csv(session: Session, run_id: int) -> Iterator[str]:
    """Every line of a press, in the order of the log; a piece of text for each."""
    return write_csv(_DETAILS, map(_detail, press_lines(session, run_id)))


def _run(row: RunRow) -> list[Cell]:
    return [
        row.run, row.connection, ALL_KINDS[row.kind], row.trigger, row.started_by, row.status, row.dry_run,
        row.queued_at, row.started_at, row.finished_at, "; ".join(row.schools), row.created, row.updated,
        row.unchanged, row.removed, row.skipped, row.failed, row.held, row.message, row.section,
    ]  # fmt: skip


def _detail(line: Detail) -> list[Cell]:
    changes = (f"{one.name}: {one.before or '(none)'} → {one.after or '(none)'}" for one in line.changes)
    return [
        line.run, line.entity, line.sis_id, line.person, line.name, line.event, line.code, line.text, line.remedy,
        line.where, line.request_id, "; ".join(changes),
    ]  # fmt: skip
