"""What the organisation keeps for itself: its switches, the audit trail, failed sign-ins."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from shared.web.columns import AuditColumns, SignInFailureColumns


class Setting(db.Model):
    """One switch of the organisation by name; a name that is not here has its default."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


class AuditEntry(AuditColumns, db.Model):
    """A change that a person made (C-17, C-56)."""

    __tablename__ = "audit_entry"


class SignInFailure(SignInFailureColumns, db.Model):
    """A failed sign-in, for the throttle."""

    __tablename__ = "sign_in_failure"
