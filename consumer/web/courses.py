"""Courses."""

from flask import render_template
from flask.typing import ResponseReturnValue

from consumer.web.tabs import tab

courses = tab("courses")


@courses.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return render_template("roster/courses.html")
