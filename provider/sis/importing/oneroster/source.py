"""A OneRoster package as rows: manifest held against files, lines bounded, problems put into the report."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, BinaryIO, cast

from provider.sis.importing.lines import MAX_LINE
from provider.sis.importing.package import Package
from provider.sis.importing.report import FileCount, ImportFailed, ImportReport, Outcome, Progress, Refusal, shorten
from provider.sis.importing.writer import BATCH, Rejected
from shared.oneroster.csv import CsvReader, Problem, Row
from shared.oneroster.csv_tables import FILES, MANIFEST, csv_tables
from shared.oneroster.manifest import Manifest, Mode, read_manifest
from shared.oneroster.versions import Version

#: Files that hold who somebody is; of their values only these columns may be told.
_PERSONAL_FILES = ("users", "demographics", "results", "resultLearningObjectiveIds")
_TELLABLE = frozenset((
    "sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "agentSourcedIds", "grades",
    "primaryOrgSourcedId", "lineItemSourcedId", "studentSourcedId", "classSourcedId", "scoreStatus", "scoreDate",
    "inProgress", "incomplete", "late", "missing", "resultSourcedId", "source", "learningObjectiveId",
))  # fmt: skip
_QUOTED_VALUE = re.compile(r"^(['\"]).*?\1: ")
_NAMED_VALUE = re.compile(r"^(['\"]).*?\1(?= is )")
_READ_AS = re.compile(r"; read as .*$")

Result = Outcome | Rejected


@dataclass(slots=True)
class Source:
    """An opened package. `names` are its files by the standard's name, as they are called in the package."""

    package: Package
    version: Version
    manifest: Manifest
    names: dict[str, str]
    report: ImportReport
    progress: Progress
    counts: dict[str, FileCount] = field(default_factory=dict)

    def has(self, file: str) -> bool:
        return file in self.names and _is_read(file, self.version)

    def marks_absent(self, file: str) -> bool:
        return self.manifest.modes.get(file, Mode.ABSENT) is Mode.ABSENT and file not in self.names

    def batches(self, file: str) -> Iterator[list[Row]]:
        """The usable rows of a file in batches; refused ones go into the report. None where there is no file."""
        if not self.has(file):
            return
        name = self.names[file]
        count = self.counts[file] = self.report.start_file(f"{name}.csv")
        size = self.package.sizes[name]
        with self.package.open(name) as stream:
            bounded = _BoundedLines(stream)
            reader = CsvReader(cast(IO[bytes], bounded), csv_tables(self.version)[file], f"{name}.csv")
            for problem in reader.problems:
                self._tell_header(problem)
            rows = iter(reader)
            while batch := list(islice(rows, BATCH)):
                yield [row for row in batch if self._usable(file, row, bounded)]
                self.progress(f"{name}.csv", stream.tell(), size, count.read)
        self.progress(f"{name}.csv", size, size, count.read)

    def rows(self, file: str) -> list[Row]:
        """All usable rows of a small file."""
        return [row for batch in self.batches(file) for row in batch]

    def count(self, file: str, row: Row, result: Result, column: str = "") -> None:
        """Put down what became of a row."""
        if isinstance(result, Rejected):
            self.refuse(file, row, column or result.column, result.value, result.reason)
        else:
            self.counts[file].counts[result] += 1

    def refuse(self, file: str, row: Row, column: str, value: Any, reason: str) -> None:
        self.counts[file].counts[Outcome.REFUSED] += 1
        told = shorten(value, file in _PERSONAL_FILES and column not in _TELLABLE)
        self.report.refuse(Refusal(f"{self.names[file]}.csv", row.line, column, told, reason))

    def note(self, file: str, row: Row, text: str) -> None:
        self.report.note(f"{self.names[file]}.csv", row.line, text)

    def skip(self, file: str, row: Row, text: str) -> None:
        """Pass over a row, saying why."""
        self.count(file, row, Outcome.SKIPPED)
        self.note(file, row, text)

    def _tell_header(self, problem: Problem) -> None:
        column = problem.column or ""
        if problem.refuses:
            self.report.refuse(Refusal(problem.file, 0, column, "", problem.reason))
        else:
            self.report.note(problem.file, problem.line, f"{column}: {problem.reason}" if column else problem.reason)

    def _usable(self, file: str, row: Row, bounded: "_BoundedLines") -> bool:
        """Put the row's problems into the report; whether it can be used."""
        for problem in row.problems:
            reason = problem.reason
            if row.line in bounded.too_long:
                reason = f"the line is longer than {MAX_LINE} bytes"
            elif file in _PERSONAL_FILES and problem.column and problem.column not in _TELLABLE:
                reason = _NAMED_VALUE.sub("it", _QUOTED_VALUE.sub("", _READ_AS.sub("; mended", reason)))
            if problem.refuses:
                self.counts[file].counts[Outcome.REFUSED] += 1
                self.report.refuse(Refusal(problem.file, row.line, problem.column or "", "", reason))
                return False
            self.report.note(problem.file, row.line, f"{problem.column or 'line'}: {reason}")
        if any("\0" in value for value in row.values.values() if isinstance(value, str)):
            self.refuse(file, row, "", "", "holds a NUL character")
            return False
        return True


class _BoundedLines:
    """The lines of a stream, none longer than MAX_LINE: for a longer one stands a broken one, its number kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self.too_long: set[int] = set()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self._stream.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) <= MAX_LINE:
            return line
        while not line.endswith(b"\n") and (line := self._stream.readline(MAX_LINE)):
            pass
        self.too_long.add(self._number)
        return b'"\n'


def open_source(package: Package, progress: Progress) -> Source:
    """Read the manifest and hold it against the files. Raises ImportFailed when it is missing or names no version."""
    manifest = _manifest(package)
    assert manifest.version is not None  # noqa: S101  (_manifest has checked)
    report = ImportReport(f"oneroster {manifest.version}")
    for name, why in package.ignored:
        report.note(name, 0, f"was passed over: it {why}")
    for problem in manifest.problems:
        report.note(problem.file, problem.line, f"{problem.column or 'manifest'}: {problem.reason}")
    names = _names(package, manifest.version, report)
    for file, mode in manifest.modes.items():
        if mode is not Mode.ABSENT and file not in names:
            reason = f"the manifest lists it as {mode}, but the package does not hold it"
            report.refuse(Refusal(f"{file}.csv", 0, "", "", reason))
    for file in names:
        if _is_read(file, manifest.version) and manifest.modes.get(file, Mode.ABSENT) is Mode.ABSENT:
            report.note(f"{names[file]}.csv", 0, "the manifest marks it absent, but it is there; it is read")
    return Source(package, manifest.version, manifest, names, report, progress)


def _manifest(package: Package) -> Manifest:
    name = next((name for name in package.sizes if name.casefold() == MANIFEST), None)
    if name is None:
        raise ImportFailed(
            f"{package.path.name} has no manifest.csv, as in OneRoster 1.0, which is not read. Nothing was read."
        )
    if package.sizes[name] > MAX_LINE:
        raise ImportFailed(f"{name}.csv is longer than {MAX_LINE} bytes, which no manifest is. Nothing was read.")
    with package.open(name) as stream:
        manifest = read_manifest(stream, f"{name}.csv")
    if manifest.version is None:
        told = next((str(problem) for problem in manifest.problems if problem.refuses), "no version")
        raise ImportFailed(f"{told}. Nothing was read.")
    return manifest


def _names(package: Package, version: Version, report: ImportReport) -> dict[str, str]:
    """The package's files by the standard's name; others, and those that the SIS has no place for, are noted."""
    standard = {name.casefold(): name for name in FILES[version]}
    found: dict[str, str] = {}
    for name in package.sizes:
        if name.casefold() == MANIFEST:
            continue
        file = standard.get(name.casefold())
        if file is None or file in found:
            report.note(f"{name}.csv", 0, f"was passed over: OneRoster {version} has no file of this name")
            continue
        if file != name:
            report.note(f"{name}.csv", 0, f"the standard calls it {file}.csv; it is read as that")
        found[file] = name
        if not _is_read(file, version):
            report.note(f"{name}.csv", 0, "is not imported: the SIS has no place for it")
    return found


def _is_read(file: str, version: Version) -> bool:
    """Whether the SIS has a place for what the file holds."""
    return file in csv_tables(version) and file != "userProfiles"


def gone(row: Row) -> bool:
    """The row says that its record is no more."""
    return row.values.get("status") == "tobedeleted"


def is_change(row: Row) -> bool:
    """The row is one of a delta: in bulk the status is blank."""
    return "status" in row.values


def whole(main: Result, parts: Sequence[Result]) -> Result:
    """What became of a row that went into several tables: of its own record, else of what hangs on it."""
    if main is Outcome.UNCHANGED and any(part in (Outcome.CREATED, Outcome.UPDATED) for part in parts):
        return Outcome.UPDATED
    return main


def cut(text: str | None, length: int) -> str | None:
    """`text` as far as the SIS has room for it (the standard allows cutting beyond 255 characters)."""
    return text[:length] if text else None
