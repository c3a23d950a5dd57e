"""What passback remembers: approvals, mapped categories, the ledger of what the SIS has, presses and what they said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consumer.database import db
from consumer.platform.models.columns import Flag, Id
from consumer.runs.columns import RunColumns
from shared.database import UtcDateTime


class ItemState(StrEnum):
    """How an item stands in one section (C-123)."""

    NEW = "Not Yet Synced"
    QUEUED = "Queued"
    SUCCESSFUL = "Successful"
    ERROR = "Error"


class Send(StrEnum):
    """What a press is to send (C-132): of the items that it names what has changed, or everything."""

    CHANGES = "changes"
    EVERYTHING = "everything"


class AppApproval(db.Model):
    """A teacher has let the course app write grades to the SIS in their name (C-121)."""

    __tablename__ = "app_approval"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime())


class SisCategory(db.Model):
    """A category that the SIS offered for a section when it was last asked (C-125)."""

    __tablename__ = "sis_category"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), primary_key=True)
    sis_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    title: Mapped[str] = mapped_column(String(255))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime())


class CategoryMapping(db.Model):
    """A category of the platform goes to this one of the SIS, in this section (C-125, C-129)."""

    __tablename__ = "category_mapping"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[int] = mapped_column(
        ForeignKey("grade_category.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    sis_id: Mapped[str] = mapped_column(String(255))
    sis_title: Mapped[str] = mapped_column(String(255))


class LedgerItem(db.Model):
    """An item in one section, as the SIS has it (C-130, C-131).

    sis_id      the line item's sourcedId, made once
    digest      of what the SIS took last; None: it has taken nothing, or has deleted it; "?": nobody knows, as a call
                was begun whose answer was never noted
    sent_at     when it last took the item and all its scores
    sent_in     the press that last brought something of it to the SIS
    state       how it stands; in a state of error `code` and `detail` say why in our words, `said` in those of the SIS,
                unchanged (C-138)
    request_id  X-Request-ID of the last call that brought it to the SIS or was refused, as both sides know it: written
                on success too, so that a press can be followed to the row in the SIS
    left_behind deleted here, and kept in the SIS (C-135)
    delete_asked    deleted here, to be deleted in the SIS with the next press (C-135)
    """

    __tablename__ = "ledger_item"
    __table_args__ = (UniqueConstraint("item_id", "section_id"),)

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("grade_item.id", ondelete="CASCADE"))
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), index=True)
    sis_id: Mapped[str] = mapped_column(String(255), unique=True)
    digest: Mapped[str | None] = mapped_column(String(32), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    sent_in: Mapped[int | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(16), default=ItemState.NEW)
    code: Mapped[str | None] = mapped_column(String(32), default=None)
    detail: Mapped[str | None] = mapped_column(Text, default=None)
    said: Mapped[str | None] = mapped_column(Text, default=None)
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
    left_behind: Mapped[Flag]
    delete_asked: Mapped[Flag]


class LedgerScore(db.Model):
    """A student's score for an item in one section, as the SIS has it.

    made_id     the sourcedId that was made for it, once (C-131); in a bulk POST the supplied one
    sis_id      under which the SIS has it: `made_id`, or what the SIS allocated; None: it has none
    digest      of what the SIS took last; None: nothing; "?": nobody knows, as of a LedgerItem
    sent_in     the press that brought it there, or took it away
    posted      a bulk POST of it was begun and its answer not yet noted: look in the SIS before sending it again
    code        the last try was refused, and why, as of a LedgerItem; None: it was not
    request_id  X-Request-ID of the last call that brought it to the SIS or was refused (in a bulk POST that of the
                whole): written on success too, so that a press can be followed to the row in the SIS
    """

    __tablename__ = "ledger_score"
    __table_args__ = (UniqueConstraint("ledger_item_id", "account_id"),)

    id: Mapped[Id]
    ledger_item_id: Mapped[int] = mapped_column(ForeignKey("ledger_item.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    made_id: Mapped[str] = mapped_column(String(255), unique=True)
    sis_id: Mapped[str | None] = mapped_column(String(255), default=None)
    digest: Mapped[str | None] = mapped_column(String(32), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), default=None)
    sent_in: Mapped[int | None] = mapped_column(default=None)
    posted: Mapped[Flag]
    code: Mapped[str | None] = mapped_column(String(32), default=None)
    detail: Mapped[str | None] = mapped_column(Text, default=None)
    said: Mapped[str | None] = mapped_column(Text, default=None)
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)


class GradePeer(db.Model):
    """What a connection's grade book was found to be able to do. `bulk_post` None: not tried yet."""

    __tablename__ = "grade_peer"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), primary_key=True)
    bulk_post: Mapped[bool | None] = mapped_column(default=None)


class PassbackRun(RunColumns, db.Model):
    """A press of *Sync Changes* or *Sync all* (C-118, C-137). `section_id`: the section whose grade book it is."""

    __tablename__ = "passback_run"
    __table_args__ = (
        Index(
            "uq_passback_run_one_open", "section_id", unique=True,
            sqlite_where=text("status IN ('Queued', 'Running')"),
            postgresql_where=text("status IN ('Queued', 'Running')"),
        ),
        CheckConstraint("send IN ('changes', 'everything')", name="send"),
        Index(None, "section_id", "id"),
    )  # fmt: skip

    called = "Press"

    section_id: Mapped[int] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"), index=True)
    send: Mapped[str] = mapped_column(String(10))


class PassbackRunItem(db.Model):
    """An item that a press is to send. `done`: it has been, with success or without."""

    __tablename__ = "passback_run_item"

    run_id: Mapped[int] = mapped_column(ForeignKey("passback_run.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("grade_item.id", ondelete="CASCADE"), primary_key=True, index=True)
    done: Mapped[Flag]


class PassbackMessage(db.Model):
    """A line of the status log (C-112, C-122, C-138): what could not be sent, or was noted.

    level    error, note
    detail   plain words; the SIS's own words stand in `said`, unchanged
    """

    __tablename__ = "passback_message"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("passback_run.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("grade_item.id", ondelete="CASCADE"), default=None)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id", ondelete="CASCADE"), default=None)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), default=None)
    level: Mapped[str] = mapped_column(String(5))
    code: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text, default="")
    said: Mapped[str | None] = mapped_column(Text, default=None)
    request_id: Mapped[str | None] = mapped_column(String(64), default=None)
