"""The blueprint of the tab, and its page: every form of it as stored, but the one that is shown again with errors."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.database import db
from consumer.platform.settings import read_settings
from consumer.sync.choices import load_places
from consumer.sync.schedule import WEEKDAYS, WINDOWS, window_name
from consumer.sync.timetable import next_run
from consumer.sync.years import years_offered
from consumer.web.tabs import tab, the_page
from consumer.web.terms import shown_year
from shared.oneroster.versions import Version
from shared.web.forms import Form, stored_form

configuration = tab("configuration")

MODES = (
    ("manual", "Manual: each tab is synced by hand"),
    ("scheduled", "Scheduled: users, courses, sections and enrollments"),
)
FREQUENCIES = (("daily", "Daily"), ("weekly", "Weekly"))


@configuration.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    return show_page()


def show_page(**others: Any) -> str:
    """The page; `others` are forms shown again, steps of a test, a preview."""
    session, page = db.session(), the_page()
    connection = page.connection
    known: dict[str, Any] = {
        "connection_form": stored_form(stored_connection(connection)),
        "schedule_form": stored_form(stored_schedule(session, connection)),
        "year_form": Form({"year": connection.active_year or shown_year(connection, load_places(session, connection))}),
        "years": [(str(year.year), _year_words(year)) for year in years_offered(session, connection)],
        "versions": _versions(session, connection),
        "modes": MODES,
        "frequencies": FREQUENCIES,
        "weekdays": list(enumerate(WEEKDAYS)),
        "windows": [(hour, window_name(hour)) for hour in WINDOWS],
        "next": next_run(session, connection, ZoneInfo(page.zone), datetime.now(UTC)),
        "steps": None,
        "preview": None,
    }
    return render_template("roster/configuration.html", **known | others)


def stored_connection(connection: Connection) -> dict[str, str]:
    """The fields of the connection's form as stored; secrets are never shown (C-12)."""
    return {
        "new_name": connection.name,
        "base_url": connection.base_url,
        "version": connection.version,
        "oauth2": "1" if connection.oauth == "oauth2" else "",
        "token_url": connection.token_url or "",
        "client_id": connection.client_id,
        "vendor_key": connection.vendor_key or "",
        "page_limit": str(connection.page_limit),
        "delta_reads": "1" if connection.delta_reads else "",
    }


def stored_schedule(session: Session, connection: Connection) -> dict[str, str]:
    """The fields of the sync options as stored."""
    return {
        "mode": connection.mode,
        "frequency": connection.frequency,
        "weekday": str(connection.weekday),
        "window_hour": str(connection.window_hour),
    }


def _versions(session: Session, connection: Connection) -> list[tuple[str, str]]:
    """A connection of 1.2 knows no other version any more (C-04); 1.2 is shown once it is released (C-05)."""
    if connection.version == Version.V1P2:
        return [("1.2", "1.2")]
    released = read_settings(session).release_1_2
    return [("1.1", "1.1"), *([("1.2", "1.2 (through the upgrade, tab Data Prep)")] if released else [])]


def _year_words(year: Any) -> str:
    words = year.name
    if not year.offered:
        words += " (the SIS offers it no more)"
    return words
