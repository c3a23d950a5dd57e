"""A press of *Sync Changes* or *Sync all*: what it is to send is written down, for a worker to send (C-118, C-132)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from consumer.passback.tables import PassbackRun, Send
from consumer.platform.gradebook.books import Book
from consumer.platform.models import Account, GradeItem


def press(
    session: Session, book: Book, account: Account, item_ids: Collection[int] | None, send: Send, now: datetime
) -> PassbackRun:
    """A new run, queued: it sends the items of the book that are named, or with None every one that students see.

    Items that are to be deleted in the SIS go with it, whichever are named. The caller commits, and then announces the
    run: `announce(settings, GRADES)` of `consumer.runs.news`.

    Raises consumer.runs.line.Refused when the account has not approved access (C-121), when no section of the book can
    send (C-120, C-139), and when there is nothing to send; Busy while another press of the book is at work.
    """
    raise NotImplementedError


def cancel(session: Session, run: PassbackRun, now: datetime) -> None:
    """End a press that is queued or running, at the latest with its present batch: what is sent stays sent. The caller
    commits. Raises consumer.runs.line.Refused when it has ended.
    """
    raise NotImplementedError


def delete_in_sis(session: Session, item: GradeItem, yes: bool) -> None:
    """What is to become, in the SIS, of an item that was deleted here (C-135): deleted with the next press, or left
    behind, and listed. The caller commits.
    """
    raise NotImplementedError


def open_press(session: Session, book: Book) -> PassbackRun | None:
    """The press of a book that is queued or running."""
    raise NotImplementedError
