"""An item is sent to one section: its line item, then its results (C-130 … C-138).

1. check the item; what is wrong with it is told, and nothing is sent;
2. PUT the line item where it differs from what the SIS took last;
3. look in the SIS for results of which a bulk POST was begun and its answer never noted;
4. new results by bulk POST where the provider has it, else by PUT; changed ones by PUT; cleared ones by DELETE.

Nothing of the database is held while the SIS is called. What it has taken is committed batch by batch, so that whoever
takes the press up again has only to compare again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from consumer.passback import ledger
from consumer.passback.batches import Pressed, ScorePlan, ToSend, plan_scores, with_something_to_send
from consumer.passback.checks import Problem, check_item
from consumer.passback.closing import NOTE, Said, say
from consumer.passback.facts import SectionFacts, item_facts
from consumer.passback.ledger import Arrived, KnownItem, KnownScore
from consumer.passback.send import Posted, Refusal, Sender
from consumer.passback.values import Body, digest, line_item_body
from consumer.passback.wording import GradeCode
from consumer.passback.work import PressAtWork
from consumer.platform.models import GradeItem, Score
from shared.database import chunks
from shared.oneroster.versions import Version

#: Results of one bulk POST, and of those that go one by one how many are noted together.
POSTED, NOTED = 100, 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item in one section. Nothing went wrong where `problems`, `why` and `refused` are empty.

    problems  what its checks found (C-133); why: the SIS did not take its line item
    refused   account id -> why the SIS did not take the score
    """

    known: KnownItem
    problems: tuple[Problem, ...] = ()
    why: Refusal | None = None
    refused: dict[int, Refusal] = field(default_factory=dict)
    unchanged: int = 0
    left: tuple[int, ...] = ()

    @property
    def failure(self) -> Refusal | None:
        """The first reason why not all of it arrived."""
        if self.problems:
            return Refusal(self.problems[0].code, None, "", self.problems[0].detail)
        if self.why is None and self.refused:
            return Refusal(GradeCode.SOME_REFUSED.name, None, "")
        return self.why


class SectionAtWork:
    """A section to which a press sends items."""

    def __init__(self, work: PressAtWork, sender: Sender, facts: SectionFacts, pressed: Pressed) -> None:
        """Asks the database what the provider can do; a press that sends everything asks the provider anew. Commits."""
        self.facts = facts
        self._work, self._sender, self._pressed = work, sender, pressed
        self._connection_id = work.run.connection_id
        known = pressed.everything or ledger.has_bulk_post(work.session, self._connection_id)
        self._bulk = known and facts.version is Version.V1P2
        work.session.commit()

    def send(self, item_id: int, known: KnownItem) -> Outcome:
        """Send an item. Raises LicenseRequired, ClientError, and what `PressAtWork.commit` does."""
        work = self._work
        facts = item_facts(self.facts, work.session.get_one(GradeItem, item_id), known.sis_id, work.clock())
        problems = check_item(facts)
        body = {} if problems else line_item_body(facts, self.facts.version)
        work.session.commit()
        if problems:
            return Outcome(known, problems)
        why = self._send_line_item(known, body)
        if why is not None:
            return Outcome(known, why=why)
        self._look_for_posted(known)
        plan = self._plan(item_id, known)
        refused = self._send_new(known, plan.new) | self._put(known, plan.changed)
        refused |= self._remove(item_id, known, plan.gone)
        return Outcome(known, refused=refused, unchanged=plan.unchanged, left=plan.left)

    def _send_line_item(self, known: KnownItem, body: Body) -> Refusal | None:
        """Step 2."""
        now = digest(body)
        again = self._pressed.everything and known.sent_in != self._pressed.run_id
        if known.digest == now and not again:
            return None
        with self._work.batch():
            ledger.begin_line_item(self._work.session, known)
        why = self._sender.put_line_item(known.sis_id, body)
        if why is not None:
            if why.certain:
                with self._work.batch():
                    ledger.restore_line_item(self._work.session, known)
            return why
        with self._work.batch():
            ledger.note_line_item(self._work.session, known, now, self._pressed.run_id, self._sender.request_id)
        return None

    def _look_for_posted(self, known: KnownItem) -> None:
        """Step 3."""
        session = self._work.session
        rows = [row for row in ledger.known_scores(session, known.id).values() if row.posted]
        session.commit()
        self._adopt(known, rows)

    def _adopt(self, known: KnownItem, rows: Iterable[KnownScore]) -> dict[int, str | None]:
        """Take over what the SIS has of these results; by the row's id, its sourcedId there or None. Those of students
        who are not in the section any more are left as they are.
        """
        asked = {row.id: self.facts.students[row.account_id] for row in rows if row.account_id in self.facts.students}
        if not asked:
            return {}
        there = self._sender.results_of(self.facts.place.class_id, known.sis_id)
        found = {row_id: there.get(student) for row_id, student in asked.items()}
        with self._work.batch():
            ledger.adopt(self._work.session, found)
        return found

    def _plan(self, item_id: int, known: KnownItem) -> ScorePlan:
        """Compare, with a row in the ledger for everything that is to be sent."""
        plan, unknown = self._compare(item_id, known)
        if unknown:
            with self._work.batch():
                ledger.make_scores(self._work.session, known.id, unknown)
            plan, _ = self._compare(item_id, known)
        if plan.settled:
            with self._work.batch():
                ledger.note_settled(self._work.session, plan.settled)
        return plan

    def _compare(self, item_id: int, known: KnownItem) -> tuple[ScorePlan, list[int]]:
        """What is to be done with results that have a row, and the accounts that need one."""
        session = self._work.session
        scores = {row.account_id: row for row in session.scalars(select(Score).where(Score.item_id == item_id))}
        rows = ledger.known_scores(session, known.id)
        wanted = with_something_to_send(self.facts, known.sis_id, scores.values())
        plan = plan_scores(self.facts, known.sis_id, scores, rows, self._pressed)
        session.commit()
        return plan, [account_id for account_id in wanted if account_id not in rows]

    def _send_new(self, known: KnownItem, new: Sequence[ToSend]) -> dict[int, Refusal]:
        """Results that the SIS never had; by account, why it did not take one."""
        refused: dict[int, Refusal] = {}
        for batch in chunks(new, POSTED):
            refused |= self._post(known, batch) if self._bulk else self._put(known, batch)
        return refused

    def _post(self, known: KnownItem, batch: Sequence[ToSend]) -> dict[int, Refusal]:
        """A bulk POST. What its answer says nothing about is looked for in the SIS and sent by PUT; likewise all of it
        where the provider takes no bulk POST, which is remembered once it has taken a PUT instead.
        """
        session = self._work.session
        with self._work.batch():
            ledger.begin_post(session, (one.known.id for one in batch))
        posted = self._sender.post_results(known.sis_id, [one.body for one in batch])
        refused = self._note_posted(known, batch, posted)
        rest = [one for one in batch if one.supplied not in posted.pairs and one.supplied not in posted.refused]
        if not rest:
            return refused
        found: dict[int, str | None] = {one.known.id: None for one in rest}
        if posted.doubtful:
            found = self._adopt(known, (one.known for one in rest))
        else:
            with self._work.batch():
                ledger.adopt(session, found)
        single = self._put(known, [_under(one, found.get(one.known.id)) for one in rest])
        if not posted.bulk and len(single) < len(rest):
            self._bulk = False
            with self._work.batch():
                ledger.note_bulk_post(session, self._connection_id, False)
        return refused | single

    def _note_posted(self, known: KnownItem, batch: Sequence[ToSend], posted: Posted) -> dict[int, Refusal]:
        """Note what a bulk POST says of each result; by account, why one was refused."""
        taken = [
            Arrived(one.known.id, sis_id, one.digest(sis_id), self._sender.request_id)
            for one in batch
            if (sis_id := posted.pairs.get(one.supplied)) is not None
        ]
        refused = [(one.known, why) for one in batch if (why := posted.refused.get(one.supplied)) is not None]
        self._note(known, taken, refused, known_bulk=bool(taken))
        return {row.account_id: why for row, why in refused}

    def _put(self, known: KnownItem, batch: Sequence[ToSend]) -> dict[int, Refusal]:
        """Results one by one; by account, why the SIS did not take one."""
        refused: dict[int, Refusal] = {}
        for portion in chunks(batch, NOTED):
            taken: list[Arrived] = []
            not_taken: list[tuple[KnownScore, Refusal]] = []
            self._begin(one.known for one in portion)
            for one in portion:
                why = self._sender.put_result(one.supplied, one.body)
                if why is None:
                    arrived = Arrived(one.known.id, one.supplied, digest(one.body), self._sender.request_id)
                    taken.append(arrived)
                else:
                    not_taken.append((one.known, why))
            self._note(known, taken, not_taken)
            refused |= {row.account_id: why for row, why in not_taken}
        return refused

    def _begin(self, rows: Iterable[KnownScore]) -> None:
        """Calls about these results follow: until their answers are noted nobody knows what the SIS has."""
        with self._work.batch():
            ledger.begin_scores(self._work.session, (row.id for row in rows))

    def _note(
        self, known: KnownItem, taken: Sequence[Arrived], refused: Sequence[tuple[KnownScore, Refusal]],
        known_bulk: bool = False,
    ) -> None:  # fmt: skip
        session = self._work.session
        with self._work.batch():
            ledger.note_arrived(session, known, taken, self._pressed.run_id, self._work.clock())
            ledger.note_refused(session, refused)
            if known_bulk:
                ledger.note_bulk_post(session, self._connection_id, True)
            self._work.count(scores_sent=len(taken))

    def _remove(self, item_id: int, known: KnownItem, gone: Sequence[KnownScore]) -> dict[int, Refusal]:
        """Results that were cleared here; by account, why the SIS did not delete one."""
        refused: dict[int, Refusal] = {}
        session, run_id, section_id = self._work.session, self._pressed.run_id, self.facts.section_id
        for portion in chunks(gone, NOTED):
            removed: list[KnownScore] = []
            kept: list[tuple[KnownScore, Refusal]] = []
            self._begin(portion)
            for row in portion:
                why = self._sender.delete("results", row.result_id)
                if why is None:
                    removed.append(row)
                else:
                    kept.append((row, why))
            refused |= {row.account_id: why for row, why in kept}
            with self._work.batch():
                ledger.note_removed(session, known, [row.id for row in removed], run_id)
                ledger.note_refused(session, kept)
                told = GradeCode.SCORE_DELETED.name
                say(session, run_id, (Said(NOTE, told, item_id, section_id, row.account_id) for row in removed))
                self._work.count(scores_removed=len(removed))
        return refused


def _under(one: ToSend, sis_id: str | None) -> ToSend:
    """The result under the sourcedId that the SIS turned out to have it under."""
    return one if sis_id is None else ToSend(one.known, one.body | {"sourcedId": sis_id})
