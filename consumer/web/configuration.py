"""Configuration."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

configuration = tab("configuration")


@configuration.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/configuration.html")
