"""The rows of the grade book as reads take them from the tables: which columns, and what decides that they are visible.

In statements `g` is the row itself and `l` the line item that it belongs to.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.oneroster.resources.gradebook import (
    assessment_line_items,
    assessment_results,
    categories,
    line_items,
    results,
    score_scales,
)
from shared.oneroster.resources.model import Resource


class Head(NamedTuple):
    """What every row begins with: whom it concerns, and its columns that stand in every record.

    `section_id` None: it hangs on no section; `person_id` None: on no student. Values are as the driver has them.
    """

    id: int
    section_id: int | None
    person_id: int | None
    sourced_id: str
    deleted: bool
    modified_at: Any


class Category(NamedTuple):
    id: int
    section_id: int | None
    person_id: None
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    name: str
    weight: float | None


class LineItem(NamedTuple):
    """`category`: its sourcedId."""

    id: int
    section_id: int
    person_id: None
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    category: str
    term_id: int | None
    score_scale_id: int | None
    title: str
    description: str | None
    assigned_at: Any
    due_at: Any
    value_min: float | None
    value_max: float | None
    objectives: Any


class Result(NamedTuple):
    """`line_item`: its sourcedId."""

    id: int
    section_id: int
    person_id: int
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    line_item: str
    score_scale_id: int | None
    status: str
    score: float | None
    text_score: str | None
    scored_on: Any
    comment: str | None
    in_progress: bool | None
    incomplete: bool | None
    late: bool | None
    missing: bool | None
    objectives: Any


class AssessmentResult(NamedTuple):
    """`line_item`: the sourcedId of its assessment."""

    id: int
    section_id: int | None
    person_id: int
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    line_item: str
    score_scale_id: int | None
    status: str
    score: float | None
    text_score: str | None
    scored_on: Any
    comment: str | None
    in_progress: bool | None
    incomplete: bool | None
    late: bool | None
    missing: bool | None
    objectives: Any
    percentile: float | None


class Scale(NamedTuple):
    id: int
    section_id: int
    person_id: None
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    score_group_id: int | None
    title: str
    kind: str


class Assessment(NamedTuple):
    """`parent`: the sourcedId of the assessment that it is a part of, if that is still there; `parent_section_id` is
    the section of that one."""

    id: int
    section_id: int | None
    person_id: None
    sourced_id: str
    deleted: bool
    modified_at: Any
    extension: Any
    parent: str | None
    parent_section_id: int | None
    score_scale_id: int | None
    title: str
    description: str | None
    value_min: float | None
    value_max: float | None
    objectives: Any


Row = Category | LineItem | Result | Scale | Assessment | AssessmentResult

#: Rows that hang on no section are everybody's.
_LOOSE = (Category, Assessment, AssessmentResult)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records of a collection come from.

    row          the type of its rows, whose fields `columns` are in order, after the head
    tables       what stands after FROM
    section, person   the columns that decide visibility; "NULL" where the collection has none
    condition    what must hold besides, of tombstones too
    number       of its kept lists; negative, so that no published collection has it
    """

    resource: Resource
    row: type[Any]
    tables: str
    columns: tuple[str, ...]
    number: int
    section: str = "g.section_id"
    person: str = "NULL"
    condition: str | None = None

    @property
    def loose(self) -> bool:
        """Whether rows without a section are everybody's."""
        return self.row in _LOOSE

    @property
    def of_students(self) -> bool:
        """Whether each row is a student's."""
        return self.person != "NULL"

    @property
    def bare(self) -> str:
        """A row and whom it concerns: what every row begins with."""
        return f"g.id, {self.section}, {self.person}"

    @property
    def head(self) -> str:
        """The columns of `Head`."""
        return f"{self.bare}, g.sourced_id, g.deleted, g.modified_at"

    @property
    def whole(self) -> str:
        """The columns of `row`."""
        return ", ".join((self.head, "g.extension", *self.columns))


_SCORED = (
    "l.sourced_id", "g.score_scale_id", "g.status", "g.score", "g.text_score", "g.scored_on", "g.comment",
    "g.in_progress", "g.incomplete", "g.late", "g.missing", "g.objectives",
)  # fmt: skip
#: The object of a reference is there as long as the record that has it (P-81).
_LINE_ITEM_IS_THERE = "(g.deleted OR NOT l.deleted)"
#: A scale must have values; a score group of the district may have none yet.
_HAS_VALUES = """(EXISTS (SELECT 1 FROM score_scale_value v WHERE v.score_scale_id = g.id)
    OR EXISTS (SELECT 1 FROM score_group_item i WHERE i.score_group_id = g.score_group_id))"""

SOURCES: dict[str, Source] = {
    source.resource.plural: source
    for source in (
        Source(categories, Category, "grade_category g", ("g.name", "g.weight"), -1),
        Source(line_items, LineItem, "line_item g JOIN grade_category c ON c.id = g.category_id", (
            "c.sourced_id", "g.term_id", "g.score_scale_id", "g.title", "g.description", "g.assigned_at", "g.due_at",
            "g.value_min", "g.value_max", "g.objectives",
        ), -2),
        Source(results, Result, "result g JOIN line_item l ON l.id = g.line_item_id", _SCORED, -3,
               "l.section_id", "g.person_id", _LINE_ITEM_IS_THERE),
        Source(score_scales, Scale, "score_scale g", ("g.score_group_id", "g.title", "g.kind"), -4,
               condition=_HAS_VALUES),
        Source(assessment_line_items, Assessment, """assessment_line_item g
            LEFT JOIN assessment_line_item l ON l.id = g.parent_id AND NOT l.deleted""", (
            "l.sourced_id", "l.section_id", "g.score_scale_id", "g.title", "g.description", "g.value_min",
            "g.value_max", "g.objectives",
        ), -5),
        Source(assessment_results, AssessmentResult, """assessment_result g
            JOIN assessment_line_item l ON l.id = g.assessment_line_item_id""", (*_SCORED, "g.percentile"), -6,
               "l.section_id", "g.person_id", _LINE_ITEM_IS_THERE),
    )
}  # fmt: skip
