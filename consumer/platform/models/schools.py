"""Schools (the district's own building among them) and grading periods."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.platform.models.columns import FromConnection, Id, SisId


class School(db.Model):
    """A building of the platform. `kind` is "school", or "district" for the building that guardians of 1.1 hang on
    (C-29, C-50). `connection_id` and `sis_id` name the SIS org it was created from, so that mapping that org again
    finds it instead of making a second one (C-31). Never deleted by the sync.
    """

    __tablename__ = "school"
    __table_args__ = (
        UniqueConstraint("connection_id", "sis_id"),
        CheckConstraint("kind IN ('school', 'district')", name="kind"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(255))
    number: Mapped[str | None] = mapped_column(String(255), default=None)
    kind: Mapped[str] = mapped_column(String(10), default="school")
    connection_id: Mapped[FromConnection]
    sis_id: Mapped[SisId]


class GradingPeriod(db.Model):
    """A grading period; dates are inclusive. One that the app created follows the SIS term `sis_id` (C-37); one
    without was made by people and stays as it is. Never deleted by the sync.
    """

    __tablename__ = "grading_period"
    __table_args__ = (
        UniqueConstraint("connection_id", "sis_id"),
        Index(None, "name", "start_date", "end_date"),
        CheckConstraint("end_date >= start_date", name="dates_in_order"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(255))
    start_date: Mapped[date]
    end_date: Mapped[date]
    connection_id: Mapped[FromConnection]
    sis_id: Mapped[SisId]
