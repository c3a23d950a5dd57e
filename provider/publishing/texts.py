"""The finished text of records at a revision, in the fewest rows: whole blocks where they serve, else records."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import lt
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func

from provider.publishing.models import PublishedRecord
from provider.publishing.positions import BLOCK, Extent, block_id, live_between, position_of, record_id
from provider.publishing.rendering import expand
from shared.database import fetch

#: Beyond so many separate runs of positions one lookup of them all is cheaper than a range each.
_RUNS = 24
_FOREVER = 2**31 - 1

#: A version is live at revision :at. Written so that no index of revisions is tempting: other conditions choose rows.
LIVE = (PublishedRecord.since + 0 <= bindparam("at")) & (
    func.coalesce(PublishedRecord.until, _FOREVER) > bindparam("at")
)
LIVE_SQL = f"since + 0 <= :at AND coalesce(until, {_FOREVER}) > :at"

_BLOCKS = "SELECT id, body FROM published_block WHERE id >= :low AND id < :high AND since <= :at ORDER BY id"
_RANGE = f"""SELECT since, tail FROM published_record
    WHERE id >= :low AND id < :high AND {LIVE_SQL} ORDER BY id"""  # noqa: S608
_SCATTERED = {
    "sqlite": f"""SELECT r.id, r.since, r.tail FROM json_each(:ids) AS j JOIN published_record AS r
        ON r.id >= j.value AND r.id < j.value + 4096 AND {LIVE_SQL}""",  # noqa: S608
    # LATERAL and LIMIT leave the planner one look-up in the primary key per position (a position has one live version):
    # a plain join of tables that were never analysed compares every position with every record.
    "postgresql": f"""SELECT r.id, r.since, r.tail FROM unnest(:ids::bigint[]) AS j(value) CROSS JOIN LATERAL (
        SELECT id, since, tail FROM published_record WHERE id >= j.value AND id < j.value + 4096
        AND {LIVE_SQL} ORDER BY id LIMIT 1) AS r""",  # noqa: S608
}


class Texts(NamedTuple):
    """Reads texts of one collection at one revision. `heads`: what precedes the tail, by the revision of a version."""

    connection: Connection
    collection_id: int
    extent: Extent
    revision: int
    heads: dict[int, bytes]

    def blocks_of(self, positions: Sequence[int]) -> list[bytes]:
        """The records at positions in any order, in that order, as the texts of blocks of BLOCK entries."""
        found = self._scattered(positions)
        texts = [b"," + found[position] for position in positions]
        return [b"".join(texts[i : i + BLOCK]) for i in range(0, len(texts), BLOCK)]

    def between(self, start: int, stop: int) -> list[bytes]:
        """The records at positions start … stop - 1, in order, in pieces: a comma stands before every record."""
        return [piece for piece in self._pieces(start, stop) if piece]

    def at(self, positions: Sequence[int]) -> list[bytes]:
        """The records at some live positions, in the order given, in pieces likewise."""
        if all(map(lt, positions, positions[1:])):
            if positions and live_between(self.extent.holes, positions[0], positions[-1] + 1) == len(positions):
                return self.between(positions[0], positions[-1] + 1)
            pieces = [piece for piece in self._in_order(positions) if piece]
            # Every piece is a write to the network of its own.
            return pieces if len(pieces) <= _RUNS else [b"".join(pieces)]
        return [self._joined(positions)]

    def _joined(self, positions: Sequence[int]) -> bytes:
        """The records at any positions, in the order given, by one lookup."""
        found = self._scattered(positions)
        return b",".join([b"", *[found[position] for position in positions if position in found]])

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Whole blocks inside the range, records at its edges and where a block is missing."""
        first, last = -(-start // BLOCK), stop // BLOCK
        if first >= last:
            yield self._records(start, stop)
            return
        blocks = self._blocks(first, last)
        yield self._records(start, first * BLOCK)
        for number in range(first, last):
            found = blocks.get(number)
            yield self._records(number * BLOCK, (number + 1) * BLOCK) if found is None else found
        yield self._records(last * BLOCK, stop)

    def _blocks(self, first: int, last: int) -> dict[int, bytes]:
        """Blocks first … last - 1 that are good for this revision, by number."""
        low = block_id(self.collection_id, 0)
        rows = fetch(self.connection, _BLOCKS, {"low": low + first, "high": low + last, "at": self.revision})
        return {key - low: expand(body) for key, body in rows}

    def _records(self, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        low, high = record_id(self.collection_id, start, 0), record_id(self.collection_id, stop, 0)
        heads = self.heads
        rows = fetch(self.connection, _RANGE, {"low": low, "high": high, "at": self.revision})
        return b",".join([b"", *[heads[since] + tail for since, tail in rows]])

    def _in_order(self, positions: Sequence[int]) -> Iterator[bytes]:
        """Ascending positions: blocks that are wanted whole as blocks, the rest in runs or by one lookup."""
        if len(positions) > _RUNS and positions[-1] - positions[0] > BLOCK * len(positions):
            yield self._joined(positions)
            return
        runs = self._wanted_runs(positions)
        if len(runs) <= _RUNS:
            for start, stop in runs:
                yield from self._pieces(start, stop)
            return
        if all(stop - start < BLOCK for start, stop in runs):
            yield self._joined(positions)
            return
        loose = [p for start, stop in runs if stop - start < BLOCK for p in range(start, stop)]
        found = self._scattered(loose)
        for start, stop in runs:
            if stop - start >= BLOCK:
                yield from self._pieces(start, stop)
            else:
                yield b",".join([b"", *[found[p] for p in range(start, stop) if p in found]])

    def _wanted_runs(self, positions: Sequence[int]) -> list[tuple[int, int]]:
        """Ascending positions as ranges; a block whose live records are all wanted counts whole, holes and all."""
        runs: list[tuple[int, int]] = []
        holes = self.extent.holes
        for number, group in groupby(positions, key=lambda position: position // BLOCK):
            inside = list(group)
            whole = len(inside) == live_between(holes, number * BLOCK, (number + 1) * BLOCK)
            for start, stop in [(number * BLOCK, (number + 1) * BLOCK)] if whole else _runs(inside):
                if runs and runs[-1][1] == start:
                    runs[-1] = (runs[-1][0], stop)
                else:
                    runs.append((start, stop))
        return runs

    def _scattered(self, positions: Sequence[int]) -> dict[int, bytes]:
        """The texts at any positions, by position."""
        heads = self.heads
        rows = records_at(self.connection, self.collection_id, positions, self.revision)
        return {position_of(key): heads[since] + tail for key, since, tail in rows}


def records_at(
    connection: Connection, collection_id: int, positions: Sequence[int], revision: int
) -> list[tuple[Any, ...]]:
    """(id, since, tail) of the records at any positions, in no particular order."""
    ids = [record_id(collection_id, position, 0) for position in positions]
    dialect = connection.dialect.name
    bound = f"[{','.join(map(str, ids))}]" if dialect == "sqlite" else ids
    return fetch(connection, _SCATTERED[dialect], {"ids": bound, "at": revision})


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending positions as ranges [start, stop)."""
    start = previous = positions[0]
    for position in positions[1:]:
        if position != previous + 1:
            yield start, previous + 1
            start = position
        previous = position
    yield start, previous + 1
