"""The list of assignments."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

assignments = Blueprint("assignments", __name__, template_folder="templates", url_prefix="/assignments")
for_administrators(assignments)


@assignments.get("/")
def show() -> ResponseReturnValue:
    """The list."""
    return render_template("people/assignments.html")
