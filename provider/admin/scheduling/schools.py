"""Schools: the list."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

schools = Blueprint("schools", __name__, template_folder="templates", url_prefix="/schools")
for_administrators(schools)


@schools.get("/")
def show() -> ResponseReturnValue:
    """Schools: the list."""
    return render_template("scheduling/schools.html")
