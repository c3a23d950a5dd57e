"""What of an item's scores is to be sent to one section, and how: compared with what the SIS took last (C-132). Pure.

Comparing again is resuming: what has arrived is unchanged, whichever press brought it there (C-137).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consumer.passback.facts import SectionFacts, score_facts
from consumer.passback.ledger import KnownScore
from consumer.passback.values import Body, digest, result_body
from consumer.platform.models import Score


@dataclass(frozen=True, slots=True)
class ToSend:
    """A result to send: its row in the ledger, and its body under the sourcedId under which it goes."""

    known: KnownScore
    body: Body

    @property
    def supplied(self) -> str:
        """The body's sourcedId, in a bulk POST the supplied one."""
        return str(self.body["sourcedId"])

    def digest(self, sis_id: str) -> str:
        """Of the body as the SIS has it under this sourcedId."""
        return digest(self.body | {"sourcedId": sis_id})


@dataclass(frozen=True, slots=True)
class ScorePlan:
    """What to do with an item's results in one section.

    new        the SIS never had them: they may go together; changed: it has them, or had
    gone       it has them, and they were cleared here
    unchanged  it has them as they are here, not counting what this press has sent already
    settled    rows of the ledger that say that something was refused which is not to be sent any more
    left       accounts with something to send that are not in the section any more (C-136)
    """

    new: tuple[ToSend, ...]
    changed: tuple[ToSend, ...]
    gone: tuple[KnownScore, ...]
    unchanged: int
    settled: tuple[int, ...]
    left: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many objects go to the SIS."""
        return len(self.new) + len(self.changed) + len(self.gone)


@dataclass(frozen=True, slots=True)
class Pressed:
    """Which press it is, and whether it sends everything or what has changed (C-132)."""

    run_id: int
    everything: bool


def with_something_to_send(section: SectionFacts, line_item: str, scores: Iterable[Score]) -> list[int]:
    """Accounts of students of the section whose score says something (C-134)."""
    found = []
    for score in scores:
        facts = score_facts(section, line_item, score, "")
        if facts is not None and result_body(facts, section.version, section.settings) is not None:
            found.append(score.account_id)
    return found


def plan_scores(
    section: SectionFacts,
    line_item: str,
    scores: Mapping[int, Score],
    known: Mapping[int, KnownScore],
    pressed: Pressed,
) -> ScorePlan:
    """Compare the scores of an item, by account, with what the SIS has of `line_item`."""
    new: list[ToSend] = []
    changed: list[ToSend] = []
    gone: list[KnownScore] = []
    settled: list[int] = []
    unchanged = 0
    for account_id, row in known.items():
        if account_id not in section.students:
            continue
        body = _body(section, line_item, scores.get(account_id), row)
        if body is None:
            if row.digest is not None:
                gone.append(row)
            elif row.code is not None:
                settled.append(row.id)
        elif _is_to_go(row, digest(body), pressed):
            (new if row.sis_id is None and row.digest is None else changed).append(ToSend(row, body))
        else:
            unchanged += row.sent_in != pressed.run_id
            if row.code is not None:
                settled.append(row.id)
    left = tuple(_left(section, scores, known, pressed))
    return ScorePlan(tuple(new), tuple(changed), tuple(gone), unchanged, tuple(settled), left)


def says_something(score: Score) -> bool:
    """Whether there is anything to send of a score, in whatever version (C-134)."""
    return score.exempt or score.missing or score.points is not None


def _body(section: SectionFacts, line_item: str, score: Score | None, row: KnownScore) -> Body | None:
    facts = score_facts(section, line_item, score, row.result_id) if score is not None else None
    return None if facts is None else result_body(facts, section.version, section.settings)


def _is_to_go(row: KnownScore, now: str, pressed: Pressed) -> bool:
    """Sent with everything: all that this press has not sent yet."""
    return row.digest != now or (pressed.everything and row.sent_in != pressed.run_id)


def _left(
    section: SectionFacts, scores: Mapping[int, Score], known: Mapping[int, KnownScore], pressed: Pressed
) -> Iterable[int]:
    """Students whom the SIS has taken out of the section, and whose score is another than it has."""
    for account_id, row in known.items():
        score = scores.get(account_id)
        if account_id in section.students or score is None or not says_something(score):
            continue
        if pressed.everything or row.sent_at is None or score.changed_at > row.sent_at:
            yield account_id
