"""What the upgrade of a connection from OneRoster 1.1 to 1.2 keeps: reports, the switch, former ids, held roles."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.platform.models.columns import Id
from shared.database import UtcDateTime


class DataPrepReport(db.Model):
    """A Data Prep report: who is here, who is in the SIS, as the CSV file that is downloaded from Logs (C-103).

    version      whose records it compares with: "1.1" or "1.2"
    matched, only_here, only_sis   people in both, only here, only in the SIS
    undecided    SIS records that several accounts could belong to: somebody has to decide (C-101)
    content      the CSV file, UTF-8, gzip
    confirmed_at, confirmed_by     somebody has seen who is unmatched, and goes on (C-104)
    """

    __tablename__ = "data_prep_report"
    __table_args__ = (CheckConstraint("version IN ('1.1', '1.2')", name="version"),)

    id: Mapped[Id]
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    version: Mapped[str] = mapped_column(String(3))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_by: Mapped[str] = mapped_column(String(255), default="")
    matched: Mapped[int]
    only_here: Mapped[int]
    only_sis: Mapped[int]
    undecided: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    confirmed_by: Mapped[str | None] = mapped_column(String(255), default=None)


class VersionUpgrade(db.Model):
    """How far a connection is on its way from 1.1 to 1.2. Once it is switched, nothing but dry runs is queued for it
    until one of them is approved (C-105).

    base_url, token_url, client_id, client_secret_sealed   those of 1.2, where they differ from those of 1.1
    switched_at   None until then: 1.1 goes on
    outcome       what the switch did, as JSON (`consumer.upgrade.switch.Outcome`)
    """

    __tablename__ = "version_upgrade"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    base_url: Mapped[str | None] = mapped_column(String(500), default=None)
    token_url: Mapped[str | None] = mapped_column(String(500), default=None)
    client_id: Mapped[str | None] = mapped_column(String(255), default=None)
    client_secret_sealed: Mapped[str | None] = mapped_column(String(2000), default=None)
    switched_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    switched_by: Mapped[str | None] = mapped_column(String(255), default=None)
    outcome: Mapped[str | None] = mapped_column(Text, default=None)
    approved_run_id: Mapped[int | None] = mapped_column(default=None)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    approved_by: Mapped[str | None] = mapped_column(String(255), default=None)


class FormerSisId(db.Model):
    """A SIS id that an account had before its connection was upgraded: a person's history goes on behind it."""

    __tablename__ = "former_sis_id"
    __table_args__ = (UniqueConstraint("connection_id", "sis_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    sis_id: Mapped[str] = mapped_column(String(255))
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime())


class RoleHold(db.Model):
    """The upgrade would have raised this account's role from `kept` to `offered`: it stays until somebody allows it,
    or the SIS says something else (C-107).
    """

    __tablename__ = "role_hold"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    kept: Mapped[str] = mapped_column(String(14))
    offered: Mapped[str] = mapped_column(String(14))
