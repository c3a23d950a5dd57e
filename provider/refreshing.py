"""Refreshing one district: brings the editions of its connections, its settings and time zone to `publishing`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.connections import editions_in_use
from provider.access.request_log import forget_requests
from provider.database import TRAFFIC, db
from provider.eligibility.facts import Keys
from provider.publishing.models import RefreshRun
from provider.publishing.refresh import Progress, Refresher, refresh
from provider.publishing.requests import Waiting, forget_edits, queue_keys, take_due, waiting
from provider.publishing.runs import RefreshIsRunning, RunResult, cache_state
from provider.publishing.timetable import due_slot
from provider.publishing.walks import forget_expired
from provider.sis.changes import EVERYTHING
from provider.sis.models import District
from provider.sis.settings import DistrictSettings, read_settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The edge's clock."""
    return datetime.now(UTC)


class DistrictRefresh:
    """Refreshes of one district's application; use it inside its application context."""

    def __init__(self, app: Flask, clock: Clock = utc_now, progress: Progress | None = None) -> None:
        self._app = app
        self._clock = clock
        self._progress = progress

    def full(
        self, trigger: str = "manual", today: date | None = None, approved: bool = False, slot: str | None = None,
        approves: int | None = None,
    ) -> RunResult:  # fmt: skip
        """Refresh everything now. approved: whatever goes; approves: as much as a held run has shown. Raises
        RefreshIsRunning."""
        refresher, day = self._prepare(today)
        edits = waiting(refresher.engine)
        result = refresh(refresher, day, trigger, approved=approved, slot=slot, approves=approves)
        if edits and result.state == "done":
            forget_edits(refresher.engine, edits)
        return result

    def keyed(self, keys: Keys, today: date | None = None) -> RunResult | None:
        """Refresh the records of some people, sections and courses; None when it has to wait for a running refresh."""
        refresher, day = self._prepare(today)
        queue_keys(refresher.engine, keys)
        return self._drain(refresher, day)

    def tick(self) -> list[RunResult]:
        """What a worker does every few seconds: due manual refreshes, scheduled slots, waiting keys (P-85 … P-90)."""
        refresher, day = self._prepare(None)
        now = self._clock()
        results = []
        try:
            if due := take_due(refresher.engine, now):
                results.append(self.full("manual", approves=due.approves))
            slot = self._slot(now)
            if slot and not _served(refresher, slot):
                results.append(self.full("scheduled", slot=slot))
            results += self._serve_edits(refresher, day)
        except RefreshIsRunning:
            pass  # Another worker is at it.
        forget_expired(db.engines[TRAFFIC], now)
        with Session(db.engine) as session:
            forget_requests(db.engines[TRAFFIC], now, read_settings(session).request_log_days)
        return results

    def _slot(self, now: datetime) -> str | None:
        with Session(db.engine) as session:
            settings, zone = read_settings(session), district_zone(session)
        return due_slot(now.astimezone(zone), settings.daily_refresh_time, settings.production)

    def _serve_edits(self, refresher: Refresher, day: date) -> list[RunResult]:
        """Edits that wait (P-90): those of everything by a full refresh, unless the last one was held, else by key."""
        edits = waiting(refresher.engine)
        if edits is None:
            return []
        if edits.everything:
            with refresher.engine.connect() as connection:
                held = cache_state(connection).last_state == "held"
            return [] if held else [self.full("edited")]
        served = self._drain(refresher, day)
        return [served] if served else []

    def _drain(self, refresher: Refresher, day: date) -> RunResult | None:
        """Refresh the single records that wait."""
        edits = waiting(refresher.engine)
        if edits is None:
            return None
        try:
            result = refresh(refresher, day, "keyed", edits.keys)
        except RefreshIsRunning:
            return None
        seen = tuple(change for change in edits.changes if change != EVERYTHING)
        forget_edits(refresher.engine, Waiting(seen, edits.keys))
        return result

    def _prepare(self, today: date | None) -> tuple[Refresher, date]:
        homeroom = self._app.extensions["homeroom"]
        with Session(db.engine) as session:
            settings: DistrictSettings = read_settings(session)
            editions = editions_in_use(session)
            zone = district_zone(session)
        url = homeroom["settings"].provider_base_url(homeroom["app_name"])
        progress = {"progress": self._progress} if self._progress else {}
        refresher = Refresher(db.engine, editions, url, settings.removal_threshold, self._clock, zone=zone, **progress)
        return refresher, today or refresher.local_day


def district_zone(session: Session) -> ZoneInfo:
    """The time zone that decides what today is; UTC before there is a district."""
    name = session.execute(select(District.time_zone).limit(1)).scalar()
    return ZoneInfo(name or "UTC")


def _served(refresher: Refresher, slot: str) -> bool:
    with refresher.engine.connect() as connection:
        return connection.execute(select(RefreshRun.id).where(RefreshRun.slot == slot)).first() is not None
