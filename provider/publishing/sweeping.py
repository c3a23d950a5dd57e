"""Deleting what no reader can need any more: old versions, expired walks, editions that no connection uses."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, select

from provider.publishing.building import BATCH
from provider.publishing.difference_tables import HeldBackCount, PublishedCount
from provider.publishing.models import (
    PublishedBlock,
    PublishedCollection,
    PublishedEdition,
    PublishedExtent,
    PublishedIndex,
    PublishedRecord,
    PublishedRevision,
)  # fmt: skip
from provider.publishing.positions import block_id, record_id
from shared.database import writing

#: A walk holds on to the revision that it began with for so long; versions live a little longer (DESIGN section 2).
WALK_LIFETIME = timedelta(hours=2)
_GRACE = timedelta(minutes=10)
#: What was published and is no more is remembered so long: CSV packages of changes reach back as far.
HISTORY = timedelta(days=8)


def sweep(engine: Engine, edition_ids: Sequence[int], now: datetime) -> None:
    """Delete versions that ended before HISTORY, extents before any walk that can still be under way, and editions not
    among `edition_ids`."""
    for edition_id in edition_ids:
        _sweep_versions(engine, edition_id, now - HISTORY - _GRACE)
        _sweep_extents(engine, edition_id, now - WALK_LIFETIME - _GRACE)
    with engine.connect() as connection:
        unused = select(PublishedEdition.id).where(PublishedEdition.id.not_in(edition_ids))
        retired = list(connection.execute(unused).scalars())
    for edition_id in retired:
        _retire(engine, edition_id)


def _sweep_versions(engine: Engine, edition_id: int, before: datetime) -> None:
    """Versions that a revision published before that moment had already replaced."""
    oldest, collections = _published_before(engine, edition_id, before)
    for number in collections:
        with engine.connect() as connection:
            ended = list(
                connection.execute(
                    select(PublishedRecord.id).where(
                        PublishedRecord.until <= oldest, PublishedRecord.collection_id + 0 == number
                    )
                ).scalars()
            )
        for i in range(0, len(ended), BATCH):
            with writing(engine) as connection:
                _delete(connection, ended[i : i + BATCH])


def _sweep_extents(engine: Engine, edition_id: int, before: datetime) -> None:
    """Extents that a revision published before that moment had already replaced."""
    oldest, collections = _published_before(engine, edition_id, before)
    for number in collections:
        with writing(engine) as connection:
            kept = select(func.max(PublishedExtent.revision)).where(
                PublishedExtent.collection_id == number, PublishedExtent.revision <= oldest
            )
            connection.execute(
                delete(PublishedExtent).where(
                    PublishedExtent.collection_id == number, PublishedExtent.revision < kept.scalar_subquery()
                )
            )


def _published_before(engine: Engine, edition_id: int, before: datetime) -> tuple[int, list[int]]:
    """The last revision published before a moment, and the collections of the edition; none where there was none."""
    with engine.connect() as connection:
        oldest = connection.execute(
            select(func.max(PublishedRevision.number)).where(
                PublishedRevision.edition_id == edition_id, PublishedRevision.published_at <= before
            )
        ).scalar()
        if oldest is None:
            return 0, []
        collections = select(PublishedCollection.id).where(PublishedCollection.edition_id == edition_id)
        return oldest, list(connection.execute(collections).scalars())


def _delete(connection: Connection, ids: Sequence[int]) -> None:
    for i in range(0, len(ids), 500):
        connection.execute(delete(PublishedRecord).where(PublishedRecord.id.in_(ids[i : i + 500])))


def _retire(engine: Engine, edition_id: int) -> None:
    """Delete an edition that no connection uses any more, in short transactions, its name first."""
    with writing(engine) as connection:
        collections = list(
            connection.execute(
                select(PublishedCollection.id).where(PublishedCollection.edition_id == edition_id)
            ).scalars()
        )
    for number in collections:
        low, high = record_id(number, 0, 0), record_id(number + 1, 0, 0)
        while True:
            with writing(engine) as connection:
                some = list(
                    connection.execute(
                        select(PublishedRecord.id)
                        .where(PublishedRecord.id >= low, PublishedRecord.id < high)
                        .limit(BATCH)
                    ).scalars()
                )
                _delete(connection, some)
            if not some:
                break
    with writing(engine) as connection:
        for number in collections:
            connection.execute(delete(PublishedIndex).where(PublishedIndex.collection_id == number))
            connection.execute(delete(PublishedExtent).where(PublishedExtent.collection_id == number))
            blocks = PublishedBlock.id >= block_id(number, 0), PublishedBlock.id < block_id(number + 1, 0)
            connection.execute(delete(PublishedBlock).where(*blocks))
        connection.execute(delete(PublishedCollection).where(PublishedCollection.edition_id == edition_id))
        for counted in (PublishedCount, HeldBackCount):
            connection.execute(delete(counted).where(counted.edition_id == edition_id))
        connection.execute(delete(PublishedRevision).where(PublishedRevision.edition_id == edition_id))
        connection.execute(delete(PublishedEdition).where(PublishedEdition.id == edition_id))
