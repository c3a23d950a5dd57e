"""The finished text of whole blocks of positions: what makes a page of a thousand records a handful of rows.

Derived from the records and only ever an acceleration: a reader that finds no block for its revision reads the
records. Blocks are written after a revision is published, when its date is known.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from provider.publishing.catalog import dates_of
from provider.publishing.models import PublishedBlock
from provider.publishing.positions import BLOCK, Extent, block_id, record_id
from provider.publishing.rendering import head, squeeze
from shared.database import fetch, insert_many, writing

_COLUMNS = ("id", "since", "body")
_VERSIONS = """SELECT since, until, tail FROM published_record
    WHERE id >= :low AND id < :high AND since <= :at ORDER BY id"""
#: Blocks written per transaction: some 7 MB of text.
_BATCH = 100


def drop_blocks(connection: Connection, blocks: Iterable[tuple[int, int]]) -> None:
    """Forget blocks (collection, number) whose text a new revision changes, in the transaction that publishes it."""
    ids = [block_id(collection_id, number) for collection_id, number in blocks]
    for i in range(0, len(ids), 500):
        connection.execute(delete(PublishedBlock).where(PublishedBlock.id.in_(ids[i : i + 500])))


def build_blocks(
    engine: Engine, edition_id: int, collection_id: int, revision: int, extent: Extent, dropped: set[int] | None = None
) -> int:
    """Write the missing blocks of a collection as of its current revision and extent: those of `dropped`, or, when that
    is None, whichever there are; how many were written."""
    # The last block is still growing: it is written once it is full.
    wanted = range(extent.first // BLOCK, extent.last // BLOCK)
    missing = (
        _missing(engine, collection_id, wanted) if dropped is None
        else sorted(number for number in dropped if number in wanted)
    )  # fmt: skip
    heads: dict[int, bytes] = {}
    for i in range(0, len(missing), _BATCH):
        # Read and squeezed before the write lock is taken: other writers have that time.
        with engine.connect() as connection:
            found = _versions(connection, collection_id, missing[i : i + _BATCH], revision)
            since = {row[0] for rows in found.values() for row in rows} - heads.keys()
            heads |= {number: head(at) for number, at in dates_of(connection, edition_id, since).items()}
        blocks = [(block_id(collection_id, number), *_text(rows, revision, heads)) for number, rows in found.items()]
        with writing(engine) as connection:
            insert_many(connection, PublishedBlock.__table__, _COLUMNS, blocks)
    return len(missing)


def _missing(engine: Engine, collection_id: int, wanted: Iterable[int]) -> list[int]:
    with engine.connect() as connection:
        there = set(
            connection.execute(
                select(PublishedBlock.id).where(
                    PublishedBlock.id >= block_id(collection_id, 0), PublishedBlock.id < block_id(collection_id + 1, 0)
                )
            ).scalars()
        )
    return [number for number in wanted if block_id(collection_id, number) not in there]


def _versions(
    connection: Connection, collection_id: int, numbers: list[int], revision: int
) -> dict[int, list[tuple[Any, ...]]]:
    """(since, until, tail) of the versions in some blocks that there are at a revision, by block."""
    found = {}
    for number in numbers:
        low, high = (record_id(collection_id, edge * BLOCK, 0) for edge in (number, number + 1))
        found[number] = fetch(connection, _VERSIONS, {"low": low, "high": high, "at": revision})
    return found


def _text(rows: list[tuple[Any, ...]], revision: int, heads: dict[int, bytes]) -> tuple[int, bytes]:
    """(since, squeezed text) of a block at a revision; since = the newest change or departure in the block."""
    live = [heads[since] + tail for since, until, tail in rows if until is None or until > revision]
    ends = [until for _, until, _ in rows if until is not None and until <= revision]
    newest = max([*ends, *(since for since, _, _ in rows)], default=revision)
    return newest, squeeze(b",".join([b"", *live]))
