"""Terms."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

terms = tab("terms")


@terms.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/terms.html")
