"""People: dated identities, contact data, user accounts, enrollments in school, relationships."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Exclude, Flag, Guid, Id, SourcedId, dates_in_order, owner
from shared.database import UtcDateTime


class Person(db.Model):
    """A human being, once. `imported_role` is the 1.1 role letter that `sourced_id` came in with (P-83)."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("imported_role IN ('s', 't', 'a', 'g', 'r')", name="imported_role"),)

    id: Mapped[Id]
    guid: Mapped[Guid]
    sourced_id: Mapped[SourcedId]
    imported_role: Mapped[str | None] = mapped_column(String(1))
    student_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    staff_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: Has a SIS product security role (P-41).
    security_role: Mapped[Flag]
    #: `identifier` and `userIds` ({type:id}, comma-separated) that came in, where the numbers above do not tell them.
    identifier: Mapped[str | None] = mapped_column(String(255))
    user_ids: Mapped[str | None] = mapped_column(Text)
    #: Since when the HR system manages what it knows of this person; None: the district does (B-131 … B-139).
    hr_managed_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Identity(db.Model):
    """Who a person is from `start_date` on (blank: always) to `end_date` inclusive; the current one is published."""

    __tablename__ = "identity"
    __table_args__ = (dates_in_order(),)

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    first_name: Mapped[str] = mapped_column(String(100))
    middle_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    suffix: Mapped[str | None] = mapped_column(String(20))
    preferred_first_name: Mapped[str | None] = mapped_column(String(100))
    preferred_middle_name: Mapped[str | None] = mapped_column(String(100))
    preferred_last_name: Mapped[str | None] = mapped_column(String(100))
    pronouns: Mapped[str | None] = mapped_column(String(40))
    birth_date: Mapped[date | None]
    #: male, female, unspecified or other (OneRoster 1.2 demographics).
    sex: Mapped[str | None] = mapped_column(String(20))
    american_indian_or_alaska_native: Mapped[Flag]
    asian: Mapped[Flag]
    black_or_african_american: Mapped[Flag]
    native_hawaiian_or_other_pacific_islander: Mapped[Flag]
    white: Mapped[Flag]
    hispanic_or_latino: Mapped[Flag]
    country_of_birth_code: Mapped[str | None] = mapped_column(String(10))
    state_of_birth: Mapped[str | None] = mapped_column(String(10))
    city_of_birth: Mapped[str | None] = mapped_column(String(100))
    public_school_residence_status: Mapped[str | None] = mapped_column(String(20))


class Contact(db.Model):
    """How a person is reached. Only email, other and cell phone are ever published (P-61 … P-66)."""

    __tablename__ = "contact"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    secondary_email: Mapped[str | None] = mapped_column(String(255))
    other_phone: Mapped[str | None] = mapped_column(String(40))
    cell_phone: Mapped[str | None] = mapped_column(String(40))
    home_phone: Mapped[str | None] = mapped_column(String(40))
    work_phone: Mapped[str | None] = mapped_column(String(40))


class UserAccount(db.Model):
    """A sign-in of a person: `kind` is staff, student or portal (P-12). A disabled one still counts (P-08)."""

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("kind", "username"),
        CheckConstraint("kind IN ('staff', 'student', 'portal')", name="kind"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    kind: Mapped[str] = mapped_column(String(10))
    username: Mapped[str] = mapped_column(String(255))
    disabled: Mapped[Flag]


class Enrollment(db.Model):
    """A student's enrollment in a school's calendar (not in a section: that is Roster). Dates are inclusive."""

    __tablename__ = "enrollment"
    __table_args__ = (
        dates_in_order(),
        CheckConstraint("service_type IN ('P', 'S', 'N')", name="service_type"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    calendar_id: Mapped[int] = owner("calendar.id")
    grade_level_id: Mapped[int | None] = owner("grade_level.id", nullable=True)
    start_date: Mapped[date]
    end_date: Mapped[date | None]
    #: P primary, S partial, N special education services (P-22).
    service_type: Mapped[str] = mapped_column(String(1), default="P")
    no_show: Mapped[Flag]
    external_lms_exclude: Mapped[Exclude]


class Relationship(db.Model):
    """An adult's relationship to a student, with the Guardian and Portal marks (P-42 … P-45)."""

    __tablename__ = "relationship"
    __table_args__ = (dates_in_order(), CheckConstraint("person_id <> student_id", name="two_people"))

    id: Mapped[Id]
    person_id: Mapped[int] = owner("person.id")
    student_id: Mapped[int] = owner("person.id")
    name: Mapped[str | None] = mapped_column(String(40))
    guardian: Mapped[Flag]
    portal: Mapped[Flag]
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]


def sorted_name(identity: Any) -> tuple[Any, Any]:
    """Family and given name in small letters, preferred ones where there are: the order of lists of people."""

    def of(preferred: Any, legal: Any) -> Any:
        return func.lower(func.coalesce(func.nullif(preferred, literal_column("''")), legal))

    return of(identity.preferred_last_name, identity.last_name), of(identity.preferred_first_name, identity.first_name)


Index("ix_identity_sorted", *sorted_name(Identity), Identity.person_id)


def _beginning(name: str, column: Any) -> None:
    """An index that finds texts by their beginning, in large or small letters."""
    small = func.lower(column).label("small")
    Index(name, small, postgresql_ops={"small": "text_pattern_ops"})


_beginning("ix_user_account_small_username", UserAccount.username)
_beginning("ix_contact_small_email", Contact.email)
_beginning("ix_contact_small_secondary_email", Contact.secondary_email)
