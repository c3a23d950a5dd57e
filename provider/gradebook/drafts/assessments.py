"""Assessment line items and results (1.2): what was assessed outside the grade book, for a class or for none."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from provider.gradebook.bodies import Body
from provider.gradebook.checks import OPEN_TO_RESULTS, OwnerFacts, require
from provider.gradebook.drafts.draft import Drafts, Row, check_range, unknown
from provider.gradebook.drafts.scored import Scored
from provider.gradebook.facts import Scales
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.sis.models import AssessmentLineItem, AssessmentResult
from provider.sis.revisions import NO_SCHOOL
from shared.oneroster.resources.gradebook import assessment_line_items, assessment_results

_COLUMNS = """SELECT sourced_id, id, connection_id, section_id, parent_id, score_scale_id, value_min, value_max
    FROM assessment_line_item"""
_NAMED = f"{_COLUMNS} WHERE sourced_id {{among}} AND NOT deleted"
_BY_ID = f"{_COLUMNS} WHERE id {{among}}"
_CHILDREN = "SELECT 1 FROM assessment_line_item WHERE parent_id {among} AND NOT deleted LIMIT 1"
_HAS_RESULTS = "SELECT 1 FROM assessment_result WHERE assessment_line_item_id {among} AND NOT deleted LIMIT 1"
#: Parts of parts of an assessment, and no deeper.
_DEEPEST = 16


class _Item(NamedTuple):
    sourced_id: str
    id: int
    connection_id: int | None
    section_id: int | None
    parent_id: int | None
    score_scale_id: int | None
    value_min: float | None
    value_max: float | None


def _named(writer: Writer, sourced_ids: set[str]) -> dict[str, _Item]:
    found = map(_Item._make, fetch_among(writer.connection, _NAMED, sourced_ids))
    return {item.sourced_id: item for item in found}


class AssessmentLineItems(Drafts):
    resource = assessment_line_items
    table = AssessmentLineItem.__table__

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        self.learn_classes(body.values["class"] for body in bodies)
        named = {body.values["parentAssessmentLineItem"] for body in bodies} - {None}
        self._parents = _named(writer, named)
        self._scales = Scales(writer.connection, (body.values["scoreScale"] for body in bodies))
        scales = [scale.section_id for scale in self._scales.named.values()]
        parents = [item.section_id for item in self._parents.values()]
        self.learn_sections([*scales, *parents, *(row["section_id"] for row in rows)])

    def section_of(self, row: Row) -> int | None:
        section: int | None = row["section_id"]
        return section

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        check_range(body)
        section = None if body.values["class"] is None else self.section_named(body).id
        if before is not None and before["section_id"] != section and self.any(_HAS_RESULTS, before):
            raise body.refuse("class", "the assessment line item has results: make a new one for another class")
        return {
            "section_id": section, "parent_id": self._parent(body, before),
            "score_scale_id": self._scale(body, section),
            **self.keep_unknown(body, before, {
                "title": "title", "description": "description", "resultValueMin": "value_min",
                "resultValueMax": "value_max", "learningObjectiveSet": "objectives",
            }),
        }  # fmt: skip

    def dependents(self, row: Row) -> str | None:
        """Deleting one takes its results with it; not its parts."""
        return "it has parts: delete them first" if self.any(_CHILDREN, row) else None

    def _parent(self, body: Body, before: Row | None) -> int | None:
        field = "parentAssessmentLineItem"
        if body.values[field] is None:
            return None
        parent = self._parents.get(body.values[field])
        if parent is None or (parent.section_id is not None and parent.section_id not in self._visible):
            raise unknown(body, field, "assessment line item")
        self._check_circle(body, parent, None if before is None else before["id"])
        return parent.id

    def _check_circle(self, body: Body, parent: _Item, own: int | None) -> None:
        """Raises OneRosterError when an item would be a part of itself, or a part of too many."""
        above: _Item | None = parent
        for _ in range(_DEEPEST):
            if above is None:
                return
            if above.id == own:
                raise body.refuse("parentAssessmentLineItem", "it would be a part of itself")
            found = fetch_among(self.writer.connection, _BY_ID, [] if above.parent_id is None else [above.parent_id])
            above = _Item._make(found[0]) if found else None
        raise body.refuse("parentAssessmentLineItem", f"assessments are nested more than {_DEEPEST} deep")

    def _scale(self, body: Body, section: int | None) -> int | None:
        if body.values["scoreScale"] is None:
            return None
        scale = self._scales.named.get(body.values["scoreScale"])
        if scale is None or scale.section_id not in self._visible or section not in (None, scale.section_id):
            raise unknown(body, "scoreScale", "score scale of the class")
        return scale.id


class AssessmentResults(Scored):
    """No roster and no grading window has a say here: an assessment is not of the grade book."""

    resource = assessment_results
    table = AssessmentResult.__table__
    item = "assessmentLineItem"
    item_column = "assessment_line_item_id"

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        self._named = _named(writer, {body.values["assessmentLineItem"] for body in bodies})
        found = fetch_among(writer.connection, _BY_ID, {row["assessment_line_item_id"] for row in rows})
        self._sections = {item.id: item.section_id for item in map(_Item._make, found)}
        items = list(self._named.values())
        self.learn_scales([item.score_scale_id for item in items] + [row["score_scale_id"] for row in rows])
        scales = [scale.section_id for scale in self.scales.by_id.values()]
        self.learn_sections([*(item.section_id for item in items), *self._sections.values(), *scales])
        self.learn_live({item.id for item in items})

    def section_of(self, row: Row) -> int | None:
        return self._sections[row["assessment_line_item_id"]]

    def school_of(self, row: Row) -> int:
        """A student's schools decide who sees it, not the item's: everybody's count moves."""
        return NO_SCHOOL

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        item = self._item(body)
        person = self.person_of(body)
        columns = {
            "assessment_line_item_id": item.id, "person_id": person,
            **self.keep_unknown(body, before, {"scorePercentile": "percentile"}),
            **self.score_columns(
                body, before, item.section_id, self.scales.by_id.get(item.score_scale_id or 0),
                (item.value_min, item.value_max),
            ),
        }  # fmt: skip
        self.claim(body, item.id, person)
        return columns

    def _item(self, body: Body) -> _Item:
        item = self._named.get(body.values["assessmentLineItem"])
        if item is None or (item.section_id is not None and item.section_id not in self._visible):
            raise unknown(body, "assessmentLineItem", "assessment line item")
        owner = OwnerFacts("assessment line item", item.sourced_id, item.connection_id, self.writer.platform.id)
        require(OPEN_TO_RESULTS, owner, f"{body.place}.assessmentLineItem")
        return item
