"""The grade book: tasks and windows, score groups, categories, line items, results, score scales, assessments.

Every row that OneRoster publishes is `Graded`: it has the sourcedId under which it was made, the connection that made
it (None: the district itself), and stays as a tombstone when it is deleted, so that a delta read can tell (P-122).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Flag, Id, owner
from shared.database import UtcDateTime

#: The words of OneRoster for how far a result is (1.1 and 1.2; 1.2 also takes ext: tokens).
SCORE_STATUSES = ("exempt", "fully graded", "not submitted", "partially graded", "submitted")


class GradingTask(db.Model):
    """What is graded in a term: "Quarter Grade", "Final Exam" … (P-118). One that is excluded takes no scores of
    platforms and is not told to them (P-74).
    """

    __tablename__ = "grading_task"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    external_lms_exclude: Mapped[Exclude]


class SectionGradingTask(db.Model):
    """A section is graded by a task (P-118). No row of a section: by the district's first task alone.

    The first of a section's tasks, by id, is that of the line items that name none.
    """

    __tablename__ = "section_grading_task"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)
    grading_task_id: Mapped[int] = mapped_column(ForeignKey("grading_task.id"), primary_key=True, index=True)


class GradingWindow(db.Model):
    """The days, first and last included, on which a task of a term may be graded (P-119). No row: always."""

    __tablename__ = "grading_window"
    __table_args__ = (CheckConstraint("closes_on >= opens_on", name="days_in_order"),)

    grading_task_id: Mapped[int] = mapped_column(ForeignKey("grading_task.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True, index=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]


class ScoreGroup(db.Model):
    """A list of scores that a district grades with: letters, pass and fail … (P-120)."""

    __tablename__ = "score_group"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40), default="letter")


class ScoreGroupItem(db.Model):
    """A score of a group, and the percent from which on it is given; None: given by hand only."""

    __tablename__ = "score_group_item"

    score_group_id: Mapped[int] = mapped_column(ForeignKey("score_group.id", ondelete="CASCADE"), primary_key=True)
    score: Mapped[str] = mapped_column(String(60), primary_key=True)
    min_percent: Mapped[float | None]


class GradebookRevision(db.Model):
    """The number of the last change of a collection of the grade book at a school (0: what belongs to none)."""

    __tablename__ = "gradebook_revision"

    collection: Mapped[str] = mapped_column(String(24), primary_key=True)
    school_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class Graded:
    """What all published rows of the grade book have.

    sourced_id     as OneRoster knows it, in both versions; chosen by whoever made the row
    connection_id  the platform that made it and alone may change it (P-125); None: made in the district
    deleted        a tombstone
    modified_at    dateLastModified
    extension      the `metadata` object as it was sent
    """

    id: Mapped[Id]
    sourced_id: Mapped[str] = mapped_column(String(255), unique=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="SET NULL"), index=True)
    deleted: Mapped[Flag]
    modified_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    extension: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class GradeCategory(Graded, db.Model):
    """A category of a section's grade book; without a section it is a platform's own, open to all its sections.

    `uncategorized` marks the one that line items without a category fall into (P-117); it is made when needed.
    """

    __tablename__ = "grade_category"
    __table_args__ = (
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight"),
        Index("uq_grade_category_uncategorized", "section_id", unique=True,
              sqlite_where=text("uncategorized = 1 AND deleted = 0"),
              postgresql_where=text("uncategorized AND NOT deleted")),
    )  # fmt: skip

    section_id: Mapped[int | None] = owner("section.id", nullable=True)
    name: Mapped[str] = mapped_column(String(255))
    #: Percent of the course mark.
    weight: Mapped[float | None]
    uncategorized: Mapped[Flag]


class ScoreScale(Graded, db.Model):
    """A score scale of a section. `score_group_id`: its values are those of the district's group; else its own rows."""

    __tablename__ = "score_scale"

    section_id: Mapped[int] = owner("section.id")
    score_group_id: Mapped[int | None] = owner("score_group.id", nullable=True)
    title: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(255))


class ScoreScaleValue(db.Model):
    """A value of a platform's own scale: the reference point as it was sent, and the score that it stands for."""

    __tablename__ = "score_scale_value"

    score_scale_id: Mapped[int] = mapped_column(ForeignKey("score_scale.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    left: Mapped[str] = mapped_column(String(255))
    right: Mapped[str] = mapped_column(String(255))


class LineItem(Graded, db.Model):
    """An assignment in a section's grade book. `term_id` is the term that its due date decides (P-121), `note` what
    the teacher should know of that; `grading_task_id` None: of the section's first task."""

    __tablename__ = "line_item"

    section_id: Mapped[int] = owner("section.id")
    category_id: Mapped[int] = owner("grade_category.id")
    term_id: Mapped[int | None] = owner("term.id", nullable=True)
    grading_task_id: Mapped[int | None] = owner("grading_task.id", nullable=True)
    score_scale_id: Mapped[int | None] = owner("score_scale.id", nullable=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    value_min: Mapped[float | None]
    value_max: Mapped[float | None]
    objectives: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str | None] = mapped_column(String(255))


class Result(Graded, db.Model):
    """A student's score for a line item: one that lives for each student and line item."""

    __tablename__ = "result"
    __table_args__ = (
        Index("uq_result_of_student", "line_item_id", "person_id", unique=True,
              sqlite_where=text("deleted = 0"), postgresql_where=text("NOT deleted")),
    )  # fmt: skip

    line_item_id: Mapped[int] = owner("line_item.id")
    person_id: Mapped[int] = owner("person.id")
    score_scale_id: Mapped[int | None] = owner("score_scale.id", nullable=True)
    status: Mapped[str] = mapped_column(String(60))
    score: Mapped[float | None]
    text_score: Mapped[str | None] = mapped_column(String(255))
    scored_on: Mapped[date]
    comment: Mapped[str | None] = mapped_column(Text)
    in_progress: Mapped[bool | None]
    incomplete: Mapped[bool | None]
    late: Mapped[bool | None]
    missing: Mapped[bool | None]
    objectives: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class AssessmentLineItem(Graded, db.Model):
    """Something assessed outside the grade book, perhaps a part of another (OneRoster 1.2)."""

    __tablename__ = "assessment_line_item"

    parent_id: Mapped[int | None] = owner("assessment_line_item.id", nullable=True)
    section_id: Mapped[int | None] = owner("section.id", nullable=True)
    score_scale_id: Mapped[int | None] = owner("score_scale.id", nullable=True)
    title: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    value_min: Mapped[float | None]
    value_max: Mapped[float | None]
    objectives: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class AssessmentResult(Graded, db.Model):
    """A student's result of an assessment line item (OneRoster 1.2)."""

    __tablename__ = "assessment_result"
    __table_args__ = (
        Index("uq_assessment_result_of_student", "assessment_line_item_id", "person_id", unique=True,
              sqlite_where=text("deleted = 0"), postgresql_where=text("NOT deleted")),
    )  # fmt: skip

    assessment_line_item_id: Mapped[int] = owner("assessment_line_item.id")
    person_id: Mapped[int] = owner("person.id")
    score_scale_id: Mapped[int | None] = owner("score_scale.id", nullable=True)
    status: Mapped[str] = mapped_column(String(60))
    score: Mapped[float | None]
    text_score: Mapped[str | None] = mapped_column(String(255))
    percentile: Mapped[float | None]
    scored_on: Mapped[date]
    comment: Mapped[str | None] = mapped_column(Text)
    in_progress: Mapped[bool | None]
    incomplete: Mapped[bool | None]
    late: Mapped[bool | None]
    missing: Mapped[bool | None]
    objectives: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class SuppliedId(db.Model):
    """What a POST was given under an id of the platform's own, and the sourcedId that it was allocated: the same POST
    once more makes nothing twice."""

    __tablename__ = "supplied_id"
    __table_args__ = (UniqueConstraint("connection_id", "collection", "parent", "supplied"),)

    id: Mapped[Id]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    collection: Mapped[str] = mapped_column(String(24))
    #: A digest of the path of the POST and of what the object is about, so that a temporary id may be used anew.
    parent: Mapped[str] = mapped_column(String(36))
    supplied: Mapped[str] = mapped_column(String(255))
    allocated: Mapped[str] = mapped_column(String(255), index=True)
