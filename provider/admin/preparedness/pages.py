"""The pages of the Preparedness report: its counts, the records of a check, both as CSV, and making it anew."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.access.user_tables import AuditEntry
from provider.admin.guards import for_administrators, who
from provider.admin.mending import found_address
from provider.admin.missing.subjects import why_address
from provider.database import db
from provider.eligibility.checks.check import BLOCKING, NOTE, WARNING
from provider.eligibility.readiness import CHECKS
from provider.jobs.line import Refused, ask, open_job
from provider.jobs.showing import shown
from provider.jobs.tables import FAILED, Job
from provider.preparedness.checking import csv_lines
from provider.preparedness.job import PREPARE
from provider.preparedness.reports import CHECK_OF, Report, count_records, findings_of, last_report, records_of
from provider.refreshing import district_zone
from shared.database import will_write
from shared.web.csv_answer import csv_answer
from shared.web.lists import SIZE, Listing, read_asked

preparedness = Blueprint("preparedness", __name__, template_folder="templates", url_prefix="/preparedness")
for_administrators(preparedness)

#: The parts of the page: a weight, its heading, and the word that stands before each of its checks.
WEIGHTS = (
    (BLOCKING, "Blocks everything", "Blocking"), (WARNING, "To mend", "Warning"), (NOTE, "Set on purpose", "Note"),
)  # fmt: skip
EVERY = "all"


class Line(NamedTuple):
    """A record of a check: its words, where it is mended, where it is told why it is missing; None for nowhere."""

    text: str
    mend: str | None
    why: str | None


@preparedness.get("/")
def show() -> str:
    """The last report; the one that is being made."""
    session = db.session()
    job, report = open_job(session, PREPARE), last_report(session)
    return render_template(
        "preparedness/report.html", report=report, checks=len(CHECKS), weights=WEIGHTS,
        job=shown(session, job, datetime.now(UTC)) if job else None, failed=_failed(session, report),
        edited=_edited_since(session, report), zone=str(district_zone(session)),
    )  # fmt: skip


@preparedness.post("/")
def make() -> ResponseReturnValue:
    """Ask for a new report."""
    session = db.session()
    session.commit()
    will_write(session)
    try:
        ask(session, PREPARE, {}, datetime.now(UTC), who(), alone=True)
    except Refused:
        session.rollback()
        flash("A report is being made already.", "warn")
        return redirect(url_for("preparedness.show"), 303)
    session.commit()
    return redirect(url_for("preparedness.show"), 303)


@preparedness.get("/jobs/<int:job_id>/")
def of_job(job_id: int) -> ResponseReturnValue:
    """Where a job's report is shown."""
    return redirect(url_for("preparedness.show"), 303)


@preparedness.get("/<name>/")
def check(name: str) -> str:
    """The records that a check found."""
    session = db.session()
    one = CHECK_OF.get(name) or abort(404)
    report = last_report(session) or abort(404)
    asked = read_asked(request.args, ("found",))
    found = records_of(session, report.id, name, asked.search, asked.offset, SIZE)
    total = count_records(session, report.id, name, asked.search)
    lines = [Line(row.text, found_address(session, one, row), why_address(row.table, row.id)) for row in found]
    return render_template(
        "preparedness/check.html", check=one, report=report, listing=Listing(lines, total, asked),
        zone=str(district_zone(session)),
    )  # fmt: skip


@preparedness.get("/csv/<name>")
def download(name: str) -> ResponseReturnValue:
    """The records of a check, or of all, as a file."""
    session = db.session()
    report = last_report(session) or abort(404)
    if name != EVERY and name not in CHECK_OF:
        abort(404)
    findings = findings_of(session, report, CHECK_OF if name == EVERY else (name,))
    return csv_answer(csv_lines(findings), f"preparedness-{name}-{report.day.isoformat()}")


def _failed(session: Session, report: Report | None) -> str:
    """How the last attempt to make a report failed, "" when it did not, or a later one went well."""
    job = session.scalar(select(Job).where(Job.kind == PREPARE).order_by(Job.id.desc()).limit(1))
    return (job.message or "") if job and job.state == FAILED else ""


def _edited_since(session: Session, report: Report | None) -> bool:
    """Whether somebody has changed something since the report was made."""
    last = session.scalar(select(func.max(AuditEntry.at)))
    return report is not None and last is not None and last > report.made_at
