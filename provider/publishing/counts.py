"""What is published and what is held back, counted by edition, collection and local day of the district.

A full refresh counts along with its decisions; a keyed one brings the published numbers up to date, while what is held
back stays as the last full refresh saw it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from provider.eligibility.edition import Edition
from provider.eligibility.rule import Excluded
from provider.publishing.catalog import COLLECTIONS
from provider.publishing.difference_tables import HeldBackCount, PublishedCount
from provider.publishing.models import PublishedEdition

#: Days for which counts are kept: a quarter of a year.
KEPT = timedelta(days=92)

#: What the rules held back: collection -> rule -> how many SIS rows. Of users: how many people without any record.
Omitted = defaultdict[str, Counter[Excluded]]


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
