"""When the schedule runs: the requirement's own examples, nights on which the clock is changed, and what always holds."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.sync.schedule import (
    KEPT_AWAY,
    WAIT,
    WINDOWS,
    Anchor,
    Cause,
    Frequency,
    Mode,
    Schedule,
    due,
    explain,
    moment_of,
    next_start,
    say,
    window_name,
    windows,
)

CHICAGO = ZoneInfo("America/Chicago")
DAILY = Schedule(Mode.SCHEDULED)
NINE = Schedule(Mode.SCHEDULED, hour=21)
SUNDAYS = Schedule(Mode.SCHEDULED, Frequency.WEEKLY, weekday=6)
MANUAL = Schedule(Mode.MANUAL)

#: Monday, September 14, 2026, and the days after it: no clock is changed in these weeks.
DAYS = {name: 14 + n for n, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))}


def at(text: str, zone: tzinfo = CHICAGO) -> datetime:
    """A moment by local weekday and clock ("Mon 14:00"), or by local date and clock ("2026-03-08 00:00")."""
    day, _, clock = text.rpartition(" ")
    date = day if "-" in day else f"2026-09-{DAYS[day]}"
    return datetime.fromisoformat(f"{date} {clock}").replace(tzinfo=zone).astimezone(UTC)


def shown(moment: datetime | None, zone: tzinfo = CHICAGO) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "never"


@pytest.mark.parametrize(
    ("schedule", "manual", "expected"),
    [
        (DAILY, "Mon 14:00", "2026-09-16 00:00"),
        (DAILY, "Mon 00:00", "2026-09-15 00:00"),
        (DAILY, "Mon 00:01", "2026-09-16 00:00"),
        (DAILY, "Mon 23:59", "2026-09-16 00:00"),
        (NINE, "Mon 14:00", "2026-09-15 21:00"),
        (NINE, "Mon 22:00", "2026-09-16 21:00"),
        (SUNDAYS, "Sat 14:00", "2026-09-27 00:00"),
        (SUNDAYS, "Fri 14:00", "2026-09-20 00:00"),
        (MANUAL, "Mon 14:00", "never"),
    ],
)
def test_a_manual_sync_moves_the_schedule(schedule: Schedule, manual: str, expected: str) -> None:
    """C-90 … C-93: the vectors, as of the moment of the manual sync."""
    assert shown(next_start(schedule, CHICAGO, at(manual), at(manual), None)) == expected


def test_without_a_manual_sync_the_next_window_counts() -> None:
    assert shown(next_start(DAILY, CHICAGO, at("Mon 14:00"), None, None)) == "2026-09-15 00:00"


def test_the_later_of_two_manual_syncs_counts() -> None:
    """Monday 2 pm and Tuesday 3 pm: Thursday."""
    assert shown(next_start(DAILY, CHICAGO, at("Tue 15:00"), at("Tue 15:00"), None)) == "2026-09-17 00:00"


def test_another_window_resets_the_wait() -> None:
    """12 am becomes 3 am on Monday 2 pm: Wednesday 3 am (C-90)."""
    three = Schedule(Mode.SCHEDULED, hour=3)
    assert three.resets(DAILY)
    assert shown(next_start(three, CHICAGO, at("Mon 14:00"), at("Mon 14:00"), None)) == "2026-09-16 03:00"


@pytest.mark.parametrize(
    ("former", "new", "resets"),
    [
        (DAILY, DAILY, False),
        (DAILY, Schedule(Mode.SCHEDULED, weekday=2), False),  # a daily schedule has no weekday
        (DAILY, SUNDAYS, True),
        (SUNDAYS, Schedule(Mode.SCHEDULED, Frequency.WEEKLY, weekday=5), True),
        (MANUAL, DAILY, True),
        (DAILY, MANUAL, False),
        (MANUAL, Schedule(Mode.MANUAL, hour=3), False),
    ],
)
def test_what_resets_the_wait(former: Schedule, new: Schedule, resets: bool) -> None:
    """C-96"""
    assert new.resets(former) is resets


def test_a_window_that_was_served_is_not_served_again() -> None:
    """C-92, also when it has just begun, or when the clock goes back."""
    midnight = at("Tue 00:00")
    assert next_start(DAILY, CHICAGO, midnight - timedelta(minutes=5), None, midnight) == at("Wed 00:00")
    assert (
        due(DAILY, CHICAGO, midnight + timedelta(minutes=5), at("Fri 14:00") - timedelta(days=7), midnight).open is None
    )


NEW_YORK, LORD_HOWE, APIA = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
SANTIAGO, BERLIN, HAVANA = ZoneInfo("America/Santiago"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")


@pytest.mark.parametrize(
    ("zone", "wanted", "first"),
    [
        # Midnight is skipped: the first moment after it is one o'clock summer time.
        (SANTIAGO, "2026-09-06 00:00", "2026-09-06T04:00Z"),
        (HAVANA, "2026-03-08 00:00", "2026-03-08T05:00Z"),
        # Midnight comes twice: the first of both.
        (HAVANA, "2026-11-01 00:00", "2026-11-01T04:00Z"),
        # Hours that are skipped or repeated inside a window do not move its start.
        (NEW_YORK, "2026-03-08 00:00", "2026-03-08T05:00Z"),
        (NEW_YORK, "2026-03-08 03:00", "2026-03-08T07:00Z"),
        (NEW_YORK, "2026-03-08 02:30", "2026-03-08T07:00Z"),
        (NEW_YORK, "2026-11-01 01:30", "2026-11-01T05:30Z"),
        (BERLIN, "2026-03-29 03:00", "2026-03-29T01:00Z"),
        (BERLIN, "2026-10-25 03:00", "2026-10-25T02:00Z"),
        # Half an hour.
        (LORD_HOWE, "2026-10-04 02:15", "2026-10-03T15:30Z"),
        # A whole day was skipped at the date line.
        (APIA, "2011-12-30 12:00", "2011-12-30T10:00Z"),
    ],
)
def test_local_hours_that_do_not_exist_or_come_twice(zone: tzinfo, wanted: str, first: str) -> None:
    """C-94"""
    assert moment_of(datetime.fromisoformat(wanted), zone) == datetime.fromisoformat(first)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "length"),
    [
        (NEW_YORK, "2026-03-08", 0, 2),
        (NEW_YORK, "2026-11-01", 0, 4),
        (BERLIN, "2026-03-29", 0, 2),
        (BERLIN, "2026-10-25", 0, 4),
        (SANTIAGO, "2026-09-06", 0, 2),
        (CHICAGO, "2026-09-14", 21, 3),
    ],
)
def test_a_window_ends_by_the_local_clock(zone: tzinfo, day: str, hour: int, length: float) -> None:
    schedule = Schedule(Mode.SCHEDULED, hour=hour)
    window = next(windows(schedule, zone, moment_of(datetime.fromisoformat(day), zone)))
    assert window.end - window.start == timedelta(hours=length)


def test_a_night_on_which_the_clock_is_changed_has_one_run() -> None:
    for zone, day in (
        (NEW_YORK, "2026-11-01"),
        (NEW_YORK, "2026-03-08"),
        (HAVANA, "2026-11-01"),
        (SANTIAGO, "2026-09-06"),
    ):
        start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=3)
        found = [next_start(DAILY, zone, start, None, None)]
        for _ in range(5):
            found.append(next_start(DAILY, zone, found[-1], None, found[-1]))
        assert len({moment.astimezone(zone).date() for moment in found}) == 6


def test_a_day_that_the_calendar_leaves_out_has_no_window() -> None:
    """Samoa had no December 30, 2011."""
    days = [
        w.start.astimezone(APIA).day
        for w, _ in zip(windows(DAILY, APIA, at("2011-12-28 12:00", APIA)), range(3), strict=False)
    ]
    assert days == [29, 31, 1]


def test_the_wait_is_24_hours_by_the_stopwatch() -> None:
    """C-91: on the night of March 8 the day has 23 hours, and noon to noon is not enough."""
    noon = Schedule(Mode.SCHEDULED, hour=12)
    manual = at("2026-03-07 12:00", NEW_YORK)
    assert shown(next_start(noon, NEW_YORK, manual, manual, None), NEW_YORK) == "2026-03-09 12:00"
    manual = at("2026-10-31 12:00", NEW_YORK)
    assert shown(next_start(noon, NEW_YORK, manual, manual, None), NEW_YORK) == "2026-11-01 12:00"


def test_a_window_that_is_still_open_is_due() -> None:
    """C-95: the service was down at midnight and is back at half past two."""
    long_ago = at("Mon 00:00") - timedelta(days=7)
    last = at("Mon 00:00")
    found = due(DAILY, CHICAGO, at("Tue 02:30"), long_ago, last)
    assert found.open is not None and (found.open.start, found.missed) == (at("Tue 00:00"), ())
    assert due(DAILY, CHICAGO, at("Tue 03:00"), long_ago, last) == (None, (at("Tue 00:00"),))


def test_windows_that_are_over_are_missed_once_each() -> None:
    """C-95"""
    found = due(DAILY, CHICAGO, at("Thu 01:00"), at("Fri 14:00") - timedelta(days=7), at("Mon 00:00"))
    assert found.open is not None and found.open.start == at("Thu 00:00")
    assert found.missed == (at("Tue 00:00"), at("Wed 00:00"))


def test_a_window_inside_the_wait_is_neither_due_nor_missed() -> None:
    assert due(DAILY, CHICAGO, at("Tue 01:00"), at("Mon 14:00"), at("Mon 00:00")) == (None, ())
    assert due(MANUAL, CHICAGO, at("Tue 01:00"), None, None) == (None, ())


def test_where_nothing_ever_happened_nothing_is_missed() -> None:
    assert due(DAILY, CHICAGO, at("Tue 10:00"), None, None) == (None, ())
    found = due(DAILY, CHICAGO, at("Tue 01:00"), None, None)
    assert found.open is not None and found.missed == ()


def test_the_reason_is_told_in_plain_words() -> None:
    """C-97"""
    plain = explain(DAILY, CHICAGO, at("Mon 14:00"), None, None)
    assert (plain.delayed, plain.warning) == (False, "")
    assert plain.reason == "It is synced every day, 12 am – 3 am."
    moved = explain(DAILY, CHICAGO, at("Mon 14:00"), Anchor(at("Mon 14:00"), Cause.MANUAL_SYNC), None)
    assert (moved.at, moved.delayed, moved.warning) == (at("Wed 00:00"), True, KEPT_AWAY)
    assert "a manual sync started on Monday, September 14, 2026, 2 pm" in moved.reason
    changed = explain(SUNDAYS, CHICAGO, at("Sat 14:00"), Anchor(at("Sat 14:00"), Cause.CHANGE), None)
    assert "every Sunday, 12 am – 3 am, but the schedule was changed on Saturday" in changed.reason
    assert (changed.delayed, changed.warning) == (True, "")
    assert explain(MANUAL, CHICAGO, at("Mon 14:00"), None, None).at is None


def test_an_anchor_that_moves_nothing_is_not_named() -> None:
    anchor = Anchor(at("Mon 00:00"), Cause.MANUAL_SYNC)
    assert explain(DAILY, CHICAGO, at("Mon 14:00"), anchor, None).delayed is False


def test_clocks_are_named_as_people_do() -> None:
    assert [window_name(hour) for hour in (0, 9, 12, 21)] == [
        "12 am – 3 am",
        "9 am – 12 pm",
        "12 pm – 3 pm",
        "9 pm – 12 am",
    ]
    assert say(at("Mon 14:05"), CHICAGO) == "Monday, September 14, 2026, 2:05 pm"


ZONES = st.sampled_from(
    [CHICAGO, NEW_YORK, BERLIN, SANTIAGO, HAVANA, LORD_HOWE, UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("Africa/Cairo")]
)
SCHEDULES = st.builds(
    Schedule, st.just(Mode.SCHEDULED), st.sampled_from(Frequency), st.integers(0, 6), st.sampled_from(WINDOWS)
)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda m: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=m))


@given(SCHEDULES, ZONES, MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS)
def test_the_next_run_is_a_window_start_after_all_that_it_waits_for(
    schedule: Schedule, zone: tzinfo, now: datetime, anchor: datetime | None, last: datetime | None
) -> None:
    """C-91, C-92"""
    found = next_start(schedule, zone, now, anchor, last)
    assert found is not None and found > now
    assert anchor is None or found >= anchor + WAIT
    assert last is None or found > last
    assert next(windows(schedule, zone, found)).start == found
    wanted = found.astimezone(zone)
    midnight_moved = moment_of(wanted.replace(tzinfo=None, hour=schedule.hour, minute=0, second=0), zone) == found
    assert midnight_moved and (schedule.frequency is Frequency.DAILY or wanted.weekday() == schedule.weekday)
    floor = max([now, *(m for m in (anchor and anchor + WAIT, last) if m)])
    assert found - floor <= timedelta(days=8 if schedule.frequency is Frequency.WEEKLY else 1, hours=2)


@given(SCHEDULES, ZONES, MOMENTS, MOMENTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_later_moment_anchor_or_run_never_brings_the_next_run_forward(
    schedule: Schedule, zone: tzinfo, now: datetime, anchor: datetime, last: datetime, more: timedelta
) -> None:
    before = next_start(schedule, zone, now, anchor, last)
    assert before is not None
    for later in ((now + more, anchor, last), (now, anchor + more, last), (now, anchor, last + more)):
        after = next_start(schedule, zone, *later)
        assert after is not None and after >= before


@given(SCHEDULES, ZONES, MOMENTS, MOMENTS, st.none() | MOMENTS)
def test_what_is_due_was_once_the_next_run(
    schedule: Schedule, zone: tzinfo, now: datetime, anchor: datetime, last: datetime | None
) -> None:
    """Whoever looks often enough queues every window that was announced, and no other."""
    found = due(schedule, zone, now, anchor, last)
    came = [*found.missed, *([found.open.start] if found.open else [])]
    announced, moment = [], min([anchor, *([last] if last else [])]) - timedelta(days=1)
    served = last
    while (start := next_start(schedule, zone, moment, anchor, served)) is not None and start <= now:
        announced.append(start)
        moment = served = start
    assert came == announced
