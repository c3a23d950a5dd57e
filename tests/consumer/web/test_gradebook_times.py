"""When an item is due, as people type it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.web.gradebook.times import BadTime, read_moment, typed_moment

ZONES = ("UTC", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia")
#: Whole minutes from 1971 to 2199.
moments = st.integers(530_000, 120_900_000).map(lambda minutes: datetime.fromtimestamp(minutes * 60, UTC))


@given(moments, st.sampled_from(ZONES))
def test_a_moment_that_is_shown_is_read_as_itself(moment: datetime, zone: str) -> None:
    """Of a time that comes twice when the clocks go back, the first is meant."""
    again = read_moment(*typed_moment(moment, zone), zone)
    second = moment.astimezone(ZoneInfo(zone)).fold == 1
    assert again == moment or (second and again is not None and again < moment)


@given(st.text(), st.text(), st.sampled_from(ZONES))
def test_whatever_is_typed_is_a_moment_or_refused_beside_its_field(day: str, clock: str, zone: str) -> None:
    try:
        read_moment(day, clock, zone)
    except BadTime as error:
        assert error.field in ("due_date", "due_time") and str(error)


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)), st.text(), st.sampled_from(ZONES))
def test_so_is_whatever_time_is_typed_for_a_day(day: date, clock: str, zone: str) -> None:
    try:
        assert read_moment(day.isoformat(), clock, zone) is not None
    except BadTime as error:
        assert error.field in ("due_date", "due_time")


def test_a_day_alone_means_its_end_and_nothing_means_no_due_date() -> None:
    assert read_moment("2026-10-01", "", "America/New_York") == datetime(2026, 10, 2, 3, 59, tzinfo=UTC)
    assert read_moment("", " ", "UTC") is None
    assert typed_moment(None, "UTC") == ("", "")


def test_a_time_that_the_clocks_leave_out_is_none() -> None:
    with pytest.raises(BadTime, match="clocks go forward"):
        read_moment("2027-03-14", "02:30", "America/New_York")
