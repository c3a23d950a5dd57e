"""The grade book: categories, items and scores. Linked sections share one, that of the section they are linked to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.platform.models.columns import Flag, Folded, Id
from shared.database import UtcDateTime

#: What an item can be (C-117).
ITEM_KINDS = ("assignment", "assessment", "discussion")


class GradeCategory(db.Model):
    """A category of a section's grade book. `weight` is the percent of the mark; it stays here (C-140)."""

    __tablename__ = "grade_category"
    __table_args__ = (
        UniqueConstraint("section_id", "name_key"),
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight"),
    )

    id: Mapped[Id]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    name_key: Mapped[str] = mapped_column(Folded)
    weight: Mapped[float | None] = mapped_column(default=None)


class GradeItem(db.Model):
    """Something that is graded, in a section and in all that are linked to it.

    points       the highest regular score; more is extra credit
    due_at       None: no due date
    published    students see it
    position     the order of the columns
    deleted_at   it was deleted; its row stays, as the SIS may still have it (C-135)
    """

    __tablename__ = "grade_item"
    __table_args__ = (
        Index(None, "section_id", "position", "id"),
        CheckConstraint(f"kind IN {ITEM_KINDS}", name="kind"),
        CheckConstraint("points >= 0", name="points"),
    )

    id: Mapped[Id]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12), default="assignment")
    title: Mapped[str] = mapped_column(String(500))
    description: Mapped[str | None] = mapped_column(Text, default=None)
    category_id: Mapped[int | None] = mapped_column(
        ForeignKey("grade_category.id", ondelete="SET NULL"), index=True, default=None
    )
    points: Mapped[float]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    published: Mapped[Flag]
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)


class Score(db.Model):
    """What a student has for an item (C-134). No row: nothing yet.

    points       None: not graded; may be more than the item's
    exempt, missing   what counts before the points; `submitted` without points: handed in, waits to be graded
    changed_at, changed_by   when, and the account that did it
    """

    __tablename__ = "score"
    __table_args__ = (CheckConstraint("points IS NULL OR points >= 0", name="points"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("grade_item.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)
    points: Mapped[float | None] = mapped_column(default=None)
    exempt: Mapped[Flag]
    missing: Mapped[Flag]
    late: Mapped[Flag]
    submitted: Mapped[Flag]
    comment: Mapped[str | None] = mapped_column(Text, default=None)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), default=None)
