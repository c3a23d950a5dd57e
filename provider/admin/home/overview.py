"""What Home shows, gathered in a number of statements that does not grow with the district."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from provider.access.connections import list_connections
from provider.access.health import LastCall, RequestDays, Strangers, health, last_calls, strangers
from provider.access.models import Connection
from provider.admin.charts import Chart, daily
from provider.eligibility.dates import year_window
from provider.preparedness.reports import last_report
from provider.publishing.alerts import Alert, count_alerts, list_alerts
from provider.publishing.caches import Cache, caches
from provider.publishing.counts import CollectionCounts, DayCounts, HeldBack, counts_of
from provider.publishing.outlook import Outlook, outlook
from provider.publishing.trends import published_by_day
from provider.refreshing import district_zone
from provider.sis.models import District, Person, School, SchoolYear
from provider.sis.settings import read_settings

#: Days of a chart.
DAYS = 14
#: Alerts and rules that are named on the page.
MOST_ALERTS, MOST_RULES = 3, 5


class ActiveYear(NamedTuple):
    """The active year, with the dates in force (P-51)."""

    id: int
    name: str
    first: date
    last: date


class Platform(NamedTuple):
    """A connection with its last call, what is wrong with it, and its calls by day; None where there were none."""

    row: Connection
    last: LastCall | None
    trouble: tuple[str, ...]
    chart: Chart | None


class Kind(NamedTuple):
    """A collection: its counts, how many more than yesterday are published and held back (None: not known), a chart."""

    counts: CollectionCounts
    more: int | None
    more_held: int | None
    chart: Chart


class Holding(NamedTuple):
    """A rule that holds back rows of a collection; `check` of the Preparedness report names them, "" for none."""

    collection: str
    rule: HeldBack
    check: str


class Published(NamedTuple):
    """What one connection sees. `day`: of the last count, None before there was one; `rules`: what holds back most."""

    connection: Connection
    day: date | None
    kinds: tuple[Kind, ...]
    rules: tuple[Holding, ...]


class Step(NamedTuple):
    """Something that a new district needs: what, whether it is done, why, and the endpoint of the page for it."""

    words: str
    done: bool
    why: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All of Home."""

    district: str
    zone: ZoneInfo
    year: ActiveYear | None
    caches: tuple[Cache, ...]
    outlook: Outlook
    platforms: tuple[Platform, ...]
    strangers: Strangers
    published: Published | None
    alerts: tuple[Alert, ...]
    unread: int
    steps: tuple[Step, ...]


def overview(
    session: Session, traffic: Engine, request_days: RequestDays, now: datetime, chosen: int | None = None
) -> Overview:
    """Home at a moment. `chosen`: the connection whose published records are counted."""
    settings, zone = read_settings(session), district_zone(session)
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    connection = session.connection()
    rows = list_connections(session)
    both, year = caches(connection), _active_year(session)
    with traffic.connect() as log:
        calls = last_calls(log, [row.id for row in rows])
        unknown = strangers(log, now)
    counted = request_days.counts([row.id for row in rows], days, zone, now) if rows else {}
    platforms = tuple(_platform(row, calls.get(row.id, ()), counted[row.id], days, now) for row in rows)
    return Overview(
        session.scalar(select(District.name)) or "", zone, year, both,
        outlook(connection, settings, zone, now), platforms, unknown, _published(session, rows, chosen, days),
        tuple(list_alerts(connection, unread=True, limit=MOST_ALERTS)), count_alerts(connection, unread=True),
        _steps(session, year, rows, both, platforms),
    )  # fmt: skip


def _active_year(session: Session) -> ActiveYear | None:
    year = session.scalar(select(SchoolYear).where(SchoolYear.active))
    return ActiveYear(year.id, year.name, *year_window(year)) if year else None


def _platform(
    row: Connection, calls: Sequence[LastCall], counts: Sequence[int], days: Sequence[date], now: datetime
) -> Platform:
    found = health(row, calls, now)
    chart = daily("Requests", days, counts) if any(counts) else None
    return Platform(row, found.last, found.trouble, chart)


def _published(
    session: Session, rows: Sequence[Connection], chosen: int | None, days: Sequence[date]
) -> Published | None:
    """What the connection with the widest view sees, or the chosen one."""
    row = next((row for row in rows if row.id == chosen), None) or max(rows, key=_breadth, default=None)
    if row is None:
        return None
    connection, edition = session.connection(), row.edition()
    today, yesterday = (counts_of(connection, edition, day) for day in (days[-1], days[-2]))
    if today is None:
        return Published(row, None, (), ())
    trend = published_by_day(connection, edition, days)
    kinds = tuple(_kind(one, yesterday, days, trend[name]) for name, one in today.collections.items())
    rules = [(name, rule) for name, one in today.collections.items() for rule in one.rules]
    rules.sort(key=lambda pair: -pair[1].count)
    report = last_report(session)
    checks = {check.number: check.name for check, count in report.counts if count} if report else {}
    most = tuple(Holding(name, rule, checks.get(rule.rule, "")) for name, rule in rules[:MOST_RULES])
    return Published(row, today.day, kinds, most)


def _breadth(row: Connection) -> tuple[bool, bool, int, str, int]:
    """How much a connection sees: of equals the newer version, and the first."""
    return row.enabled, row.all_schools, len(row.share), row.version, -row.id


def _kind(
    today: CollectionCounts, before: DayCounts | None, days: Sequence[date], counts: Sequence[int | None]
) -> Kind:
    yesterday = before.collections.get(today.collection) if before else None
    more = today.published - yesterday.published if yesterday else None
    more_held = today.held_back - yesterday.held_back if yesterday else None
    return Kind(today, more, more_held, daily("Published", days, counts))


def _steps(
    session: Session, year: ActiveYear | None, rows: Sequence[Connection], both: Sequence[Cache],
    platforms: Sequence[Platform],
) -> tuple[Step, ...]:  # fmt: skip
    """What makes a new district one that platforms read; nothing once all of it is done."""
    imported = bool(session.scalar(select(exists(select(School.id)) & exists(select(Person.id)))))
    steps = (
        Step("Import the district's data", imported,
             "Schools, calendars, people, courses and rosters come as files, or are entered page by page.",
             "data_import.show"),
        Step("Set a school year active", year is not None,
             "Everything that is published belongs to the active year (P-01).", "years.show"),
        Step("Connect a platform", any(row.enabled for row in rows),
             "A connection is what a platform signs in with. Nothing is published while there is none.",
             "applications.show"),
        Step("Refresh the OneRoster cache", both[0].last_success is not None,
             "Platforms read the cache. It is refreshed by itself, or when you ask for it.", "refreshes.show"),
        Step("Let the platform ask", any(one.last for one in platforms),
             "Give its vendor the address, the token URL, the client id and the secret.", "applications.show"),
    )  # fmt: skip
    return () if all(step.done for step in steps) else steps
