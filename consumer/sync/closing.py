"""Ends runs: counts what they did, says how they ended (C-111), and lets go of what they will not do any more."""

from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from consumer.mapping.outcome import Code
from consumer.sync.planning import KINDS, plannable
from consumer.sync.report import CHOSEN, Report, make_report
from consumer.sync.tables import Mark, PlanChange, RunMessage, State, Status, SyncRun
from shared.sealing import CannotUnseal


def close_run(session: Session, run: SyncRun, status: Status | None, now: datetime) -> Report:
    """End the run; without a `status` the outcome decides it."""
    compared = status is None or run.step in ("apply", "done")  # it went to its end, or at least its plan did
    report = make_report(session, run, KINDS[run.kind], plannable(session, run) if compared else ())
    report = replace(report, status=status or outcome(report))
    run.status, run.step, run.finished_at, run.progress = report.status, "done", now, None
    run.counts = orjson.dumps(report.as_json()).decode()
    session.flush()
    return report


def outcome(report: Report) -> Status:
    """How a run has ended that went to its end."""
    if any(line.held for line in report.lines) and not report.dry_run:
        return Status.WAITING
    if any(notice.level == "error" for notice in report.notices) or any(line.failed for line in report.lines):
        return Status.ERRORS
    warned = any(notice.level != "note" for notice in report.notices)
    if warned or any(reason.code not in CHOSEN for reason in report.reasons):
        return Status.WARNINGS
    return Status.COMPLETED


def fail_run(session: Session, run: SyncRun, error: Exception, now: datetime) -> Report:
    """End a run that an error has stopped. Only what is known to hold no personal data is told of the error."""
    known = isinstance(error, CannotUnseal)
    why = str(error) if known else f"The run ended by an error of this program: {type(error).__name__}"
    add_message(session, run.id, "error", Code.FAILED.name, why)
    return close_run(session, run, Status.FAILED, now)


def cancel_run(session: Session, run: SyncRun, now: datetime) -> Report:
    """End a run that a person does not want any more. What is applied stays; the rest of its plan is superseded, and
    planned anew by the next run.
    """
    session.execute(
        update(PlanChange)
        .where(PlanChange.run_id == run.id, PlanChange.state.in_((State.PENDING, State.HELD)))
        .values(state=State.SUPERSEDED)
        .execution_options(synchronize_session=False)
    )
    # Marks that this run has set already say that everything is planned: what is let go here would not be seen again.
    session.execute(
        update(Mark)
        .where(Mark.connection_id == run.connection_id, Mark.run_id == run.id)
        .values(choices="")
        .execution_options(synchronize_session=False)
    )
    return close_run(session, run, Status.CANCELLED, now)


def add_message(
    session: Session,
    run_id: int,
    level: str,
    code: str,
    detail: str,
    sis_id: str | None = None,
    request_id: str | None = None,
) -> None:
    """A message about a run: `level` is note, warning or error; `request_id` names the call that failed (C-112)."""
    said = {"level": level, "code": code, "detail": detail, "sis_id": sis_id, "request_id": request_id}
    session.execute(insert(RunMessage), [{"run_id": run_id, **said}])
