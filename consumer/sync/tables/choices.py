"""What the administrator chose for a connection, as rows; `consumer.sync.choices` reads them into plain values."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db


class SchoolMapping(db.Model):
    """A SIS org is a platform school, ticked for users, courses and sections (C-25, C-26, C-38, C-59, C-64)."""

    __tablename__ = "school_mapping"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    users: Mapped[bool] = mapped_column(default=True, server_default="1")
    courses: Mapped[bool] = mapped_column(default=True, server_default="1")
    sections: Mapped[bool] = mapped_column(default=True, server_default="1")


class TermMapping(db.Model):
    """A SIS academic session is a grading period (C-32). A session belongs to the schools whose classes are in it."""

    __tablename__ = "term_mapping"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    grading_period_id: Mapped[int] = mapped_column(ForeignKey("grading_period.id"), index=True)


class RoleMapping(db.Model):
    """A SIS role group of a SIS school becomes a platform role; no row means Do Not Sync (C-38 … C-40)."""

    __tablename__ = "role_mapping"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    role_group: Mapped[str] = mapped_column(String(14), primary_key=True)
    role: Mapped[str] = mapped_column(String(14))


class SyncOption(db.Model):
    """Settings of a connection's sync; a connection without a row has the defaults of `mapping.choices.Options`."""

    __tablename__ = "sync_option"
    __table_args__ = (
        CheckConstraint("school_share BETWEEN 0 AND 1 AND section_share BETWEEN 0 AND 1", name="shares"),
        CheckConstraint("school_floor >= 0 AND section_floor >= 0", name="floors"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    section_name: Mapped[str] = mapped_column(String(20))
    courses_without_sections: Mapped[bool]
    school_share: Mapped[float]
    school_floor: Mapped[int]
    section_share: Mapped[float]
    section_floor: Mapped[int]
