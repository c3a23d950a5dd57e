"""One person's grades followed to the SIS: who pressed when, what became of each, under which ids the SIS has it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.passback.tables import LedgerItem, LedgerScore, PassbackRun, PassbackRunItem
from consumer.passback.wording import why_of
from consumer.platform.models import GradeItem, Section

#: Grades that are told, those that were sent last.
MOST_GRADES = 500


@dataclass(frozen=True, slots=True)
class GradeSent:
    """A person's score for an item in one section, on its way.

    press, pressed_at, pressed_by   the press that brought it there, or tried last; None and "" where none is kept
    taken_at     when the SIS took it; None: it has none of it
    line_item, result   sourcedIds of its rows in the SIS; result "" where it has none
    request_id   of the last call about it, as both sides know it
    code, text, said    why it was refused, in our words and in those of the SIS; "" where it was not
    """

    item: str
    section: str
    connection_id: int | None
    connection: str
    press: int | None
    pressed_at: datetime | None
    pressed_by: str
    taken_at: datetime | None
    line_item: str
    result: str
    request_id: str
    code: str
    text: str
    said: str


def follow_grades(session: Session, account_id: int, connection_id: int | None = None) -> tuple[GradeSent, ...]:
    """The grades of an account that were sent or were to be, in all connections or in one; the oldest first."""
    tried = select(func.max(PassbackRunItem.run_id)).where(PassbackRunItem.item_id == GradeItem.id).scalar_subquery()
    rows = (
        select(LedgerScore, LedgerItem.sis_id, GradeItem.title, Section, Connection.name, PassbackRun)
        .join(LedgerItem, LedgerItem.id == LedgerScore.ledger_item_id)
        .join(GradeItem, GradeItem.id == LedgerItem.item_id)
        .join(Section, Section.id == LedgerItem.section_id)
        .outerjoin(Connection, Connection.id == Section.connection_id)
        .outerjoin(PassbackRun, PassbackRun.id == func.coalesce(LedgerScore.sent_in, tried))
        .where(LedgerScore.account_id == account_id)
        .order_by(LedgerScore.sent_at.desc(), LedgerScore.id.desc())
        .limit(MOST_GRADES)
    )
    if connection_id is not None:
        rows = rows.where(Section.connection_id == connection_id)
    return tuple(_sent(*row) for row in reversed(session.execute(rows).all()))


def _sent(
    score: LedgerScore, line_item: str, item: str, section: Section, connection: str | None, run: PassbackRun | None
) -> GradeSent:
    there = score.digest is not None
    why = why_of(score.code, score.detail, score.said) if score.code else None
    return GradeSent(
        item, section.name, section.connection_id, connection or "",
        run.id if run else None, run.queued_at if run else None, (run.started_by or "") if run else "",
        score.sent_at if there else None, line_item, (score.sis_id or "") if there else "", score.request_id or "",
        why.code if why else "", (why.detail or why.words) if why else "", why.said if why else "",
    )  # fmt: skip


def grade_lines(grades: Sequence[GradeSent]) -> Iterator[str]:
    """The grades for people: what it is, the press, and what became of it."""
    if grades:
        yield "Grades sent to the SIS:"
    for one in grades:
        yield f"  {one.item}, {one.section}, to {one.connection or 'a connection that was removed'}"
        if one.press is not None:
            yield f"    pressed by {one.pressed_by or 'somebody'}{_at(one.pressed_at)}, press {one.press}"
        request = f", request {one.request_id}" if one.request_id else ""
        if one.code:
            yield f"    refused, {one.code}: {one.text}{request}"
            yield from (f"    the SIS says: {text}" for text in (one.said,) if text)
        if one.taken_at is not None:
            yield f"    taken{_at(one.taken_at)} as result {one.result} of line item {one.line_item}{request}"
        elif not one.code:
            yield f"    the SIS has none of it{request}"


def _at(moment: datetime | None) -> str:
    return f" {moment:%Y-%m-%d %H:%M:%S}Z" if moment else ""
