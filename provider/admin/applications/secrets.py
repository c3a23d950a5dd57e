"""Secrets of a connection: shown on request, made anew, taken away (P-98, P-99, P-101).

A secret stands in the answer to the very request that asked for it, which no cache keeps, and nowhere else: neither in
an address nor in a cookie, the audit trail or a log.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.access.changing import remove_vendor_key, renew
from provider.access.connections import BadConnection, give_vendor_key, regenerate_secret
from provider.access.log_reading import Wanted, find_calls
from provider.access.models import Connection
from provider.access.recorded import record_shown, recorded
from provider.admin.applications.blueprint import applications, the_connection, the_sealer
from provider.admin.applications.fields import in_form, read_last_day
from provider.admin.applications.one import connection_page
from provider.admin.guards import who
from provider.database import db
from provider.gradebook.facts import time_zone
from shared.database import will_write
from shared.sealing import CannotUnseal
from shared.web.forms import typed_form

_ANEW = "Somebody else has made new credentials meanwhile: look at the connection as it is now."


@applications.post("/<int:connection_id>/secret")
def show_secret(connection_id: int) -> ResponseReturnValue:
    """Show the secret."""
    return _shown(connection_id, "secret", lambda connection: connection.secret_sealed)


@applications.post("/<int:connection_id>/vendor-secret")
def show_vendor_secret(connection_id: int) -> ResponseReturnValue:
    """Show the vendor secret."""
    return _shown(connection_id, "vendor secret", lambda connection: connection.vendor_secret_sealed)


def _shown(connection_id: int, what: str, sealed_of: Callable[[Connection], str | None]) -> ResponseReturnValue:
    session = _writing()
    connection = the_connection(session, connection_id, writes=True)
    sealed = sealed_of(connection) or abort(404)
    try:
        secret = the_sealer().unseal(sealed)
    except CannotUnseal as error:
        session.rollback()
        flash(f"{error}.", "bad")
        return redirect(url_for("applications.one", connection_id=connection_id), 303)
    record_shown(session, connection, datetime.now(UTC), who(), what)
    session.commit()
    return connection_page(connection_id, {what: secret})


@applications.get("/<int:connection_id>/new-secret")
def ask_new_secret(connection_id: int) -> ResponseReturnValue:
    """What a new secret does, before it is made."""
    session = db.session()
    connection = the_connection(session, connection_id)
    return render_template(
        "applications/new_secret.html", connection=connection, last=find_calls(session, Wanted(connection.id), 1),
        zone=time_zone(session.connection()).key,
    )  # fmt: skip


@applications.post("/<int:connection_id>/new-secret")
def make_new_secret(connection_id: int) -> ResponseReturnValue:
    """Make a new secret and show it; sent twice, the second makes none."""
    session = _writing()
    connection = the_connection(session, connection_id, writes=True)
    if request.form.get("number") != str(connection.secret_generation):
        return _too_late(session, connection_id)
    with recorded(session, connection, datetime.now(UTC), who(), "make new secret"):
        secret = regenerate_secret(connection, the_sealer())
    session.commit()
    return connection_page(connection_id, {"secret": secret})


@applications.post("/<int:connection_id>/vendor-key")
def make_vendor_key(connection_id: int) -> ResponseReturnValue:
    """Make a vendor key, or another one, and show its secret; sent twice, the second makes none."""
    session = _writing()
    connection = the_connection(session, connection_id, writes=True)
    if request.form.get("present", "") != (connection.vendor_key or ""):
        return _too_late(session, connection_id)
    with recorded(session, connection, datetime.now(UTC), who(), "make vendor key"):
        give_vendor_key(connection, the_sealer())
    secret = the_sealer().unseal(connection.vendor_secret_sealed or "")
    session.commit()
    return connection_page(connection_id, {"vendor secret": secret})


@applications.post("/<int:connection_id>/remove-vendor-key")
def take_vendor_key(connection_id: int) -> ResponseReturnValue:
    """Ask for no vendor key any more."""
    session = _writing()
    connection = the_connection(session, connection_id, writes=True)
    with recorded(session, connection, datetime.now(UTC), who(), "remove vendor key"):
        remove_vendor_key(connection)
    session.commit()
    flash("The vendor key is removed: calls of the grade book and of assessments need none.", "good")
    return redirect(url_for("applications.one", connection_id=connection_id), 303)


@applications.post("/<int:connection_id>/renew")
def do_renew(connection_id: int) -> ResponseReturnValue:
    """Let an OAuth 1 key be good for longer."""
    form, now = typed_form(request.form), datetime.now(UTC)
    session = _writing()
    connection = the_connection(session, connection_id, writes=True)
    last_day, errors = read_last_day(form)
    if not errors:
        try:
            with recorded(session, connection, now, who(), "renew key"):
                renew(connection, now, last_day)
        except BadConnection as error:
            errors = in_form(error.fields)
    if errors:
        session.rollback()
        return connection_page(connection_id, renewal=form.refused(errors)), 422
    session.commit()
    flash("Renewed: key and secret stay the same.", "good")
    return redirect(url_for("applications.one", connection_id=connection_id), 303)


def _writing() -> Session:
    """The session, in a transaction that writes."""
    session = db.session()
    session.commit()
    will_write(session)
    return session


def _too_late(session: Session, connection_id: int) -> ResponseReturnValue:
    session.rollback()
    flash(_ANEW, "warn")
    return redirect(url_for("applications.one", connection_id=connection_id), 303)
