"""Staff: employments with the district and assignments to schools with their role marks."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Flag, Id, dates_in_order, owner


class Employment(db.Model):
    """A period of employment with the district."""

    __tablename__ = "employment"
    __table_args__ = (dates_in_order(),)

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    start_date: Mapped[date]
    end_date: Mapped[date | None]


class Assignment(db.Model):
    """A District Assignment: a person at a school, with the roles marked on it (P-24, P-33, P-39). Dates inclusive."""

    __tablename__ = "assignment"
    __table_args__ = (dates_in_order(),)

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    school_id: Mapped[int] = owner("school.id")
    title: Mapped[str | None] = mapped_column(String(120))
    start_date: Mapped[date]
    end_date: Mapped[date | None]
    external_lms_exclude: Mapped[Exclude]
    teacher: Mapped[Flag]
    special_education: Mapped[Flag]
    program: Mapped[Flag]
    behavior: Mapped[Flag]
    health: Mapped[Flag]
    response_approver: Mapped[Flag]
    rti: Mapped[Flag]
    advisor: Mapped[Flag]
    supervisor: Mapped[Flag]
    counselor: Mapped[Flag]
    food_service: Mapped[Flag]
    approver: Mapped[Flag]
    fram_processor: Mapped[Flag]
