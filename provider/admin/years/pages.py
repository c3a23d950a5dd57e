"""School Years: their dates and calendars, and setting one active after a look at what that does (P-02, P-51, P-52)."""

from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.admin.differences import HAPPENS, as_csv, editions_of, records_page, totals
from provider.admin.guards import for_administrators, who
from provider.admin.records.address import add_address, record_address
from provider.admin.years.standing import Year, standing, years
from provider.database import db
from provider.jobs.line import ask, asked_of
from provider.jobs.showing import shown
from provider.jobs.tables import DONE, Job
from provider.previewing import PREVIEW
from provider.publishing.activating import set_active
from provider.publishing.differences import Source, kept_differences
from provider.publishing.hypotheses import ActiveYear, as_plain
from provider.publishing.runs import RefreshIsRunning
from provider.refreshing import district_zone
from provider.sis.changes import changes_of
from shared.database import will_write
from shared.web.forms import SEEN, stamp

school_years = Blueprint("years", __name__, template_folder="templates", static_folder="static", url_prefix="/years")
for_administrators(school_years)

#: What is said when a preview shows what is not so any more.
STALE = (
    "The school year, its calendars or the active year were changed after this preview was made. Nothing was set: "
    "look at a new preview."
)


@school_years.get("/")
def show() -> str:
    """Every school year."""
    return render_template(
        "years/show.html", years=years(db.session()), add=add_address("school_year"), edit=record_address
    )


@school_years.get("/<int:year_id>/")
def one(year_id: int) -> str:
    """A school year with its calendars."""
    year = _year(db.session(), year_id)
    return render_template("years/one.html", year=year, edit=record_address, add=add_address)


@school_years.post("/<int:year_id>/preview")
def preview(year_id: int) -> ResponseReturnValue:
    """Ask what would appear and disappear if the year were active."""
    session = db.session()
    session.rollback()
    will_write(session)
    stands = standing(session, year_id)
    if stands is None:
        abort(404)
    asked = {**as_plain(ActiveYear(year_id)), "stands": stands}
    job = ask(session, PREVIEW, asked, datetime.now(UTC), who())
    session.commit()
    return redirect(url_for("years.previewed", year_id=year_id, job_id=job.id), 303)


@school_years.get("/<int:year_id>/preview/<int:job_id>/")
def previewed(year_id: int, job_id: int) -> ResponseReturnValue:
    """What setting the year active would do, for each platform; while it is reckoned, how far that is."""
    session = db.session()
    return _preview_page(session, _year(session, year_id), _job(session, year_id, job_id))


@school_years.get("/<int:year_id>/preview/<int:job_id>/<int:difference_id>/")
def records(year_id: int, job_id: int, difference_id: int) -> str:
    """The records that would appear, change or disappear, by name."""
    session = db.session()
    year, job = _year(session, year_id), _job(session, year_id, job_id)
    page = records_page(session, Source(job_id=job.id), difference_id)
    return render_template("years/records.html", year=year, job_id=job.id, page=page, happens=HAPPENS)


@school_years.get("/<int:year_id>/preview/<int:job_id>.csv")
def file(year_id: int, job_id: int) -> Response:
    """All of them as a file."""
    session = db.session()
    job = _job(session, year_id, job_id)
    return as_csv(session, Source(job_id=job.id), f"school-year-{year_id}")


@school_years.post("/<int:year_id>/preview/<int:job_id>/")
def activate(year_id: int, job_id: int) -> ResponseReturnValue:
    """Set the year active, as the preview has shown it; refused when that is stale or a refresh is at work."""
    session, now = db.session(), datetime.now(UTC)
    session.rollback()
    will_write(session)
    year, job = _year(session, year_id), _job(session, year_id, job_id)
    unseen = job.state != DONE or request.form.get(SEEN) != _numbers_seen(session, job)
    if unseen or _is_stale(session, job):
        session.rollback()
        return _preview_page(session, _year(session, year_id), _job(session, year_id, job_id), STALE), 409
    numbers = totals(kept_differences(session.connection(), Source(job_id=job.id)))
    try:
        before = set_active(session, year.row, job.id, now)
    except RefreshIsRunning as running:
        session.rollback()
        flash(f"{running}.", "warn")
        return redirect(url_for("years.previewed", year_id=year_id, job_id=job_id), 303)
    audit(
        session, now, who(), "set active year", year.row.name, {"active year": before.name if before else None},
        {"active year": year.row.name, **asdict(numbers)}, changes_of(year.row, session.connection()),
    )  # fmt: skip
    session.commit()
    flash(f"{year.row.name} is the active year. The cache is refreshed as soon as a worker looks.", "good")
    return redirect(url_for("refreshes.show"), 303)


def _preview_page(session: Session, year: Year, job: Job, told: str = "") -> str:
    source = Source(job_id=job.id)
    editions, numbers = editions_of(session, source) if job.state == DONE else ([], None)
    active = next((other.row for other in years(session) if other.row.active), None)
    return render_template(
        "years/preview.html", year=year, job=shown(session, job, datetime.now(UTC)), editions=editions, totals=numbers,
        told=told or (STALE if job.state == DONE and _is_stale(session, job) else ""), active=active,
        seen=_numbers_seen(session, job), zone=str(district_zone(session)),
    )  # fmt: skip


def _is_stale(session: Session, job: Job) -> bool:
    """Whether the preview rests on what is not so any more, or has been used."""
    plain = asked_of(job)
    return plain.get("stands") != standing(session, plain["active_year"])


def _numbers_seen(session: Session, job: Job) -> str:
    """A stamp of the numbers that a finished preview shows."""
    found = kept_differences(session.connection(), Source(job_id=job.id))
    return stamp({"job": job.id, "state": job.state, "differences": [list(one) for one in found]})


def _year(session: Session, year_id: int) -> Year:
    return next(iter(years(session, year_id)), None) or abort(404)


def _job(session: Session, year_id: int, job_id: int) -> Job:
    """A preview of this year; 404 where there is none."""
    job = session.get(Job, job_id)
    if job is None or job.kind != PREVIEW or asked_of(job).get("active_year") != year_id:
        abort(404)
    return job
