"""When the schedule of a connection lets it run: windows in local time, the wait after a manual sync, what was missed.

Pure: the moment, the zone and what happened before are given. Moments are aware UTC; local clock times are those of
the organisation's zone.

How the next run is found (C-90 … C-92): the anchor is the later of the last manual sync's start and the last change of
the schedule; nothing starts before 24 hours of elapsed time have passed since then; of the windows of the schedule,
the first counts that starts at or after that, after now, and after the window that was served last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from consumer.connections.model import WINDOW_HOURS

#: The hours of the local clock at which windows start: 0, 3, … 21 (C-81).
WINDOWS = tuple(range(0, 24, WINDOW_HOURS))
#: Elapsed time that the schedule keeps away from a manual sync and from a change of itself (C-91).
WAIT = timedelta(hours=24)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: What is said wherever a manual sync has moved the schedule (C-97).
KEPT_AWAY = "A manual sync at least once a day keeps the schedule from ever running."

_DAY = timedelta(days=1)


class Mode(StrEnum):
    """Each tab by hand, or all of them by the clock (C-78)."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"


class Frequency(StrEnum):
    """How often (C-79)."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Cause(StrEnum):
    """What made the schedule wait (C-90)."""

    MANUAL_SYNC = "manual sync"
    CHANGE = "change of the schedule"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What was chosen. `weekday` (Monday = 0) counts only when weekly; `hour` is when the window starts."""

    mode: Mode
    frequency: Frequency = Frequency.DAILY
    weekday: int = 6
    hour: int = 0

    @property
    def timing(self) -> tuple[Frequency, int | None, int]:
        """What decides when it runs: a daily schedule has no weekday."""
        return self.frequency, self.weekday if self.frequency is Frequency.WEEKLY else None, self.hour

    def resets(self, former: "Schedule") -> bool:
        """Whether saving this one in place of `former` makes the schedule wait (C-96)."""
        if self.mode is Mode.MANUAL:
            return False
        return former.mode is Mode.MANUAL or self.timing != former.timing


class Anchor(NamedTuple):
    """The moment after which the schedule waits, and what happened then."""

    at: datetime
    cause: Cause


class Window(NamedTuple):
    """A window: the run may be queued from its start until before its end (C-80, C-95)."""

    start: datetime
    end: datetime


class Due(NamedTuple):
    """Windows that have come and were not served: the one that is still open, and the starts of those that are over."""

    open: Window | None
    missed: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class NextRun:
    """When the schedule runs next (None: never), why then, and what to be warned of; sentences for people (C-97)."""

    at: datetime | None
    reason: str
    delayed: bool = False
    warning: str = ""


def moment_of(wanted: datetime, zone: tzinfo) -> datetime:
    """The first moment at which the clock of `zone` shows `wanted` (naive) or later.

    That is the first of both when the hour is repeated, and the end of the gap when it is skipped (C-94).
    """
    late = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shown(late, zone) == wanted:
        return late
    early = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if _shown(middle, zone) < wanted else (early, middle)
    return late


def windows(schedule: Schedule, zone: tzinfo, since: datetime) -> Iterator[Window]:
    """The windows of a schedule that start at or after `since`, in order, without end.

    On a night in which the clock is changed a window may last two or four hours; one that the clock skips as a whole is
    left out.
    """
    day = _shown(since, zone).date() - _DAY
    while True:
        if schedule.frequency is Frequency.DAILY or day.weekday() == schedule.weekday:
            window = _window(day, schedule.hour, zone)
            if window.start >= since and window.start < window.end:
                yield window
        day += _DAY


def next_start(
    schedule: Schedule, zone: tzinfo, now: datetime, anchor: datetime | None, last: datetime | None
) -> datetime | None:
    """When the next scheduled run is queued; None in manual mode (C-92).

    anchor   last manual start or change of the schedule, None when there was neither
    last     start of the window that was served, or missed, last
    """
    if schedule.mode is Mode.MANUAL:
        return None
    floor = now if anchor is None else max(now, anchor + WAIT)
    starts = (window.start for window in windows(schedule, zone, floor))
    return next(start for start in starts if start > now and (last is None or start > last))


def due(schedule: Schedule, zone: tzinfo, now: datetime, anchor: datetime | None, last: datetime | None) -> Due:
    """The windows that have started by `now` without having been served (C-95). Where nothing ever happened, only the
    one that is open now can be meant.
    """
    if schedule.mode is Mode.MANUAL:
        return Due(None, ())
    known = [moment for moment in (anchor and anchor + WAIT, last) if moment]
    missed: list[datetime] = []
    for window in windows(schedule, zone, max(known) if known else now - 2 * _DAY):
        if window.start > now:
            break
        if window.start == last:
            continue
        if now < window.end:
            return Due(window, tuple(missed))
        if known:
            missed.append(window.start)
    return Due(None, tuple(missed))


def explain(schedule: Schedule, zone: tzinfo, now: datetime, anchor: Anchor | None, last: datetime | None) -> NextRun:
    """The next run and why it is then (C-97)."""
    at = next_start(schedule, zone, now, anchor.at if anchor else None, last)
    if at is None:
        return NextRun(None, "Nothing is synced by itself: the mode is Manual.")
    if anchor is None or at == next_start(schedule, zone, now, None, last):
        return NextRun(at, f"It is synced {rhythm(schedule)}.")
    what = "a manual sync started" if anchor.cause is Cause.MANUAL_SYNC else "the schedule was changed"
    reason = (
        f"It is synced {rhythm(schedule)}, but {what} on {say(anchor.at, zone)}: the schedule waits 24 hours, and then "
        "for the next window, so that syncs do not overlap."
    )
    return NextRun(at, reason, True, KEPT_AWAY if anchor.cause is Cause.MANUAL_SYNC else "")


def rhythm(schedule: Schedule) -> str:
    """How often and when: "every Sunday, 12 am – 3 am"."""
    often = "day" if schedule.frequency is Frequency.DAILY else WEEKDAYS[schedule.weekday]
    return f"every {often}, {window_name(schedule.hour)}"


def window_name(hour: int) -> str:
    """A window as people call it: "12 am – 3 am"."""
    return f"{_clock(time(hour))} – {_clock(time((hour + WINDOW_HOURS) % 24))}"


def say(moment: datetime, zone: tzinfo) -> str:
    """A moment on the organisation's clock: "Tuesday, September 15, 2026, 12 am"."""
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()]}, {local:%B} {local.day}, {local.year}, {_clock(local.time())}"


def _shown(moment: datetime, zone: tzinfo) -> datetime:
    """What the clock of `zone` shows, naive."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _window(day: date, hour: int, zone: tzinfo) -> Window:
    start = datetime.combine(day, time(hour))
    return Window(moment_of(start, zone), moment_of(start + timedelta(hours=WINDOW_HOURS), zone))


def _clock(shown: time) -> str:
    minutes = f":{shown.minute:02}" if shown.minute else ""
    return f"{shown.hour % 12 or 12}{minutes} {'am' if shown.hour < 12 else 'pm'}"
