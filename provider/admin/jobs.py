"""Jobs: what people have asked for that takes longer than a page may, how far it is, and how it ended."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from provider.access.audit import audit
from provider.admin.guards import for_administrators, who
from provider.admin.job_kinds import KINDS, address_of, words_of
from provider.database import db
from provider.jobs import line
from provider.jobs.showing import shown
from provider.jobs.tables import OPEN, STATES, Job
from provider.refreshing import district_zone
from shared.database import will_write
from shared.web.lists import SIZE, Listing, read_asked
from shared.web.redirects import own_path

jobs = Blueprint("jobs", __name__, template_folder="templates", url_prefix="/jobs")
for_administrators(jobs)

#: What came of a job can be megabytes of rows; the pages of its kind read it.
_WITHOUT_RESULT = defer(Job.result, raiseload=True)


@jobs.app_context_processor
def _known_to_templates() -> dict[str, object]:
    """For the macros of admin/jobs.html, wherever they are used."""
    return {"job_words": words_of, "job_address": address_of}


@jobs.get("/")
def show() -> str:
    """Every job, the newest first."""
    session = db.session()
    asked = read_asked(request.args, ("newest",), ("kind", "state"))
    where = [getattr(Job, name) == value for name, value in asked.filters.items()]
    if asked.search:
        where.append(Job.who.icontains(asked.search, autoescape=True))
    total = session.scalar(select(func.count()).select_from(Job).where(*where)) or 0
    newest = select(Job).options(_WITHOUT_RESULT).where(*where).order_by(Job.id.desc())
    rows = session.scalars(newest.limit(SIZE).offset(asked.offset))
    now = datetime.now(UTC)
    kinds = sorted((kind, words_of(kind)) for kind in {*KINDS, *session.scalars(select(Job.kind).distinct())})
    return render_template(
        "admin/all_jobs.html", listing=Listing([shown(session, one, now) for one in rows], total, asked),
        kinds=[("", "All"), *kinds], states=[("", "All"), *((state, state.capitalize()) for state in STATES)],
        zone=str(district_zone(session)),
    )  # fmt: skip


@jobs.get("/<int:job_id>/")
def one(job_id: int) -> str:
    """A job, from its place in the line to how it ended."""
    session = db.session()
    job = _job(session, job_id)
    return render_template(
        "admin/one_job.html", job=shown(session, job, datetime.now(UTC)), zone=str(district_zone(session))
    )


@jobs.get("/<int:job_id>/progress")
def progress(job_id: int) -> ResponseReturnValue:
    """The moving part of a page that shows a job; once the job has ended, the page is loaded anew."""
    session = db.session()
    job = _job(session, job_id)
    if job.state not in OPEN:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("admin/job_progress.html", job=shown(session, job, datetime.now(UTC)))


@jobs.post("/<int:job_id>/cancel")
def cancel(job_id: int) -> ResponseReturnValue:
    """Cancel a job: at once while it waits, at its next step while it runs. Back to the page that the form names."""
    session = db.session()
    session.commit()
    will_write(session)
    job = _job(session, job_id)
    back = own_path(request.form.get("back"), f"{request.script_root}/jobs/{job_id}/", request.script_root)
    now = datetime.now(UTC)
    try:
        line.cancel(session, job, now)
    except line.Refused as error:
        session.rollback()
        flash(f"{error}.", "warn")
        return redirect(back, 303)
    audit(session, now, who(), "cancel job", f"{words_of(job.kind)} {job.id}")
    session.commit()
    flash("Cancelled." if job.state not in OPEN else "It ends at its next step.", "good")
    return redirect(back, 303)


def _job(session: Session, job_id: int) -> Job:
    """A job; 404 where there is none."""
    return session.get(Job, job_id, options=[_WITHOUT_RESULT]) or abort(404)
