"""When the cache is refreshed by itself (P-85, P-86)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from provider.publishing.timetable import due_slot

ZONE = ZoneInfo("America/Chicago")
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZONE)


def slots_of_a_day(daily: str, production: bool = True) -> list[str]:
    """The slots that a worker serves which looks every ten minutes, from noon to noon."""
    seen: dict[str, None] = {}
    for minutes in range(0, 24 * 60, 10):
        slot = due_slot(MIDNIGHT - timedelta(hours=12) + timedelta(minutes=minutes), daily, production)
        if slot:
            seen[slot] = None
    return list(seen)


def test_a_production_site_is_refreshed_hourly_by_day_and_once_at_night() -> None:
    """P-85: hourly from 06:00 to 18:00 and once at the daily time."""
    afternoon = [f"2026-11-22 {hour:02}:00" for hour in range(12, 19)]
    morning = [f"2026-11-23 {hour:02}:00" for hour in range(6, 12)]
    assert slots_of_a_day("22:10") == [*afternoon, "2026-11-22 22:10", *morning]


def test_another_site_is_refreshed_at_night_only() -> None:
    """P-85."""
    assert slots_of_a_day("22:10", production=False) == ["2026-11-22 22:10"]


@pytest.mark.parametrize(
    ("clock", "slot"),
    [
        ("05:59", None), ("06:00", "06:00"), ("06:50", "06:00"), ("06:51", None), ("07:00", "07:00"),
        ("18:50", "18:00"), ("18:51", None), ("22:09", None), ("22:10", "22:10"), ("23:01", None),
    ],
)  # fmt: skip
def test_a_slot_that_nobody_served_is_caught_up_for_fifty_minutes(clock: str, slot: str | None) -> None:
    now = MIDNIGHT.replace(hour=int(clock[:2]), minute=int(clock[3:]))
    assert due_slot(now, "22:10", True) == (slot and f"2026-11-23 {slot}")


def test_a_slot_late_in_the_evening_is_caught_up_after_midnight() -> None:
    """P-86: the daily time may be any; the worker may have been down at that minute."""
    assert due_slot(MIDNIGHT + timedelta(minutes=15), "23:40", True) == "2026-11-22 23:40"
    assert due_slot(MIDNIGHT + timedelta(minutes=35), "23:40", True) is None


def test_the_hour_that_daylight_saving_repeats_is_served_once() -> None:
    """A slot is named by the local clock, so that the same slot an hour later is known as served."""
    first = datetime(2026, 11, 1, 1, 10, tzinfo=ZONE)
    assert due_slot(first, "01:00", False) == due_slot(first.replace(fold=1), "01:00", False) == "2026-11-01 01:00"
