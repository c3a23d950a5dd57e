"""Users."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

users = tab("users")


@users.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/users.html")
