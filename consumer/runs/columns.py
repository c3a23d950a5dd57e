"""The columns of every table of runs, and how a run stands."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import DateTime, String, Text
from sqlalchemy.orm import Mapped, mapped_column


class Status(StrEnum):
    """How a run stands (C-111)."""

    QUEUED = "Queued"
    RUNNING = "Running"
    COMPLETED = "Completed"
    WARNINGS = "Completed with warnings"
    ERRORS = "Completed with errors"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    WAITING = "Waiting for approval"
    MISSED = "Missed"


class RunColumns:
    """What every run has. The row is the truth about it: a run whose owner died is taken up again where it was.

    started_by      username of the person who started it, None for the schedule
    owner           the process that works on it (`shared.owner`); heartbeat_at: when it last said so
    called          what people call a run of the table
    counts          what it did, as JSON
    asked_to_stop   a person wants it cancelled: it ends at the next batch, what is done stays
    progress        what it is doing, how much is done, of how much, as JSON: ["Reading users", 5000, 105055]
    """

    called: ClassVar[str] = "Run"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_by: Mapped[str | None] = mapped_column(String(255), default=None)
    status: Mapped[str] = mapped_column(String(24), default=Status.QUEUED)
    queued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    owner: Mapped[str | None] = mapped_column(String(255), default=None)
    counts: Mapped[str | None] = mapped_column(Text, default=None)
    asked_to_stop: Mapped[bool] = mapped_column(default=False, server_default="0")
    progress: Mapped[str | None] = mapped_column(Text, default=None)
