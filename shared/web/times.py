"""Moments as people read them: in the organisation's time zone, which is said once on every page that shows one."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def show_moment(moment: datetime | None, zone: str = "UTC", seconds: bool = False) -> str:
    """`2026-09-15 14:05`, with seconds if wanted, in IANA zone `zone`; "" for None. A moment without a zone is UTC."""
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
