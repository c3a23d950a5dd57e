"""Calendars and terms: the list."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators

calendars = Blueprint("calendars", __name__, template_folder="templates", url_prefix="/calendars")
for_administrators(calendars)


@calendars.get("/")
def show() -> ResponseReturnValue:
    """Calendars and terms: the list."""
    return render_template("scheduling/calendars.html")
