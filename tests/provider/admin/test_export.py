"""Export on the pages: a package of what a connection sees, fetched by administrators for as long as it is kept."""

import re
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import select

from provider.access.connections import find_connection
from provider.access.user_tables import AuditEntry
from provider.database import db
from provider.jobs.files import KEPT, export_file, tidy
from provider.working import work_on_jobs
from tests.provider.admin.conftest import Pages, Window


def district_folder(pages: Pages) -> Path:
    homeroom = pages.app.extensions["homeroom"]
    folder: Path = homeroom["settings"].provider_folder(homeroom["app_name"])
    return folder


def ask(window: Window, **typed: str) -> str:
    """Ask for a package; the address of its page."""
    window.get("/export/")
    answer = window.post("/export/", **typed)
    assert answer.status_code == 303, answer.text
    location: str = answer.location
    return location


def work(pages: Pages) -> str | None:
    with pages.app.app_context():
        return work_on_jobs(pages.app)


def test_a_package_is_made_fetched_and_removed(pages: Pages) -> None:
    window = pages.window("ada_min")
    page = window.get("/export/").text
    assert re.findall(r'<option value="([^"]+)"', page) == sorted(f"{who}-{version}" for who in ("all", "grant", "lincoln")
                                                                for version in ("1.1", "1.2"))  # fmt: skip
    address = ask(window, connection="lincoln-1.2", mode="bulk")
    assert "Waiting in line" in window.get(address).text
    assert window.get(f"{address}package.zip").status_code == 404, "it is not there yet"
    assert (work(pages) or "").endswith("done")
    page = window.get(address).text
    assert "OneRoster 1.2, bulk" in page and "orgs.csv" in page and "kept until" in page
    answer = window.client.get(f"{address}package.zip")
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/zip",
        "no-store",
    )
    assert "filename=oneroster-lincoln-1.2-1.zip" in answer.headers["Content-Disposition"].replace('"', "")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert {"manifest.csv", "orgs.csv", "users.csv", "results.csv"} - set(archive.namelist()) <= {"results.csv"}
        assert "Grant Middle" not in archive.read("orgs.csv").decode(), "no more than the connection sees"
    path = export_file(district_folder(pages), 1)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    with pages.app.app_context():
        actions = db.session.execute(
            select(AuditEntry.action, AuditEntry.subject, AuditEntry.who).order_by(AuditEntry.id)
        )
        assert actions.all()[-2:] == [
            ("export", "lincoln-1.2", "ada_min"), ("download export", "Export 1: lincoln-1.2", "ada_min"),
        ]  # fmt: skip
        tidy(db.engine, district_folder(pages), datetime.now(UTC) + KEPT - timedelta(minutes=5))
        assert path.exists()
        tidy(db.engine, district_folder(pages), datetime.now(UTC) + KEPT + timedelta(minutes=5))
        assert not path.exists()
    assert window.get(f"{address}package.zip").status_code == 404
    assert "The package is removed" in window.get(address).text


def test_a_package_of_changes_begins_where_the_last_one_ended(pages: Pages) -> None:
    window = pages.window("ada_min")
    address = ask(window, connection="all-1.1", mode="bulk")
    work(pages)
    (link,) = re.findall(r'<a href="(/export/\?connection=all-1.1&amp;since=[^"]+)">since', window.get(address).text)
    page = window.get(link.replace("&amp;", "&")).text
    (since,) = re.findall(r'name="since" type="text" value="([^"]+)"', page)
    assert re.search(r'value="delta" checked', page)
    address = ask(window, connection="all-1.1", mode="delta", since=since)
    assert (work(pages) or "").endswith("done")
    page = window.get(address).text
    assert "OneRoster 1.1, delta" in page and "Nothing has changed" in page


def test_what_cannot_be_exported_says_why(pages: Pages) -> None:
    window = pages.window("ada_min")
    window.get("/export/")
    for typed, words in (
        ({"connection": "nobody", "mode": "bulk"}, "Choose a connection."),
        ({"mode": "bulk"}, "Choose a connection."),
        ({"connection": "all-1.2", "mode": "delta", "since": "yesterday"}, "Write a date"),
        ({"connection": "all-1.2", "mode": "delta", "since": "2999-01-01"}, "in the future"),
        ({"connection": "all-1.2", "mode": "delta", "since": "0001-01-01T00:00:00+14:00"}, "Write a date"),
        ({"connection": "all-1.2\0", "mode": "delta", "since": "\0"}, "Choose a connection."),
    ):
        answer = window.post("/export/", **typed)
        assert (answer.status_code, words in answer.text) == (422, True), typed
    address = ask(window, connection="all-1.2", mode="delta", since="2001-01-01")
    assert window.post("/export/", connection="all-1.2", mode="bulk").status_code == 409
    with pages.app.app_context():
        find_connection(db.session(), "all-1.2").roster = False
        db.session.commit()
    assert (work(pages) or "").endswith("failed")
    assert "does not have the roster function" in window.get(address).text


def test_packages_are_for_administrators(pages: Pages) -> None:
    address = ask(pages.window("ada_min"), connection="all-1.2", mode="bulk")
    work(pages)
    for path in ("/export/", address, f"{address}package.zip"):
        assert pages.window("tom").get(path).status_code == 403
        assert pages.window().get(path).status_code == 303
