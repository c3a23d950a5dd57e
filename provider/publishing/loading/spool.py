"""Rows set aside in a temporary file: read from the database once, gone over as often as needed, in flat memory.

The snapshot that they were read from can end before the long work begins: a database transaction that stays open for
a minute would keep SQLite from tidying its log and PostgreSQL from cleaning its tables.
"""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

_PART = 5_000
Row = TypeVar("Row", bound=NamedTuple)


class Spool(Generic[Row]):
    """Rows of one NamedTuple type; every iteration gives all of them, in order. The file goes with the object."""

    def __init__(self, kind: type[Row], found: Iterable[Row]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self._parts: list[tuple[int, int]] = []
        self._decoder: Any = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        encode = msgspec.msgpack.Encoder().encode
        rows = iter(found)
        while part := list(islice(rows, _PART)):
            data = encode(part)
            self._parts.append((self._file.tell(), len(data)))
            self._file.write(data)

    def __iter__(self) -> Iterator[Row]:
        for start, length in self._parts:
            self._file.seek(start)
            yield from self._decoder.decode(self._file.read(length))
