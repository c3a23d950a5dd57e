"""A connection: its addresses and credentials, what its vendor has to be told, its options, what it sees."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.awaited import is_published
from provider.access.changing import change_connection
from provider.access.connections import BadConnection, set_schools
from provider.access.limits import A_MINUTE, AT_A_TIME
from provider.access.log_reading import Wanted, find_calls
from provider.access.models import Connection
from provider.access.recorded import record_removed, recorded
from provider.admin.applications.blueprint import applications, the_connection, the_place
from provider.admin.applications.fields import (
    SHARE_WORDS,
    chosen_schools,
    in_form,
    read_changes,
    school_choices,
    stored_values,
)  # fmt: skip
from provider.admin.applications.seen import next_refresh, seen_by
from provider.admin.applications.told import OAUTH_WORDS, as_text, functions, last_day, lines_for_vendor, state_of
from provider.admin.guards import who
from provider.database import db
from provider.gradebook.facts import time_zone
from provider.sis.models import School
from shared.database import will_write
from shared.web.forms import Form, stored_form
from shared.web.saving import Stored, save_form

#: Calls of the platform that the page of its connection shows.
_LAST = 5


@applications.get("/<int:connection_id>/")
def one(connection_id: int) -> ResponseReturnValue:
    """The connection."""
    return connection_page(connection_id)


def connection_page(connection_id: int, shown: Mapping[str, str] | None = None, renewal: Form | None = None) -> str:
    """The page of a connection.

    shown     secrets that were asked for just now: secret, vendor_secret
    renewal   the form that renews an OAuth 1 key, where it was refused
    """
    session, now = db.session(), datetime.now(UTC)
    connection = the_connection(session, connection_id)
    seen = seen_by(session, connection.edition(), now)
    ids = [row.school_id for row in connection.schools]
    lines = lines_for_vendor(connection, *the_place())
    return render_template(
        "applications/connection.html", connection=connection, state=state_of(connection, now), shown=shown or {},
        oauth=OAUTH_WORDS[connection.oauth], functions=functions(connection), last_day=last_day(connection),
        schools=list(session.scalars(select(School.name).where(School.id.in_(ids)).order_by(School.name))),
        share=SHARE_WORDS,
        lines=lines, text=as_text(lines), seen=seen, coming=next_refresh(session, now),
        calls=find_calls(session, Wanted(connection.id), _LAST), renewal=renewal or Form({}),
        at_a_time=AT_A_TIME, a_minute=A_MINUTE, zone=time_zone(session.connection()).key,
    )  # fmt: skip


@applications.get("/<int:connection_id>/options")
def options(connection_id: int) -> ResponseReturnValue:
    """The form of its options."""
    session = db.session()
    connection = the_connection(session, connection_id)
    return _options_page(session, connection, stored_form(stored_values(session, connection)))


@applications.post("/<int:connection_id>/options")
def save_options(connection_id: int) -> ResponseReturnValue:
    """Save functions, data to share, limits and schools together; two who change them at once are told."""
    session = db.session()
    the_connection(session, connection_id)
    return save_form(
        lambda session: stored_values(session, the_connection(session, connection_id, writes=True)),
        lambda session, form, _stored: _save(session, the_connection(session, connection_id), form, _stored),
        lambda form: _options_page(session, the_connection(session, connection_id), form),
        url_for("applications.one", connection_id=connection_id),
    )


def _save(session: Session, connection: Connection, form: Form, _stored: Stored) -> Mapping[str, list[str]]:
    changes, errors = read_changes(form)
    if form.value("scope") not in ("all", "some"):
        errors["scope"] = ["Choose one of these"]
    if changes is None or errors:
        return errors
    before, was_published = connection.edition(), is_published(session, connection)
    try:
        with recorded(session, connection, datetime.now(UTC), who(), "change connection"):
            change_connection(session, connection, changes)
            set_schools(session, connection, chosen_schools(form, school_choices(session)))
    except BadConnection as error:
        return in_form(error.fields)
    if connection.edition() != before and not is_published(session, connection):
        flash("What it sees changes with the refresh that follows by itself. Its platform waits for it (503).", "warn")
    elif connection.edition() != before and was_published:
        flash("What it sees has changed at once: another connection has had the same options.", "warn")
    return {}


def _options_page(session: Session, connection: Connection, form: Form) -> str:
    return render_template(
        "applications/options.html", connection=connection, form=form, schools=school_choices(session),
        share=SHARE_WORDS, at_a_time=AT_A_TIME, a_minute=A_MINUTE, new=False,
    )  # fmt: skip


@applications.post("/<int:connection_id>/<any(enable, disable):what>")
def switch(connection_id: int, what: str) -> ResponseReturnValue:
    """Keep it out at once, or let it in again (P-95)."""
    session = db.session()
    session.commit()
    will_write(session)
    connection = the_connection(session, connection_id, writes=True)
    with recorded(session, connection, datetime.now(UTC), who(), f"{what} connection"):
        connection.enabled = what == "enable"
    waits = connection.enabled and not is_published(session, connection)
    session.commit()
    flash("Enabled." if what == "enable" else "Disabled: its calls and tokens are refused from now on.", "good")
    if waits:
        flash("Its platform is told to wait until the refresh that follows by itself.", "warn")
    return redirect(url_for("applications.one", connection_id=connection_id), 303)


@applications.get("/<int:connection_id>/remove")
def ask_removal(connection_id: int) -> ResponseReturnValue:
    """What removing does, and the field in which the name has to be typed."""
    return _removal_page(the_connection(db.session(), connection_id), Form({}))


@applications.post("/<int:connection_id>/remove")
def remove(connection_id: int) -> ResponseReturnValue:
    """Remove it, when its name was typed."""
    session, typed = db.session(), request.form.get("name", "").replace("\0", "")
    session.commit()
    will_write(session)
    connection = the_connection(session, connection_id, writes=True)
    if typed.strip() != connection.name:
        session.rollback()
        told = {"name": [f"Type {connection.name} to remove it"]}
        return _removal_page(the_connection(session, connection_id), Form({"name": typed}, told)), 422
    name = connection.name
    record_removed(session, connection, datetime.now(UTC), who())
    session.delete(connection)
    session.commit()
    flash(f"{name} is removed.", "good")
    return redirect(url_for("applications.show"), 303)


def _removal_page(connection: Connection, form: Form) -> str:
    last = find_calls(db.session(), Wanted(connection.id), 1)
    zone = time_zone(db.session.connection()).key
    return render_template("applications/remove.html", connection=connection, form=form, last=last, zone=zone)
