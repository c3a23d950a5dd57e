"""The date tests that the rules share, each in one place, and the identity that is current on a day."""

from collections.abc import Sequence
from datetime import date, timedelta

from provider.eligibility.rows import Identity, SchoolYear


def year_window(year: SchoolYear) -> tuple[date, date]:
    """First and last day of a school year. Blank: 1 January of the start year, 31 December of the end year (P-51)."""
    return year.start_date or date(year.start_year, 1, 1), year.end_date or date(year.end_year, 12, 31)


def in_year(start: date | None, end: date | None, window: tuple[date, date] | None) -> bool:
    """Whether the two ranges overlap (P-53: containment would remove everybody hired before this year)."""
    if window is None:
        return False
    return (start is None or start <= window[1]) and (end is None or end >= window[0])


def not_past(end: date | None, today: date) -> bool:
    """Whether a row has not ended; it counts until midnight of its end date (P-54)."""
    return end is None or end >= today


def begun(start: date | None, today: date) -> bool:
    return start is None or start <= today


def day_after(end: date) -> date:
    """The endDate that OneRoster publishes for a last day that the SIS knows.

    The SIS keeps last days (inclusive); endDate is exclusive in both versions (OneRoster 1.1 section 11, 1.2 section
    9), for sessions, enrollments and roles alike. A client that removes members "whose end date has come" so keeps them
    through their last day. The last day of the calendar, with which some systems say "without end", stays what it is.
    """
    return end if end == date.max else end + timedelta(days=1)


def current_identity(identities: Sequence[Identity], today: date) -> Identity | None:
    """Who a person is today: the latest identity in force, else the last that ended, else the next to come."""
    if len(identities) < 2:
        return identities[0] if identities else None
    started = [identity for identity in identities if begun(identity.start_date, today)]
    running = [identity for identity in started if not_past(identity.end_date, today)]
    if running or started:
        return max(running or started, key=lambda identity: identity.start_date or date.min)
    return min(identities, key=lambda identity: identity.start_date or date.min)


def text(start: date | None, end: date | None) -> str:
    """A range of days for people."""
    return f"{start or 'blank'} to {end or 'open'}"
