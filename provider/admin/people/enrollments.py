"""The list of enrollments."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

enrollments = Blueprint("enrollments", __name__, template_folder="templates", url_prefix="/enrollments")
for_administrators(enrollments)


@enrollments.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    return render_template("people/enrollments.html")
