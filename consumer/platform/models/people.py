"""Accounts, their stored SIS ids, further schools of an account, and links between parents and children."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from consumer.database import db
from consumer.folding import fold
from consumer.platform.models.columns import ORIGIN_CHECK, Flag, Folded, Id, Origin, Touched

#: What an account can be on the platform, the most powerful first (C-49).
ROLES = ("administrator", "teacher", "student", "parent")


class Account(db.Model):
    """A person who can use the platform. Never deleted or deactivated by the sync (C-54).

    username_key, email_key   username and email folded for comparison; each is unique (C-45)
    family_key, given_key     the names folded, to be found and sorted by
    unique_id                 the platform's own id of a person, given by people or by an import (C-46)
    left_sis                  every SIS record of the account is to be deleted or gone: it is on the Leavers list
    system_administrator      may configure the platform; given by people alone, no sync touches it (C-15, C-107)
    active                    may sign in; no sync touches it (C-54)
    """

    __tablename__ = "account"
    __table_args__ = (
        Index(None, "family_key", "given_key", "id"),
        Index(None, "given_key"),
        Index(
            "ix_account_left",
            "id",
            sqlite_where=text("left_sis"),
            postgresql_where=text("left_sis"),
        ),
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint(ORIGIN_CHECK, name="origin"),
    )

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(255))
    username_key: Mapped[str] = mapped_column(Folded, unique=True)
    email: Mapped[str | None] = mapped_column(String(255), default=None)
    email_key: Mapped[str | None] = mapped_column(Folded, unique=True, default=None)
    unique_id: Mapped[str | None] = mapped_column(String(255), unique=True, default=None)
    given_name: Mapped[str] = mapped_column(String(255))
    family_name: Mapped[str] = mapped_column(String(255))
    family_key: Mapped[str] = mapped_column(Folded, default="", server_default="")
    given_key: Mapped[str] = mapped_column(Folded, default="", server_default="")
    middle_name: Mapped[str | None] = mapped_column(String(255), default=None)
    preferred_first_name: Mapped[str | None] = mapped_column(String(255), default=None)
    role: Mapped[str] = mapped_column(String(14))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True, default=None)
    left_sis: Mapped[Flag]
    system_administrator: Mapped[Flag]
    active: Mapped[bool] = mapped_column(default=True, server_default="1")
    origin: Mapped[Origin]
    touched: Mapped[Touched]

    @validates("family_name", "given_name")
    def _fold(self, name: str, value: str) -> str:
        """What people write goes through here; the bulk statements of sync and import bring the keys themselves."""
        setattr(self, "family_key" if name == "family_name" else "given_key", fold(value or ""))
        return value


class AccountPassword(db.Model):
    """What an account signs in with (C-55, C-56): a generated password, sealed so that system administrators can read
    it out, or, once its owner has chosen one, the argon2 hash of that.

    series   counts the changes; a session that began under another number is over
    """

    __tablename__ = "account_password"
    __table_args__ = (CheckConstraint("(sealed IS NULL) <> (hash IS NULL)", name="sealed_or_hashed"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str | None] = mapped_column(String(500), default=None)
    hash: Mapped[str | None] = mapped_column(String(255), default=None)
    series: Mapped[int] = mapped_column(default=0, server_default="0")


class AccountSisId(db.Model):
    """A SIS record that an account stands for. One account may have several: one for each role in 1.1 (C-49)."""

    __tablename__ = "account_sis_id"
    __table_args__ = (UniqueConstraint("connection_id", "sis_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    sis_id: Mapped[str] = mapped_column(String(255))


class IdentityMapping(db.Model):
    """A line of the Data Prep mapping: this SIS record is that account, because a person said so (C-46, C-103)."""

    __tablename__ = "identity_mapping"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))


class AccountSchool(db.Model):
    """A further school of an account, added by hand and kept by every sync (C-47)."""

    __tablename__ = "account_school"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True, index=True)


class ParentLink(db.Model):
    """A parent may see a child. The sync removes only links that it made itself (C-51)."""

    __tablename__ = "parent_link"
    __table_args__ = (
        UniqueConstraint("parent_id", "child_id"),
        CheckConstraint(ORIGIN_CHECK, name="origin"),
        CheckConstraint("parent_id <> child_id", name="two_people"),
    )

    id: Mapped[Id]
    parent_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    child_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id", ondelete="SET NULL"), index=True)
    origin: Mapped[Origin]
