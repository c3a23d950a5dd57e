"""What an import does beside writing when it changes rows of the grade book: their moment of change moves, and the
revisions of the collections at the schools concerned, so that delta reads and ETags tell of it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Table, select, update
from sqlalchemy.engine import Connection

from provider.sis.importing.shapes import Shape
from provider.sis.models import AssessmentLineItem, Calendar, Course, LineItem, ScoreScale, Section
from provider.sis.revisions import NO_SCHOOL, touch

#: The collections in which a change of a row of the table shows, its own first.
_SHOWN_IN: dict[str, tuple[str, ...]] = {
    "grade_category": ("categories",),
    "score_scale": ("scoreScales",),
    "line_item": ("lineItems", "results"),
    "result": ("results",),
    "assessment_line_item": ("assessmentLineItems", "assessmentResults"),
    "assessment_result": ("assessmentResults",),
}
#: Tables whose rows are published within score scales, and the column of score_scale that their key begins with.
_WITHIN_SCALES = {"score_scale_value": "id", "score_group_item": "score_group_id"}
#: What a result is of, which has the section that it has not.
_RESULT_OF: dict[str, tuple[str, Table]] = {
    "result": ("line_item_id", LineItem.__table__),
    "assessment_result": ("assessment_line_item_id", AssessmentLineItem.__table__),
}


class Change:
    """A batch of rows that is about to be written. `stamp` are values that the program itself gives each of them."""

    def __init__(self) -> None:
        self.stamp: dict[str, Any] = {}

    def finish(self) -> None:
        """After the rows were written, in the same transaction. Nothing to do for rows outside of the grade book."""


def begin_change(connection: Connection, shape: Shape, keys: Collection[Any], now: datetime) -> Change:
    """Before rows with these keys are written, new ones among them; nothing may have been written yet."""
    if shape.is_graded:
        change = _Counted(connection, shape.table, keys, now)
        change.stamp = {"modified_at": change.moment}
        return change
    if shape.name in _WITHIN_SCALES:
        scales = ScoreScale.__table__
        named = {key[0] for key in keys}
        found = select(scales.c.id).where(scales.c[_WITHIN_SCALES[shape.name]].in_(named))
        return _Restamped(connection, scales, connection.scalars(found).all(), now)
    return Change()


class _Counted(Change):
    """A change of published rows, counted for their schools. A row that moves to another section leaves one school and
    comes to another: both are told."""

    def __init__(self, connection: Connection, table: Table, ids: Collection[int], now: datetime) -> None:
        super().__init__()
        self._connection = connection
        self._table = table
        self._ids = ids
        self._now = now
        self._before = _schools(connection, table, ids)
        self.moment = self._touch(self._before)

    def finish(self) -> None:
        if others := _schools(self._connection, self._table, self._ids) - self._before:
            self._touch(others)

    def _touch(self, schools: set[int]) -> datetime:
        moment, *_ = [touch(self._connection, name, schools, self._now) for name in _SHOWN_IN[self._table.name]]
        return moment


class _Restamped(_Counted):
    """A change of what is published within rows that are themselves not written."""

    def finish(self) -> None:
        statement = update(self._table).where(self._table.c.id.in_(self._ids))
        self._connection.execute(statement.values(modified_at=self.moment))


def _schools(connection: Connection, table: Table, ids: Collection[int]) -> set[int]:
    """The schools of stored rows; NO_SCHOOL stands for those that belong to no section."""
    has_section = table
    rows: FromClause = table
    if table.name in _RESULT_OF:
        column, has_section = _RESULT_OF[table.name]
        rows = rows.join(has_section, table.c[column] == has_section.c.id)
    rows = rows.outerjoin(Section, has_section.c.section_id == Section.id)
    rows = rows.outerjoin(Course, Section.course_id == Course.id).outerjoin(Calendar, Course.calendar_id == Calendar.id)
    found = select(Calendar.school_id).select_from(rows).where(table.c.id.in_(ids)).distinct()
    return {NO_SCHOOL if school is None else school for school in connection.scalars(found)}
