"""Differences on pages: what a held refresh would change, what a preview has found; by platform, with names, as CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Response, abort, request
from sqlalchemy.orm import Session

from provider.admin.kinds import WORDS
from provider.admin.records.address import record_address
from provider.previewing import connections_of_editions
from provider.publishing.differences import (
    WHAT,
    DifferingRecord,
    KeptDifference,
    Source,
    count_records,
    every_record,
    find_difference,
    kept_differences,
    records_of,
)
from shared.csv_cells import write_csv
from shared.web.csv_answer import csv_answer
from shared.web.lists import SIZE, Listing, read_asked

#: What happens to a record, as people call it.
HAPPENS: Mapping[str, str] = {"added": "Appears", "changed": "Changes", "removed": "Disappears"}
_HEADER = ("connections", "collection", "what", "sourcedId", "record")


class Line(NamedTuple):
    """What would change in one collection: its words and its numbers."""

    words: str
    difference: KeptDifference

    @property
    def share(self) -> int:
        """Of what is published, how many per cent would go."""
        return round(100 * self.difference.removed / self.difference.before) if self.difference.before else 0


class Edition(NamedTuple):
    """What would change for the connections that read one edition; `lines` leaves out what stays as it is."""

    connections: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all editions."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


class Row(NamedTuple):
    """A record of a list, and the form of the SIS row that it comes from; "" where there is none."""

    record: DifferingRecord
    address: str


class Records(NamedTuple):
    """One page of the records of a difference."""

    line: Line
    connections: tuple[str, ...]
    listing: Listing


def editions_of(session: Session, source: Source) -> tuple[list[Edition], Totals]:
    """What a source has found, by edition, and in all."""
    names, found = _names(session), kept_differences(session.connection(), source)
    keys = dict.fromkeys(one.edition for one in found)
    editions = [
        Edition(
            names.get(key, ()), tuple(_line(one) for one in found if one.edition == key and not one.empty)
        )
        for key in keys
    ]  # fmt: skip
    return editions, totals(found)


def totals(found: Iterable[KeptDifference]) -> Totals:
    """The sums."""
    rows = [(one.added, one.changed, one.removed) for one in found]
    return Totals(*(sum(numbers) for numbers in zip(*rows, strict=True))) if rows else Totals()


def records_page(session: Session, source: Source, difference_id: int) -> Records:
    """The page of records that the address asks for; 404 where the source has no such difference."""
    connection = session.connection()
    difference = find_difference(connection, source, difference_id) or abort(404)
    asked = read_asked(request.args, ("what",), ("what",))
    what = asked.filters.get("what", "")
    chosen = what if what in WHAT else None
    rows = records_of(connection, difference_id, chosen, asked.search, asked.offset, SIZE)
    total = count_records(connection, difference_id, chosen, asked.search)
    listing = Listing([Row(row, _address(row)) for row in rows], total, asked)
    return Records(_line(difference), _names(session).get(difference.edition, ()), listing)


def as_csv(session: Session, source: Source, name: str) -> Response:
    """Every record of a source as a file."""
    names = _names(session)
    return csv_answer(write_csv(_HEADER, _cells(session, source, names)), name)


def _cells(session: Session, source: Source, names: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    for difference, record in every_record(session.connection(), source):
        connections = ", ".join(names.get(difference.edition, ()))
        yield connections, difference.collection, HAPPENS[record.what], record.sourced_id, record.words


def _names(session: Session) -> dict[str, tuple[str, ...]]:
    """The key of an edition -> the connections that read it."""
    return {edition.key: names for edition, names in connections_of_editions(session).items()}


def _line(difference: KeptDifference) -> Line:
    return Line(WORDS[difference.collection], difference)


def _address(record: DifferingRecord) -> str:
    if record.sis_table is None or record.sis_id is None:
        return ""
    return record_address(record.sis_table, record.sis_id)
