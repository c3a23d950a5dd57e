"""How long to wait before asking again (C-88): growing waits, or what the provider asked for."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Seconds before the second, third … try of one request; after the last the request has failed.
WAITS = (1.0, 2.0, 5.0, 15.0, 40.0)

#: A provider that asks for a longer wait than this gets none: the read fails and says so.
LONGEST_WAIT = 300.0


def asked_wait(retry_after: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or an HTTP date; None when it says neither."""
    if not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, OverflowError):
        return None
