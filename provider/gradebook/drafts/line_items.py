"""Line items: assignments in a section's grade book (P-117, P-121, P-124)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import insert

from provider.gradebook.bodies import Body
from provider.gradebook.checks import ASSIGNMENT, GRADING, TASK, AssignmentFacts, TaskFacts, WindowFacts, require
from provider.gradebook.drafts.draft import Drafts, Row, check_range, mismatch, unknown
from provider.gradebook.facts import Scales, Section, Windows
from provider.gradebook.lookups import fetch_among
from provider.gradebook.terms import place
from provider.gradebook.writer import Writer
from provider.publishing.records.ids import org_id
from provider.sis.models import GradeCategory, LineItem
from provider.sis.revisions import touch
from shared.oneroster.resources.gradebook import line_items

#: What the category of line items without one is called (P-117).
UNCATEGORIZED = "Uncategorized"

_CATEGORIES = "SELECT sourced_id, id, section_id FROM grade_category WHERE sourced_id {among} AND NOT deleted"
_CATEGORIES_BY_ID = "SELECT id, section_id FROM grade_category WHERE id {among} AND NOT deleted"
_UNCATEGORIZED = "SELECT section_id, id FROM grade_category WHERE section_id {among} AND uncategorized AND NOT deleted"
_HAS_RESULTS = "SELECT 1 FROM result WHERE line_item_id {among} AND NOT deleted LIMIT 1"


class _Category(NamedTuple):
    id: int
    section_id: int | None


class LineItems(Drafts):
    resource = line_items
    table = LineItem.__table__

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        connection = writer.connection
        self.learn_sections(row["section_id"] for row in rows)
        self.learn_classes(body.values["class"] for body in bodies)
        named = {body.values["category"] for body in bodies if body.values["category"] is not None}
        self._categories = {one: _Category(*rest) for one, *rest in fetch_among(connection, _CATEGORIES, named)}
        had = {row["category_id"] for row in rows}
        self._had = {one: section for one, section in fetch_among(connection, _CATEGORIES_BY_ID, had)}  # noqa: C416
        self._uncategorized = dict(fetch_among(connection, _UNCATEGORIZED, self.sections.keys()))
        self._scales = Scales(connection, (body.values.get("scoreScale") for body in bodies))
        self._tasks = Windows(connection, ((section, None) for section in self.sections))

    def section_of(self, row: Row) -> int | None:
        section: int | None = row["section_id"]
        return section

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        values = body.values
        section = self.section_named(body)
        self._check_school(body, section)
        self._check_sessions(body)
        self._check_move(body, before, section)
        check_range(body)
        due_on, year, settings = self._due_on(body), self.writer.year, self.writer.settings
        require(ASSIGNMENT, AssignmentFacts(
            values["title"], settings.assignment_name_limit, due_on, None if year is None else (year.first, year.last),
            section.terms, settings.due_date_strict,
        ), body.place)  # fmt: skip
        task = None if before is None else before["grading_task_id"]
        require(TASK, TaskFacts(self._tasks.excluded(task, section.id)), body.place)
        term, note = place(due_on, section.terms)
        return {
            "section_id": section.id, "term_id": None if term is None else term.id, "note": note,
            "grading_task_id": task,
            "assigned_at": values["assignDate"], "due_at": values["dueDate"],
            **self.keep_unknown(body, before, {
                "title": "title", "description": "description", "resultValueMin": "value_min",
                "resultValueMax": "value_max", "learningObjectiveSet": "objectives",
            }),
            "score_scale_id": self._scale(body, before, section),
            # Last: it may have to be made.
            "category_id": self._category(body, before, section),
        }  # fmt: skip

    def dependents(self, row: Row) -> str | None:
        """Deleting a line item takes its results with it; not those that can no longer be changed (P-119)."""
        if self.any(_HAS_RESULTS, row):
            windows = Windows(self.writer.connection, [(row["section_id"], row["term_id"])])
            window = windows.of(row["grading_task_id"], row["section_id"], row["term_id"])
            require(GRADING, WindowFacts(window, self.writer.today), f"line item {row['sourced_id']!r} has results")
        return None

    def _due_on(self, body: Body) -> date:
        """The day on which it is due, in the district."""
        due: date = body.values["dueDate"].astimezone(self.writer.zone).date()
        return due

    def _check_school(self, body: Body, section: Section) -> None:
        named = body.values.get("school")
        if named is not None and named != org_id(section.school):
            raise mismatch(body, "school", "the school of the class")

    def _check_sessions(self, body: Body) -> None:
        """The due date decides (P-121), but a session that is named must be there."""
        for field in ("gradingPeriod", "academicSession"):
            named = body.values.get(field)
            if named is not None and not self.writer.visible.has_session(named):
                raise unknown(body, field, "academic session")

    def _check_move(self, body: Body, before: Row | None, section: Section) -> None:
        if before is None or before["section_id"] == section.id or not self.any(_HAS_RESULTS, before):
            return
        raise body.refuse("class", "the line item has results of students of another class: make a new line item")

    def _scale(self, body: Body, before: Row | None, section: Section) -> int | None:
        if "scoreScale" not in body.values:
            kept: int | None = (
                None if before is None or before["section_id"] != section.id else before["score_scale_id"]
            )
            return kept
        if body.values["scoreScale"] is None:
            return None
        scale = self._scales.named.get(body.values["scoreScale"])
        if scale is None or scale.section_id != section.id:
            raise unknown(body, "scoreScale", "score scale of the class")
        return scale.id

    def _category(self, body: Body, before: Row | None, section: Section) -> int:
        """The category that is named; else the one that it has, for a teacher may have categorised it; else
        Uncategorized (P-117)."""
        if body.values["category"] is not None:
            named = self._categories.get(body.values["category"])
            if named is None or named.section_id not in (None, section.id):
                raise unknown(body, "category", "category of the class")
            return named.id
        if before is not None and self._had.get(before["category_id"], 0) in (None, section.id):
            kept: int = before["category_id"]
            return kept
        if section.id not in self._uncategorized:
            self._uncategorized[section.id] = self._make_uncategorized(section)
        return self._uncategorized[section.id]

    def _make_uncategorized(self, section: Section) -> int:
        connection = self.writer.connection
        moment = touch(connection, "categories", [section.school.id], self.writer.now)
        made = insert(GradeCategory.__table__).values(
            section_id=section.id, name=UNCATEGORIZED, uncategorized=True, sourced_id=str(uuid.uuid4()),
            deleted=False, modified_at=moment,
        )  # fmt: skip
        number: int = connection.execute(made.returning(GradeCategory.id)).scalar_one()
        return number
