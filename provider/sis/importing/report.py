"""What an import tells: counts per file, refused rows, notes. Knows no table and no file format."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

#: Refusals and notes kept in full; past that only the counts grow, so that a hopeless file stays in flat memory.
KEPT = 20_000

#: progress(file, bytes read of it, its size in bytes, rows read of it)
Progress = Callable[[str, int, int, int], None]


class ImportFailed(Exception):
    """The import cannot be done at all (no such path, a zip bomb, a missing manifest …). The message says why."""


class BadCell(ValueError):
    """A cell that its column cannot hold; the message says what it should be."""


class Outcome(Enum):
    """What became of a row. SKIPPED: the SIS has no place for it, or no record of it; a note says why."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row, or with line 0 a whole file, that was not taken. `line` counts the header as 1; `column` may be "".

    `value` is shortened, and masked where the column is personal.
    """

    file: str
    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd that was taken or passed over all the same."""

    file: str
    line: int
    text: str


@dataclass(slots=True)
class FileCount:
    """Rows of one file by outcome; `read` is their sum."""

    file: str
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    @property
    def read(self) -> int:
        return sum(self.counts.values())


@dataclass(slots=True)
class ImportReport:
    """The whole import. `kind` is "sis", "oneroster 1.1" or "oneroster 1.2"; `written`: it was no dry run, and strict
    held nothing back."""

    kind: str
    files: list[FileCount] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: int = 0
    noted: int = 0
    written: bool = True

    @property
    def ok(self) -> bool:
        """Nothing was refused."""
        return self.refused == 0

    def total(self, outcome: Outcome) -> int:
        """Rows of all files with this outcome."""
        return sum(count.counts[outcome] for count in self.files)

    def start_file(self, file: str) -> FileCount:
        self.files.append(FileCount(file))
        return self.files[-1]

    def refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        if len(self.refusals) < KEPT:
            self.refusals.append(refusal)

    def note(self, file: str, line: int, text: str) -> None:
        self.noted += 1
        if len(self.notes) < KEPT:
            self.notes.append(Note(file, line, text))


def as_data(report: ImportReport) -> dict[str, Any]:
    """The report as JSON objects: kind, ok, written, files, refused and notes (each with file, line …)."""
    return {
        "kind": report.kind,
        "ok": report.ok,
        "written": report.written,
        "files": [
            {"file": count.file, "read": count.read} | {outcome.value: n for outcome, n in count.counts.items()}
            for count in report.files
        ],
        "refused": report.refused,
        "refusals": [asdict(refusal) for refusal in report.refusals],
        "notes": [asdict(note) for note in report.notes],
    }


def shorten(value: object, personal: bool) -> str:
    """`value` as a report may show it: at most 60 characters; of a personal one only the first and the length."""
    text = "" if value is None else str(value)
    if personal and text:
        return f"{text[0]}… ({len(text)} characters)"
    return text if len(text) <= 60 else f"{text[:57]}…"
