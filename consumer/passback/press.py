"""A press of *Sync Changes* or *Sync all*: what it is to send is written down, for a worker to send (C-118, C-132)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.passback import ledger
from consumer.passback.approval import approved_at
from consumer.passback.closing import cancel_run
from consumer.passback.run import open_sections
from consumer.passback.standing import why_book_closed
from consumer.passback.tables import LedgerItem, PassbackRun, PassbackRunItem, Send
from consumer.platform.gradebook.books import Book
from consumer.platform.models import Account, GradeItem
from consumer.runs.columns import Status
from consumer.runs.line import OPEN, Busy, Refused, stop_run


def press(
    session: Session, book: Book, account: Account, item_ids: Collection[int] | None, send: Send, now: datetime
) -> PassbackRun:
    """A new run, queued: it sends the items of the book that are named; with None every one that students see, or that
    the SIS has.

    Items that are to be deleted in the SIS go with it, whichever are named. The caller commits, and then announces the
    run: `announce(settings, GRADES)` of `consumer.runs.news`.

    Raises consumer.runs.line.Refused when the account has not approved access (C-121), when no section of the book can
    send (C-120, C-139), and when there is nothing to send; Busy while another press of the book is at work.
    """
    if approved_at(session, account.id) is None:
        raise Refused("Approve first that the app writes grades to the SIS for you")
    sections = open_sections(session, book, book.connection_id)
    if not sections or book.connection_id is None:
        raise Refused(why_book_closed(session, book) or "No section of this grade book can send grades")
    _refuse_while_open(session, book)
    chosen, to_delete = _chosen(session, book, item_ids), _to_delete(session, book)
    if not chosen and not to_delete:
        raise Refused(
            "There is nothing to send: choose an item" if item_ids is not None else "There is nothing to send"
        )
    run = PassbackRun(
        section_id=book.head.id, connection_id=book.connection_id, send=send, started_by=account.username,
        queued_at=now, status=Status.QUEUED,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:  # another was quicker: the database takes one open press of a book
        _refuse_while_open(session, book)
        raise
    session.execute(insert(PassbackRunItem), [{"run_id": run.id, "item_id": one} for one in [*chosen, *to_delete]])
    section_ids = [section.id for section in sections]
    ledger.make_items(session, chosen, section_ids)
    ledger.queue_items(session, chosen, section_ids)
    return run


def cancel(session: Session, run: PassbackRun, now: datetime) -> None:
    """End a press that is queued or running, at the latest with its present batch: what is sent stays sent. The caller
    commits. Raises consumer.runs.line.Refused when it has ended.
    """
    stop_run(session, run, now, lambda ended: cancel_run(session, ended, now))


def delete_in_sis(session: Session, item: GradeItem, yes: bool) -> None:
    """What is to become, in the SIS, of an item that was deleted here (C-135): deleted with the next press, or left
    behind, and listed. The caller commits.
    """
    mine = update(LedgerItem).where(LedgerItem.item_id == item.id)
    if not yes:
        mine = mine.where(or_(LedgerItem.digest.is_not(None), LedgerItem.delete_asked))
    session.execute(mine.values(delete_asked=yes, left_behind=not yes))


def open_press(session: Session, book: Book) -> PassbackRun | None:
    """The press of a book that is queued or running."""
    return session.scalar(
        select(PassbackRun).where(PassbackRun.section_id.in_(book.section_ids), PassbackRun.status.in_(OPEN)).limit(1)
    )


def _refuse_while_open(session: Session, book: Book) -> None:
    other = open_press(session, book)
    if other is not None:
        who = f" by {other.started_by}" if other.started_by else ""
        raise Busy(f"Grades of this grade book are being sent: press {other.id}{who} is {other.status.lower()}")


def _chosen(session: Session, book: Book, item_ids: Collection[int] | None) -> list[int]:
    """The items of the book that are named."""
    there = select(GradeItem.id).where(GradeItem.section_id == book.head.id, GradeItem.deleted_at.is_(None))
    if item_ids is None:
        had = select(LedgerItem.item_id).where(LedgerItem.digest.is_not(None))
        return list(session.scalars(there.where(or_(GradeItem.published, GradeItem.id.in_(had)))))
    wanted = set(item_ids)
    return [item_id for item_id in session.scalars(there) if item_id in wanted]


def _to_delete(session: Session, book: Book) -> list[int]:
    """Items that were deleted here, and are to be deleted in the SIS."""
    asked = select(LedgerItem.item_id).where(LedgerItem.delete_asked, LedgerItem.section_id.in_(book.section_ids))
    gone = select(GradeItem.id).where(GradeItem.deleted_at.is_not(None), GradeItem.id.in_(asked))
    return list(session.scalars(gone))
