"""Results: a student's score for a line item (P-119, P-120, P-123)."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from provider.gradebook.bodies import Body
from provider.gradebook.checks import (
    GRADING,
    OPEN_TO_RESULTS,
    ROSTER,
    TASK,
    OwnerFacts,
    RosterFacts,
    TaskFacts,
    WindowFacts,
    require,
)  # fmt: skip
from provider.gradebook.drafts.draft import Row, mismatch, unknown
from provider.gradebook.drafts.scored import Scored
from provider.gradebook.facts import Windows, rosters, sessions_of
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.sis.models import Result
from shared.oneroster.resources.gradebook import results

_COLUMNS = """SELECT sourced_id, id, connection_id, section_id, term_id, grading_task_id, score_scale_id, value_min,
    value_max FROM line_item"""
_NAMED = f"{_COLUMNS} WHERE sourced_id {{among}} AND NOT deleted"
_BY_ID = f"{_COLUMNS} WHERE id {{among}}"


class _LineItem(NamedTuple):
    sourced_id: str
    id: int
    connection_id: int | None
    section_id: int
    term_id: int | None
    grading_task_id: int | None
    score_scale_id: int | None
    value_min: float | None
    value_max: float | None


class Results(Scored):
    resource = results
    table = Result.__table__
    item = "lineItem"
    item_column = "line_item_id"

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        connection = writer.connection
        found = fetch_among(connection, _NAMED, {body.values["lineItem"] for body in bodies})
        self._named = {one.sourced_id: one for one in map(_LineItem._make, found)}
        found = fetch_among(connection, _BY_ID, {row["line_item_id"] for row in rows})
        items = [*self._named.values(), *map(_LineItem._make, found)]
        self._by_id = {item.id: item for item in items}
        self.learn_sections(item.section_id for item in items)
        self.learn_scales([item.score_scale_id for item in items] + [row["score_scale_id"] for row in rows])
        self.learn_live({item.id for item in self._named.values()})
        sections = {item.section_id for item in self._named.values()}
        self._rosters = rosters(connection, sections, set(self.people.values()))
        self._windows = Windows(connection, ((item.section_id, item.term_id) for item in items))

    def section_of(self, row: Row) -> int | None:
        return self._by_id[row["line_item_id"]].section_id

    def school_of(self, row: Row) -> int:
        return self.sections[self._by_id[row["line_item_id"]].section_id].school.id

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        item = self._line_item(body)
        person = self.person_of(body)
        student, scored_on = body.values["student"], body.values["scoreDate"]
        days = self._rosters.get((item.section_id, person), ())
        require(ROSTER, RosterFacts(student, scored_on, days), body.place)
        self._require_open(item, body.place)
        columns = {
            "line_item_id": item.id, "person_id": person,
            **self.score_columns(
                body, before, item.section_id, self.scales.by_id.get(item.score_scale_id or 0),
                (item.value_min, item.value_max),
            ),
        }  # fmt: skip
        self.claim(body, item.id, person)
        return columns

    def dependents(self, row: Row) -> str | None:
        """A grade is taken away only while it could be given (P-119)."""
        self._require_open(self._by_id[row["line_item_id"]], f"result {row['sourced_id']!r}")
        return None

    def _line_item(self, body: Body) -> _LineItem:
        item = self._named.get(body.values["lineItem"])
        if item is None or item.section_id not in self._visible:
            raise unknown(body, "lineItem", "line item")
        owner = OwnerFacts("line item", item.sourced_id, item.connection_id, self.writer.platform.id)
        require(OPEN_TO_RESULTS, owner, f"{body.place}.lineItem")
        if body.values.get("class") not in (None, self._visible[item.section_id]):
            raise mismatch(body, "class", "the class of the line item")
        self._check_session(body, item)
        return item

    def _check_session(self, body: Body, item: _LineItem) -> None:
        """What is posted for an academic session is for line items of that session."""
        session = body.values.get("academicSession")
        if session is None:
            return
        terms = [term for term in self.sections[item.section_id].terms if term.id == item.term_id]
        sessions = {one for term in terms for one in sessions_of(term, self.writer.version)}
        if self.writer.year is not None:
            sessions.add(self.writer.year.session)
        if session not in sessions:
            raise body.refuse(
                "lineItem", f"{item.sourced_id!r} is not of the academic session of the path, {session!r}"
            )

    def _require_open(self, item: _LineItem, place: str) -> None:
        window = self._windows.of(item.grading_task_id, item.section_id, item.term_id)
        require(TASK, TaskFacts(self._windows.excluded(item.grading_task_id, item.section_id)), place)
        require(GRADING, WindowFacts(window, self.writer.today), place)
