"""The tables of the Preparedness report. One finished report is kept: the last."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Flag, Id
from shared.database import UtcDateTime


class ReadinessReport(db.Model):
    """A report as of a day in the district. It is shown once it is finished."""

    __tablename__ = "readiness_report"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[Id]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date]
    seconds: Mapped[float]
    finished: Mapped[Flag]


class ReadinessCount(db.Model):
    """How many records a check (by its name) found; what found nothing has no row."""

    __tablename__ = "readiness_count"

    report_id: Mapped[int] = mapped_column(ForeignKey("readiness_report.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]


class ReadinessRecord(db.Model):
    """A record that a check found (`provider.eligibility.checks.check.Found`), `number` in the order of finding."""

    __tablename__ = "readiness_record"
    __table_args__ = ({"sqlite_with_rowid": False},)

    report_id: Mapped[int] = mapped_column(ForeignKey("readiness_report.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    of_table: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    mend_table: Mapped[str | None] = mapped_column(String(40))
    mend_id: Mapped[int | None]
    mend_column: Mapped[str | None] = mapped_column(String(60))
