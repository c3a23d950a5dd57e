"""The CSV binding: rows of one file, read and written as a stream, from the columns that `csv_tables` lists.

Reading never raises for what a file holds. `CsvReader(stream, table, file)` reads the header at once; iterating it
gives a `Row` per data line with the values that could be read and the problems that could not:

- `Row.values` is keyed by the JSON property of the table ("class", not "classSourcedId"; `preferredFirstName`, not
  `preferredGivenName`); blank cells have no key; a reference is a sourcedId (str), a list a list, `userIds` a list of
  {"type", "identifier"}, `metadata` a dict of the `metadata.` columns (text); dates are text, floats float.
- A `Problem` says file, line (the header is line 1), column and reason. One that `refuses` makes the row useless: a
  required value is missing, or some value cannot be read. The others were mended: the wrong case of a word, blanks
  around a value, a bare date where a date-time belongs.
- `CsvReader.problems` are those of the header; after one that `refuses`, there are no rows.

The binding allows no line break inside a field (`oneroster-csv.md` section 1), so a line is a record: a quote that is
never closed costs one record, not the rest of the file. A byte order mark is skipped.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

from shared.oneroster.csv_tables import CsvColumn, CsvTable
from shared.oneroster.kinds import TEXT
from shared.oneroster.versions import Version

_EXTENSION = "metadata."
#: What no importer needs to know is no reason to lose a record: left out when it cannot be read.
_DISPENSABLE = frozenset(("dateLastModified",))
#: Required cells that a record may lack because nothing can be made up for them: whom REST 1.2 knows without a username
#: (P-07), a score that was never given (P-120).
_MAY_LACK = frozenset((("users", Version.V1P2, "username"), ("results", Version.V1P1, "score")))


class Problem(NamedTuple):
    """What is wrong with a line or a cell. `refuses`: the row (or with line 1 the file) cannot be used."""

    file: str
    line: int
    column: str | None
    reason: str
    refuses: bool

    def __str__(self) -> str:
        place = f"{self.file} line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.reason}"


class Row(NamedTuple):
    """A data line: its number in the file, its values by JSON property, and what is wrong with it."""

    line: int
    values: dict[str, Any]
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)


class CsvReader:
    """Reads one file; see the module's text. Iterate it once."""

    def __init__(self, stream: IO[bytes], table: CsvTable, file: str) -> None:
        self.table = table
        self.file = file
        self.problems: list[Problem] = []
        self._lines = enumerate(stream, 1)
        self._columns: list[tuple[int, CsvColumn]] = []
        self._extensions: list[tuple[int, str]] = []
        self._width = 0
        self._read_header()

    def __iter__(self) -> Iterator[Row]:
        if any(problem.refuses for problem in self.problems):
            return
        for number, line in self._lines:
            cells = self._split(number, line)
            if isinstance(cells, Problem):
                yield Row(number, {}, (cells,))
            elif any(cells):
                yield self._row(number, cells)

    def _read_header(self) -> None:
        number, line = next(self._lines, (1, b""))
        if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._header_problem(None, "it is written in UTF-16; save it as UTF-8", refuses=True)
            return
        cells = self._split(number, line.removeprefix(codecs.BOM_UTF8))
        if isinstance(cells, Problem):
            self.problems.append(cells)
            return
        self._width = len(cells)
        by_header = {column.header: column for column in self.table.columns}
        folded = {header.casefold(): column for header, column in by_header.items()}
        for index, header in enumerate(cells):
            self._place(index, header.strip(), by_header, folded)
        self._check_header()

    def _place(self, index: int, header: str, by_header: dict[str, CsvColumn], folded: dict[str, CsvColumn]) -> None:
        column = by_header.get(header) or folded.get(header.casefold())
        if header.casefold().startswith(_EXTENSION) and len(header) > len(_EXTENSION):
            self._extensions.append((index, header[len(_EXTENSION) :]))
        elif column is None:
            reason = "no such column in the standard; it is not read" if header else "a column without a header"
            self._header_problem(header or f"number {index + 1}", reason)
        elif any(column is placed for _, placed in self._columns):
            self._header_problem(header, "the column is there twice; the first one is read")
        else:
            if header != column.header:
                self._header_problem(header, f"the header is written {column.header}; it is read as that")
            self._columns.append((index, column))

    def _check_header(self) -> None:
        placed = [column for _, column in self._columns]
        standard = [column for column in self.table.columns if column in placed]
        if placed != standard:
            self._header_problem(None, "the columns are not in the order of the standard; they are read by name")
        for column in self.table.columns:
            if column.required and column not in placed:
                is_id = column.name == "sourcedId"
                tail = "no row can be used" if is_id else "no row can fill it"
                self._header_problem(column.header, f"the required column is missing; {tail}", refuses=is_id)
        if self._extensions and self._columns and self._extensions[0][0] < self._columns[-1][0]:
            self._header_problem(None, "metadata columns stand left of columns of the standard; they are read by name")

    def _header_problem(self, column: str | None, reason: str, refuses: bool = False) -> None:
        self.problems.append(Problem(self.file, 1, column, reason, refuses))

    def _split(self, number: int, line: bytes) -> list[str] | Problem:
        """The cells of a line, or why it has none."""
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as why:
            return self._broken(number, f"byte {why.start + 1} is not UTF-8")
        if '"' not in text:
            return text.split(",")
        if text.count('"') % 2:
            return self._broken(number, "a quoted field is not closed on its line; no field may hold a line break")
        try:
            return next(csv.reader((text,), strict=True))
        except csv.Error as why:
            return self._broken(number, f"the quotes are not as RFC 4180 wants them: {why}")

    def _broken(self, number: int, reason: str) -> Problem:
        return Problem(self.file, number, None, reason, True)

    def _row(self, number: int, cells: list[str]) -> Row:
        problems: list[Problem] = []
        if len(cells) != self._width:
            self._check_width(number, cells, problems)
        values: dict[str, Any] = {}
        for index, column in self._columns:
            noted = len(problems)
            value = self._value(number, column, cell, problems) if (cell := cells[index]) else None
            if value is not None:
                values[column.name] = value
            elif column.required and len(problems) == noted:
                lacks = (self.table.file, self.table.version, column.header) in _MAY_LACK
                problems.append(Problem(self.file, number, column.header, "it is required and blank", not lacks))
        extensions = {name: cells[index] for index, name in self._extensions if cells[index]}
        if extensions:
            values["metadata"] = extensions
        return Row(number, values, tuple(problems))

    def _check_width(self, number: int, cells: list[str], problems: list[Problem]) -> None:
        surplus = cells[self._width :]
        reason = f"the line has {len(cells)} fields where the header has {self._width}"
        problems.append(Problem(self.file, number, None, reason, any(surplus)))
        cells += [""] * (self._width - len(cells))

    def _value(self, number: int, column: CsvColumn, cell: str, problems: list[Problem]) -> Any:
        """The value of a cell that is not empty; None, with a problem noted, where it has none."""
        if not column.many:
            return cell if column.kind is TEXT and cell.strip() else self._item(number, column, cell, problems)
        items = [self._item(number, column, item, problems) for item in column.kind.split_csv(cell)]
        return [item for item in items if item is not None] or None

    def _item(self, number: int, column: CsvColumn, text: str, problems: list[Problem]) -> Any:
        if not text.strip():
            return None
        version = self.table.version
        clean = text.strip() if column.many else text
        try:
            return column.kind.from_csv(clean, version)
        except ValueError as why:
            meant = column.kind.mend_csv(clean, version)
            reason = f"{clean[:60]!r}: {why}" + (f"; read as {meant!r}" if meant is not None else "")
            refuses = meant is None and column.name not in _DISPENSABLE
            problems.append(Problem(self.file, number, column.header, reason, refuses))
            if meant is None or column.kind.name in ("id", "ref"):
                return meant
            return column.kind.from_csv(meant, version)


def header(table: CsvTable, extensions: Iterable[str] = ()) -> list[str]:
    """The header row: the columns of the standard, then `metadata.` columns."""
    return [column.header for column in table.columns] + [_EXTENSION + name for name in extensions]


def write_rows(
    out: IO[str], table: CsvTable, records: Iterable[dict[str, Any]], extensions: tuple[str, ...] = ()
) -> int:
    """Writes header and rows (RFC 4180, CR LF) of records keyed as `Row.values` or as JSON; gives how many rows."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header(table, extensions))
    rows = 0
    for record in records:
        metadata = record.get("metadata") or {}
        cells = [_cell(column, record.get(column.name)) for column in table.columns]
        writer.writerow(cells + [_one_line(TEXT.to_csv(metadata.get(name, ""))) for name in extensions])
        rows += 1
    return rows


def _cell(column: CsvColumn, value: Any) -> str:
    if value is None:
        return ""
    if not column.many:
        return _one_line(column.kind.to_csv(value))
    # A list has no escape for a comma inside an item: the binding has it left out.
    items = (_one_line(column.kind.to_csv(item)).replace(",", "") for item in value)
    return ",".join(items)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()) if not text.isprintable() else text
