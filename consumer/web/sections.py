"""Sections."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

sections = tab("sections")


@sections.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/sections.html")
