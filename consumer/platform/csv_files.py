"""CSV files as people save and upload them: any of the usual encodings and separators, line breaks in quotes, one bad
line at a time. Says what the cells hold and on which line, not what they mean; a cell that begins like a formula is
text like any other.
"""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import BinaryIO, NamedTuple

#: The largest file that is read, in bytes.
LARGEST = 50_000_000
#: So many lines may be unreadable before the rest is given up: it is no CSV then.
MOST_UNREADABLE = 1_000

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class BadFile(ValueError):
    """A file that cannot be read at all; the message says why and what to do."""


class CsvRow(NamedTuple):
    """A row: the number of the line on which it begins (the header is line 1), its cells by column without blanks
    around them, and why it cannot be used, "" for one that can.
    """

    line: int
    cells: dict[str, str]
    unreadable: str = ""


class _Record(NamedTuple):
    """The number of its first line, its cells, and why it cannot be read."""

    line: int
    cells: list[str]
    why: str


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file with its header read. `columns`: names in lower case, blanks and hyphens as "_"."""

    columns: tuple[str, ...]
    notes: tuple[str, ...]
    _records: Iterator[_Record]

    def __iter__(self) -> Iterator[CsvRow]:
        """The rows that are not blank. Iterate it once."""
        for line, cells, why in self._records:
            if why:
                yield CsvRow(line, {}, why)
                continue
            while len(cells) > len(self.columns) and not cells[-1].strip():
                cells.pop()
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(self.columns):
                yield CsvRow(line, {}, f"has {len(cells)} cells, the header has {len(self.columns)}")
            else:
                yield CsvRow(line, {name: cell.strip() for name, cell in zip(self.columns, cells, strict=True)})


def open_csv(stream: BinaryIO) -> CsvFile:
    """Read a file's header. Raises BadFile."""
    raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise BadFile(f"The file is larger than {LARGEST // 1_000_000} MB: split it")
    text, notes = _decode(raw)
    lines = list(StringIO(text, newline=""))
    if not text.strip():
        raise BadFile("The file is empty: its first line must name the columns")
    records = _read(lines, max(",;\t", key=lines[0].count))
    _, header, why = next(records)
    if why:
        raise BadFile(f"The first line, which names the columns, {why}")
    columns = tuple("_".join(name.strip().casefold().replace("-", " ").split()) for name in header)
    if repeated := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise BadFile(f"The header names {', '.join(repeated)} more than once")
    return CsvFile(columns, notes, records)


def _decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and what had to be assumed."""
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding), ()
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252"), ("The file is not UTF-8: it was read as Windows-1252. Check names with accents",)
    except UnicodeDecodeError:
        raise BadFile("The file is neither UTF-8 nor Windows-1252 text: save it as CSV UTF-8") from None


def _read(lines: list[str], separator: str) -> Iterator[_Record]:
    """Every record.

    A record that cannot be read costs its first line alone: reading goes on with the next line, so that a quote which
    is never closed does not swallow those that follow.
    """
    begin, unreadable = 0, 0
    while begin < len(lines):
        reader = csv.reader(map(lines.__getitem__, range(begin, len(lines))), delimiter=separator, strict=True)
        at = begin
        try:
            for cells in reader:
                yield _Record(at + 1, cells, "")
                at = begin + reader.line_num
            return
        except csv.Error:
            yield _Record(at + 1, [], "is not CSV: look for a quotation mark that is never closed, or stands alone")
            begin, unreadable = at + 1, unreadable + 1
        if unreadable > MOST_UNREADABLE:
            yield _Record(begin + 1, [], "and all that follows was not read: too many lines are not CSV")
            return
