"""When the cache is refreshed by itself (P-85, P-86)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from provider.publishing.timetable import Slot, due_slot, last_slot, next_slot

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
    """A slot is due at its first coming, and is named by the local clock, so that it is known as served."""
    first = datetime(2026, 11, 1, 1, 40, tzinfo=ZONE)
    assert due_slot(first, "01:00", False) == "2026-11-01 01:00"
    assert due_slot(first.replace(fold=1), "01:00", False) is None


def test_a_time_that_daylight_saving_leaves_out_is_served_all_the_same() -> None:
    """P-86: 02:05 is not there on 8 March 2026; the refresh comes 65 minutes after 02:00 would have been."""
    one, three = datetime(2026, 3, 8, 1, 59, tzinfo=ZONE), datetime(2026, 3, 8, 3, 4, tzinfo=ZONE)
    assert due_slot(one, "02:05", False) is due_slot(three, "02:05", False) is None
    assert due_slot(three.replace(minute=5), "02:05", False) == "2026-03-08 02:05"
    assert due_slot(three.replace(minute=55), "02:05", False) == "2026-03-08 02:05"


# What comes next


def moment(text: str, fold: int = 0) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE, fold=fold)


def slot(name: str, utc: str, daily: bool = False) -> Slot:
    return Slot(name, datetime.strptime(utc, "%Y-%m-%d %H:%M").replace(tzinfo=UTC), daily)


@pytest.mark.parametrize(
    ("now", "following"),
    [
        ("2026-11-22 05:59", slot("2026-11-22 06:00", "2026-11-22 12:00")),
        ("2026-11-22 06:00", slot("2026-11-22 07:00", "2026-11-22 13:00")),
        ("2026-11-22 18:00", slot("2026-11-22 22:10", "2026-11-23 04:10", daily=True)),
        ("2026-11-22 22:10", slot("2026-11-23 06:00", "2026-11-23 12:00")),
        ("2026-12-31 23:59", slot("2027-01-01 06:00", "2027-01-01 12:00")),
    ],
)
def test_the_next_refresh_is_hourly_by_day_and_then_the_daily_one(now: str, following: Slot) -> None:
    """P-85."""
    assert next_slot(moment(now), "22:10", production=True) == following


def test_the_next_refresh_of_another_site_is_the_daily_one() -> None:
    """P-85."""
    assert next_slot(moment("2026-11-22 08:00"), "22:10", False).name == "2026-11-22 22:10"
    assert next_slot(moment("2026-11-22 22:10"), "22:10", False).name == "2026-11-23 22:10"


def test_the_night_that_daylight_saving_shortens() -> None:
    """02:30 is not there on 8 March 2026: it comes when two hours and a half of the day have passed, at 03:30."""
    left_out = slot("2026-03-08 02:30", "2026-03-08 08:30", daily=True)
    assert next_slot(moment("2026-03-08 01:59"), "02:30", False) == left_out
    assert next_slot(moment("2026-03-08 03:29"), "02:30", False) == left_out
    assert last_slot(moment("2026-03-08 03:30"), "02:30", False) == left_out
    assert next_slot(moment("2026-03-08 03:30"), "02:30", False).at == datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
    assert next_slot(moment("2026-03-07 22:10"), "22:10", True).at == datetime(2026, 3, 8, 11, 0, tzinfo=UTC)


def test_the_night_that_daylight_saving_lengthens() -> None:
    """01:30 is there twice on 1 November 2026: the first one counts."""
    repeated = slot("2026-11-01 01:30", "2026-11-01 06:30", daily=True)
    assert next_slot(moment("2026-11-01 01:10"), "01:30", False) == repeated
    assert last_slot(moment("2026-11-01 01:10", fold=1), "01:30", False) == repeated
    assert next_slot(moment("2026-11-01 01:10", fold=1), "01:30", False).at == datetime(2026, 11, 2, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize("daily", ["00:00", "02:30", "06:00", "23:59"])
def test_what_comes_next_becomes_what_came_last(daily: str, production: bool) -> None:
    """Over both nights of a year on which the clock is put on and back."""
    for begin in ("2026-03-07 12:00", "2026-10-31 12:00"):
        now = moment(begin).astimezone(UTC)
        for _ in range(24):
            following = next_slot(now.astimezone(ZONE), daily, production)
            assert now < following.at
            assert last_slot((following.at - timedelta(seconds=1)).astimezone(ZONE), daily, production).at <= now
            assert last_slot(following.at.astimezone(ZONE), daily, production).at == following.at
            assert due_slot(following.at.astimezone(ZONE), daily, production) == following.name
            now = following.at
