"""Import: an upload, the job that checks or imports it, and what became of every row."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session, defer
from werkzeug.exceptions import RequestEntityTooLarge

from provider.admin.data.import_result import read_result, refusal_rows
from provider.admin.data.uploading import LARGEST_UPLOAD, BadUpload, tables, take_upload
from provider.admin.errors import show_error
from provider.admin.guards import for_administrators, is_administrator, who
from provider.database import db
from provider.jobs import line
from provider.jobs.files import IMPORT, is_there, uploads
from provider.jobs.line import asked_of
from provider.jobs.showing import shown
from provider.jobs.tables import Job
from provider.refreshing import district_zone
from shared.csv_cells import write_csv
from shared.database import will_write
from shared.web.csv_answer import csv_answer
from shared.web.forms import Form, typed_form
from shared.web.lists import read_asked
from shared.web.sessions import current_person

data_import = Blueprint("data_import", __name__, template_folder="templates", url_prefix="/import")

CHECK, IMPORT_IT = "check", "import"
#: Imports of before that the page lists.
SHOWN = 10


@data_import.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before the guard reads the form. Of nobody but an administrator is so much taken, and by no other form."""
    if endpoint == "data_import.upload" and _may_upload():
        request.max_content_length = LARGEST_UPLOAD + 100_000


def _may_upload() -> bool:
    person = current_person()
    return person is not None and is_administrator(person)


for_administrators(data_import)


@data_import.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """This comes before the guard: to others the page says nothing of its own."""
    if not _may_upload():
        return show_error(error)
    words = f"The file is larger than {LARGEST_UPLOAD // 1024**2} MB: use the command, or split it into several"
    return _page(Form({"what": CHECK}, {"file": [f"{words}."]})), 413


@data_import.get("/")
def show() -> str:
    """The page that takes a file."""
    return _page(Form({"what": CHECK}))


@data_import.post("/")
def upload() -> ResponseReturnValue:
    """Take a file and put the job into the line; to what becomes of it."""
    form = typed_form(request.form)
    table = form.value("table") if form.value("table") in tables() else ""
    try:
        taken = take_upload(request.files.get("file"), _district(), table)
    except BadUpload as error:
        return _page(form.refused({error.field: [f"{error}."]})), 422
    asked = {
        "file": taken.file, "upload": taken.folder.name, "name": taken.name, "strict": form.has("strict", "1"),
        "dry_run": form.value("what") != IMPORT_IT,
    }  # fmt: skip
    try:
        return _ask(asked)
    except line.Refused as error:
        taken.remove()
        return _page(form.refused({"": [f"{error}."]})), 409


@data_import.get("/<int:job_id>/")
def result(job_id: int) -> str:
    """An import: how far it is, then its rows."""
    session, now = db.session(), datetime.now(UTC)
    job = _job(session, job_id)
    found = read_result(job)
    asked = read_asked(request.args, ("line",), ("file", "show"))
    notes = asked.filters.get("show") == "notes"
    return render_template(
        "data/import_result.html", job=shown(session, job, now), asked=asked_of(job), result=found,
        listing=found.listing(asked, notes) if found else None, notes=notes, importable=_is_importable(job, now),
        zone=str(district_zone(session)),
    )  # fmt: skip


@data_import.post("/<int:job_id>/go")
def go(job_id: int) -> ResponseReturnValue:
    """Import what was checked, while its file is there."""
    session = db.session()
    job = _job(session, job_id)
    if not _is_importable(job, datetime.now(UTC)):
        return _page(Form({"what": IMPORT_IT}, {"": ["The checked file is not kept any more: upload it again."]})), 409
    try:
        return _ask({**asked_of(job), "dry_run": False})
    except line.Refused as error:
        return _page(Form({"what": IMPORT_IT}, {"": [f"{error}."]})), 409


@data_import.get("/<int:job_id>/refused.csv")
def refused(job_id: int) -> Response:
    """The refused rows as CSV."""
    found = read_result(_job(db.session(), job_id)) or abort(404)
    header = ("file", "line", "column", "value", "reason")
    return csv_answer(write_csv(header, refusal_rows(found)), f"import-{job_id}-refused")


def _ask(asked: dict[str, Any]) -> ResponseReturnValue:
    """Put an import into the line. Raises Refused while another is under way."""
    session = db.session()
    session.commit()
    will_write(session)
    try:
        job = line.ask(session, IMPORT, asked, datetime.now(UTC), who(), alone=True)
    except line.Refused:
        session.rollback()
        raise
    session.commit()
    return redirect(url_for("data_import.result", job_id=job.id), 303)


def _page(form: Form) -> str:
    session, now = db.session(), datetime.now(UTC)
    newest = select(Job).options(defer(Job.result)).where(Job.kind == IMPORT).order_by(Job.id.desc()).limit(SHOWN)
    past = [(shown(session, job, now), asked_of(job)) for job in session.scalars(newest)]
    return render_template(
        "data/import.html", form=form, past=past, megabytes=LARGEST_UPLOAD // 1024**2,
        tables=[("", "As the file is called"), *((name, name) for name in tables())],
        zone=str(district_zone(session)), is_open=any(job.moving for job, _ in past),
    )  # fmt: skip


def _job(session: Session, job_id: int) -> Job:
    """An import; 404 where there is none."""
    job = session.get(Job, job_id)
    return job if job is not None and job.kind == IMPORT else abort(404)


def _is_importable(job: Job, now: datetime) -> bool:
    """Whether this was a check whose file is still there."""
    asked = asked_of(job)
    return asked["dry_run"] and is_there(job, now) and (uploads(_district()) / asked["upload"]).is_dir()


def _district() -> Path:
    homeroom = current_app.extensions["homeroom"]
    folder: Path = homeroom["settings"].provider_folder(homeroom["app_name"])
    return folder
