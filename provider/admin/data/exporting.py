"""Export: a OneRoster CSV package of what a connection sees, made by a job and fetched while it is kept."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.access.connections import list_connections
from provider.admin.guards import for_administrators, who
from provider.database import db
from provider.jobs import line
from provider.jobs.files import EXPORT, KEPT, export_file, is_there
from provider.jobs.line import asked_of, result_of
from provider.jobs.showing import shown
from provider.jobs.tables import Job
from provider.publishing.sweeping import HISTORY
from provider.refreshing import district_zone
from shared.database import will_write
from shared.oneroster.instants import instant
from shared.web.forms import Form, typed_form

data_export = Blueprint("data_export", __name__, template_folder="templates", url_prefix="/export")
for_administrators(data_export)

BULK, DELTA = "bulk", "delta"
#: Exports of before that the page lists.
SHOWN = 10


@data_export.get("/")
def show() -> str:
    """The page that asks for a package; an address may say of which connection, and since when."""
    since = request.args.get("since", "")[:40]
    return _page(Form({
        "connection": request.args.get("connection", "")[:100], "since": since, "mode": DELTA if since else BULK,
    }))  # fmt: skip


@data_export.post("/")
def export() -> ResponseReturnValue:
    """Put an export into the line; to what becomes of it."""
    session, form, now = db.session(), typed_form(request.form), datetime.now(UTC)
    since, errors = _since(form, now)
    name = form.value("connection")
    if name not in _exported(session):
        errors["connection"] = ["Choose a connection."]
    if errors:
        return _page(form.refused(errors)), 422
    session.commit()
    will_write(session)
    asked = {"connection": name, "since": since.isoformat() if since else ""}
    try:
        job = line.ask(session, EXPORT, asked, now, who(), alone=True)
    except line.Refused as error:
        session.rollback()
        return _page(form.refused({"": [f"{error}."]})), 409
    audit(session, now, who(), "export", name, None, {"since": asked["since"] or "everything"})
    session.commit()
    return redirect(url_for("data_export.result", job_id=job.id), 303)


@data_export.get("/<int:job_id>/")
def result(job_id: int) -> str:
    """An export: how far it is, then the package."""
    session, now = db.session(), datetime.now(UTC)
    job = _job(session, job_id)
    kept_until = job.finished_at + KEPT if job.finished_at and _path(job, now) else None
    return render_template(
        "data/export_result.html", job=shown(session, job, now), asked=asked_of(job), result=result_of(job),
        kept_until=kept_until, zone=str(district_zone(session)),
    )  # fmt: skip


@data_export.get("/<int:job_id>/package.zip")
def package(job_id: int) -> Response:
    """The package. Who fetches it is on record: it holds who the people of the district are."""
    session, now = db.session(), datetime.now(UTC)
    job = _job(session, job_id)
    path = _path(job, now) or abort(404)
    name = asked_of(job)["connection"]
    session.commit()
    will_write(session)
    audit(session, now, who(), "download export", f"Export {job_id}: {name}")
    session.commit()
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")
    answer = send_file(path, "application/zip", as_attachment=True, download_name=f"oneroster-{plain}-{job_id}.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _since(form: Form, now: datetime) -> tuple[datetime | None, dict[str, list[str]]]:
    """The moment that a delta begins at, None for bulk, and what is wrong with it."""
    if form.value("mode") != DELTA:
        return None, {}
    try:
        since = datetime.fromisoformat(instant(form.value("since"))[:23]).replace(tzinfo=UTC)
    except ValueError:
        return None, {"since": ["Write a date, 2026-11-20, or a moment, 2026-11-20T22:00:00Z."]}
    return since, {"since": ["This lies in the future."]} if since > now else {}


def _page(form: Form) -> str:
    session, now = db.session(), datetime.now(UTC)
    past = session.scalars(select(Job).where(Job.kind == EXPORT).order_by(Job.id.desc()).limit(SHOWN))
    names = _exported(session)
    return render_template(
        "data/export.html", form=form, connections=[(name, name) for name in names], history=HISTORY.days,
        past=[(shown(session, job, now), asked_of(job), result_of(job), _path(job, now) is not None) for job in past],
        kept=int(KEPT.total_seconds() // 3600), zone=str(district_zone(session)),
    )  # fmt: skip


def _exported(session: Session) -> list[str]:
    """The connections that have something to export, by name."""
    return [connection.name for connection in list_connections(session) if connection.roster]


def _job(session: Session, job_id: int) -> Job:
    """An export; 404 where there is none."""
    job = session.get(Job, job_id)
    return job if job is not None and job.kind == EXPORT else abort(404)


def _path(job: Job, now: datetime) -> Path | None:
    """Where the package lies, while it is kept."""
    homeroom: dict[str, Any] = current_app.extensions["homeroom"]
    path = export_file(homeroom["settings"].provider_folder(homeroom["app_name"]), job.id)
    return path if is_there(job, now) and path.is_file() else None
