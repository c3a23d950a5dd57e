"""The schedule of a connection as it is stored: save it, find its anchor, tell its next run (C-78 … C-98)."""

from datetime import date, datetime, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.settings import read_settings
from consumer.runs.line import as_utc
from consumer.sync.queue import open_run
from consumer.sync.schedule import (
    WEEKDAYS,
    WINDOWS,
    Anchor,
    Cause,
    Due,
    Frequency,
    Mode,
    NextRun,
    Schedule,
    due,
    explain,
    say,
    window_name,
)
from consumer.sync.tables import SyncRun

Choice = TypeVar("Choice", Mode, Frequency)


class BadSchedule(ValueError):
    """A schedule that cannot be saved; the message says what it may be."""


def zone_of(session: Session) -> ZoneInfo:
    """The organisation's time zone (C-81, C-94)."""
    return ZoneInfo(read_settings(session).time_zone)


def local_date(session: Session, now: datetime) -> date:
    """The date in the organisation's zone: what a sync takes for today."""
    return now.astimezone(zone_of(session)).date()


def schedule_of(connection: Connection) -> Schedule:
    return Schedule(Mode(connection.mode), Frequency(connection.frequency), connection.weekday, connection.window_hour)


def save_schedule(
    session: Session,
    connection: Connection,
    now: datetime,
    *,
    mode: str | None = None,
    frequency: str | None = None,
    weekday: int | None = None,
    window_hour: int | None = None,
) -> bool:
    """Save what is given and keep the rest; whether anything has changed.

    mode        "manual" or "scheduled"
    frequency   "daily" or "weekly", with `weekday` (Monday = 0)
    window_hour the hour at which the window starts: 0, 3, … 21

    The wait begins anew when the scheduled time, frequency or weekday changes, and when the mode becomes Scheduled
    (C-96). Raises BadSchedule.
    """
    former = schedule_of(connection)
    new = Schedule(
        _one_of(Mode, mode, former.mode, "mode"),
        _one_of(Frequency, frequency, former.frequency, "frequency"),
        former.weekday if weekday is None else weekday,
        former.hour if window_hour is None else window_hour,
    )
    if new.weekday not in range(len(WEEKDAYS)):
        raise BadSchedule(f"A weekday is a number from 0 (Monday) to 6 (Sunday), not {new.weekday}")
    if new.hour not in WINDOWS:
        hours = ", ".join(f"{hour} ({window_name(hour)})" for hour in WINDOWS)
        raise BadSchedule(f"A window starts at one of these hours, not at {new.hour}: {hours}")
    if new == former:
        return False
    connection.mode, connection.frequency = new.mode.value, new.frequency.value
    connection.weekday, connection.window_hour = new.weekday, new.hour
    if new.resets(former):
        connection.schedule_changed_at = now
    session.flush()
    return True


def _one_of(kind: type[Choice], given: str | None, former: Choice, what: str) -> Choice:
    if given is None:
        return former
    try:
        return kind(given)
    except ValueError:
        raise BadSchedule(f"The {what} is {' or '.join(kind)}, not {given!r}") from None


def anchor_of(session: Session, connection: Connection) -> Anchor | None:
    """What the schedule waits after: the start of the last manual sync, or its own last change (C-90).

    A manual sync counts as soon as somebody works on it, however it ends (C-98). A dry run is none: it changes nothing.
    """
    started = session.scalar(
        select(func.max(SyncRun.started_at)).where(
            SyncRun.connection_id == connection.id, SyncRun.trigger == "manual", SyncRun.dry_run.is_(False)
        )
    )
    anchors = [Anchor(as_utc(started), Cause.MANUAL_SYNC)] if started else []
    if connection.schedule_changed_at:
        anchors.append(Anchor(connection.schedule_changed_at, Cause.CHANGE))
    return max(anchors, key=lambda anchor: anchor.at, default=None)


def last_slot(session: Session, connection: Connection) -> datetime | None:
    """The start of the window that was served, or missed, last."""
    return session.scalar(select(func.max(SyncRun.slot)).where(SyncRun.connection_id == connection.id))


def due_of(session: Session, connection: Connection, zone: tzinfo, now: datetime) -> Due:
    """The windows of a connection that are due, or were missed."""
    anchor = anchor_of(session, connection)
    last = last_slot(session, connection)
    return due(schedule_of(connection), zone, now, anchor.at if anchor else None, last)


def next_run(session: Session, connection: Connection, zone: tzinfo, now: datetime) -> NextRun:
    """When the connection is synced next by the schedule, and why then (C-97)."""
    window = due_of(session, connection, zone, now).open
    if window is None:
        return explain(
            schedule_of(connection), zone, now, anchor_of(session, connection), last_slot(session, connection)
        )
    before = f"It has been due since {say(window.start, zone)}"
    other = open_run(session, connection.id)
    if other is None:
        return NextRun(window.start, f"{before}: a worker queues it now. If nothing happens, none is running.")
    which = f"run {other.id} ({other.kind}), which is {other.status.lower()}"
    until = say(window.end, zone)
    reason = f"{before} and waits for {which}. It is queued when that has ended; after {until} it counts as missed."
    return NextRun(window.start, reason, delayed=True)
