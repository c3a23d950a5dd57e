"""School time: years, calendars, schedule structures, grade levels, term schedules, terms and trials."""

from datetime import date

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Flag, Guid, Id, SourcedId, dates_in_order, owner


class SchoolYear(db.Model):
    """A school year. Blank dates mean 1 January of the start year and 31 December of the end year (P-51)."""

    __tablename__ = "school_year"
    __table_args__ = (
        UniqueConstraint("district_id", "end_year"),
        Index("uq_school_year_one_active", "active", unique=True, sqlite_where=text("active = 1"),
              postgresql_where=text("active")),
        dates_in_order(),
    )  # fmt: skip

    id: Mapped[Id]
    district_id: Mapped[int] = owner("district.id")
    name: Mapped[str] = mapped_column(String(40))
    start_year: Mapped[int]
    end_year: Mapped[int]
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    active: Mapped[Flag]
    guid: Mapped[Guid]
    sourced_id: Mapped[SourcedId]


class Calendar(db.Model):
    """A school's calendar in one school year; `end_date` is the last day of school, inclusive (P-17)."""

    __tablename__ = "calendar"
    __table_args__ = (dates_in_order(),)

    id: Mapped[Id]
    school_id: Mapped[int] = owner("school.id")
    school_year_id: Mapped[int] = owner("school_year.id")
    name: Mapped[str] = mapped_column(String(120))
    start_date: Mapped[date]
    end_date: Mapped[date]
    external_lms_exclude: Mapped[Exclude]


class ScheduleStructure(db.Model):
    """A schedule structure of a calendar; grade levels, term schedules and trials hang on it (P-73)."""

    __tablename__ = "schedule_structure"

    id: Mapped[Id]
    calendar_id: Mapped[int] = owner("calendar.id")
    name: Mapped[str] = mapped_column(String(120))
    external_lms_exclude: Mapped[Exclude]


class StateGrade(db.Model):
    """A State Grade Level Code and the NCES grade it stands for (P-58): KG, PK, 01 … 13, UG …"""

    __tablename__ = "state_grade"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    nces_grade: Mapped[str | None] = mapped_column(String(10))


class GradeLevel(db.Model):
    """A local grade level of a structure, and the State Grade Level Code it is mapped to, if any (P-60)."""

    __tablename__ = "grade_level"
    __table_args__ = (UniqueConstraint("structure_id", "name"),)

    id: Mapped[Id]
    structure_id: Mapped[int] = owner("schedule_structure.id")
    name: Mapped[str] = mapped_column(String(20))
    state_grade_code: Mapped[str | None] = owner("state_grade.code", nullable=True)
    external_lms_exclude: Mapped[Exclude]


class TermSchedule(db.Model):
    """A set of terms of a structure (semesters, quarters …)."""

    __tablename__ = "term_schedule"

    id: Mapped[Id]
    structure_id: Mapped[int] = owner("schedule_structure.id")
    name: Mapped[str] = mapped_column(String(120))


class Term(db.Model):
    """A term; dates are inclusive. Each yields a term session and a derived gradingPeriod (P-55, P-56)."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("term_schedule_id", "sequence"), dates_in_order())

    id: Mapped[Id]
    term_schedule_id: Mapped[int] = owner("term_schedule.id")
    sequence: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    start_date: Mapped[date]
    end_date: Mapped[date]
    guid: Mapped[Guid]
    sourced_id: Mapped[SourcedId]
    #: The sourcedId that the derived gradingPeriod came in with (P-83b).
    grading_period_sourced_id: Mapped[SourcedId]


class Trial(db.Model):
    """A trial schedule of a structure; only sections of the active one are published (P-04)."""

    __tablename__ = "trial"
    __table_args__ = (
        Index("uq_trial_one_active", "structure_id", unique=True, sqlite_where=text("active = 1"),
              postgresql_where=text("active")),
    )  # fmt: skip

    id: Mapped[Id]
    structure_id: Mapped[int] = owner("schedule_structure.id")
    name: Mapped[str] = mapped_column(String(120))
    active: Mapped[Flag]
