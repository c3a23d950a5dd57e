"""Refresh runs as rows: one at a time, with a heartbeat, a result that people can read, and alerts (P-87 … P-91)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from provider.publishing.models import RefreshAlert, RefreshRun
from shared.database import writing
from shared.owner import is_alive

#: A manual refresh starts so long after the click (P-87).
MANUAL_DELAY = timedelta(minutes=2)


class RefreshIsRunning(Exception):
    """A refresh is asked for while one is running (P-87); the message says since when."""


class RunResult(NamedTuple):
    """How a refresh ended: state done, held or failed; the message is for people."""

    run_id: int
    state: str
    message: str
    added: int = 0
    changed: int = 0
    removed: int = 0


class Started(NamedTuple):
    """A run that has begun. clean: the one before ended well, so nothing of it has to be taken back."""

    run_id: int
    clean: bool


def start_run(
    engine: Engine, owner: str, trigger: str, now: datetime, today: date, slot: str | None = None,
    approves: int | None = None,
) -> Started:  # fmt: skip
    """Take the one place of a running refresh for `owner` (`shared.owner`); the place of a dead run is free.
    approves: the held run whose difference a person has approved.

    Raises RefreshIsRunning.
    """
    with writing(engine) as connection:
        last = select(func.max(RefreshRun.id)).where(RefreshRun.state != "due")
        rows = connection.execute(
            select(RefreshRun.id, RefreshRun.state, RefreshRun.started_at, RefreshRun.heartbeat_at, RefreshRun.owner)
            .where((RefreshRun.state == "running") | (RefreshRun.id == last.scalar_subquery()))
            .order_by(RefreshRun.id)
        ).all()
        running = next((row for row in rows if row.state == "running"), None)
        if running and is_alive(running.owner, running.heartbeat_at, now):
            raise RefreshIsRunning(
                f"A refresh has been running since {running.started_at:%H:%M:%S} UTC; ask again when it has ended"
            )
        if running:
            lost = RunResult(running.id, "failed", "The refresh was interrupted; the last good state stays")
            _finish(connection, lost, now)
        clean = running is None and (not rows or rows[-1].state == "done")
        values = {
            "trigger": trigger,
            "state": "running",
            "owner": owner,
            "slot": slot,
            "approves": approves,
            "added": 0,
            "changed": 0,
            "removed": 0,
        }
        times = {"due_at": now, "started_at": now, "heartbeat_at": now, "today": today.isoformat()}
        try:
            run_id = connection.execute(
                insert(RefreshRun).values(**values, **times).returning(RefreshRun.id)
            ).scalar_one()
            return Started(run_id, clean)
        except IntegrityError:
            raise RefreshIsRunning("Another process has just started this refresh") from None


def beat(connection: Connection, run_id: int, now: datetime, progress: str) -> None:
    """Say that a run is alive, and how far it is; at its end the message tells how it ended."""
    connection.execute(update(RefreshRun).where(RefreshRun.id == run_id).values(heartbeat_at=now, message=progress))


def finish_run(engine: Engine, result: RunResult, now: datetime, cache: str | None = None) -> None:
    """Record how a run ended and raise the alert that its kind calls for (P-87, P-88)."""
    with writing(engine) as connection:
        _finish(connection, result, now, cache)


def _finish(connection: Connection, result: RunResult, now: datetime, cache: str | None = None) -> None:
    trigger = connection.execute(
        update(RefreshRun)
        .where(RefreshRun.id == result.run_id)
        .values(state=result.state, message=result.message, finished_at=now, cache=cache,
                added=result.added, changed=result.changed, removed=result.removed)
        .returning(RefreshRun.trigger)
    ).scalar_one()  # fmt: skip
    # A scheduled refresh is only heard of when it fails; a manual one always (P-87, P-88).
    if result.state != "done" or trigger == "manual":
        connection.execute(insert(RefreshAlert).values(run_id=result.run_id, raised_at=now, message=result.message))


class CacheState(NamedTuple):
    """What the settings page and the command show (P-89). Times are UTC."""

    last_success: datetime | None
    running_since: datetime | None
    last_state: str | None
    last_message: str | None


def cache_state(connection: Connection) -> CacheState:
    """When the cache was last refreshed, whether a refresh runs, and how the last one ended."""
    full = RefreshRun.trigger != "keyed"
    success = connection.execute(
        select(RefreshRun.finished_at).where(RefreshRun.state == "done", full).order_by(RefreshRun.id.desc()).limit(1)
    ).scalar()
    running = connection.execute(select(RefreshRun.started_at).where(RefreshRun.state == "running", full)).scalar()
    last = connection.execute(
        select(RefreshRun.state, RefreshRun.message)
        .where(RefreshRun.finished_at.is_not(None), full)
        .order_by(RefreshRun.id.desc())
        .limit(1)
    ).first()
    return CacheState(success, running, last.state if last else None, last.message if last else None)
