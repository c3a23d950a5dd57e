"""Home: where administrators land."""

from datetime import UTC, datetime

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue

from provider.admin.guards import for_administrators
from provider.admin.home.overview import overview
from provider.admin.kinds import WORDS
from provider.database import TRAFFIC, db

home = Blueprint("home", __name__, template_folder="templates", static_folder="static", url_prefix="/home")
for_administrators(home)


@home.get("/")
def show() -> ResponseReturnValue:
    """How the district stands. `connection`: whose published records are counted."""
    chosen = request.args.get("connection", "")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 11 else None
    days = current_app.extensions["homeroom"]["request_days"]
    found = overview(db.session(), db.engines[TRAFFIC], days, datetime.now(UTC), number)
    return render_template("home/show.html", overview=found, words=WORDS, zone=str(found.zone))
