"""The refresh at work, the one that comes next and why (P-85 … P-90), and whether one that was due is missing."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from provider.publishing.holding import HeldRefresh, held_refresh
from provider.publishing.models import RefreshRun
from provider.publishing.timetable import Slot, last_slot, next_slot
from provider.sis.changes import EVERYTHING, SisChange
from provider.sis.settings import DistrictSettings
from shared.owner import is_alive

#: A worker looks every few seconds; one that has not looked for so long is not there.
PATIENCE = timedelta(minutes=2)

ASKED = "asked for by hand"
APPROVED = "approved by hand"
EDITED = "after edits that concern everything"
HOURLY = "hourly, from 06:00 to 18:00"
DAILY = "daily"


class AtWork(NamedTuple):
    """A refresh of everything that runs. `progress`: how far it is, in words; "" when it has just begun."""

    since: datetime
    trigger: str
    progress: str


def at_work(connection: Connection, now: datetime) -> AtWork | None:
    """The refresh of everything that runs; one whose process was killed does not."""
    running = connection.execute(
        select(RefreshRun.started_at, RefreshRun.trigger, RefreshRun.message, RefreshRun.owner, RefreshRun.heartbeat_at)
        .where(RefreshRun.state == "running", RefreshRun.trigger != "keyed")
    ).first()  # fmt: skip
    if running is None or not is_alive(running.owner, running.heartbeat_at, now):
        return None
    return AtWork(running.started_at, running.trigger, running.message or "")


class Coming(NamedTuple):
    """The next refresh of everything. `at`: aware UTC; None: as soon as a worker looks."""

    at: datetime | None
    why: str

    @property
    def soon(self) -> bool:
        """Whether it begins within minutes, because somebody asked or edited something."""
        return self.why in (ASKED, APPROVED, EDITED)


class Outlook(NamedTuple):
    """How refreshes stand, beside how the past ones ended.

    at_work  the one that runs
    held     the one that waits for approval; edits start none meanwhile
    asked    when the one that somebody asked for begins; None: nobody has, and it can be asked for (P-87)
    coming   the next one
    edits    what was edited and waits: kind (person, section … everything) -> how many
    late     when a refresh was due that has not taken place, as no worker looked; None: all is well
    """

    at_work: AtWork | None
    held: HeldRefresh | None
    asked: datetime | None
    coming: Coming
    edits: dict[str, int]
    late: datetime | None

    @property
    def moving(self) -> bool:
        """Whether a refresh runs, or begins within minutes."""
        return self.at_work is not None or self.coming.soon


def outlook(connection: Connection, settings: DistrictSettings, zone: ZoneInfo, now: datetime) -> Outlook:
    """How refreshes stand at a moment (aware UTC) in a district."""
    clock = now.astimezone(zone), settings.daily_refresh_time, settings.production
    following, last = next_slot(*clock), last_slot(*clock)
    due = connection.execute(select(RefreshRun.due_at, RefreshRun.approves).where(RefreshRun.state == "due")).first()
    asked = due.due_at if due else None
    running, held, edits = at_work(connection, now), held_refresh(connection), _edits(connection)
    late = [asked] if asked else []
    if not _served(connection, last):
        late.append(last.at)
    overdue = [moment for moment in late if now - moment > PATIENCE]
    coming = _first(following, EVERYTHING[0] in edits and held is None)
    if due is not None and (due.approves is not None or (coming.at is not None and due.due_at <= coming.at)):
        coming = Coming(due.due_at, APPROVED if due.approves is not None else ASKED)
    return Outlook(running, held, asked, coming, edits, min(overdue) if overdue and running is None else None)


def _edits(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(SisChange.kind, func.count()).group_by(SisChange.kind).order_by(SisChange.kind))
    return {kind: number for kind, number in rows}  # noqa: C416 - dict() would take a Result for a mapping


def _first(following: Slot, edited: bool) -> Coming:
    if edited:
        return Coming(None, EDITED)
    return Coming(following.at, DAILY if following.daily else HOURLY)


def _served(connection: Connection, slot: Slot) -> bool:
    """Whether a slot was served, or came before this district was ever refreshed."""
    first = connection.scalar(select(func.min(RefreshRun.due_at)))
    if first is None or slot.at < first:
        return True
    return connection.scalar(select(RefreshRun.id).where(RefreshRun.slot == slot.name)) is not None
