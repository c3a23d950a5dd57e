"""The files of the grade book and of score scales, from the rows that the connection sees (`provider.gradebook`).

Results of assessments have no place in CSV. In a delta package the files that link line items and results to scales and
objectives are whole (bulk): what was taken off a line item is nowhere remembered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from provider.exporting.identity import row_id
from provider.exporting.published import Record, View, ordered
from provider.gradebook.lookups import fetch_among
from provider.gradebook.records import Renderer
from provider.gradebook.references import References
from provider.gradebook.rows import SOURCES, Head, Row, Scale, Source
from provider.gradebook.visible import Visible
from provider.gradebook.wire import wire_moment

_NOT_DELETED = "NOT g.deleted"


@dataclass
class GradeBook:
    """What a connection sees of the grade book at one revision of its edition. `zone`: the district's, in which a
    moment is on a day."""

    view: View
    base_url: str
    zone: ZoneInfo
    visible: Visible = field(init=False)
    _refs: References = field(init=False)
    _renderer: Renderer = field(init=False)

    def __post_init__(self) -> None:
        view = self.view
        self.visible = Visible(view.version, view.built, view.connection)
        self._refs = References(view.connection, view.version, self.visible, self.base_url)
        self._renderer = Renderer(view.connection, view.version, self._refs)

    @property
    def connection(self) -> Connection:
        return self.view.connection

    def sees(self, source: Source, heads: list[Head]) -> set[int]:
        """Which rows can be in a package, by row id: those of classes and students that are in it, too."""
        sections = self.visible.sections(head.section_id for head in heads if head.section_id is not None)
        people = self.visible.people(head.person_id for head in heads if head.person_id is not None)
        classes = self.view.active("classes", sections.values())
        users = self.view.active("users", people.values())
        return {
            head.id for head in heads
            if (source.loose if head.section_id is None else sections.get(head.section_id) in classes)
            and (head.person_id is None or people.get(head.person_id) in users)
        }  # fmt: skip

    def records(self, source: Source, ids: list[int]) -> dict[int, Record]:
        """The records of visible rows as CSV has them, by row id."""
        statement = f"SELECT {source.whole} FROM {source.tables} WHERE g.id {{among}}"  # noqa: S608
        rows = [source.row(*row) for row in fetch_among(self.connection, statement, ids)]
        records = self._renderer.records(rows)
        return {row.id: self._in_csv(row, record) for row, record in zip(rows, records, strict=True)}

    def _in_csv(self, row: Row, record: Record) -> Record:
        """Days where REST has moments; the school of a scale, which REST does not name."""
        for name in ("assignDate", "dueDate"):
            if name in record:
                moment = datetime.fromisoformat(record[name])
                record[name] = moment.astimezone(self.zone).date().isoformat()
        if isinstance(row, Scale):
            record["org"] = self._refs.school(row.section_id)
        return record


def heads(connection: Connection, source: Source, condition: str = "") -> Iterator[list[Head]]:
    """Portions of the rows of a collection in the order of their sourcedIds."""
    conditions = [text for text in (source.condition, condition) if text]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT {source.head} FROM {source.tables}{where}"  # noqa: S608
    for portion in ordered(connection, statement, "g.sourced_id"):
        yield [Head._make(row) for row in portion]


def bulk_records(book: GradeBook, collection: str) -> Iterator[Record]:
    """Every visible record of a collection, without status and date, which are blank in bulk."""
    source = SOURCES[collection]
    for portion in heads(book.connection, source, _NOT_DELETED):
        seen = book.sees(source, portion)
        ids = [head.id for head in portion if head.id in seen]
        found = book.records(source, ids)
        for key in ids:
            yield {**found[key], "status": None, "dateLastModified": None}


def delta_records(before: GradeBook, after: GradeBook, collection: str, since: str) -> Iterator[Record]:
    """Records that changed after the moment `since`, or that a class or student has brought into sight or taken out."""
    source = SOURCES[collection]
    for portion in heads(after.connection, source):
        was, now = before.sees(source, portion), after.sees(source, portion)
        changed = [
            head for head in portion
            if wire_moment(head.modified_at) > since or (head.id in was) != (head.id in now)
        ]  # fmt: skip
        there = [head.id for head in changed if not head.deleted and head.id in now]
        gone = [head.id for head in changed if head.id in was and (head.deleted or head.id not in now)]
        records = after.records(source, there)
        left = before.records(source, gone)
        for head in changed:
            date = wire_moment(head.modified_at)
            date = date if date > since else after.view.date
            if head.id in records:
                yield {**records[head.id], "status": "active", "dateLastModified": date}
            elif head.id in left:
                yield {**left[head.id], "status": "tobedeleted", "dateLastModified": date}


def scale_links(file: str, owner: str, records: Iterator[Record]) -> Iterator[Record]:
    """Which line item, or result, is scored by which scale."""
    for record in records:
        if scale := record.get("scoreScale"):
            sourced_id = row_id(file, record["sourcedId"], scale["sourcedId"])
            yield {"sourcedId": sourced_id, owner: record["sourcedId"], "scoreScale": scale}


def objective_links(file: str, owner: str, records: Iterator[Record]) -> Iterator[Record]:
    """Which learning objectives a line item, or result, is about."""
    for record in records:
        seen: dict[tuple[str, str], int] = {}
        for about in record.get("learningObjectiveSet", ()):
            for said in _objectives(about):
                named = about["source"], said["learningObjectiveId"]
                seen[named] = number = seen.get(named, 0) + 1
                sourced_id = row_id(file, record["sourcedId"], *named, str(number))
                yield {"sourcedId": sourced_id, owner: record["sourcedId"], "source": about["source"], **said}


def _objectives(about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for objective in about.get("learningObjectiveIds", ()):
        yield {"learningObjectiveId": objective}
    yield from about.get("learningObjectiveResults", ())
