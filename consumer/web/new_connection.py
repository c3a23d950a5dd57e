"""Connecting a district."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import is_administrator
from shared.web.sessions import guard

new_connection = Blueprint("new_connection", __name__, template_folder="templates", url_prefix="/connect")
guard(new_connection, is_administrator)


@new_connection.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("new_connection.html")
