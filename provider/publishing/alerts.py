"""Process alerts: refreshes that a person should hear about (P-87, P-88), until somebody has read of them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, update

from provider.publishing.models import RefreshAlert, RefreshRun


class Alert(NamedTuple):
    """An alert with the run that it is about: its trigger and its state (done, held, failed). Times are UTC."""

    id: int
    run_id: int
    raised_at: datetime
    message: str
    trigger: str
    state: str
    read_at: datetime | None
    read_by: str | None


def list_alerts(connection: Connection, *, unread: bool = False, offset: int = 0, limit: int = 50) -> list[Alert]:
    """Alerts, the newest first."""
    columns = (
        RefreshAlert.id, RefreshAlert.run_id, RefreshAlert.raised_at, RefreshAlert.message, RefreshRun.trigger,
        RefreshRun.state, RefreshAlert.read_at, RefreshAlert.read_by,
    )  # fmt: skip
    found = select(*columns).join(RefreshRun, RefreshRun.id == RefreshAlert.run_id)
    if unread:
        found = found.where(RefreshAlert.read_at.is_(None))
    rows = connection.execute(found.order_by(RefreshAlert.id.desc()).offset(offset).limit(limit))
    return [Alert(*row) for row in rows]


def count_alerts(connection: Connection, *, unread: bool = False) -> int:
    """How many alerts there are."""
    found = select(func.count()).select_from(RefreshAlert)
    return connection.execute(found.where(RefreshAlert.read_at.is_(None)) if unread else found).scalar_one()


def mark_read(connection: Connection, ids: Collection[int], who: str, now: datetime) -> int:
    """Mark alerts as read by a person (username); how many were unread. The caller commits."""
    return _mark(connection, RefreshAlert.id.in_(ids), who, now)


def settle_alerts(connection: Connection, run_id: int, who: str, now: datetime) -> int:
    """Mark the alerts of a run as read, because somebody has decided about it. The caller commits."""
    return _mark(connection, RefreshAlert.run_id == run_id, who, now)


def _mark(connection: Connection, which: ColumnElement[bool], who: str, now: datetime) -> int:
    marked = update(RefreshAlert).where(which, RefreshAlert.read_at.is_(None)).values(read_at=now, read_by=who)
    return connection.execute(marked).rowcount
