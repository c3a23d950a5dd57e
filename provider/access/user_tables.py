"""The tables of those who sign in to the district's pages: accounts, the audit trail, failed sign-ins."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Id
from shared.web.columns import AuditColumns, SignInFailureColumns

#: Sees everything; sees the sections that the linked person staffs.
ADMINISTRATOR, TEACHER = "administrator", "teacher"
ROLES = (ADMINISTRATOR, TEACHER)


class SisUser(db.Model):
    """Somebody who signs in to the pages. It is no `UserAccount`: those are of the SIS people and are published.

    username_key   the username without regard to case
    person_id      who a teacher is in the SIS; None: nobody, so that a teacher sees nothing
    password_hash  argon2id
    series         counts passwords: a session of another one is over
    """

    __tablename__ = "sis_user"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(255))
    username_key: Mapped[str] = mapped_column(String(300), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    password_hash: Mapped[str] = mapped_column(String(128))
    series: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True, server_default="1")


class AuditEntry(AuditColumns, db.Model):
    """A change that a person or a command made: of a user, a connection, a setting, a row of the SIS."""

    __tablename__ = "audit_entry"


class AuditAbout(db.Model):
    """A record of the SIS that a change concerns, as change tracking names it (`provider.sis.changes`): kind person,
    section, course, school … with its SIS id."""

    __tablename__ = "audit_about"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True)


class SignInFailure(SignInFailureColumns, db.Model):
    """A failed sign-in, for the throttle."""

    __tablename__ = "sign_in_failure"
