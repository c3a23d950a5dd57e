"""Grade levels: their mapping."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

grade_levels = Blueprint("grade_levels", __name__, template_folder="templates", url_prefix="/grade-levels")
for_administrators(grade_levels)


@grade_levels.get("/")
def show() -> ResponseReturnValue:
    """Grade levels: their mapping."""
    return render_template("scheduling/grade_levels.html")
