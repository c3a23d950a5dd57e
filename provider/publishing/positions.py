"""Arithmetic of positions: the ids that keep a page in one range, and offsets to positions past the holes."""

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple

#: Positions per finished block; a page of 100 is one block, a page of 1,000 ten.
BLOCK = 100
#: Positions per chunk of a kept list.
CHUNK = 5_000
#: Versions of one record that may exist before old ones are swept.
VERSIONS = 1 << 12
_POSITIONS = 1 << 32


def record_id(collection_id: int, position: int, version: int) -> int:
    """The primary key of a version of a record: ordered by collection, then position."""
    return (collection_id * _POSITIONS + position) * VERSIONS + version % VERSIONS


def position_of(key: int) -> int:
    """The position in a record id."""
    return key // VERSIONS % _POSITIONS


def version_of(key: int) -> int:
    """The version number in a record id."""
    return key % VERSIONS


def block_id(collection_id: int, number: int) -> int:
    """The primary key of block `number`, which holds positions number * BLOCK … number * BLOCK + BLOCK - 1."""
    return collection_id * _POSITIONS + number


class Extent(NamedTuple):
    """The positions of a collection: first … last - 1, less `holes` (sorted). revision: that of its last change."""

    revision: int
    first: int
    last: int
    holes: "array[int]"

    @property
    def size(self) -> int:
        """How many records are live."""
        return self.last - self.first - len(self.holes)

    def position(self, offset: int) -> int:
        """The position of the live record number `offset` (0-based)."""
        before = bisect_right(range(len(self.holes)), offset, key=lambda i: self.holes[i] - self.first - i)
        return self.first + offset + before

    def page(self, offset: int, limit: int) -> tuple[int, int]:
        """The range of positions [start, stop) that holds the live records offset … offset + limit - 1."""
        last = min(offset + limit, self.size) - 1
        if last < offset:
            return self.last, self.last
        return self.position(offset), self.position(last) + 1

    def changed(self, revision: int, last: int, hidden: "set[int]", shown: "set[int]") -> "Extent":
        """This extent at `revision`, after positions were hidden, shown again, and appended up to `last`.

        Holes before the first live position leave the list, so a new school year starts without them.
        """
        holes = array("I", sorted((set(self.holes) | hidden) - shown))
        # Positions that left the front may come back: what lies between a lower shown position and first are holes.
        first = min([self.first, *shown])
        if first < self.first:
            gap = set(range(first, self.first)) - shown - set(holes)
            holes = array("I", sorted(set(holes) | gap))
        leading = 0
        while leading < len(holes) and holes[leading] == first + leading:
            leading += 1
        return Extent(revision, first + leading, last, holes[leading:])

    def pack(self) -> bytes:
        return self.holes.tobytes()


def unpack(packed: bytes) -> "array[int]":
    """Sorted unsigned 32-bit integers as they are stored."""
    numbers = array("I")
    numbers.frombytes(packed)
    return numbers


def live_between(holes: "array[int]", start: int, stop: int) -> int:
    """How many of the positions start … stop - 1 are not holes."""
    return stop - start - (bisect_left(holes, stop) - bisect_left(holes, start))
