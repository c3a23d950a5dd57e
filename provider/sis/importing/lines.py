"""Bytes of a CSV file → its header and numbered rows of cells, one bad line never costing another.

A row is one line: no line breaks inside fields (`oneroster-csv.md` section 1). That is what makes an unclosed quote
the matter of a single line. Memory is that of one line.
"""

import csv
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAX_LINE = 64 * 1024
BOM = b"\xef\xbb\xbf"
OTHER_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class BadFile(Exception):
    """A whole file that cannot be read; the message says why and what to do."""


class Line(NamedTuple):
    """One line: `cells`, or with `error` why there are none. `number` is 1 for the header."""

    number: int
    cells: list[str]
    error: str | None = None


def read_header(stream: BinaryIO) -> list[str]:
    """The names of the columns. Raises BadFile when the first line is none."""
    raw = stream.readline(MAX_LINE + 1)
    for bom, name in OTHER_BOMS.items():
        if raw.startswith(bom):
            raise BadFile(f"The file is {name}; save it as UTF-8")
    raw = raw.removeprefix(BOM)
    if not raw.strip():
        raise BadFile("The file has no header line")
    if len(raw) > MAX_LINE:
        raise BadFile(f"The header line is longer than {MAX_LINE} bytes")
    if b"\r" in raw.rstrip(b"\r\n"):
        raise BadFile("Lines end in CR alone; save the file with line ends LF or CRLF")
    line = _line(1, raw)
    if line.error:
        raise BadFile(f"The header line: {line.error}")
    names = [name.strip() for name in line.cells]
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise BadFile(f"The header names {', '.join(doubles)} twice")
    return names


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines after the header; blank ones are passed over but counted."""
    number = 1
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE and not raw.endswith(b"\n"):
            _skip_to_end(stream)
            yield Line(number, [], f"The line is longer than {MAX_LINE} bytes")
        elif raw.strip():
            yield _line(number, raw)


def _skip_to_end(stream: BinaryIO) -> None:
    while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _line(number: int, raw: bytes) -> Line:
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        return Line(number, [], f"Byte 0x{byte:02X} at position {error.start + 1} is not UTF-8; save the file as UTF-8")
    if '"' not in text:
        return Line(number, text.split(","))
    try:
        return Line(number, next(csv.reader([text], strict=True)))
    except csv.Error as error:
        why = "a quotation mark is not closed" if "unexpected end" in str(error) else str(error)
        return Line(number, [], f"Not a CSV line: {why}")
