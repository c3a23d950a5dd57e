"""Courses: the list."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

courses = Blueprint("courses", __name__, template_folder="templates", url_prefix="/courses")
for_administrators(courses)


@courses.get("/")
def show() -> ResponseReturnValue:
    """Courses: the list."""
    return render_template("scheduling/courses.html")
