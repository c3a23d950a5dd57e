"""Rows of the grade book for tests, made through the ORM as a platform's writes make them: counted, stamped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from provider.sis import models
from provider.sis.models.gradebook import Graded
from provider.sis.revisions import NO_SCHOOL, TABLES, touch

ASSIGNED = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
DUE = datetime(2025, 9, 12, 15, 30, tzinfo=UTC)
SCORED = date(2025, 9, 15)


@dataclass
class GradeRows:
    """Adds rows and returns their ids. Commits each. `now` is the clock: it moves a second with every row."""

    session: Session
    now: datetime

    def category(self, section: int | None = None, title: str = "Homework", **values: Any) -> int:
        return self._add("categories", models.GradeCategory, section, section_id=section, name=title, **values)

    def line_item(self, section: int, category: int | None = None, **values: Any) -> int:
        """An assignment of 0 to 100 points; in a category of its own unless one is named."""
        row = {
            "section_id": section, "category_id": category or self.category(section), "title": "Essay",
            "assigned_at": ASSIGNED, "due_at": DUE, "value_min": 0.0, "value_max": 100.0,
        }  # fmt: skip
        return self._add("lineItems", models.LineItem, section, **(row | values))

    def result(self, line_item: int, person: int, score: float | None = 80.0, **values: Any) -> int:
        section = self.session.get_one(models.LineItem, line_item).section_id
        row = {
            "line_item_id": line_item, "person_id": person, "score": score, "status": "fully graded",
            "scored_on": SCORED,
        }  # fmt: skip
        return self._add("results", models.Result, section, **(row | values))

    def scale(self, section: int, values: Sequence[tuple[str, str]] = (("90", "A"), ("0", "F")), **other: Any) -> int:
        row = {"section_id": section, "title": "Letters", "kind": "letter"}
        key = self._add("scoreScales", models.ScoreScale, section, **(row | other))
        for position, (left, right) in enumerate(values):
            self.session.add(models.ScoreScaleValue(score_scale_id=key, position=position, left=left, right=right))
        self.session.commit()
        return key

    def score_group(self, name: str, scores: dict[str, float | None]) -> int:
        group = models.ScoreGroup(name=name)
        self.session.add(group)
        self.session.flush()
        for score, least in scores.items():
            self.session.add(models.ScoreGroupItem(score_group_id=group.id, score=score, min_percent=least))
        self.session.commit()
        return group.id

    def assessment(self, section: int | None = None, **values: Any) -> int:
        row = {"section_id": section, "title": "State test", "value_min": 0.0, "value_max": 500.0}
        return self._add("assessmentLineItems", models.AssessmentLineItem, section, **(row | values))

    def assessment_result(self, assessment: int, person: int, score: float | None = 400.0, **values: Any) -> int:
        section = self.session.get_one(models.AssessmentLineItem, assessment).section_id
        row = {
            "assessment_line_item_id": assessment, "person_id": person, "score": score, "status": "fully graded",
            "scored_on": SCORED,
        }  # fmt: skip
        return self._add("assessmentResults", models.AssessmentResult, section, **(row | values))

    def delete(self, collection: str, key: int) -> None:
        """Make a row a tombstone."""
        self.change(collection, key, deleted=True)

    def change(self, collection: str, key: int, **values: Any) -> None:
        """Change columns of a row, with a new moment."""
        row = self.session.get_one(TABLES[collection], key)
        moment = self._touch(collection, self._section_of(row))
        for name, value in ({"modified_at": moment} | values).items():
            setattr(row, name, value)
        self.session.commit()

    def id_of(self, collection: str, key: int) -> str:
        """The sourcedId of a row."""
        return self.session.get_one(TABLES[collection], key).sourced_id

    def _add(self, collection: str, model: type[Graded], section: int | None, **values: Any) -> int:
        moment = self._touch(collection, section)
        row: Any = model(modified_at=moment, **({"sourced_id": f"new-{collection}-{moment:%H%M%S%f}"} | values))
        self.session.add(row)
        self.session.commit()
        key: int = row.id
        return key

    def _touch(self, collection: str, section: int | None) -> datetime:
        self.now += timedelta(seconds=1)
        return touch(self.session, collection, [self._school(section)], self.now)

    def _section_of(self, row: Any) -> int | None:
        if isinstance(row, models.Result):
            row = self.session.get_one(models.LineItem, row.line_item_id)
        elif isinstance(row, models.AssessmentResult):
            row = self.session.get_one(models.AssessmentLineItem, row.assessment_line_item_id)
        section: int | None = row.section_id
        return section

    def _school(self, section: int | None) -> int:
        if section is None:
            return NO_SCHOOL
        course = self.session.get_one(models.Course, self.session.get_one(models.Section, section).course_id)
        school: int = self.session.get_one(models.Calendar, course.calendar_id).school_id
        return school
