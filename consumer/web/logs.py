"""Logs."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

logs = tab("logs")


@logs.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/logs.html")
