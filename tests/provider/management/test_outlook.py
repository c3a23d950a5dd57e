"""Which refresh comes next, and which one is missing (P-85 … P-90)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, delete, insert

from provider.database import db
from provider.publishing.models import RefreshAlert, RefreshRun
from provider.publishing.outlook import ASKED, DAILY, EDITED, HOURLY, Outlook, outlook
from provider.sis.changes import EVERYTHING, note_changes
from provider.sis.settings import DistrictSettings
from tests.provider.management.conftest import Managed

ZONE = ZoneInfo("America/Chicago")
#: Monday noon in the district.
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(managed: Managed) -> Iterator[Connection]:
    """A district that was never refreshed."""
    with managed.app.app_context(), db.engine.connect() as found:
        found.execute(delete(RefreshAlert))
        found.execute(delete(RefreshRun))
        yield found


def add(connection: Connection, state: str, at: datetime, trigger: str = "scheduled", **values: Any) -> None:
    row = {"trigger": trigger, "state": state, "due_at": at, "started_at": at, "finished_at": at, **values}
    connection.execute(insert(RefreshRun).values(added=0, changed=0, removed=0, **row))


def look(connection: Connection, now: datetime = NOON + MINUTE, **settings: Any) -> Outlook:
    return outlook(connection, DistrictSettings(**settings), ZONE, now)


def test_the_schedule_says_what_comes_next(connection: Connection) -> None:
    """P-85, P-86."""
    assert look(connection).coming == (NOON + timedelta(hours=1), HOURLY)
    assert look(connection, NOON + timedelta(hours=7)).coming == (datetime(2026, 11, 24, 4, 10, tzinfo=UTC), DAILY)
    assert look(connection, production=False, daily_refresh_time="13:30").coming == (NOON + 90 * MINUTE, DAILY)


def test_what_was_asked_for_comes_before_the_schedule(connection: Connection) -> None:
    """P-87."""
    add(connection, "due", NOON + 3 * MINUTE, "manual")
    found = look(connection)
    assert found.coming == (NOON + 3 * MINUTE, ASKED) and found.coming.soon and found.moving


def test_edits_that_concern_everything_start_a_refresh_unless_one_is_held(connection: Connection) -> None:
    """P-90."""
    note_changes(connection, [EVERYTHING, ("person", 1), ("person", 2)])
    found = look(connection)
    assert found.coming == (None, EDITED) and found.edits == {"everything": 1, "person": 2}
    add(connection, "held", NOON, slot="2026-11-23 12:00")
    found = look(connection)
    assert found.held is not None and found.coming.why == HOURLY


@pytest.mark.parametrize(
    ("slot", "after", "late"),
    [
        ("2026-11-23 12:00", timedelta(minutes=30), None), ("2026-11-23 11:00", timedelta(minutes=2), None),
        ("2026-11-23 11:00", timedelta(minutes=3), NOON), ("2026-11-23 11:00", timedelta(minutes=59), NOON),
    ],
)  # fmt: skip
def test_a_slot_that_nobody_served_is_missing_after_two_minutes(
    connection: Connection, slot: str, after: timedelta, late: datetime | None
) -> None:
    add(connection, "done", NOON - timedelta(hours=1), slot=slot)
    assert look(connection, NOON + after).late == late


def test_a_slot_from_before_the_first_refresh_is_not_missing(connection: Connection) -> None:
    assert look(connection, NOON + 30 * MINUTE).late is None
    add(connection, "done", NOON + MINUTE, "manual")
    assert look(connection, NOON + 30 * MINUTE).late is None


def test_what_was_asked_for_and_not_done_is_missing(connection: Connection) -> None:
    add(connection, "due", NOON + MINUTE, "manual", slot=None)
    assert look(connection, NOON + 2 * MINUTE).late is None
    assert look(connection, NOON + 4 * MINUTE).late == NOON + MINUTE
