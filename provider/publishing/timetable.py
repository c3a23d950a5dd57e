"""When the cache is refreshed by itself: hourly from 06:00 to 18:00 and once at the daily time (P-85, P-86). Pure."""

from datetime import datetime, timedelta

#: First and last hour of the hourly refresh, local time (P-85).
HOURS = range(6, 19)
#: A slot that nobody served is caught up for so long; later, the next one does.
CATCH_UP = timedelta(minutes=50)


def due_slot(local_now: datetime, daily_time: str, production: bool) -> str | None:
    """The slot ("2026-11-22 06:00", local) that a refresh is due for at `local_now`, if any.

    `daily_time` is "22:10"; a site that is not in production is refreshed overnight only (P-85).
    """
    slots = [f"{hour:02}:00" for hour in HOURS] if production else []
    slots.append(daily_time)
    days = (local_now, local_now - timedelta(days=1))
    past = [at for at in (_on(day, slot) for day in days for slot in slots) if at <= local_now]
    if not past or local_now - max(past) > CATCH_UP:
        return None
    return f"{max(past):%Y-%m-%d %H:%M}"


def _on(day: datetime, clock: str) -> datetime:
    return day.replace(hour=int(clock[:2]), minute=int(clock[3:]), second=0, microsecond=0)
