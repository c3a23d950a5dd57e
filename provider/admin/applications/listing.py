"""The list of applications: every connection, how it is doing, and the form of a new one."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.connections import OAUTH, BadConnection, add_connection, list_connections
from provider.access.health import Health, health, last_calls
from provider.access.limits import A_MINUTE, AT_A_TIME
from provider.access.models import Connection
from provider.access.recorded import record_added
from provider.admin.applications.blueprint import applications, the_sealer
from provider.admin.applications.fields import SHARE_WORDS, first_values, in_form, read_options, school_choices
from provider.admin.applications.told import OAUTH_WORDS, State, functions, last_day, state_of
from provider.admin.guards import who
from provider.database import TRAFFIC, db
from provider.gradebook.facts import time_zone
from provider.sis.models import School
from provider.sis.settings import read_settings
from shared.database import will_write
from shared.oneroster.versions import Version
from shared.web.forms import Form, typed_form


class Row(NamedTuple):
    """A line of the list."""

    connection: Connection
    oauth: str
    functions: list[str]
    schools: str
    health: Health
    state: State
    last_day: str


@applications.get("/")
def show() -> ResponseReturnValue:
    """Every connection."""
    session, now = db.session(), datetime.now(UTC)
    connections = list_connections(session)
    with db.engines[TRAFFIC].connect() as traffic:
        calls = last_calls(traffic, [one.id for one in connections])
    schools = {number: name for number, name in session.execute(select(School.id, School.name))}  # noqa: C416 - typed
    rows = [
        Row(
            one, OAUTH_WORDS[one.oauth], functions(one), _scope(one, schools), health(one, calls.get(one.id, []), now),
            state_of(one, now), last_day(one),
        )
        for one in connections
    ]  # fmt: skip
    return render_template("applications/applications.html", rows=rows, zone=time_zone(session.connection()).key)


def _scope(connection: Connection, schools: dict[int, str]) -> str:
    """The schools in scope as few words (P-96)."""
    if connection.all_schools:
        return "All schools"
    names = [schools[row.school_id] for row in connection.schools]
    return ", ".join(names) if len(names) < 3 else f"{len(names)} schools"


@applications.get("/add")
def add() -> ResponseReturnValue:
    """The form of a new connection."""
    return _page(db.session(), Form(first_values()))


@applications.post("/add")
def do_add() -> ResponseReturnValue:
    """Add it, and lead to its page, where its secret is shown on request (P-101)."""
    session, form, now = db.session(), typed_form(request.form), datetime.now(UTC)
    session.commit()
    will_write(session)
    options, errors = read_options(form, school_choices(session))
    errors |= _choices(form)
    if options is None or errors:
        session.rollback()
        return _page(session, form.refused(errors)), 422
    try:
        name = " ".join(form.value("name").split())
        made, _ = add_connection(session, the_sealer(), name, Version(form.value("version")), options, now)
    except BadConnection as error:
        session.rollback()
        return _page(session, form.refused(in_form(error.fields))), 422
    record_added(session, made, now, who())
    connection_id = made.id
    session.commit()
    flash("Added. Its secret is shown when you ask for it, below.", "good")
    return redirect(url_for("applications.one", connection_id=connection_id), 303)


def _choices(form: Form) -> dict[str, list[str]]:
    known = {"version": [str(one) for one in Version], "oauth": OAUTH, "scope": ("all", "some")}
    return {name: ["Choose one of these"] for name, values in known.items() if form.value(name) not in values}


def _page(session: Session, form: Form) -> str:
    return render_template(
        "applications/add.html", form=form, schools=school_choices(session), share=SHARE_WORDS, at_a_time=AT_A_TIME,
        a_minute=A_MINUTE, oauth1=read_settings(session).allow_new_oauth1, new=True,
    )  # fmt: skip
