"""Enrollments in short, made from the staged records, so that a section's roster is found without reading all."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db


class StagedEnrollment(db.Model):
    """A staged enrollment by its sourcedId: its class, its user, and what decides. `active` is False for one that
    is to be deleted or that a complete read no longer contained. Dates are inclusive. `broken` says why its latest
    form cannot be read; the rest is what it said before, "" when it was never readable.
    """

    __tablename__ = "staged_enrollment"
    __table_args__ = (
        Index(None, "connection_id", "class_id"),
        Index(None, "connection_id", "user_id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    class_id: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(40))
    is_primary: Mapped[bool]
    begin_date: Mapped[date | None]
    end_date: Mapped[date | None]
    active: Mapped[bool]
    broken: Mapped[str | None] = mapped_column(Text)
