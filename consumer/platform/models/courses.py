"""Courses, their sections, who is in a section and as what."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.platform.models.columns import ORIGIN_CHECK, Flag, FromConnection, Id, Origin, SisId, Touched


class Course(db.Model):
    """A course. `code_key` is the code folded for comparison, unique in the organisation (C-62). Never deleted by
    the sync (C-61).
    """

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("connection_id", "sis_id"),)

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(String(500))
    code: Mapped[str] = mapped_column(String(600))
    code_key: Mapped[str] = mapped_column(String(700), unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    connection_id: Mapped[FromConnection]
    sis_id: Mapped[SisId]
    touched: Mapped[Touched]


class Section(db.Model):
    """A section of a course. `sis_id` is the sourcedId of its class, the section school code (C-65).

    school_year  the year in which its school year ends; sections of other years are left alone (C-21)
    frozen       its class is to be deleted or gone: nothing of it changes any more (C-67)
    linked_to_id the section whose grade book this one shares (C-128); an unsynced one stands beside it (C-69)
    """

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("connection_id", "sis_id"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    name: Mapped[str] = mapped_column(String(600))
    school_year: Mapped[int | None] = mapped_column(default=None)
    frozen: Mapped[Flag]
    linked_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("section.id", ondelete="SET NULL"), index=True, default=None
    )
    connection_id: Mapped[FromConnection]
    sis_id: Mapped[SisId]
    touched: Mapped[Touched]


class SectionGradingPeriod(db.Model):
    """A section belongs to a grading period; to several when its class is in several terms (C-35)."""

    __tablename__ = "section_grading_period"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), primary_key=True)
    grading_period_id: Mapped[int] = mapped_column(ForeignKey("grading_period.id"), primary_key=True, index=True)


class Enrollment(db.Model):
    """An account is in a section, once, as member or as course admin (C-68, C-70).

    sis_id       sourcedId of the SIS enrollment it was made from; None for one made by hand
    begin_date, end_date   as the SIS says, inclusive: a member goes when end_date is before today (C-68)
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("section_id", "account_id"),
        CheckConstraint("role IN ('member', 'admin')", name="role"),
        CheckConstraint(ORIGIN_CHECK, name="origin"),
    )

    id: Mapped[Id]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(6))
    is_primary: Mapped[Flag]
    origin: Mapped[Origin]
    sis_id: Mapped[str | None] = mapped_column(String(255), index=True, default=None)
    begin_date: Mapped[date | None] = mapped_column(default=None)
    end_date: Mapped[date | None] = mapped_column(default=None)
