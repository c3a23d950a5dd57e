"""Rows of the grade book as OneRoster objects, in the order of the table, without nulls and blanks
(real-clients 15)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from provider.gradebook import rows
from provider.gradebook.lookups import fetch_among
from provider.gradebook.references import References
from provider.gradebook.wire import stored_json, wire_day, wire_moment
from provider.sis.models.gradebook import SCORE_STATUSES
from shared.oneroster.values import shown
from shared.oneroster.versions import Version

Record = dict[str, Any]

#: 1.1 asks for both ends of what can be scored; where they were left out it is taken to be percent.
_LEAST_11, _MOST_11 = 0.0, 100.0
_FLAGS = {False: "false", True: "true"}
_OWN_VALUES = """SELECT score_scale_id, "left", "right" FROM score_scale_value
    WHERE score_scale_id {among} ORDER BY score_scale_id, position"""
_GROUP_VALUES = "SELECT score_group_id, score, min_percent FROM score_group_item WHERE score_group_id {among}"


def head(row: rows.Head | rows.Row) -> Record:
    """What every record begins with."""
    return {
        "sourcedId": row.sourced_id,
        "status": "tobedeleted" if row.deleted else "active",
        "dateLastModified": wire_moment(row.modified_at),
    }


class Renderer:
    """Makes records of one version. The rows that it is given are visible; `connection` is one that reads."""

    def __init__(self, connection: Connection, version: Version, refs: References) -> None:
        self._connection = connection
        self._version = version
        self._refs = refs

    def records(self, found: Sequence[rows.Row]) -> list[Record]:
        """The records of rows of one collection, in their order."""
        if not found:
            return []
        self._refs.learn_people(found)
        records = _OF[type(found[0])](self, found)
        for record, row in zip(records, found, strict=True):
            if row.extension is not None:
                _put(record, "metadata", stored_json(row.extension))
        return records

    @property
    def _new(self) -> bool:
        """1.2, which has more fields."""
        return self._version is Version.V1P2

    def _categories(self, found: Sequence[rows.Category]) -> list[Record]:
        records = []
        for row in found:
            record = head(row) | {"title": row.name}
            if self._new and row.weight is not None:
                record["weight"] = row.weight
            records.append(record)
        return records

    def _line_items(self, found: Sequence[rows.LineItem]) -> list[Record]:
        self._refs.learn_terms(row.term_id for row in found)
        if self._new:
            self._refs.learn_places(row.section_id for row in found)
            self._refs.learn_scales([row.score_scale_id for row in found])
        return [self._line_item(row) for row in found]

    def _line_item(self, row: rows.LineItem) -> Record:
        """Grading period always, in 1.2 also the session; where a term is not there, the school year stands for it."""
        refs, sessions = self._refs, self._refs.sessions(row.term_id)
        record = head(row) | {"title": row.title}
        _put(record, "description", row.description)
        record["assignDate"] = wire_moment(row.assigned_at)
        record["dueDate"] = wire_moment(row.due_at)
        record["class"] = refs.classes[row.section_id]
        record["category"] = refs.category(row.category)
        if not self._new:
            _put(record, "gradingPeriod", sessions.grading_period or sessions.session)
            record["resultValueMin"] = _LEAST_11 if row.value_min is None else row.value_min
            record["resultValueMax"] = _MOST_11 if row.value_max is None else row.value_max
            return record
        _put(record, "gradingPeriod", sessions.grading_period)
        _put(record, "academicSession", sessions.session)
        _put_span(record, row)
        record["school"] = refs.school(row.section_id)
        _put(record, "scoreScale", refs.scale(row.score_scale_id))
        _put(record, "learningObjectiveSet", stored_json(row.objectives))
        return record

    def _results(self, found: Sequence[rows.Result]) -> list[Record]:
        self._refs.learn_line_items(row.line_item for row in found)
        if self._new:
            self._refs.learn_scales([row.score_scale_id for row in found])
            return [self._result(row) for row in found]
        return [self._result_11(row) for row in found]

    def _result_11(self, row: rows.Result) -> Record:
        """A score that was never given is left out: a zero would be read as one."""
        record = head(row)
        record["lineItem"] = self._refs.line_items[row.line_item]
        record["student"] = self._refs.students[row.person_id]
        record["scoreStatus"] = row.status if row.status in SCORE_STATUSES else _nearest_status(row)
        if row.score is not None:
            record["score"] = row.score
        record["scoreDate"] = wire_day(row.scored_on)
        if row.comment and not row.comment.isspace():
            record["comment"] = row.comment
        return record

    def _result(self, row: rows.Result) -> Record:
        record = self._result_11(row)
        record["scoreStatus"] = row.status
        if row.text_score:
            record["textScore"] = row.text_score
        record["class"] = self._refs.classes[row.section_id]
        _put_flags(record, row)
        if row.score_scale_id is not None:
            _put(record, "scoreScale", self._refs.scale(row.score_scale_id))
        if row.objectives is not None:
            _put(record, "learningObjectiveSet", stored_json(row.objectives))
        return record

    def _assessment_results(self, found: Sequence[rows.AssessmentResult]) -> list[Record]:
        self._refs.learn_scales([row.score_scale_id for row in found])
        return [self._assessment_result(row) for row in found]

    def _assessment_result(self, row: rows.AssessmentResult) -> Record:
        record = head(row)
        record["assessmentLineItem"] = self._refs.assessment(row.line_item)
        record["student"] = self._refs.students[row.person_id]
        if row.score is not None:
            record["score"] = row.score
        _put(record, "textScore", row.text_score)
        record["scoreDate"] = wire_day(row.scored_on)
        _put(record, "scoreScale", self._refs.scale(row.score_scale_id))
        if row.percentile is not None:
            record["scorePercentile"] = row.percentile
        record["scoreStatus"] = row.status
        _put(record, "comment", row.comment)
        _put_flags(record, row)
        _put(record, "learningObjectiveSet", stored_json(row.objectives))
        return record

    def _scales(self, found: Sequence[rows.Scale]) -> list[Record]:
        self._refs.learn_places(row.section_id for row in found)
        own = self._own_values([row.id for row in found])
        grouped = self._group_values({row.score_group_id for row in found if row.score_group_id is not None})
        records = []
        for row in found:
            record = head(row) | {"title": row.title, "type": row.kind}
            record["course"] = self._refs.course(row.section_id)
            record["class"] = self._refs.classes[row.section_id]
            group = row.score_group_id
            record["scoreScaleValue"] = own[row.id] if group is None else grouped[group]
            records.append(record)
        return records

    def _own_values(self, scales: list[int]) -> dict[int, list[Record]]:
        found: dict[int, list[Record]] = defaultdict(list)
        for scale, left, right in fetch_among(self._connection, _OWN_VALUES, scales):
            found[scale].append({"itemValueLHS": left, "itemValueRHS": right})
        return found

    def _group_values(self, groups: set[int]) -> dict[int, list[Record]]:
        """A district's scores: the least percent of each, highest first; a score that is given by hand only stands for
        itself (P-120)."""
        found: dict[int, list[Record]] = defaultdict(list)
        rows_ = fetch_among(self._connection, _GROUP_VALUES, groups)
        for group, score, least in sorted(rows_, key=lambda row: (row[2] is None, -(row[2] or 0.0), row[1])):
            found[group].append({"itemValueLHS": score if least is None else shown(least), "itemValueRHS": score})
        return found

    def _assessments(self, found: Sequence[rows.Assessment]) -> list[Record]:
        self._refs.learn_classes(row.parent_section_id for row in found)
        self._refs.learn_scales([row.score_scale_id for row in found])
        return [self._assessment(row) for row in found]

    def _assessment(self, row: rows.Assessment) -> Record:
        record = head(row) | {"title": row.title}
        _put(record, "description", row.description)
        if row.section_id is not None:
            record["class"] = self._refs.classes[row.section_id]
        if row.parent is not None and (row.parent_section_id is None or row.parent_section_id in self._refs.classes):
            record["parentAssessmentLineItem"] = self._refs.assessment(row.parent)
        _put(record, "scoreScale", self._refs.scale(row.score_scale_id))
        _put_span(record, row)
        _put(record, "learningObjectiveSet", stored_json(row.objectives))
        return record


_OF: dict[type[Any], Any] = {
    rows.Category: Renderer._categories,
    rows.LineItem: Renderer._line_items,
    rows.Result: Renderer._results,
    rows.Scale: Renderer._scales,
    rows.Assessment: Renderer._assessments,
    rows.AssessmentResult: Renderer._assessment_results,
}


def _put(record: Record, name: str, value: Any) -> None:
    """Add a value that is there and not blank."""
    if value and not (isinstance(value, str) and value.isspace()):
        record[name] = value


def _put_span(record: Record, row: rows.LineItem | rows.Assessment) -> None:
    if row.value_min is not None:
        record["resultValueMin"] = row.value_min
    if row.value_max is not None:
        record["resultValueMax"] = row.value_max


def _put_flags(record: Record, row: rows.Result | rows.AssessmentResult) -> None:
    """Booleans are words (real-clients 15)."""
    if row.in_progress is not None:
        record["inProgress"] = _FLAGS[bool(row.in_progress)]
    if row.incomplete is not None:
        record["incomplete"] = _FLAGS[bool(row.incomplete)]
    if row.late is not None:
        record["late"] = _FLAGS[bool(row.late)]
    if row.missing is not None:
        record["missing"] = _FLAGS[bool(row.missing)]


def _nearest_status(row: rows.Result) -> str:
    """1.1 takes its own words only: what a platform's `ext:` word comes nearest to."""
    return "not submitted" if row.score is None else "fully graded"
