"""Home: the year, both caches, what platforms ask, what is published and held back, what to do next."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update

from provider.access.connections import Options, add_connection, find_connection
from provider.access.models import RequestLog
from provider.admin.charts import HEIGHT, daily
from provider.database import TRAFFIC, db
from provider.preparedness.tables import ReadinessCount, ReadinessReport
from provider.publishing.difference_tables import HeldBackCount, PublishedCount
from provider.publishing.models import RefreshRun
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.management.conftest import Managed
from tests.provider.management.test_refreshes import told


def ask(
    managed: Managed, connection: str | None, *calls: tuple[timedelta, int], operation: str = "getAllUsers"
) -> None:
    """Calls in the request log: how long ago each was, and its status."""
    with managed.app.app_context():
        number = find_connection(db.session(), connection).id if connection else None
        now = datetime.now(UTC)
        rows = [
            {"at": now - ago, "connection_id": number, "method": "GET", "operation": operation, "status": status,
             "milliseconds": 3.0, "bytes": 10}
            for ago, status in calls
        ]  # fmt: skip
        with db.engines[TRAFFIC].begin() as traffic:
            traffic.execute(insert(RequestLog), rows)


def home(managed: Managed, query: str = "") -> str:
    """The words of the page."""
    answer = managed.window().get(f"/home/{query}")
    assert answer.status_code == 200
    return told(answer.text)


def of_connection(page: str, name: str) -> str:
    """What the list of connections says of one."""
    rows = page[page.index(" Trouble ") :]
    rows = rows[: rows.index(" sees ")]
    found = rows[rows.index(f" {name} ") :]
    following = [found.index(other, 1) for other in (" lms-1.1 ", " lms-1.2 ", "What lms") if other in found[1:]]
    return found[: min(following, default=len(found))]


# Connections


def test_the_last_request_of_each_connection_and_its_trouble(managed: Managed) -> None:
    """P-114: refused, failed and slowed calls of the last hundred; a record that is gone is no trouble."""
    minute = timedelta(minutes=1)
    ask(managed, "lms-1.1", (3 * minute, 200), (2 * minute, 404), (minute, 200))
    ask(managed, "lms-1.2", (4 * minute, 403), (3 * minute, 500), (2 * minute, 429), (minute, 200))
    page = home(managed)
    quiet, troubled = of_connection(page, "lms-1.1"), of_connection(page, "lms-1.2")
    assert "getAllUsers, 200" in quiet and quiet.rstrip().endswith("None")
    for words in ("1 of its last 4 calls failed here", "had to wait", "1 of its last 4 calls were refused"):
        assert words in troubled, words


def test_trouble_that_is_a_week_old_is_over_and_silence_is_told(managed: Managed) -> None:
    ask(managed, "lms-1.1", (timedelta(days=8), 500))
    page = of_connection(home(managed), "lms-1.1")
    assert "failed here" not in page and "Silent for 8 days." in page
    assert "It has not asked for anything yet." in of_connection(home(managed), "lms-1.2")


def test_calls_that_prove_no_connection_are_counted_for_a_day(managed: Managed) -> None:
    """Failed sign-ins of platforms."""
    hour = timedelta(hours=1)
    ask(managed, None, (hour, 401), (2 * hour, 401), (3 * hour, 200), (25 * hour, 401), operation="issue_token")
    assert "2 calls of the last 24 hours proved no connection" in home(managed)


@pytest.mark.parametrize(
    ("days", "says"), [(400, None), (29, "Its key and secret end after"), (-1, "Its key and secret ended after")]
)
def test_a_key_that_ends_is_told_a_month_before(managed: Managed, days: int, says: str | None) -> None:
    """P-99."""
    with managed.app.app_context():
        find_connection(db.session(), "lms-1.1").expires_at = datetime.now(UTC) + timedelta(days=days)
        db.session.commit()
    page = of_connection(home(managed), "lms-1.1")
    assert (says in page) if says else ("key and secret" not in page)


def test_a_disabled_connection_is_told(managed: Managed) -> None:
    """P-95."""
    with managed.app.app_context():
        find_connection(db.session(), "lms-1.1").enabled = False
        db.session.commit()
    assert "Disabled: its calls are refused." in of_connection(home(managed), "lms-1.1")


def test_requests_of_two_weeks_are_drawn_and_read_out(managed: Managed) -> None:
    """The chart has a bar for each day with its number, and all of them in its label."""
    ask(managed, "lms-1.1", *[(timedelta(days=2, minutes=number), 200) for number in range(12)])
    page = managed.window().get("/home/").text
    label = re.findall(r'aria-label="(Requests by day, [^"]+)"', page)[0]
    assert len(label.partition(": ")[2].split(", ")) == 14 and "12" in label
    ask(managed, "lms-1.1", (timedelta(0), 200))
    label = re.findall(r'aria-label="(Requests by day, [^"]+)"', managed.window().get("/home/").text)[0]
    assert label.endswith(", 1"), "today is counted anew"


# What is published


def test_what_is_published_and_held_back_is_compared_with_yesterday(managed: Managed) -> None:
    result = managed.published.refresh()
    assert result.state == "done"
    today = datetime.now(ZoneInfo("America/Chicago")).date()
    with managed.app.app_context():
        session = db.session()
        for table in (PublishedCount, HeldBackCount):
            session.execute(update(table).values(day=today - timedelta(days=1)))
        for row in session.scalars(select(PublishedCount)).all():
            session.add(PublishedCount(
                edition_id=row.edition_id, day=today, collection=row.collection,
                active=row.active + (7 if row.collection == "users" else 0), to_be_deleted=3,
            ))  # fmt: skip
        for row in session.scalars(select(PublishedCount.edition_id).distinct()).all():
            session.add(HeldBackCount(
                edition_id=row, day=today, collection="users", rule="P-07",
                sentence="The person has a username", held_back=11,
            ))  # fmt: skip
        session.commit()
    page = home(managed)
    users = page[page.index(" People ", page.index("Held back")) :][:60]
    assert "▲ 10 more" in users and " 3 11 " in users
    assert "People: 11 do not fulfil “The person has a username” (P-07)" in page
    assert 'href="/preparedness/no-username/"' not in managed.window().get("/home/").text, "there is no report yet"
    with managed.app.app_context():
        report = ReadinessReport(made_at=datetime.now(UTC), day=today, seconds=1.0, finished=True)
        db.session.add(report)
        db.session.flush()
        db.session.add(ReadinessCount(report_id=report.id, name="no-username", count=11))
        db.session.commit()
    assert 'href="/preparedness/no-username/"' in managed.window().get("/home/").text
    assert "What lms-1.1 sees" in home(managed, "?connection=1")
    with managed.app.app_context():
        options = Options(secondary_email=True)
        sealer = managed.app.extensions["homeroom"]["sealer"]
        added, _ = add_connection(db.session(), sealer, "new", Version.V1P2, options, datetime.now(UTC))
        db.session.commit()
        number = added.id
    assert "Nothing has been counted for it yet" in home(managed, f"?connection={number}")
    for strange in ("?connection=999", "?connection=x", "?connection=99999999999999"):
        assert "What lms-1.2 sees" in home(managed, strange)


# Statements


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that run meanwhile, on both databases."""
    run: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        run.append(statement)

    with app.app_context():
        engines = set(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def test_home_asks_no_more_of_a_larger_district(managed: Managed) -> None:
    """The page is cheap however many connections and calls there are."""
    window = managed.window()
    window.get("/home/")
    with counted(managed.app) as small:
        window.get("/home/")
    with managed.app.app_context():
        sealer = managed.app.extensions["homeroom"]["sealer"]
        for number in range(12):
            add_connection(db.session(), sealer, f"more-{number}", Version.V1P2, Options(), datetime.now(UTC))
        db.session.commit()
    for number in range(12):
        ask(managed, f"more-{number}", *[(timedelta(hours=hour), 200) for hour in range(40)])
    window.get("/home/")
    with counted(managed.app) as large:
        assert window.get("/home/").text.count('aria-label="Requests by day') == 12
    assert len(large) == len(small) < 40


# What to do next


def test_a_district_in_which_nothing_is_missing_is_told_nothing(managed: Managed) -> None:
    ask(managed, "lms-1.1", (timedelta(minutes=1), 200))
    assert "What to do next" not in home(managed)


def test_a_new_district_is_told_what_to_do_next(managed: Managed) -> None:
    """P-03: no year is a blocking problem; without connection nothing is counted."""
    with managed.app.app_context():
        session = db.session()
        for name in ("lms-1.1", "lms-1.2"):
            session.delete(find_connection(session, name))
        session.execute(update(models.SchoolYear).values(active=False))
        session.commit()
    page = home(managed)
    steps = page[page.index("What to do next") : page.index("Active year")]
    assert "Done Import the district" in steps and "Done Refresh the OneRoster cache" in steps
    assert "Done Set a school year active" not in steps and "Done Connect a platform" not in steps
    assert "There is none: no platform can ask for anything." in page
    assert "empty rosters" in page


def test_a_refresh_that_no_worker_has_done_is_told(managed: Managed) -> None:
    """P-85: somebody has to start a worker."""
    with managed.app.app_context():
        db.session.execute(update(RefreshRun).values(due_at=datetime.now(UTC) - timedelta(days=3)))
        db.session.commit()
    assert "has not taken place: no worker was there to do it" in home(managed)


def test_home_is_for_administrators(managed: Managed) -> None:
    assert managed.window("tess").get("/home/").status_code == 403


# Charts


def test_a_chart_tells_by_shape_and_words() -> None:
    """Readable without colour: height says how many, a gap that nothing is known, an open bar that today goes on."""
    days = [date(2026, 11, number) for number in (20, 21, 22, 23)]
    chart = daily("Requests", days, [0, None, 4000, 1])
    assert chart.said == "Requests by day, 2026-11-20 to 2026-11-23: 0, unknown, 4,000, 1"
    assert [bar.height for bar in chart.bars] == [0.5, HEIGHT, 2]
    assert [bar.whole for bar in chart.bars] == [True, True, False]
    assert chart.bars[1].said == "2026-11-22: 4,000" and chart.bars[1].y == 0
    assert daily("Nothing", days, [0, 0, 0, 0]).most == 0
