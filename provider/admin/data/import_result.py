"""What an import tells, as its job keeps it: counts of each file, refused rows and notes a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provider.jobs.line import result_of
from provider.jobs.tables import Job
from provider.sis.importing.report import KEPT, Outcome
from shared.web.lists import SIZE, Asked, Listing

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The report of an import (`provider.sis.importing.as_data`)."""

    kind: str
    written: bool
    files: Sequence[Row]
    refused: int
    refusals: Sequence[Row]
    notes: Sequence[Row]

    @property
    def outcomes(self) -> list[str]:
        """What became of rows, in words; the columns of the table of files."""
        return [outcome.value for outcome in Outcome]

    @property
    def totals(self) -> dict[str, int]:
        return {name: sum(file[name] for file in self.files) for name in ("read", *self.outcomes)}

    @property
    def are_all_there(self) -> bool:
        """Whether every refused row is kept; of a hopeless file only the first are."""
        return self.refused <= len(self.refusals) and len(self.notes) < KEPT

    def file_options(self, notes: bool) -> list[tuple[str, str]]:
        """The files of which there are refused rows, or notes."""
        names = dict.fromkeys(row["file"] for row in (self.notes if notes else self.refusals))
        return [("", "All"), *((name, name) for name in names)]

    def listing(self, asked: Asked, notes: bool) -> Listing:
        """A page of the refused rows, or of the notes: of one file where that is asked for, with words in them."""
        rows = self.notes if notes else self.refusals
        words = asked.search.casefold().split()
        file = asked.filters.get("file")
        found = [row for row in rows if (not file or row["file"] == file) and _has(row, words)]
        return Listing(found[asked.offset : asked.offset + SIZE], len(found), asked)


def read_result(job: Job) -> ImportResult | None:
    """What came of an import; None before it is done, and where it failed."""
    told = result_of(job)
    if not told:
        return None
    return ImportResult(
        told["kind"], told["written"], told["files"], told["refused"], told["refusals"], told["notes"]
    )  # fmt: skip


def refusal_rows(result: ImportResult) -> Iterator[tuple[str, int, str, str, str]]:
    """The refused rows for a CSV file."""
    for row in result.refusals:
        yield row["file"], row["line"], row["column"], row["value"], row["reason"]


def _has(row: Row, words: Sequence[str]) -> bool:
    text = " ".join(str(row.get(name, "")) for name in ("column", "value", "reason", "text")).casefold()
    return all(word in text for word in words)
