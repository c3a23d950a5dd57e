"""Writes CSV that people open in a spreadsheet: a text that a spreadsheet would take for a formula is kept a text."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

#: What a spreadsheet may take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Cell = str | int | float | bool | datetime | None


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), one piece for each row, so that a file of any length can be streamed.

    Moments become ISO 8601, None an empty cell; a text that begins like a formula gets an apostrophe in front.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    yield out.getvalue()
    for cells in rows:
        out.seek(0)
        out.truncate()
        writer.writerow([_shown(cell) for cell in cells])
        yield out.getvalue()


def _shown(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell


def plain(cell: str) -> str:
    """What stood in a cell before `write_csv` put an apostrophe in front of it."""
    return cell[1:] if cell.startswith("'") and _shown(cell[1:]) == cell else cell
