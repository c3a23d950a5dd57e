"""The job that imports an upload: what `homeroom provider import` does, asked for on the Import page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.jobs.files import uploads
from provider.jobs.working import Failed, JobAtWork, Outcome, Work
from provider.refreshing import district_zone
from provider.sis.changes import EVERYTHING, note_changes
from provider.sis.importing import ImportFailed, ImportReport, as_data, check_path, import_path
from provider.sis.importing import Outcome as Row
from shared.database import writing

_LOST = (
    "The uploaded file is not there any more: upload it again. Workers must see the same data folder as the pages "
    "(HOMEROOM_DATA)"
)


def import_work(app: Flask) -> Work:
    """Imports what was asked: {"file": what people call it, "upload": its folder, "name": its name there ("" for the
    folder itself), "strict", "dry_run"}.

    Whatever was written, and however the import ended, everything is refreshed afterwards. Importing twice has no
    second effect.
    """
    homeroom = app.extensions["homeroom"]
    district: Path = homeroom["settings"].provider_folder(homeroom["app_name"])

    def work(job: JobAtWork) -> Outcome:
        asked = job.asked
        path = uploads(district) / asked["upload"] / asked["name"]
        if not path.exists():
            raise Failed(_LOST)
        try:
            check_path(path)
            report = _import(job, path)
        except ImportFailed as error:
            raise Failed(str(error)) from error
        if report.written:
            _note(job, report)
        return Outcome(_sentence(report, asked["dry_run"]), as_data(report))

    return work


def _import(job: JobAtWork, path: Path) -> ImportReport:
    """Import, and have everything refreshed, also after a part of it."""
    dry_run = bool(job.asked["dry_run"])
    now = job.clock()
    with Session(job.engine) as session:
        today = now.astimezone(district_zone(session)).date()
    changed = True
    try:
        report = import_path(
            job.engine, path, strict=bool(job.asked["strict"]), dry_run=dry_run, today=today, now=now,
            progress=_progress(job),
        )  # fmt: skip
        changed = report.written and any(report.total(row) for row in (Row.CREATED, Row.UPDATED))
    finally:
        if changed and not dry_run:
            with writing(job.engine) as connection:
                note_changes(connection, [EVERYTHING])
    return report


def _progress(job: JobAtWork) -> Callable[[str, int, int, int], None]:
    """How many rows a file has is known at its end only: reckoned from how far its bytes are read."""

    def tell(file: str, done: int, size: int, rows: int) -> None:
        job.tell(f"Reading {file}", rows, max(rows, rows * size // done) if done else None)

    return tell


def _note(job: JobAtWork, report: ImportReport) -> None:
    """Put what was written into the audit trail."""
    counts: dict[str, Any] = {row.value: report.total(row) for row in Row if report.total(row)}
    with Session(job.engine) as session:
        session.connection(execution_options={"writing": True})
        audit(session, job.clock(), job.by, "import", job.asked["file"], None, counts)
        session.commit()


def _sentence(report: ImportReport, dry_run: bool) -> str:
    counts = [f"{report.total(row):,} {row.value}" for row in Row if report.total(row)]
    told = ", ".join(counts) or "no rows"
    if dry_run:
        return f"A check, nothing was written. It would be: {told}"
    if not report.written:
        return f"Nothing was written: {report.refused:,} rows were refused, and all or nothing was asked for"
    return f"Rows: {told}"
