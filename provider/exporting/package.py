"""A CSV package as it is written: one zip of files at its top level, whole or not there at all.

The same rows give the same bytes: members in a fixed order, with a fixed time and fixed rights. A file begins with its
first row, for a file without rows is not allowed (`oneroster-csv.md` section 1).
"""

import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from shared.oneroster.csv import write_rows
from shared.oneroster.csv_tables import csv_tables
from shared.oneroster.manifest import FILE_NAME, Mode, write_manifest
from shared.oneroster.versions import Version

#: The earliest time that a zip can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_RIGHTS = 0o100644 << 16
SYSTEM_NAME = "Homeroom"
#: Rows between two calls of progress.
_STEP = 2_000

#: progress(file, rows written of it)
Progress = Callable[[str, int], None]
Record = dict[str, Any]


class PackageWriter:
    """Writes files one after another, each as a stream; `modes` and `rows` tell of those that have rows, `blanks` of
    how many rows of a file lack a value that the standard requires, by (file, column)."""

    def __init__(self, archive: zipfile.ZipFile, version: Version, progress: Progress) -> None:
        self._archive = archive
        self._version = version
        self._progress = progress
        self.modes: dict[str, Mode] = {}
        self.rows: dict[str, int] = {}
        self.blanks: dict[tuple[str, str], int] = {}

    def write(self, file: str, records: Iterable[Record], mode: Mode) -> None:
        """Write a file, unless there are no records for it. `records` are as `shared.oneroster.csv` wants them."""
        remaining = iter(records)
        first = next(remaining, None)
        if first is None:
            return
        with self._member(f"{file}.csv") as stream:
            counted = self._count(file, chain((first,), remaining))
            self.rows[file] = write_rows(stream, csv_tables(self._version)[file], counted)
        self.modes[file] = mode
        self._progress(file, self.rows[file])

    def write_manifest(self) -> None:
        """The last file: it says which others there are."""
        with self._member(FILE_NAME) as stream:
            write_manifest(stream, self._version, self.modes, SYSTEM_NAME)

    def _count(self, file: str, records: Iterator[Record]) -> Iterator[Record]:
        required = [column for column in csv_tables(self._version)[file].columns if column.required]
        for number, record in enumerate(records):
            if number % _STEP == 0:
                self._progress(file, number)
            for column in required:
                if record.get(column.name) in (None, "", []):
                    place = file, column.header
                    self.blanks[place] = self.blanks.get(place, 0) + 1
            yield record

    @contextmanager
    def _member(self, name: str) -> Iterator[io.TextIOWrapper]:
        info = zipfile.ZipInfo(name, _TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = _RIGHTS
        info.create_system = 3
        with (
            self._archive.open(info, "w", force_zip64=True) as raw,
            io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False) as stream,
        ):
            yield stream


@contextmanager
def package_writer(path: Path, version: Version, progress: Progress) -> Iterator[PackageWriter]:
    """A writer of the zip at `path`, which appears there, whole, when all has gone well. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw, zipfile.ZipFile(raw, "w") as archive:
            writer = PackageWriter(archive, version, progress)
            yield writer
            writer.write_manifest()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
