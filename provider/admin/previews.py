"""What a preview's job has found: for another active year on the page that can set it, else as numbers and names."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.differences import HAPPENS, as_csv, editions_of, records_page
from provider.admin.guards import for_administrators
from provider.database import db
from provider.jobs.line import asked_of
from provider.jobs.showing import shown
from provider.jobs.tables import DONE, Job
from provider.previewing import PREVIEW
from provider.publishing.differences import Source
from provider.refreshing import district_zone

previews = Blueprint("previews", __name__, template_folder="templates", url_prefix="/previews")
for_administrators(previews)


@previews.get("/<int:job_id>/")
def show(job_id: int) -> ResponseReturnValue:
    """What would appear, change and disappear, by platform."""
    session = db.session()
    job = _job(session, job_id)
    asked = asked_of(job)
    if year_id := asked.get("active_year"):
        return redirect(url_for("years.previewed", year_id=year_id, job_id=job_id))
    editions, totals = editions_of(session, Source(job_id=job.id)) if job.state == DONE else ([], None)
    return render_template(
        "admin/preview.html", job=shown(session, job, datetime.now(UTC)), asked=asked, editions=editions,
        totals=totals, zone=str(district_zone(session)),
    )  # fmt: skip


@previews.get("/<int:job_id>/<int:difference_id>/")
def records(job_id: int, difference_id: int) -> str:
    """The records, by name."""
    session = db.session()
    page = records_page(session, Source(job_id=_job(session, job_id).id), difference_id)
    return render_template("admin/preview_records.html", job_id=job_id, page=page, happens=HAPPENS)


@previews.get("/<int:job_id>.csv")
def file(job_id: int) -> Response:
    """All of them as a file."""
    session = db.session()
    return as_csv(session, Source(job_id=_job(session, job_id).id), f"preview-{job_id}")


def _job(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id)
    if job is None or job.kind != PREVIEW:
        abort(404)
    return job
