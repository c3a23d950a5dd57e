"""Scores are written here, with who did it and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from consumer.platform.gradebook.entries import BadEntry, Entry, check_entry, entry_text, parse_entry
from consumer.platform.models import GradeItem, Score

__all__ = ["LONGEST_COMMENT", "BadEntry", "Entry", "entry_of", "entry_text", "parse_entry", "record", "tidy_comment"]

#: The longest comment that is kept.
LONGEST_COMMENT = 2000


def entry_of(score: Score | Row[Any] | None) -> Entry:
    """The score as it is typed, from its row or from the columns of one; blank for none."""
    if score is None:
        return Entry()
    return Entry(score.points, score.exempt, score.missing and not score.exempt, score.late, score.submitted)


def tidy_comment(text: str) -> str:
    """A comment as it is kept: without blanks around it. Raises BadEntry for one that is too long."""
    tidy = text.replace("\r\n", "\n").strip()
    if len(tidy) > LONGEST_COMMENT:
        raise BadEntry(f"A comment has at most {LONGEST_COMMENT:,} characters")
    return tidy


def record(
    session: Session, item: GradeItem, account_id: int, entry: Entry, at: datetime, by: int | None,
    comment: str | None = None,
) -> bool:  # fmt: skip
    """Give a student this score for an item; whether anything changed. The caller commits.

    by       an account's id; None for an import
    comment  None leaves the comment as it is; a blank one takes it away
    A score that becomes blank keeps its row, with who cleared it.
    Raises BadEntry for what no score can be, and for a comment that is too long.
    """
    check_entry(entry)
    score = session.get(Score, (item.id, account_id))
    before = score.comment if score else None
    said = before if comment is None else tidy_comment(comment) or None
    if (entry_of(score), before) == (entry, said):
        return False
    if score is None:
        score = Score(item_id=item.id, account_id=account_id)
        session.add(score)
    score.points, score.comment = entry.points, said
    score.exempt, score.missing, score.late, score.submitted = entry.exempt, entry.missing, entry.late, entry.submitted
    score.changed_at, score.changed_by = at, by
    session.flush()
    return True
