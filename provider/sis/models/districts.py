"""The district, its schools, and the settings that apply to all connections."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Guid, Id, SourcedId, owner


class District(db.Model):
    """The one district of a database. `time_zone` (IANA name) decides what today is."""

    __tablename__ = "district"

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    guid: Mapped[Guid]
    sourced_id: Mapped[SourcedId]
    time_zone: Mapped[str] = mapped_column(String(64), default="America/Chicago")


class School(db.Model):
    """A school. `org_type` is "school", or "department" for the rare org that came in as one and holds classes."""

    __tablename__ = "school"
    __table_args__ = (
        UniqueConstraint("district_id", "number"),
        CheckConstraint("org_type IN ('school', 'department')", name="org_type"),
    )

    id: Mapped[Id]
    district_id: Mapped[int] = owner("district.id")
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(255))
    org_type: Mapped[str] = mapped_column(String(20), default="school")
    guid: Mapped[Guid]
    sourced_id: Mapped[SourcedId]
    external_lms_exclude: Mapped[Exclude]


class Setting(db.Model):
    """One district-wide switch by name; a name that is not here has its default (`provider.sis.settings`)."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))
