"""Connecting a district: the form of a connection that is not there yet. Who makes it becomes its Acting User."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import find_connection
from consumer.connections.model import PAGE_LIMIT
from consumer.database import db
from consumer.platform.settings import read_settings
from consumer.web.configuration.connection import read_details, save_details
from consumer.web.tabs import is_administrator
from shared.database import will_write
from shared.web.forms import Form, typed_form
from shared.web.sessions import guard

new_connection = Blueprint("new_connection", __name__, template_folder="templates", url_prefix="/connect")
guard(new_connection, is_administrator)


@new_connection.get("/")
def show() -> ResponseReturnValue:
    """The empty form."""
    return _page(db.session(), Form({"oauth2": "1", "version": "1.1", "page_limit": PAGE_LIMIT}))


@new_connection.post("/")
def save() -> ResponseReturnValue:
    """Store the connection, and lead to its first test."""
    session, form = db.session(), typed_form(request.form)
    session.commit()
    will_write(session)
    details, errors = read_details(form, form.value("name"), None)
    connection = None
    if details is not None and find_connection(session, details.name.strip()) is not None:
        errors = {"name": ["There is a connection of that name already: its Acting User can change it"]}  # C-15
    elif details is not None:
        connection, errors = save_details(session, details)
    if connection is None:
        session.rollback()
        return _page(session, form.refused(errors)), 422
    session.commit()
    flash("Saved. Test the connection now: that also reads its schools and terms.", "good")
    return redirect(url_for("configuration.show", connection_id=connection.id), 303)


def _page(session: Session, form: Form) -> str:
    released = read_settings(session).release_1_2
    versions = [("1.1", "1.1"), *([("1.2", "1.2")] if released else [])]
    return render_template("new_connection.html", form=form, versions=versions, released=released)
