"""Logs: every run, what it did and why, what waits for somebody, and what happened to a person (C-108 … C-115)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.logs.csv_files import details_csv, press_csv, runs_csv
from consumer.logs.listing import ALL_KINDS, find_runs
from consumer.logs.presses import find_press_row, press_details
from consumer.passback.closing import Counts, counts_of
from consumer.passback.follow import GradeSent, follow_grades
from consumer.passback.tables import PassbackRun
from consumer.platform.audit import audit
from consumer.runs.line import OPEN, Refused, place_in_line
from consumer.runs.news import SYNCS, announce
from consumer.sync.details import BadCursor, Details, Wanted, find_details
from consumer.sync.log import KINDS, RunRow, RunsWanted, find_run
from consumer.sync.queue import approve, ask_to_stop, discard, open_run, queue_run
from consumer.sync.report import stored_report
from consumer.sync.subjects import Person, find_people
from consumer.sync.tables import Action, Entity, Status, SyncRun
from consumer.sync.timetable import local_date
from consumer.upgrade.report import reports
from consumer.web.filters import ALL, number_of, school_options
from consumer.web.tabs import address, tab, the_page
from shared.database import will_write
from shared.web.csv_answer import csv_answer
from shared.web.lists import Asked, Listing, read_asked

logs = tab("logs")

_FILTERS = ("school", "kind", "status")
KIND_OPTIONS = (ALL, *ALL_KINDS.items())
STATUS_OPTIONS = (ALL, *((status.value, status.value) for status in Status))
#: What can be asked for of a run's lines.
ACTIONS = (ALL, ("create", "Created"), ("update", "Updated"), ("remove", "Removed"), ("skip", "Skipped"))
ENTITIES = (ALL, *((entity.value, entity.value.capitalize()) for entity in Entity))


@logs.get("/")
def show() -> ResponseReturnValue:
    """The runs, newest first; with a search, what happened to a person or section in any run (C-113)."""
    session = db.session()
    asked = read_asked(request.args, ("newest",), _FILTERS)
    if asked.search:
        return _searched(session, asked)
    runs = find_runs(session, _runs_wanted(asked), asked.offset)
    return render_template(
        "roster/logs.html", listing=Listing(runs.rows, runs.total, asked), found=None, open=_open(session),
        kinds=KIND_OPTIONS, statuses=STATUS_OPTIONS, schools=school_options(session), kind_names=ALL_KINDS,
        reports=reports(session, the_page().connection.id),
    )  # fmt: skip


@logs.get("/runs.csv")
def runs_file() -> ResponseReturnValue:
    """The runs as CSV."""
    asked = read_asked(request.args, ("newest",), _FILTERS)
    return csv_answer(runs_csv(db.session(), _runs_wanted(asked)), "runs")


@logs.get("/<int:run_id>/")
def run(run_id: int) -> ResponseReturnValue:
    """One run: its closing table, and line by line what it did, or would do."""
    session = db.session()
    row, stored = _run(session, run_id)
    wanted = _details_wanted(run_id)
    known = {"run": row, "report": stored_report(stored), "wanted": wanted, **_progress(session, stored)}
    return render_template(
        "roster/run.html", details=_details(session, wanted), actions=ACTIONS, entities=ENTITIES,
        schools=school_options(session), kind_names=ALL_KINDS, query=request.args, **known,
    )  # fmt: skip


@logs.get("/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """The moving part of a run's page; once the run has ended, the page is loaded anew."""
    session = db.session()
    row, stored = _run(session, run_id)
    if stored.status not in OPEN:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("roster/progress.html", run=row, kind_names=ALL_KINDS, **_progress(session, stored))


@logs.get("/<int:run_id>/details.csv")
def details_file(run_id: int) -> ResponseReturnValue:
    """The lines of a run as CSV."""
    session = db.session()
    _run(session, run_id)
    return csv_answer(details_csv(session, _details_wanted(run_id)), f"run-{run_id}")


@logs.get("/grades/<int:run_id>/")
def press(run_id: int) -> ResponseReturnValue:
    """A press that sent grades: what arrived, and line by line what did not, and why (C-138)."""
    session = db.session()
    row, counts = _press(session, run_id)
    try:
        details = press_details(session, run_id, request.args.get("after"))
    except BadCursor:
        abort(404)
    return render_template("roster/press.html", run=row, details=details, counts=counts, query=request.args)


@logs.get("/grades/<int:run_id>/details.csv")
def press_file(run_id: int) -> ResponseReturnValue:
    """The lines of a press as CSV."""
    session = db.session()
    _press(session, run_id)
    return csv_answer(press_csv(session, run_id), f"grades-{run_id}")


@logs.post("/start")
def start() -> ResponseReturnValue:
    """Queue a manual sync, or a dry run (C-78, C-83, C-87)."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        abort(400)
    session, page, now = db.session(), the_page(), datetime.now(UTC)
    dry_run = request.form.get("dry_run") == "1"
    name, connection = page.account.username, page.connection
    session.commit()
    will_write(session)
    try:
        today = local_date(session, now)
        queued = queue_run(session, connection, kind, "manual", now, today, dry_run, started_by=name)
    except Refused as error:
        session.rollback()
        flash(f"{error}.", "bad")
        return redirect(address("logs.show"), 303)
    run_id = queued.id
    session.commit()
    announce(current_app.extensions["homeroom"]["settings"], SYNCS)
    return redirect(address("logs.run", run_id=run_id), 303)


@logs.post("/<int:run_id>/<any(approve, discard, cancel):what>")
def decide(run_id: int, what: str) -> ResponseReturnValue:
    """Let go what the safety stop holds, give it up, or cancel a run (C-86)."""
    session, now, account = db.session(), datetime.now(UTC), the_page().account
    session.commit()
    will_write(session)
    _, stored = _run(session, run_id)
    try:
        if what == "approve":
            approve(session, stored)
        elif what == "discard":
            discard(session, stored, now)
        else:
            ask_to_stop(session, stored, now)
    except Refused as error:
        session.rollback()
        flash(f"{error}.", "bad")
    else:
        audit(session, now, account, f"{what} run", f"run {run_id}")
        session.commit()
        announce(current_app.extensions["homeroom"]["settings"], SYNCS)
    return redirect(address("logs.run", run_id=run_id), 303)


def _searched(session: Session, asked: Asked) -> str:
    wanted = Wanted(the_page().connection.id, school_id=number_of(asked.filters.get("school")), search=asked.search)
    found = _details(session, wanted)
    return render_template(
        "roster/logs.html", listing=Listing((), 0, asked), found=found, open=_open(session), kinds=KIND_OPTIONS,
        statuses=STATUS_OPTIONS, schools=school_options(session), kind_names=ALL_KINDS, query=request.args,
        grades=_grades(session, asked.search, the_page().connection.id),
    )  # fmt: skip


def _grades(session: Session, search: str, connection_id: int) -> list[tuple[Person, Sequence[GradeSent]]]:
    """The grades of the people whom a search names, as far as they were sent over this connection."""
    people = [one for one in find_people(session, search, connection_id) if one.account_id is not None]
    sent = [(one, follow_grades(session, one.account_id or 0, connection_id)) for one in people]
    return [(one, grades) for one, grades in sent if grades]


def _open(session: Session) -> SyncRun | None:
    return open_run(session, the_page().connection.id)


def _progress(session: Session, stored: SyncRun) -> dict[str, object]:
    moving = stored.status in OPEN
    return {"moving": moving, "place": place_in_line(session, stored), "asked_to_stop": stored.asked_to_stop}


def _run(session: Session, run_id: int) -> tuple[RunRow, SyncRun]:
    """A run of this connection; another's is not found."""
    stored, row = session.get(SyncRun, run_id), find_run(session, run_id)
    if stored is None or row is None or stored.connection_id != the_page().connection.id:
        abort(404)
    return row, stored


def _press(session: Session, run_id: int) -> tuple[RunRow, Counts]:
    """A press of this connection; another's is not found."""
    stored, row = session.get(PassbackRun, run_id), find_press_row(session, run_id)
    if stored is None or row is None or stored.connection_id != the_page().connection.id:
        abort(404)
    return row, counts_of(stored)


def _details(session: Session, wanted: Wanted) -> Details:
    try:
        return find_details(session, wanted, request.args.get("after"))
    except BadCursor:
        abort(404)


def _runs_wanted(asked: Asked) -> RunsWanted:
    school, kind, status = (asked.filters.get(name) for name in _FILTERS)
    return RunsWanted(the_page().connection.id, number_of(school), kind, status)


def _details_wanted(run_id: int) -> Wanted:
    asked = request.args
    entity, action = asked.get("entity", ""), asked.get("action", "")
    return Wanted(
        run_id=run_id,
        entity=Entity(entity) if entity in {each.value for each in Entity} else None,
        action=Action(action) if action in {value for value, _ in ACTIONS if value} else None,
        code=asked.get("code", "").replace("\0", "") or None,
        school_id=number_of(asked.get("school")),
        search=asked.get("search", "").strip()[:100],
    )
