"""Which editions exist, what revision each shows, and the extents of their collections."""

from array import array
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, tuple_

from provider.eligibility.edition import Edition
from provider.publishing.models import (
    PublishedCollection,
    PublishedEdition,
    PublishedExtent,
    PublishedRevision,
)  # fmt: skip
from provider.publishing.positions import Extent, unpack
from shared.database import chunks
from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.rostering import ROSTERING

#: Collections in the order in which they are built: what a record refers to comes before it.
CLASS_CACHE = ("orgs", "academicSessions", "resources", "courses", "classes")
STUDENT_CACHE = ("users", "demographics", "enrollments")
COLLECTIONS = CLASS_CACHE + STUDENT_CACHE

#: The resource that a stored collection holds.
RESOURCES: dict[str, Resource] = {resource.plural: resource for resource in (*ROSTERING, resources)}

_dates, _of = select(PublishedRevision.number, PublishedRevision.published_at), PublishedRevision.edition_id
_NOTHING = Extent(0, 0, 0, array("I"))


def cache_of(collection: str) -> str:
    """The cache a collection belongs to, as administrators know it (P-84): class or student."""
    return "class" if collection in CLASS_CACHE else "student"


class BuiltEdition(NamedTuple):
    """An edition in the database. revision 0: registered, not built yet."""

    id: int
    revision: int
    collections: dict[str, int]

    @property
    def complete(self) -> bool:
        """Whether it has every collection: one that an older program built lacks those that came since."""
        return len(self.collections) == len(COLLECTIONS)


def find_edition(connection: Connection, edition: Edition) -> BuiltEdition | None:
    """The edition as it stands, or None when it was never registered."""
    rows = connection.execute(
        select(PublishedEdition.id, PublishedEdition.revision, PublishedCollection.name, PublishedCollection.id)
        .join(PublishedCollection, PublishedCollection.edition_id == PublishedEdition.id)
        .where(PublishedEdition.key == edition.key)
    ).all()
    if not rows:
        return None
    return BuiltEdition(rows[0][0], rows[0][1], {name: number for _, _, name, number in rows})


def register_edition(connection: Connection, edition: Edition) -> BuiltEdition:
    """The edition as it stands, registered first when it is new, with every collection."""
    built = find_edition(connection, edition) or _new_edition(connection, edition)
    for name in COLLECTIONS:
        if name not in built.collections:
            built.collections[name] = connection.execute(
                insert(PublishedCollection).values(edition_id=built.id, name=name).returning(PublishedCollection.id)
            ).scalar_one()
    return built


def _new_edition(connection: Connection, edition: Edition) -> BuiltEdition:
    number = connection.execute(
        insert(PublishedEdition).values(key=edition.key, revision=0).returning(PublishedEdition.id)
    ).scalar_one()
    return BuiltEdition(number, 0, {})


def extent_at(connection: Connection, collection_id: int, revision: int) -> Extent:
    """The extent of a collection at a revision; empty before it was first built."""
    row = connection.execute(
        select(PublishedExtent.revision, PublishedExtent.first, PublishedExtent.last, PublishedExtent.holes)
        .where(PublishedExtent.collection_id == collection_id, PublishedExtent.revision <= revision)
        .order_by(PublishedExtent.revision.desc())
        .limit(1)
    ).first()
    return _NOTHING if row is None else Extent(row[0], row[1], row[2], unpack(row[3]))


def extents_at(connection: Connection, collection_ids: Collection[int], revision: int) -> dict[int, Extent]:
    """The extents of some collections at a revision, empty ones for those that were not built by then."""
    of, at = PublishedExtent.collection_id, PublishedExtent.revision
    newest = select(of, func.max(at)).where(of.in_(collection_ids), at <= revision).group_by(of)
    rows = connection.execute(
        select(of, at, PublishedExtent.first, PublishedExtent.last, PublishedExtent.holes).where(
            tuple_(of, at).in_(newest)
        )
    )
    found = {number: Extent(since, first, last, unpack(holes)) for number, since, first, last, holes in rows}
    return {number: found.get(number, _NOTHING) for number in collection_ids}


def published_dates(connection: Connection, edition_id: int, after: int = 0) -> dict[int, datetime]:
    """When each revision of an edition after number `after` was published (UTC)."""
    rows = connection.execute(_dates.where(_of == edition_id, PublishedRevision.number > after))
    return {row[0]: row[1] for row in rows}


def dates_of(connection: Connection, edition_id: int, numbers: Iterable[int]) -> dict[int, datetime]:
    """When some revisions of an edition were published (UTC)."""
    found: dict[int, datetime] = {}
    for some in chunks(numbers):
        rows = connection.execute(_dates.where(_of == edition_id, PublishedRevision.number.in_(some)))
        found |= {row[0]: row[1] for row in rows}
    return found
