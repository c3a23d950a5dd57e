"""Removing a connection: what goes and what stays is shown before."""

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consumer.database import db
from consumer.runs.line import Busy
from consumer.sync.removal import AFTERWARDS, preview, remove_connection
from consumer.web.configuration.tab import configuration
from consumer.web.tabs import address, the_page
from shared.database import will_write
from shared.web.forms import Form


@configuration.get("/remove")
def ask() -> ResponseReturnValue:
    """What removing would do, and the field in which the name has to be typed."""
    return _page(Form({}))


@configuration.post("/remove")
def remove() -> ResponseReturnValue:
    """Remove it, when its name was typed."""
    session, page, typed = db.session(), the_page(), request.form.get("name", "")
    name = page.connection.name
    if typed.strip() != name:
        return _page(Form({"name": typed}, {"name": [f"Type {name} to remove it"]})), 422
    session.commit()
    will_write(session)
    try:
        remove_connection(session, page.connection, datetime.now(UTC), page.account)
    except Busy as error:
        session.rollback()
        flash(f"{error}.", "bad")
        return redirect(address("configuration.show"), 303)
    session.commit()
    flash(f"{name} is removed.", "good")
    return redirect(url_for("home.show"), 303)


def _page(form: Form) -> str:
    told = preview(db.session(), the_page().connection)
    return render_template("roster/remove.html", told=told, afterwards=AFTERWARDS, form=form)
