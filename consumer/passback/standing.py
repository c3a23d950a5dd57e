"""How items stand in the SIS (C-123, C-135): whether sent, why not, whether changed since; what was left there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.passback.checks import check_item, closed
from consumer.passback.facts import SectionFacts, facts_of, item_facts, open_facts, score_facts
from consumer.passback.tables import ItemState, LedgerItem, LedgerScore, PassbackRun
from consumer.passback.values import ItemFacts, digest, line_item_body, result_body
from consumer.passback.wording import Why, why_of
from consumer.platform.gradebook.books import Book
from consumer.platform.gradebook.items import items_of
from consumer.platform.models import Account, GradeItem, Score, Section
from consumer.platform.settings import read_settings
from consumer.runs.columns import Status


@dataclass(frozen=True, slots=True)
class RefusedScore:
    """A student's score that the SIS did not take with the last try."""

    account_id: int
    student: str
    why: Why


@dataclass(frozen=True, slots=True)
class SectionStanding:
    """An item in one synced section.

    last_success  when the SIS last took the item and all its scores
    error         why it is in a state of error; refused: the scores that are the reason
    problems      what stands in the way of sending it now, by what is known here
    changed       something of it is not as the SIS took it last
    request_id    of the last call about it, as both sides know it; "" for none
    """

    section_id: int
    section: str
    state: ItemState
    last_success: datetime | None
    error: Why | None
    refused: tuple[RefusedScore, ...]
    problems: tuple[Why, ...]
    changed: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """An item in all synced sections of its book. `state` is the worst of theirs, `last_success` the earliest, None
    while a section has none.
    """

    item_id: int
    title: str
    kind: str
    published: bool
    due_at: datetime | None
    state: ItemState
    last_success: datetime | None
    changed: bool
    sections: tuple[SectionStanding, ...]


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """An item that was deleted here and is still in the SIS, in one section (C-135). `asked`: it is to be deleted there
    with the next press.
    """

    item_id: int
    title: str
    section_id: int
    section: str
    deleted_at: datetime | None
    asked: bool


#: States, the worst first.
_WORST = (ItemState.ERROR, ItemState.QUEUED, ItemState.NEW, ItemState.SUCCESSFUL)


def why_closed(session: Session, section: Section) -> str | None:
    """Why no grades of this section can go to the SIS, in words with what to do about it; None where they can (C-120,
    C-139).
    """
    problem = closed(open_facts(session, section))
    if problem is None:
        return None
    why = why_of(problem.code, problem.detail)
    return f"{why.words}{f' ({why.detail})' if why.detail else ''}. {why.remedy}."


def why_book_closed(session: Session, book: Book) -> str | None:
    """Why no grades of this book can go anywhere; None where those of a section can. What is said of a synced section
    comes before what is said of an unsynced one.
    """
    sections = [session.get_one(Section, one.id) for one in (*book.synced, book.head)]
    reasons = [why_closed(session, section) for section in sections]
    return reasons[0] if all(reasons) else None


def standing(session: Session, book: Book) -> tuple[ItemStanding, ...]:
    """How every item of a book stands, in the order of its columns."""
    items = items_of(session, book)
    scores = _scores(session, [item.id for item in items])
    settings = read_settings(session)
    found: dict[int, list[SectionStanding]] = defaultdict(list)
    for section in book.synced:
        here = _Here(session, facts_of(session, section.id, settings), [item.id for item in items])
        for item in items:
            found[item.id].append(here.standing(item, scores[item.id]))
    return tuple(_together(item, found[item.id]) for item in items)


def red_dot(session: Session, book: Book) -> bool:
    """Whether not every grade of the book arrived with the last try (C-122)."""
    return book.head.id in red_dots(session, [book])


def red_dots(session: Session, books: Iterable[Book]) -> set[int]:
    """The heads of those books of which not every grade arrived with the last try: an item is in a state of error, or
    the last press failed as a whole.
    """
    heads = {section_id: book.head.id for book in books for section_id in book.section_ids}
    broken = select(LedgerItem.section_id).where(
        LedgerItem.section_id.in_(heads), LedgerItem.state == ItemState.ERROR, LedgerItem.left_behind.is_(False)
    )
    dots = {heads[section_id] for section_id in session.scalars(broken.distinct())}
    ended = select(PassbackRun.section_id, PassbackRun.status).where(
        PassbackRun.section_id.in_(heads), PassbackRun.finished_at.is_not(None)
    )
    last: dict[int, str] = {heads[one]: status for one, status in session.execute(ended.order_by(PassbackRun.id))}
    return dots | {head for head, status in last.items() if status == Status.FAILED}


def left_behind(session: Session, book: Book) -> tuple[LeftBehind, ...]:
    """What was deleted here and is still in the SIS, the latest first."""
    rows = session.execute(
        select(GradeItem, LedgerItem, Section.name)
        .join(LedgerItem, LedgerItem.item_id == GradeItem.id)
        .join(Section, Section.id == LedgerItem.section_id)
        .where(
            LedgerItem.section_id.in_(book.section_ids),
            GradeItem.deleted_at.is_not(None),
            LedgerItem.digest.is_not(None),
        )
        .order_by(GradeItem.deleted_at.desc(), GradeItem.id, Section.name, Section.id)
    )
    return tuple(
        LeftBehind(item.id, item.title, row.section_id, name, item.deleted_at, row.delete_asked)
        for item, row, name in rows
    )


class _Here:
    """One synced section: its facts, its ledger, and how items stand there."""

    def __init__(self, session: Session, facts: SectionFacts, item_ids: Sequence[int]) -> None:
        self._facts = facts
        self._closed = closed(facts.open)
        rows = session.scalars(
            select(LedgerItem).where(LedgerItem.section_id == facts.section_id, LedgerItem.item_id.in_(item_ids))
        )
        self._items = {row.item_id: row for row in rows}
        self._scores = _ledger_scores(session, [row.id for row in self._items.values()])
        self._names = _names(session, {s.account_id for rows in self._scores.values() for s in rows if s.code})

    def standing(self, item: GradeItem, scores: Sequence[Score]) -> SectionStanding:
        row = self._items.get(item.id)
        sent = self._scores[row.id] if row is not None else []
        facts = self._item_facts(item, row)
        problems = (self._closed,) if self._closed else check_item(facts)
        state = ItemState(row.state) if row is not None else ItemState.NEW
        return SectionStanding(
            section_id=self._facts.section_id, section=self._facts.name, state=state,
            last_success=row.sent_at if row is not None else None,
            error=why_of(row.code, row.detail, row.said, row.request_id)
            if row is not None and state is ItemState.ERROR else None,
            refused=tuple(self._refused(sent)), problems=tuple(why_of(*problem) for problem in problems),
            changed=row is None or bool(problems) or self._changed(facts, row, scores, sent),
            request_id=(row.request_id or "") if row is not None else "",
        )  # fmt: skip

    def _item_facts(self, item: GradeItem, row: LedgerItem | None) -> ItemFacts:
        """Any moment will do: when a thing is said is no part of its digest."""
        return item_facts(self._facts, item, row.sis_id if row is not None else "", item.created_at)

    def _changed(self, facts: ItemFacts, row: LedgerItem, scores: Sequence[Score], sent: Sequence[LedgerScore]) -> bool:
        """Whether the bodies that would be sent now are others than the SIS took last (C-132)."""
        if digest(line_item_body(facts, facts.version)) != row.digest:
            return True
        had = {one.account_id: one for one in sent}
        return any(self._score_changed(row, score, had.get(score.account_id)) for score in scores)

    def _score_changed(self, row: LedgerItem, score: Score, had: LedgerScore | None) -> bool:
        sis_id = (had.sis_id or had.made_id) if had is not None else ""
        facts = score_facts(self._facts, row.sis_id, score, sis_id)
        if facts is None:
            return False
        body = result_body(facts, self._facts.version, self._facts.settings)
        return (digest(body) if body is not None else None) != (had.digest if had is not None else None)

    def _refused(self, sent: Sequence[LedgerScore]) -> Iterable[RefusedScore]:
        for one in sent:
            if one.code:
                why = why_of(one.code, one.detail, one.said, one.request_id)
                yield RefusedScore(one.account_id, self._names.get(one.account_id, ""), why)


def _together(item: GradeItem, sections: Sequence[SectionStanding]) -> ItemStanding:
    states = {each.state for each in sections} or {ItemState.NEW}
    moments = [each.last_success for each in sections]
    known = [moment for moment in moments if moment is not None]
    return ItemStanding(
        item.id, item.title, item.kind, item.published, item.due_at, next(s for s in _WORST if s in states),
        min(known) if known and len(known) == len(moments) else None, any(each.changed for each in sections),
        tuple(sections),
    )  # fmt: skip


def _scores(session: Session, item_ids: Sequence[int]) -> Mapping[int, list[Score]]:
    found: dict[int, list[Score]] = defaultdict(list)
    for score in session.scalars(select(Score).where(Score.item_id.in_(item_ids))):
        found[score.item_id].append(score)
    return found


def _ledger_scores(session: Session, ledger_ids: Sequence[int]) -> Mapping[int, list[LedgerScore]]:
    found: dict[int, list[LedgerScore]] = defaultdict(list)
    for row in session.scalars(select(LedgerScore).where(LedgerScore.ledger_item_id.in_(ledger_ids))):
        found[row.ledger_item_id].append(row)
    return found


def _names(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(Account.id, Account.given_name, Account.family_name).where(Account.id.in_(account_ids))
    )
    return {account_id: f"{given} {family}".strip() for account_id, given, family in rows}
