"""When OAuth 1 keys end (P-99)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.access.expiry import BadExpiry, expiry


def at(*day: int) -> datetime:
    return datetime(*day, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made", "ends"), [((2026, 11, 2), (2027, 11, 2)), ((2028, 2, 29), (2029, 2, 28)), ((2026, 12, 31), (2027, 12, 31))]
)
def test_a_key_is_good_for_a_year_by_default(made, ends):
    assert expiry(at(*made)) == at(*ends)


def test_its_last_day_is_a_whole_day():
    assert expiry(at(2026, 11, 2), date(2027, 6, 30)) == datetime(2027, 7, 1, tzinfo=UTC)
    assert expiry(at(2026, 11, 2), date(2026, 11, 2)) == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made", "latest"),
    [((2026, 11, 2), (2027, 12, 2)), ((2026, 12, 15), (2028, 1, 15)), ((2027, 1, 31), (2028, 2, 29))],
)
def test_thirteen_months_are_the_most(made, latest):
    assert expiry(at(*made), date(*latest))
    with pytest.raises(BadExpiry, match=f"and {date(*latest)}, 13 months"):
        expiry(at(*made), date(*latest) + timedelta(days=1))


def test_a_day_that_is_over_is_none():
    with pytest.raises(BadExpiry, match="today"):
        expiry(at(2026, 11, 2), date(2026, 11, 1))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_year_is_never_longer_than_what_is_allowed(day):
    now = at(day.year, day.month, day.day)
    assert timedelta(days=365) <= expiry(now) - now <= timedelta(days=366)
    assert expiry(now, expiry(now).date())
