"""Refreshes that wait: the manual one, two minutes after the click (P-87), and those of edited records (P-90)."""

from datetime import datetime

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from provider.eligibility.facts import Keys
from provider.publishing.models import RefreshKey, RefreshRun
from provider.publishing.runs import MANUAL_DELAY, RefreshIsRunning
from shared.database import writing
from shared.owner import is_alive

_KINDS = {"person": "people", "section": "sections", "course": "courses"}


def ask_for_refresh(engine: Engine, now: datetime) -> datetime:
    """Ask for a manual refresh; when it will start (P-87). Raises RefreshIsRunning while one runs or waits."""
    with writing(engine) as connection:
        open_runs = select(RefreshRun).where(RefreshRun.trigger != "keyed", RefreshRun.state.in_(("due", "running")))
        for other in connection.execute(open_runs):
            if other.state == "running" and not is_alive(other.owner, other.heartbeat_at, now):
                continue
            word = "is waiting" if other.state == "due" else "is running"
            raise RefreshIsRunning(f"A refresh {word} (since {other.due_at:%H:%M:%S} UTC); ask again when it has ended")
        due = now + MANUAL_DELAY
        connection.execute(
            insert(RefreshRun).values(trigger="manual", state="due", due_at=due, added=0, changed=0, removed=0)
        )
    return due


def take_due(engine: Engine, now: datetime) -> bool:
    """Whether a manual refresh is due; taking it removes the request, so that one worker takes it once."""
    with writing(engine) as connection:
        gone = connection.execute(delete(RefreshRun).where(RefreshRun.state == "due", RefreshRun.due_at <= now))
        return gone.rowcount > 0


def queue_keys(engine: Engine, keys: Keys) -> None:
    """Remember records that were edited until a keyed refresh has seen them."""
    rows = [{"kind": kind, "key": key} for kind, name in _KINDS.items() for key in getattr(keys, name)]
    if not rows:
        return
    with writing(engine) as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(RefreshKey.__table__).on_conflict_do_nothing(), rows)


def queued_keys(engine: Engine) -> Keys | None:
    """The records that wait, or None."""
    with engine.connect() as connection:
        rows = connection.execute(select(RefreshKey.kind, RefreshKey.key)).all()
    if not rows:
        return None
    return Keys(**{name: frozenset(r.key for r in rows if r.kind == kind) for kind, name in _KINDS.items()})


def drop_keys(engine: Engine, keys: Keys) -> None:
    """Forget records that a refresh has seen."""
    with writing(engine) as connection:
        for kind, name in _KINDS.items():
            connection.execute(
                delete(RefreshKey).where(RefreshKey.kind == kind, RefreshKey.key.in_(sorted(getattr(keys, name))))
            )
