"""What a connection sees: how many records each collection of its edition has, and what a change awaits."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from provider.eligibility.edition import Edition
from provider.gradebook.facts import time_zone
from provider.publishing.catalog import COLLECTIONS, extents_at, find_edition, published_dates
from provider.publishing.counts import CollectionCounts, counts_of
from provider.publishing.outlook import Coming, outlook
from provider.sis.settings import read_settings


class Collection(NamedTuple):
    """A collection: how many records are published, those that are to be deleted included, and by the last count how
    many of them are to be deleted, and what was held back by which rule. `counts` None: not counted yet."""

    name: str
    records: int
    counts: CollectionCounts | None


class Seen(NamedTuple):
    """What is published for a connection. `since`: when it last changed; None: its edition has not been built yet, and
    its platform has to wait for the refresh that follows by itself (503)."""

    collections: tuple[Collection, ...]
    since: datetime | None


def seen_by(session: Session, edition: Edition, now: datetime) -> Seen:
    """What an edition has at its present revision."""
    database = session.connection()
    built = find_edition(database, edition)
    if built is None or built.revision == 0:
        return Seen((), None)
    extents = extents_at(database, list(built.collections.values()), built.revision)
    counted = counts_of(database, edition, now.astimezone(time_zone(database)).date())
    counts = counted.collections if counted else {}
    there = (name for name in COLLECTIONS if name in built.collections)
    collections = (Collection(name, extents[built.collections[name]].size, counts.get(name)) for name in there)
    since = published_dates(database, built.id, built.revision - 1)[built.revision]
    return Seen(tuple(collections), since)


def next_refresh(session: Session, now: datetime) -> Coming:
    """The refresh that brings what changed options ask for (P-85 … P-87)."""
    database = session.connection()
    return outlook(database, read_settings(session), time_zone(database), now.astimezone(UTC)).coming
