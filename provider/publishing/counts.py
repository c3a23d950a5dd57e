"""What is published and what is held back, counted by edition, collection and local day of the district.

A full refresh counts along with its decisions; a keyed one brings the published numbers up to date, while what is held
back stays as the last full refresh saw it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, or_, select, union_all, update

from provider.eligibility.edition import Edition
from provider.eligibility.rule import ACTIVE
from provider.publishing.catalog import COLLECTIONS
from provider.publishing.difference_tables import HeldBackCount, PublishedCount
from provider.publishing.models import PublishedEdition, PublishedRecord
from provider.publishing.revisions import Build

#: Days for which counts are kept: a quarter of a year.
KEPT = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many SIS rows a rule (P number, and the condition in words) held back."""

    rule: str
    sentence: str
    count: int


@dataclass(frozen=True, slots=True)
class CollectionCounts:
    """A collection at the end of a day; `rules` come with the largest number first.

    What is held back is counted in rows of the active year: schools, terms, resources, courses, sections, rosters with
    staff history; of users it is people, whoever has no record at all. Demographics are not counted apart: they go with
    the student.
    """

    collection: str
    active: int = 0
    to_be_deleted: int = 0
    rules: tuple[HeldBack, ...] = ()

    @property
    def published(self) -> int:
        """What X-Total-Count says of the collection."""
        return self.active + self.to_be_deleted

    @property
    def held_back(self) -> int:
        return sum(rule.count for rule in self.rules)


@dataclass(frozen=True, slots=True)
class DayCounts:
    """An edition at the end of `day`, by collection in the order of `catalog.COLLECTIONS`."""

    day: date
    collections: Mapping[str, CollectionCounts] = field(default_factory=dict)


def counts_of(connection: Connection, edition: Edition, day: date) -> DayCounts | None:
    """The counts of an edition as they stood at the end of `day`: those of that day or of the last before it on which
    anything was refreshed. None: nothing was counted by then (a new connection, before the first full refresh)."""
    number = select(PublishedEdition.id).where(PublishedEdition.key == edition.key).scalar_subquery()
    found = connection.execute(
        select(PublishedCount.edition_id, func.max(PublishedCount.day))
        .where(PublishedCount.edition_id == number, PublishedCount.day <= day)
        .group_by(PublishedCount.edition_id)
    ).first()
    if found is None:
        return None
    edition_id, last = found
    rules: dict[str, list[HeldBack]] = defaultdict(list)
    held = select(HeldBackCount).where(HeldBackCount.edition_id == edition_id, HeldBackCount.day == last)
    for row in connection.execute(held.with_only_columns(*HeldBackCount.__table__.c)):
        rules[row.collection].append(HeldBack(row.rule, row.sentence, row.held_back))
    published = select(PublishedCount.collection, PublishedCount.active, PublishedCount.to_be_deleted).where(
        PublishedCount.edition_id == edition_id, PublishedCount.day == last
    )
    collections = {
        name: CollectionCounts(name, active, gone, tuple(sorted(rules[name], key=lambda r: (-r.count, r.rule))))
        for name, active, gone in connection.execute(published)
    }
    return DayCounts(last, {name: collections[name] for name in COLLECTIONS if name in collections})


def store_counts(connection: Connection, builds: Sequence[Build], day: date) -> None:
    """Take down what a full refresh has counted, in the transaction that publishes it; old days go."""
    numbers = [build.built.id for build in builds]
    for table in (PublishedCount, HeldBackCount):
        # A day that is still to come was counted by a clock that was wrong.
        over = or_(table.day >= day, table.day < day - KEPT)
        connection.execute(delete(table).where(table.edition_id.in_(numbers), over))
    counted = [
        {"edition_id": build.built.id, "day": day, "collection": name, "to_be_deleted": difference.to_be_deleted,
         "active": difference.size - difference.to_be_deleted}
        for build in builds
        for name, difference in build.differences.items()
    ]  # fmt: skip
    held = [
        {"edition_id": build.built.id, "day": day, "collection": name, "rule": rule.number, "sentence": rule.sentence,
         "held_back": count}
        for build in builds
        for name, rules in build.omitted.items()
        for rule, count in rules.items()
    ]  # fmt: skip
    if counted:
        connection.execute(insert(PublishedCount), counted)
    if held:
        connection.execute(insert(HeldBackCount), held)


def move_counts(connection: Connection, builds: Sequence[Build], day: date) -> None:
    """Bring the published numbers of today up to date with what a keyed refresh changes, in the transaction that
    publishes it. An edition that no full refresh has counted yet waits for one."""
    changed = {build.built.id: build for build in builds if build.changes and build.differences}
    last = connection.execute(
        select(PublishedCount.edition_id, func.max(PublishedCount.day))
        .where(PublishedCount.edition_id.in_(changed))
        .group_by(PublishedCount.edition_id)
    )
    moves = []
    for edition_id, newest in last.all() if changed else ():
        if newest < day:
            _carry_over(connection, edition_id, newest, day)
        for name, by_status in _moved(connection, changed[edition_id]).items():
            moves.append(
                {"edition": edition_id, "at": max(newest, day), "name": name, "live": by_status[ACTIVE],
                 "gone": by_status.total() - by_status[ACTIVE]}
            )  # fmt: skip
    if moves:
        connection.execute(_MOVE, moves)


_table = PublishedCount.__table__
_MOVE = (
    update(_table)
    .where(
        _table.c.edition_id == bindparam("edition"), _table.c.day == bindparam("at"),
        _table.c.collection == bindparam("name"),
    )
    .values(active=_table.c.active + bindparam("live"), to_be_deleted=_table.c.to_be_deleted + bindparam("gone"))
)  # fmt: skip


def _carry_over(connection: Connection, edition_id: int, newest: date, day: date) -> None:
    """A new day begins with the numbers of the last one."""
    for table in (PublishedCount.__table__, HeldBackCount.__table__):
        columns = [literal(day, table.c.day.type) if column.name == "day" else column for column in table.c]
        rows = select(*columns).where(table.c.edition_id == edition_id, table.c.day == newest)
        connection.execute(insert(table).from_select(list(table.c), rows))


def _moved(connection: Connection, build: Build) -> dict[str, Counter[str]]:
    """By how much the number of each status changes: versions that begin with the next revision, less those that end
    with it."""
    names = {build.built.collections[name]: name for name, one in build.differences.items() if not one.empty}
    record = PublishedRecord
    begun = select(record.collection_id, record.status, literal(1)).where(
        record.collection_id.in_(names), record.since == build.next
    )
    # Not by the index of the collection: few versions end with a revision.
    ended = select(record.collection_id, record.status, literal(-1)).where(
        record.until == build.next, (record.collection_id + 0).in_(names)
    )
    moved: dict[str, Counter[str]] = defaultdict(Counter)
    for number, status, by in connection.execute(union_all(begun, ended)) if names else ():
        moved[names[number]][status] += by
    return moved
