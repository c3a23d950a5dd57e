"""The finished text of records at a revision, in the fewest rows: whole blocks where they serve, else records."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, or_, select, text

from provider.publishing.models import PublishedBlock, PublishedRecord
from provider.publishing.positions import BLOCK, Extent, block_id, live_between, position_of, record_id

#: Beyond so many separate runs of positions one lookup of them all is cheaper than a range each.
_RUNS = 12

_BLOCKS = select(PublishedBlock.id, PublishedBlock.body).where(
    PublishedBlock.id >= bindparam("low"),
    PublishedBlock.id < bindparam("high"),
    PublishedBlock.since <= bindparam("at"),
)
LIVE = (PublishedRecord.since <= bindparam("at")) & or_(
    PublishedRecord.until.is_(None), PublishedRecord.until > bindparam("at")
)
_RANGE = (
    select(PublishedRecord.id, PublishedRecord.since, PublishedRecord.tail)
    .where(PublishedRecord.id >= bindparam("low"), PublishedRecord.id < bindparam("high"), LIVE)
    .order_by(PublishedRecord.id)
)
_SCATTERED = {
    "sqlite": text(
        "SELECT r.id, r.since, r.tail FROM json_each(:ids) AS j JOIN published_record AS r"
        " ON r.id >= j.value AND r.id < j.value + 4096 AND r.since <= :at AND (r.until IS NULL OR r.until > :at)"
    ),
    # LATERAL and LIMIT leave the planner one look-up in the primary key per position (a position has one live version):
    # a plain join of tables that were never analysed compares every position with every record.
    "postgresql": text(
        "SELECT r.id, r.since, r.tail FROM unnest(CAST(:ids AS bigint[])) AS j(value) CROSS JOIN LATERAL ("
        " SELECT id, since, tail FROM published_record WHERE id >= j.value AND id < j.value + 4096"
        " AND since <= :at AND (until IS NULL OR until > :at) ORDER BY id LIMIT 1) AS r"
    ),
}


class Texts(NamedTuple):
    """Reads texts of one collection at one revision. `heads`: what precedes the tail, by the revision of a version."""

    connection: Connection
    collection_id: int
    extent: Extent
    revision: int
    heads: dict[int, bytes]

    def between(self, start: int, stop: int) -> bytes:
        """The records at positions start … stop - 1, comma-separated, in order."""
        return b",".join(piece for piece in self._pieces(start, stop) if piece)

    def at(self, positions: Sequence[int]) -> bytes:
        """The records at some positions, in the order given."""
        if all(a < b for a, b in pairwise(positions)):
            return b",".join(piece for piece in self._in_order(positions) if piece)
        found = self._scattered(positions)
        return b",".join(found[position] for position in positions if position in found)

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Whole blocks inside the range, records at its edges and where a block is missing."""
        first, last = -(-start // BLOCK), stop // BLOCK
        if first >= last:
            yield from self._records(start, stop)
            return
        blocks = self._blocks(first, last)
        yield from self._records(start, first * BLOCK)
        for number in range(first, last):
            found = blocks.get(number)
            if found is None:
                yield from self._records(number * BLOCK, (number + 1) * BLOCK)
            else:
                yield found
        yield from self._records(last * BLOCK, stop)

    def _blocks(self, first: int, last: int) -> dict[int, bytes]:
        """Blocks first … last - 1 that are good for this revision, by number."""
        low = block_id(self.collection_id, 0)
        rows = self.connection.execute(_BLOCKS, {"low": low + first, "high": low + last, "at": self.revision})
        return {key - low: body for key, body in rows}

    def _records(self, start: int, stop: int) -> Iterator[bytes]:
        if start >= stop:
            return
        low, high = record_id(self.collection_id, start, 0), record_id(self.collection_id, stop, 0)
        heads = self.heads
        rows = self.connection.execute(_RANGE, {"low": low, "high": high, "at": self.revision}).all()
        yield b",".join([heads[since] + tail for _, since, tail in rows])

    def _in_order(self, positions: Sequence[int]) -> Iterator[bytes]:
        """Ascending positions: blocks that are wanted whole as blocks, the rest in runs or by one lookup."""
        runs: list[tuple[int, int]] = []
        holes = self.extent.holes
        for number, group in groupby(positions, key=lambda position: position // BLOCK):
            inside = list(group)
            whole = len(inside) == live_between(holes, number * BLOCK, (number + 1) * BLOCK)
            pieces = [(number * BLOCK, (number + 1) * BLOCK)] if whole else list(_runs(inside))
            for start, stop in pieces:
                if runs and runs[-1][1] == start:
                    runs[-1] = (runs[-1][0], stop)
                else:
                    runs.append((start, stop))
        if len(runs) <= _RUNS:
            for start, stop in runs:
                yield from self._pieces(start, stop)
            return
        long = [(start, stop) for start, stop in runs if stop - start >= BLOCK]
        loose = [p for start, stop in runs if stop - start < BLOCK for p in range(start, stop)]
        found = self._scattered(loose)
        for start, stop in runs:
            if (start, stop) in long:
                yield from self._pieces(start, stop)
            else:
                yield b",".join([found[p] for p in range(start, stop) if p in found])

    def _scattered(self, positions: Sequence[int]) -> dict[int, bytes]:
        """The texts at any positions, by position."""
        rows = records_at(self.connection, self.collection_id, positions, self.revision)
        return {position_of(key): self.heads[since] + tail for key, since, tail in rows}


def records_at(connection: Connection, collection_id: int, positions: Sequence[int], revision: int) -> Iterable[Any]:
    """(id, since, tail) of the records at any positions, in no particular order."""
    ids = [record_id(collection_id, position, 0) for position in positions]
    dialect = connection.dialect.name
    bound = f"[{','.join(map(str, ids))}]" if dialect == "sqlite" else ids
    return connection.execute(_SCATTERED[dialect], {"ids": bound, "at": revision})


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending positions as ranges [start, stop)."""
    start = previous = positions[0]
    for position in positions[1:]:
        if position != previous + 1:
            yield start, previous + 1
            start = position
        previous = position
    yield start, previous + 1
