"""Changes of the grid are saved here, cell by cell: what is wrong with one keeps no other back, and of two teachers in
one cell the second is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.platform.gradebook.books import Book
from consumer.platform.gradebook.grid import EMPTY, Cell, cell_of
from consumer.platform.gradebook.scores import BadEntry, entry_of, entry_text, parse_entry, record, tidy_comment
from consumer.platform.models import Account, Enrollment, GradeItem, Score
from consumer.platform.sections import MEMBER

#: More than these are no change of a grid.
MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody typed into a cell. `text` or `comment` is None where only the other one was changed; `text_seen`
    and `comment_seen` are what the cell showed before.
    """

    item_id: int
    account_id: int
    text: str | None = None
    text_seen: str = ""
    comment: str | None = None
    comment_seen: str = ""


class State(StrEnum):
    """What became of a change.

    SAVED    it is stored
    REFUSED  it is no score or comment
    STALE    somebody else has changed the cell since it was shown
    GONE     the item or the student is no longer in the grade book
    """

    SAVED = "saved"
    REFUSED = "refused"
    STALE = "stale"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change, and what the cell has now. `message` says why it is not saved."""

    change: Change
    state: State
    cell: Cell
    message: str = ""


def save_changes(session: Session, book: Book, changes: Sequence[Change], by: int, now: datetime) -> list[Outcome]:
    """Store changes, in a unit of work that writes; the caller commits.

    1. Lock the items, so that nobody else saves a cell of theirs meanwhile.
    2. Read who is a student of the book.
    3. Read what was typed, compare the cell with what was seen (what is there already is no change), record it.
    """
    items = _locked(session, book, {change.item_id for change in changes})
    students = _students(session, book, {change.account_id for change in changes})
    outcomes = []
    for change in changes:
        item = items.get(change.item_id)
        if item is None or change.account_id not in students:
            outcomes.append(Outcome(change, State.GONE, EMPTY, _GONE_ITEM if item is None else _GONE_STUDENT))
        else:
            outcomes.append(_save(session, item, change, by, now))
    return outcomes


_GONE_ITEM = "Not saved: the item is not in this grade book any more."
_GONE_STUDENT = "Not saved: the student is not in this section any more."


def _save(session: Session, item: GradeItem, change: Change, by: int, now: datetime) -> Outcome:
    score = session.get(Score, (item.id, change.account_id))
    there = cell_of(score, item.points)
    try:
        entry = entry_of(score) if change.text is None else parse_entry(change.text)
        comment = None if change.comment is None else tidy_comment(change.comment)
        if change.text is not None and there.text not in (change.text_seen, entry_text(entry)):
            entered = f"entered {there.text}" if there.text else "cleared this"
            return Outcome(change, State.STALE, there, _stale(session, score, entered))
        if comment is not None and there.comment not in (change.comment_seen, comment):
            return Outcome(change, State.STALE, there, _stale(session, score, "changed the comment"))
        record(session, item, change.account_id, entry, now, by, comment)
    except BadEntry as error:
        return Outcome(change, State.REFUSED, there, f"{error}.")
    return Outcome(change, State.SAVED, cell_of(session.get(Score, (item.id, change.account_id)), item.points))


def _stale(session: Session, score: Score | None, changed: str) -> str:
    by = session.get(Account, score.changed_by) if score is not None and score.changed_by is not None else None
    who = f"{by.preferred_first_name or by.given_name} {by.family_name}" if by else "Somebody else"
    return f"Not saved: {who} has {changed} meanwhile. Enter replaces it, Escape takes it."


def _locked(session: Session, book: Book, wanted: set[int]) -> dict[int, GradeItem]:
    there = GradeItem.id.in_(wanted), GradeItem.section_id == book.head.id, GradeItem.deleted_at.is_(None)
    rows = session.scalars(select(GradeItem).where(*there).order_by(GradeItem.id).with_for_update(key_share=True))
    return {item.id: item for item in rows}


def _students(session: Session, book: Book, wanted: set[int]) -> set[int]:
    there = select(Enrollment.account_id).where(
        Enrollment.account_id.in_(wanted), Enrollment.section_id.in_(book.section_ids), Enrollment.role == MEMBER
    )
    return set(session.scalars(there))
