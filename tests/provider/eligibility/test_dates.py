"""Last days of the SIS as OneRoster publishes them."""

from datetime import date

from provider.eligibility.dates import day_after


def test_an_end_date_is_the_day_after_the_last_day() -> None:
    assert day_after(date(2026, 12, 31)) == date(2027, 1, 1)


def test_a_last_day_that_means_without_end_stays_one() -> None:
    """Some systems write 9999-12-31 where nothing ends; no day comes after it."""
    assert day_after(date(9999, 12, 31)) == date(9999, 12, 31)
