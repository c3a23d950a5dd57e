"""When an item is due, as people type it: a day and a time in the organisation's time zone. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

#: When an item is due on a day for which no time is given.
END_OF_DAY = time(23, 59)


class BadTime(ValueError):
    """What is no moment; `field` is due_date or due_time, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def typed_moment(moment: datetime | None, zone: str) -> tuple[str, str]:
    """(day, time) as they stand in a form: `2026-09-15`, `23:59`; blank for None."""
    if moment is None:
        return "", ""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date().isoformat(), local.strftime("%H:%M")


def read_moment(day: str, clock: str, zone: str) -> datetime | None:
    """The moment, aware UTC; None for a blank day. Of a time that comes twice, when the clocks go back, the first.

    Raises BadTime.
    """
    day, clock = day.strip(), clock.strip()
    if not day:
        if clock:
            raise BadTime("due_date", "Choose the day as well, or leave the time blank")
        return None
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise BadTime("due_date", "This is a day, such as 2026-09-15") from None
    try:
        at = time.fromisoformat(clock) if clock else END_OF_DAY
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise BadTime("due_time", "This is a time, such as 23:59")
    if not 1970 <= on.year <= 2200:
        raise BadTime("due_date", "This is a day from 1970 to 2200")
    local = datetime.combine(on, at, ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise BadTime("due_time", "There is no such time on that day: the clocks go forward")
    return moment
