"""SIS CSV files, one per table, into the SIS tables (fixtures/README.md).

1. Files come in the order in which their tables refer to each other.
2. A header is held against the table's columns: unknown ones are noted, a missing one that has no default refuses
   the file.
3. Each line becomes values or a refusal (`cells`), in batches of `BATCH`.
4. `TableWriter` refuses doubles and dangling references, and writes what is new or differs.
"""

from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import Engine

from provider.sis.importing.agreements import disagreements
from provider.sis.importing.cells import Parse, parser_of
from provider.sis.importing.known import Known
from provider.sis.importing.lines import BadFile, Line, read_header, read_lines
from provider.sis.importing.package import Package
from provider.sis.importing.report import BadCell, ImportReport, Outcome, Progress, Refusal, shorten
from provider.sis.importing.shapes import Shape, sis_shapes
from provider.sis.importing.writer import BATCH, Rejected, TableWriter, Values
from provider.sis.models import Setting
from provider.sis.settings import BadSetting, parse_setting


class Cell(NamedTuple):
    """How one column of a file is read. `at` is its place in the line."""

    at: int
    name: str
    parse: Parse
    required: bool
    default: Any
    words: frozenset[str] | None


def import_sis_files(engine: Engine, package: Package, today: date, now: datetime, progress: Progress) -> ImportReport:
    """Import every file that is named after a SIS table. Rows that no file mentions stay as they are."""
    report = ImportReport("sis")
    shapes = sis_shapes()
    for name, why in package.ignored:
        report.note(name, 0, f"was passed over: it {why}")
    for name in sorted(set(package.sizes) - set(shapes)):
        report.note(f"{name}.csv", 0, "was passed over: there is no table of this name")
    known = Known(engine, shapes)
    for name, shape in shapes.items():
        if name in package.sizes:
            with package.open(name) as stream:
                FileImport(engine, shape, known, report, today, now, progress).run(stream, package.sizes[name])
    return report


class FileImport:
    """One file into one table."""

    def __init__(
        self, engine: Engine, shape: Shape, known: Known, report: ImportReport, today: date, now: datetime,
        progress: Progress,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._shape = shape
        self._known = known
        self._report = report
        self._today = today
        self._now = now
        self._progress = progress
        self._file = f"{shape.name}.csv"
        self._count = report.start_file(self._file)

    def run(self, stream: BinaryIO, size: int) -> None:
        try:
            header = read_header(stream)
            cells = self._cells(header)
        except BadFile as error:
            self._report.refuse(Refusal(self._file, 0, "", "", str(error)))
            return
        writer = TableWriter(self._engine, self._shape, [cell.name for cell in cells], self._known, self._now)
        lines = read_lines(stream)
        while batch := list(islice(lines, BATCH)):
            self._write(writer, cells, len(header), batch)
            self._progress(self._file, stream.tell(), size, self._count.read)
        writer.finish()
        self._progress(self._file, size, size, self._count.read)

    def _cells(self, header: list[str]) -> list[Cell]:
        """The columns of the file that the table has. Raises BadFile when one that must be there is not."""
        shape = self._shape
        for name in header:
            if name not in shape.header:
                self._report.note(self._file, 1, f"column {name!r} was passed over: the table has none of this name")
        missing = [name for name in shape.header if shape.is_required(name) and name not in header]
        if missing:
            raise BadFile(f"The header lacks {', '.join(missing)}; it is: {','.join(shape.header)}")
        missing_key = [name for name in shape.key if name not in header]
        if missing_key:
            raise BadFile(f"The header lacks {', '.join(missing_key)}, by which rows are known")
        words = dict(shape.vocabularies)
        return [
            Cell(header.index(name), name, parser_of(shape.table.columns[name], self._today),
                 shape.is_required(name), shape.default(name), words.get(name))
            for name in shape.header if name in header
        ]  # fmt: skip

    def _write(self, writer: TableWriter, cells: list[Cell], width: int, batch: list[Line]) -> None:
        rows: list[Values] = []
        lines: list[int] = []
        dates = self._date_places(cells)
        for line in batch:
            row = self._row(line, cells, width)
            if row is None:
                continue
            if dates and row[dates[0]] and row[dates[1]] and row[dates[1]] < row[dates[0]]:
                self._refuse(line.number, "end_date", row[dates[1]], f"lies before start_date {row[dates[0]]}")
                self._known.refuse(self._shape.name, row[0])
                continue
            if self._shape.table is Setting.__table__ and not self._is_setting(line.number, row):
                continue
            rows.append(row)
            lines.append(line.number)
        agreeing = self._agreeing(writer, rows, lines)
        results = writer.write([rows[place] for place in agreeing])
        for number, result in zip((lines[place] for place in agreeing), results, strict=True):
            if isinstance(result, Rejected):
                self._refuse(number, result.column, result.value, result.reason)
            else:
                self._count.counts[result] += 1

    def _agreeing(self, writer: TableWriter, rows: list[Values], lines: list[int]) -> list[int]:
        """The places of the rows that refer to what is of their own section; refuses the others."""
        others = dict(disagreements(self._engine, self._shape.name, writer.columns, rows))
        for place, column in sorted(others.items()):
            value = rows[place][writer.columns.index(column)]
            self._refuse(lines[place], column, value, "is of another section")
            self._known.refuse(self._shape.name, rows[place][0])
        return [place for place in range(len(rows)) if place not in others]

    def _is_setting(self, number: int, row: Values) -> bool:
        """Whether a row of `setting` names a switch and a value that it can have; refuses the row if not."""
        try:
            parse_setting(row[0], row[1])
        except BadSetting as error:
            self._refuse(number, "name", row[0], str(error))
            return False
        return True

    def _date_places(self, cells: list[Cell]) -> tuple[int, int] | None:
        names = [cell.name for cell in cells]
        if self._shape.dates_in_order and "start_date" in names and "end_date" in names:
            return names.index("start_date"), names.index("end_date")
        return None

    def _row(self, line: Line, cells: list[Cell], width: int) -> Values | None:
        """The values of a line, or None after refusing it."""
        if line.error:
            self._refuse(line.number, "", "", line.error)
            return None
        texts = line.cells
        if len(texts) != width:
            self._refuse(line.number, "", "", f"has {len(texts)} cells where the header has {width}")
            return None
        values: list[Any] = []
        for at, name, parse, required, default, words in cells:
            text = texts[at]
            if text == "":
                if required:
                    self._refuse_row(values, line.number, name, "", "must not be blank")
                    return None
                values.append(default)
                continue
            try:
                value = parse(text)
            except BadCell as error:
                self._refuse_row(values, line.number, name, text, str(error))
                return None
            if words is not None and value not in words:
                self._refuse_row(values, line.number, name, text, f"is not one of {', '.join(sorted(words))}")
                return None
            values.append(value)
        return tuple(values)

    def _refuse_row(self, values: list[Any], number: int, column: str, text: str, reason: str) -> None:
        """Refuse a row of which `values` were read: the first is its key, by which others may refer to it."""
        if values:
            self._known.refuse(self._shape.name, values[0])
        self._refuse(number, column, text, reason)

    def _refuse(self, number: int, column: str, value: Any, reason: str) -> None:
        self._count.counts[Outcome.REFUSED] += 1
        told = shorten(value, column in self._shape.personal)
        self._report.refuse(Refusal(self._file, number, column, told, reason))
