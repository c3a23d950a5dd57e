"""Refreshes that wait: the manual one, two minutes after the click (P-87), and those of edited records (P-90)."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, insert, select

from provider.eligibility.facts import Keys
from provider.publishing.models import RefreshRun
from provider.publishing.runs import MANUAL_DELAY, RefreshIsRunning
from provider.sis.changes import EVERYTHING, Change, SisChange, note_changes
from shared.database import writing
from shared.owner import is_alive

_KINDS = {"person": "people", "section": "sections", "course": "courses", "resource": "resources"}


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


class Waiting(NamedTuple):
    """Edits that no refresh has seen yet: changes as they were noted, and the keys of those of single records."""

    changes: tuple[Change, ...]
    keys: Keys

    @property
    def everything(self) -> bool:
        """Whether only a full refresh sees to all of them."""
        return EVERYTHING in self.changes


def queue_keys(engine: Engine, keys: Keys) -> None:
    """Remember records until a keyed refresh has seen them."""
    with writing(engine) as connection:
        note_changes(connection, ((kind, key) for kind, name in _KINDS.items() for key in getattr(keys, name)))


def waiting(engine: Engine) -> Waiting | None:
    """The edits that wait, or None."""
    with engine.connect() as connection:
        rows = tuple((row.kind, row.key) for row in connection.execute(select(SisChange.kind, SisChange.key)))
    if not rows:
        return None
    ids = {name: frozenset(key for kind, key in rows if kind == one) for one, name in _KINDS.items()}
    return Waiting(rows, Keys(**ids))


def forget(engine: Engine, seen: Waiting) -> None:
    """The edits that a refresh has seen wait no longer."""
    with writing(engine) as connection:
        for kind in {kind for kind, _ in seen.changes}:
            keys = [key for one, key in seen.changes if one == kind]
            for i in range(0, len(keys), 500):
                some = SisChange.key.in_(keys[i : i + 500])
                connection.execute(delete(SisChange).where(SisChange.kind == kind, some))
