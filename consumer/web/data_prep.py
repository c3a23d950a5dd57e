"""Data Prep."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

data_prep = tab("data_prep")


@data_prep.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/data_prep.html")
