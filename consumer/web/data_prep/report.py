"""The Data Prep report: made, downloaded, taken back with mapping ids filled in (C-103)."""

from contextlib import closing
from datetime import UTC, datetime
from io import BytesIO

from flask import Response, abort, current_app, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.connections import Connection
from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.csv_files import BadFile
from consumer.runs.peer import open_client
from consumer.upgrade.answers import take_answers
from consumer.upgrade.prepare import BadTarget, open_target
from consumer.upgrade.reading import CannotRead, read_users
from consumer.upgrade.report import csv_of, last_report, make_report
from consumer.web.data_prep.tab import data_prep, report_of, report_versions, sentence, show_page
from consumer.web.tabs import address, the_page
from consumer.web.uploads import read_upload
from shared.database import will_write
from shared.oneroster.versions import Version
from shared.sealing import CannotUnseal
from shared.web.forms import Form

FIELD = "file"
#: A person waits for the answer: two more tries are enough.
WAITS = (1.0, 4.0)


@data_prep.post("/report")
def make() -> ResponseReturnValue:
    """Read all people of the SIS, and compare them with those who are here."""
    session, connection, wanted = db.session(), the_page().connection, request.form.get("version", "")
    if wanted not in report_versions(session, connection):
        unreleased = wanted == Version.V1P2  # which is the only reason for not offering it
        why = "OneRoster 1.2 is not released here: the operator does that." if unreleased else "Choose one of the list."
        return show_page(refused=why), 422
    try:
        with closing(client_of(session, connection, Version(wanted))) as client:
            session.commit()  # no transaction is held open while the provider takes its time
            users, unreadable = read_users(client)
    except (BadTarget, CannotRead, CannotUnseal) as error:
        session.rollback()
        return show_page(refused=sentence(error)), 422
    will_write(session)
    account = the_page().account
    made = make_report(session, connection, Version(wanted), users, datetime.now(UTC), account.username)
    audit(session, datetime.now(UTC), account, "make Data Prep report", f"{connection.name}: report {made.id}")
    session.commit()
    left = f" {unreadable:,} records of the SIS could not be read and are not in it." if unreadable else ""
    flash(f"The report is made.{left}", "warn" if unreadable else "good")
    return redirect(address("data_prep.show"), 303)


@data_prep.get("/reports/<int:report_id>.csv")
def download(report_id: int) -> ResponseReturnValue:
    """A report as it was made."""
    report = report_of(db.session(), report_id) or abort(404)
    headers = {"Content-Disposition": f'attachment; filename="data-prep-{report_id}.csv"'}
    return Response(csv_of(report), mimetype="text/csv", headers=headers)


@data_prep.post("/mapping")
def take_back() -> ResponseReturnValue:
    """Take the last report back with mapping ids filled in: rows that cannot be are told, the others count."""
    session = db.session()
    session.commit()
    will_write(session)
    connection, account = the_page().connection, the_page().account
    try:
        report = last_report(session, connection.id)
        if report is None:
            raise BadFile("There is no report that could be taken back: make one first")
        answered = take_answers(session, connection, report, BytesIO(read_upload(FIELD)))
    except BadFile as error:
        session.rollback()
        return show_page(file_form=Form({}, {FIELD: [sentence(error)]})), 422
    done = {"taken": answered.taken, "left out": len(answered.errors)}
    audit(session, datetime.now(UTC), account, "map people", f"{connection.name}: report {report.id}", None, done)
    session.commit()
    return show_page(answered=answered)


def client_of(session: Session, connection: Connection, version: Version) -> Client:
    """A client of the SIS in that version. Raises BadTarget, CannotUnseal."""
    homeroom = current_app.extensions["homeroom"]
    sealer, allow_private = homeroom["sealer"], homeroom["settings"].allow_private
    if version == connection.version:
        return open_client(connection, sealer, allow_private, waits=WAITS)
    return open_target(session, connection, sealer, allow_private, waits=WAITS)
