"""Refreshes that wait: a manual one for two minutes after the click (P-87), an approved one, those of edits (P-90)."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update

from provider.eligibility.facts import Keys
from provider.publishing.alerts import settle_alerts
from provider.publishing.differences import Source
from provider.publishing.holding import NotHeld, held_refresh
from provider.publishing.keeping import forget
from provider.publishing.models import RefreshRun
from provider.publishing.runs import MANUAL_DELAY, RefreshIsRunning
from provider.sis.changes import EVERYTHING, Change, SisChange, note_changes
from shared.database import writing
from shared.owner import is_alive

_KINDS = {"person": "people", "section": "sections", "course": "courses", "resource": "resources"}


def ask_for_refresh(engine: Engine, now: datetime) -> datetime:
    """Ask for a manual refresh; when it will start (P-87). Raises RefreshIsRunning while one runs or waits."""
    due = now + MANUAL_DELAY
    with writing(engine) as connection:
        _ask(connection, now, due)
    return due


def approve(engine: Engine, run_id: int, now: datetime, who: str) -> None:
    """A person (username) approves what a held refresh has shown: a worker refreshes as soon as it looks. When by then
    more would go from a collection than was shown, that is held again.

    Raises NotHeld, and RefreshIsRunning while a refresh runs or waits.
    """
    with writing(engine) as connection:
        _only_if_held(connection, run_id)
        ask_for_approved(connection, run_id, now)
        settle_alerts(connection, run_id, who, now)


def ask_for_approved(connection: Connection, run_id: int, now: datetime) -> None:
    """Ask for a refresh at once that may take away what a held one has shown. Raises RefreshIsRunning while another
    runs or waits. The caller commits."""
    _ask(connection, now, now, approves=run_id)


def discard(engine: Engine, run_id: int, now: datetime, who: str) -> None:
    """A person (username) decides that what a held refresh has shown is not to happen: its alert is settled, what it
    has shown is forgotten. The next scheduled refresh looks anew, and may be held again. Raises NotHeld."""
    with writing(engine) as connection:
        _only_if_held(connection, run_id)
        connection.execute(delete(RefreshRun).where(RefreshRun.state == "due", RefreshRun.approves == run_id))
        connection.execute(update(RefreshRun).where(RefreshRun.id == run_id).values(discarded_at=now))
        settle_alerts(connection, run_id, who, now)
    forget(engine, Source(run_id=run_id))


def _only_if_held(connection: Connection, run_id: int) -> None:
    held = held_refresh(connection)
    if held is None or held.run_id != run_id:
        raise NotHeld("This refresh is not held any more: it was decided about, or a later one has taken its place")


def _ask(connection: Connection, now: datetime, due: datetime, approves: int | None = None) -> None:
    open_runs = select(RefreshRun).where(RefreshRun.trigger != "keyed", RefreshRun.state.in_(("due", "running")))
    for other in connection.execute(open_runs):
        if other.state == "running" and not is_alive(other.owner, other.heartbeat_at, now):
            continue
        word = "is waiting" if other.state == "due" else "is running"
        raise RefreshIsRunning(f"A refresh {word} (since {other.due_at:%H:%M:%S} UTC); ask again when it has ended")
    numbers = {"added": 0, "changed": 0, "removed": 0}
    connection.execute(
        insert(RefreshRun).values(trigger="manual", state="due", due_at=due, approves=approves, **numbers)
    )


class Due(NamedTuple):
    """A manual refresh whose time has come. approves: the held run that a person has approved, None for none."""

    approves: int | None


def take_due(engine: Engine, now: datetime) -> Due | None:
    """The manual refresh that is due, if any; taking it removes the request, so that one worker takes it once."""
    with writing(engine) as connection:
        gone = delete(RefreshRun).where(RefreshRun.state == "due", RefreshRun.due_at <= now)
        taken = connection.execute(gone.returning(RefreshRun.approves)).first()
    return Due(taken[0]) if taken else None


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


def forget_edits(engine: Engine, seen: Waiting) -> None:
    """The edits that a refresh has seen wait no longer."""
    with writing(engine) as connection:
        for kind in {kind for kind, _ in seen.changes}:
            keys = [key for one, key in seen.changes if one == kind]
            for i in range(0, len(keys), 500):
                some = SisChange.key.in_(keys[i : i + 500])
                connection.execute(delete(SisChange).where(SisChange.kind == kind, some))
