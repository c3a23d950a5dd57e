"""When OAuth 1 keys end: one year after they were made or renewed by default, thirteen months at most (P-99)."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

DEFAULT_MONTHS = 12
MAXIMUM_MONTHS = 13


class BadExpiry(ValueError):
    """A last day that a key cannot have; the message says why."""


def expiry(now: datetime, last_day: date | None = None) -> datetime:
    """The moment at which a key made or renewed `now` ends: that after its last day (UTC). Raises BadExpiry."""
    if last_day is None:
        return _months_after(now, DEFAULT_MONTHS)
    latest = _months_after(now, MAXIMUM_MONTHS).date()
    if not now.date() <= last_day <= latest:
        raise BadExpiry(
            f"An OAuth 1 key ends between today and {latest}, {MAXIMUM_MONTHS} months ahead (P-99), not on {last_day}"
        )
    return datetime.combine(last_day + timedelta(days=1), time(), UTC)


def told_expired(expires_at: datetime) -> str:
    """What a platform is told whose key has ended."""
    return f"The key expired on {expires_at.astimezone(UTC):%Y-%m-%d}: the district has to renew it"


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
