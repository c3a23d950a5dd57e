"""Carries out one press, from wherever it was left (C-137).

1. see which sections of the book are open; what linked ones have for grading tasks has to be the same (C-128);
2. item by item, in the order of the columns: what was deleted here is deleted in the SIS where that was asked for
   (C-135); everything else goes to each of the sections (C-130);
3. how each item stands is written with its last section: successful, or why not; then the item is done;
4. count, say what was left out, close the press.

A press that was killed goes on with the items that are not done. What had arrived of them is unchanged then, and is
not sent again. A refusal of one object is told and left; what concerns all of them ends the press as failed, with what
arrived kept, and the next press goes on there.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consumer.client.errors import ClientError
from consumer.mapping.outcome import Code
from consumer.passback import ledger
from consumer.passback.batches import Pressed, says_something
from consumer.passback.checks import Problem, closed
from consumer.passback.closing import ERROR, NOTE, Said, break_off, cancel_run, close_run, fail_run, refused, say
from consumer.passback.facts import facts_of, open_facts
from consumer.passback.ledger import KnownItem
from consumer.passback.send import LicenseRequired, Refusal, Sender
from consumer.passback.sending import Outcome, SectionAtWork
from consumer.passback.tables import LedgerItem, LedgerScore, PassbackRunItem, Send
from consumer.passback.tasks import compare_tasks
from consumer.passback.wording import GradeCode
from consumer.passback.work import PressAtWork
from consumer.platform.gradebook.books import Book, BookSection, book_of
from consumer.platform.models import Enrollment, GradeItem, Score, Section
from consumer.platform.sections import MEMBER
from consumer.platform.settings import read_settings
from consumer.runs.work import carry_out
from shared.database import will_write


def execute(work: PressAtWork) -> str:
    """Work on a press that this process has taken up, until it ends; how it stands then. See `carry_out`."""
    session = work.session
    return carry_out(
        work,
        lambda: _execute(work),
        lambda: cancel_run(session, work.run, work.clock()),
        lambda error: fail_run(session, work.run, error, work.clock()),
    )


def _execute(work: PressAtWork) -> str:
    """All of it; what ends the press as a whole is told in its log."""
    try:
        press = _Press(work)
        closed_for = press.closed_for()
        return press.send() if closed_for is None else _break_off(work, closed_for)
    except LicenseRequired as refusal:
        return _break_off(work, Refusal(Code.LICENSE_REQUIRED.name, refusal.said, refusal.request_id))
    except ClientError as error:
        call = work.client.transport.request_id or work.roster.transport.request_id
        return _break_off(work, Refusal(error.code, None, call, str(error)))


def _break_off(work: PressAtWork, why: Refusal) -> str:
    work.session.rollback()
    will_write(work.session)
    status = break_off(work.session, work.run, why, work.clock())
    work.session.commit()
    return status


def open_sections(session: Session, book: Book, connection_id: int | None) -> list[BookSection]:
    """The sections of a book to which grades can go, over this connection (C-120, C-139)."""
    return [section for section in book.synced if _why_closed(session, section, connection_id) is None]


def _why_closed(session: Session, section: BookSection, connection_id: int | None) -> Problem | None:
    if section.connection_id != connection_id:
        return Problem(GradeCode.NOT_SYNCED.name)
    return closed(open_facts(session, session.get_one(Section, section.id)))


class _Press:
    """One press: what it is to send and where."""

    def __init__(self, work: PressAtWork) -> None:
        """Reads what is the same for all items. Commits."""
        session = work.session
        work.commit()
        run = work.run
        book = book_of(session, run.section_id)
        if book is None:
            raise LookupError(f"Section {run.section_id} is not there, and its press should have gone with it")
        self._work, self._book = work, book
        self._connection_id = run.connection_id
        self._pressed = Pressed(run.id, run.send == Send.EVERYTHING)
        self._open = open_sections(session, book, run.connection_id)
        settings = read_settings(session)
        facts = [facts_of(session, section.id, settings) for section in self._open]
        self._elsewhere = _elsewhere(session, book, self._open)
        session.commit()
        self._sender = Sender(work.client)
        self._sections = [SectionAtWork(work, self._sender, one, self._pressed) for one in facts]
        self._tasks: Problem | None = None

    def closed_for(self) -> Refusal | None:
        """Why nothing can go anywhere any more."""
        if self._open:
            return None
        session = self._work.session
        problems = [_why_closed(session, section, self._connection_id) for section in self._book.synced]
        session.commit()
        problem = next(filter(None, problems), Problem(GradeCode.NOT_SYNCED.name))
        return Refusal(problem.code, None, "", problem.detail)

    def send(self) -> str:
        """Send all that is not done yet, and close the press."""
        work = self._work
        self._tasks = compare_tasks(work.roster, self._open)
        items, total = self._items()
        for place, (item_id, title, deleted) in enumerate(items):
            work.tell(f"Sending {title}", total - len(items) + place, total)
            if deleted:
                self._delete(item_id)
            else:
                self._send(item_id)
        work.turn()
        say(work.session, self._pressed.run_id, self._left_out())
        status = close_run(work.session, work.run, work.clock())
        work.session.commit()
        return status

    def _items(self) -> tuple[list[tuple[int, str, bool]], int]:
        """(id, title, whether it is deleted here) of the items that are not done; of how many in all."""
        session, mine = self._work.session, PassbackRunItem.run_id == self._pressed.run_id
        rows = session.execute(
            select(GradeItem.id, GradeItem.title, GradeItem.deleted_at)
            .join(PassbackRunItem, PassbackRunItem.item_id == GradeItem.id)
            .where(mine, PassbackRunItem.done.is_(False))
            .order_by(GradeItem.position, GradeItem.id)
        ).all()
        total = session.scalar(select(func.count()).select_from(PassbackRunItem).where(mine)) or 0
        session.commit()
        return [(item_id, title, deleted_at is not None) for item_id, title, deleted_at in rows], total

    def _left_out(self) -> Iterable[Said]:
        """Sections of the book to which nothing could go."""
        session = self._work.session
        for section in self._book.synced:
            problem = _why_closed(session, section, self._connection_id)
            if problem is not None:
                yield Said(NOTE, problem.code, section_id=section.id, detail=problem.detail)

    def _send(self, item_id: int) -> None:
        """An item goes to each of the sections, or, where their grading tasks differ, to none (C-128)."""
        work, outcomes = self._work, []
        known = self._known(item_id)
        for section in self._sections:
            here = known[section.facts.section_id]
            outcomes.append(Outcome(here, (self._tasks,)) if self._tasks else section.send(item_id, here))
        with work.batch():
            self._note(item_id, outcomes)

    def _known(self, item_id: int) -> dict[int, KnownItem]:
        """The item's line items by section; one for a section that was closed at the press is made now."""
        session = self._work.session
        section_ids = [one.facts.section_id for one in self._sections]
        known = {one.section_id: one for one in ledger.known_items(session, item_id)}
        session.commit()
        if known.keys() >= set(section_ids):
            return known
        with self._work.batch():
            ledger.make_items(session, [item_id], section_ids)
        return self._known(item_id)

    def _note(self, item_id: int, outcomes: Sequence[Outcome]) -> None:
        """How the item stands in each section; what is told of it; its numbers; that it is done."""
        session, run_id, now = self._work.session, self._pressed.run_id, self._work.clock()
        left = [] if all(outcome.problems for outcome in outcomes) else list(self._left(item_id, outcomes))
        for outcome in outcomes:
            if outcome.failure is None:
                ledger.note_arrival(session, outcome.known, now)
            else:
                ledger.note_failure(session, outcome.known, outcome.failure)
            say(session, run_id, _errors(item_id, outcome))
        say(session, run_id, left)
        failed = any(outcome.failure for outcome in outcomes)
        sent = any(one.sent_in == run_id for one in ledger.known_items(session, item_id))
        self._work.count(
            items_failed=int(failed), items_sent=int(sent and not failed), items_unchanged=int(not (sent or failed)),
            scores_unchanged=sum(outcome.unchanged for outcome in outcomes),
            scores_failed=sum(len(outcome.refused) for outcome in outcomes), scores_skipped=len(left),
        )  # fmt: skip
        _done(session, run_id, item_id)

    def _left(self, item_id: int, outcomes: Sequence[Outcome]) -> Iterable[Said]:
        """Students with something to send who are in no section of the book any more (C-136)."""
        session = self._work.session
        here = self._elsewhere.union(*(section.facts.students for section in self._sections))
        for outcome in outcomes:
            for account_id in outcome.left:
                if account_id not in here:
                    yield _gone(item_id, account_id, outcome.known.section_id)
        went = select(LedgerScore.account_id).join(LedgerItem, LedgerItem.id == LedgerScore.ledger_item_id)
        known = set(session.scalars(went.where(LedgerItem.item_id == item_id)))
        for score in session.scalars(select(Score).where(Score.item_id == item_id).order_by(Score.account_id)):
            if score.account_id not in here and score.account_id not in known and says_something(score):
                yield _gone(item_id, score.account_id)

    def _delete(self, item_id: int) -> None:
        """An item that was deleted here goes from the SIS where that was asked for (C-135)."""
        session, work, run_id = self._work.session, self._work, self._pressed.run_id
        asked = ledger.to_delete(session, item_id, [section.id for section in self._open])
        session.commit()
        reasons = [(known, self._sender.delete("lineItems", known.sis_id)) for known in asked]
        kept = any(why for _, why in reasons)
        with work.batch():
            for known, why in reasons:
                if why is None:
                    ledger.note_deleted(session, known)
                    say(session, run_id, [Said(NOTE, GradeCode.ITEM_DELETED.name, item_id, known.section_id)])
                else:
                    ledger.note_failure(session, known, why)
                    say(session, run_id, [refused(why, item_id, known.section_id)])
            work.count(items_removed=int(bool(asked) and not kept), items_failed=int(kept))
            _done(session, run_id, item_id)


def _elsewhere(session: Session, book: Book, sections: Sequence[BookSection]) -> set[int]:
    """Members of sections of the book to which nothing goes: nothing is said about them (C-130)."""
    others = set(book.section_ids) - {section.id for section in sections}
    rows = select(Enrollment.account_id).where(Enrollment.section_id.in_(others), Enrollment.role == MEMBER)
    return set(session.scalars(rows))


def _errors(item_id: int, outcome: Outcome) -> Iterable[Said]:
    """What went wrong with an item in one section."""
    section_id = outcome.known.section_id
    for problem in outcome.problems:
        yield Said(ERROR, problem.code, item_id, section_id, detail=problem.detail)
    if outcome.why is not None:
        yield refused(outcome.why, item_id, section_id)
    for account_id, why in outcome.refused.items():
        yield refused(why, item_id, section_id, account_id)


def _gone(item_id: int, account_id: int, section_id: int | None = None) -> Said:
    return Said(NOTE, GradeCode.STUDENT_LEFT.name, item_id, section_id, account_id)


def _done(session: Session, run_id: int, item_id: int) -> None:
    mine = update(PassbackRunItem).where(PassbackRunItem.run_id == run_id, PassbackRunItem.item_id == item_id)
    session.execute(mine.values(done=True).execution_options(synchronize_session=False))
