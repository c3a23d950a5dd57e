"""Course masters, courses, sections with placement, section staff history and rosters."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Flag, Id, SourcedId, dates_in_order, owner


class CourseMaster(db.Model):
    """The district's master of a course; excluding it excludes its courses (P-68, P-73)."""

    __tablename__ = "course_master"

    id: Mapped[Id]
    district_id: Mapped[int] = owner("district.id")
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    external_lms_exclude: Mapped[Exclude]


class Course(db.Model):
    """A course in a school's calendar."""

    __tablename__ = "course"

    id: Mapped[Id]
    calendar_id: Mapped[int] = owner("calendar.id")
    course_master_id: Mapped[int | None] = owner("course_master.id", nullable=True)
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True, server_default="1")
    external_lms_exclude: Mapped[Exclude]
    #: Comma-separated subjects and SCED codes, same number and order; local grade names.
    subjects: Mapped[str | None] = mapped_column(String(255))
    subject_codes: Mapped[str | None] = mapped_column(String(255))
    grades: Mapped[str | None] = mapped_column(String(120))
    sourced_id: Mapped[SourcedId]


class Section(db.Model):
    """A section of a course in a trial: what OneRoster calls a class (P-68)."""

    __tablename__ = "section"

    id: Mapped[Id]
    course_id: Mapped[int] = owner("course.id")
    trial_id: Mapped[int] = owner("trial.id")
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True, server_default="1")
    external_lms_exclude: Mapped[Exclude]
    homeroom: Mapped[Flag]
    room: Mapped[str | None] = mapped_column(String(60))
    sourced_id: Mapped[SourcedId]


class SectionPlacement(db.Model):
    """A section meets in a term, in a period ("" when no period is known) (P-71)."""

    __tablename__ = "section_placement"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True, index=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True, default="")


class SectionStaff(db.Model):
    """A row of Section Staff History: who staffed a section, as what, from when to when (P-26 … P-30)."""

    __tablename__ = "section_staff"
    __table_args__ = (
        dates_in_order(),
        CheckConstraint("role IN ('Primary Teacher', 'Teacher', 'Section Staff')", name="role"),
    )

    id: Mapped[Id]
    section_id: Mapped[int] = owner("section.id")
    person_id: Mapped[int] = owner("person.id")
    role: Mapped[str] = mapped_column(String(20))
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    sourced_id: Mapped[SourcedId]


class Roster(db.Model):
    """A student on the roster of a section; blank dates mean those of the section's terms (P-76, P-77)."""

    __tablename__ = "roster"
    __table_args__ = (dates_in_order(), UniqueConstraint("section_id", "person_id", "start_date"))

    id: Mapped[Id]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"))
    person_id: Mapped[int] = owner("person.id")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    sourced_id: Mapped[SourcedId]
