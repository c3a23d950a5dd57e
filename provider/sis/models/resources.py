"""Learning resources, and the courses, sections and people that use them."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Id, SourcedId, owner


class Resource(db.Model):
    """A learning resource of a vendor. `roles` are OneRoster user roles, comma-separated."""

    __tablename__ = "resource"
    __table_args__ = (CheckConstraint("importance IN ('primary', 'secondary')", name="importance"),)

    id: Mapped[Id]
    title: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[str | None] = mapped_column(String(255))
    importance: Mapped[str | None] = mapped_column(String(10))
    vendor_resource_id: Mapped[str] = mapped_column(String(255))
    vendor_id: Mapped[str | None] = mapped_column(String(255))
    application_id: Mapped[str | None] = mapped_column(String(255))
    sourced_id: Mapped[SourcedId]


class CourseResource(db.Model):
    """A course uses a resource."""

    __tablename__ = "course_resource"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True, index=True)


class SectionResource(db.Model):
    """A section uses a resource."""

    __tablename__ = "section_resource"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True, index=True)


class PersonResource(db.Model):
    """A person has a resource; `school_id` and `section_id` say where, when that is known."""

    __tablename__ = "person_resource"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"), primary_key=True, index=True)
    school_id: Mapped[int | None] = owner("school.id", nullable=True)
    section_id: Mapped[int | None] = owner("section.id", nullable=True)
