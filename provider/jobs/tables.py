"""The table of jobs. The row is the truth: what is asked, how far it is, how it ended."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from provider.database import db
from provider.sis.models.columns import Flag, Id
from shared.database import UtcDateTime

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STATES = (WAITING, RUNNING, DONE, FAILED, CANCELLED)
OPEN = (WAITING, RUNNING)


class Job(db.Model):
    """A job, asked for by a person.

    kind               which work it is (`provider.working.KINDS`)
    asked, result      JSON objects: what is asked, and what came of it; None before it is done
    who, user_id       who asked, also after the user is gone
    owner              the process that works on it (`shared.owner`); attempts counts how often it was taken up
    asked_to_stop      a person has cancelled it while it runs
    progress_…         what is being done, how much is done, of how much (None: unknown)
    message            how it ended, for people
    """

    __tablename__ = "job"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(30), index=True)
    asked: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=WAITING, index=True)
    user_id: Mapped[int | None]
    who: Mapped[str] = mapped_column(String(255), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    asked_to_stop: Mapped[Flag]
    progress_what: Mapped[str] = mapped_column(String(120), default="")
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_of: Mapped[int | None]
    message: Mapped[str | None] = mapped_column(String(2000))
    result: Mapped[str | None] = mapped_column(Text)
