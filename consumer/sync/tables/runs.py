"""Runs, the plan of each run, the messages of a run, and what is skipped at present."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.runs.columns import RunColumns
from shared.database import UtcDateTime


class Entity(StrEnum):
    """What a plan changes, parents first (C-82)."""

    SCHOOL = "school"
    PERIOD = "grading period"
    USER = "user"
    COURSE = "course"
    SECTION = "section"
    ENROLLMENT = "enrollment"
    LINK = "parent link"


class Action(StrEnum):
    """What a plan row does. Skip and Clear keep the list of skipped records, Seen takes back a mark of hand change."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    SKIP = "skip"
    CLEAR = "clear"
    SEEN = "seen"


class State(StrEnum):
    """How a plan row stands. Held: the safety stop waits for a person (C-86). Superseded: a later run planned anew."""

    PENDING = "pending"
    APPLIED = "applied"
    FAILED = "failed"
    HELD = "held"
    SUPERSEDED = "superseded"


class SyncRun(RunColumns, db.Model):
    """One run of the sync.

    kind     what is synced: users, courses, sections or all
    step     pull, plan, apply or done: where to go on
    today    the date the run plans with, also when it is resumed on another day
    choices  digest of the choices it plans with
    slot     the window start that queued it, in UTC; a connection has one run for each (C-92)
    """

    __tablename__ = "sync_run"
    __table_args__ = (
        Index(
            "uq_sync_run_one_open", "connection_id", unique=True,
            sqlite_where=text("status IN ('Queued', 'Running')"),
            postgresql_where=text("status IN ('Queued', 'Running')"),
        ),
        Index("uq_sync_run_slot", "connection_id", "slot", unique=True),
        CheckConstraint("kind IN ('users', 'courses', 'sections', 'all')", name="kind"),
        CheckConstraint("step IN ('pull', 'plan', 'apply', 'done')", name="step"),
    )  # fmt: skip

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    trigger: Mapped[str] = mapped_column(String(12))
    dry_run: Mapped[bool] = mapped_column(default=False)
    step: Mapped[str] = mapped_column(String(8), default="pull")
    today: Mapped[date]
    choices: Mapped[str | None] = mapped_column(String(40), default=None)
    slot: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)


class PlanChange(db.Model):
    """One row of a plan: the preview, the work, the resume after a crash and the log are this row.

    key         sourcedId of what is changed; "class|user" of an enrollment, "parent|child" of a link
    person      of an enrollment or a link the sourcedId of the person or child it is about, else None
    school_id   the platform school it belongs to, None where no school is known
    target_id   the platform row, None for Create; of an enrollment, `section_id` is its section
    name        what people call it
    before, after   JSON objects of the values that change
    code, detail    of a Skip, a hold or a failure (C-114)
    """

    __tablename__ = "plan_change"
    __table_args__ = (
        Index(None, "run_id", "entity", "action", "id"),
        Index("ix_plan_change_school", "run_id", "school_id", "entity", "action", "id"),
        Index(
            "ix_plan_change_code", "code", "run_id", "id",
            sqlite_where=text("code IS NOT NULL"), postgresql_where=text("code IS NOT NULL"),
        ),
        Index(
            "ix_plan_change_person", "person",
            sqlite_where=text("person IS NOT NULL"), postgresql_where=text("person IS NOT NULL"),
        ),
        Index(
            "ix_plan_change_open", "state",
            sqlite_where=text("state IN ('held', 'failed')"), postgresql_where=text("state IN ('held', 'failed')"),
        ),
        Index(None, "key", postgresql_ops={"key": "varchar_pattern_ops"}),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync_run.id", ondelete="CASCADE"))
    entity: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(511))
    target_id: Mapped[int | None] = mapped_column(default=None)
    section_id: Mapped[int | None] = mapped_column(default=None)
    person: Mapped[str | None] = mapped_column(String(255), default=None)
    school_id: Mapped[int | None] = mapped_column(default=None)
    name: Mapped[str] = mapped_column(String(600), default="")
    before: Mapped[str | None] = mapped_column(Text, default=None)
    after: Mapped[str | None] = mapped_column(Text, default=None)
    state: Mapped[str] = mapped_column(String(10), default=State.PENDING)
    code: Mapped[str | None] = mapped_column(String(32), default=None)
    detail: Mapped[str | None] = mapped_column(Text, default=None)


class SkippedRecord(db.Model):
    """A SIS record that is not taken over at present, and why. `run_id`: the run since which it is so."""

    __tablename__ = "skipped_record"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    entity: Mapped[str] = mapped_column(String(16), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(String(600), default="")
    run_id: Mapped[int]


class RunMessage(db.Model):
    """Something about a run as a whole, or about a record that could not even be taken in. `level`: note, warning,
    error. `request_id`: of the call that failed, as both sides know it (C-112).
    """

    __tablename__ = "run_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("sync_run.id", ondelete="CASCADE"), index=True)
    level: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(32))
    sis_id: Mapped[str | None] = mapped_column(String(255), default=None)
    detail: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)


class Mark(db.Model):
    """How far a kind of data of a connection is planned and applied.

    pull_id   everything staged up to this pull is
    choices   digest of the choices it was planned with; "" asks for planning everything anew
    day       the date it was planned with
    """

    __tablename__ = "sync_mark"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    entity: Mapped[str] = mapped_column(String(16), primary_key=True)
    pull_id: Mapped[int] = mapped_column(default=0)
    choices: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date]
    run_id: Mapped[int]
