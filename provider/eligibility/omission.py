"""The one rule that best tells why a person is not published at all, from decisions that a pass has made already."""

from typing import Any

from provider.eligibility.context import Context
from provider.eligibility.rule import Excluded, Included, Rules
from provider.eligibility.rules import relations, staff, students
from provider.eligibility.rules.users import USERS

#: Nothing of the active year says anything of the person (P-01).
NOT_CONCERNED = Excluded("P-01", "The person has an enrollment in the active year, an assignment or a relationship.")

#: What each role of a person rests on, decided by rules of its own.
_EVIDENCE: dict[str, Rules[Any]] = {
    "s": students.ENROLLMENTS, "t": staff.TEACHING, "a": staff.OTHER, "g": relations.GUARDIAN, "r": relations.RELATIVE,
}  # fmt: skip


def _places(rules: Rules[Any]) -> dict[Excluded, int]:
    return {Excluded(rule.number, rule.sentence): place for place, rule in enumerate(rules.conditions)}


_OF_ROLE = {letter: _places(USERS[letter]) for letter in _EVIDENCE}
_OF_EVIDENCE = {letter: _places(rules) for letter, rules in _EVIDENCE.items()}


def why_omitted(context: Context, person_id: int) -> Excluded:
    """The rule that holds back a person who is published in no role: of all roles that any row speaks for, the one that
    came furthest through the rules. A role that lacks rows that count is held back by the rule of such a row: an
    exclude (P-15), rather than that no enrollment counts (P-13)."""
    best, furthest = NOT_CONCERNED, (-1, -1)
    evidence = context.facts.evidence
    for letter in _EVIDENCE:
        if person_id not in evidence[letter]:
            continue
        decision = context.role(person_id, letter)
        if isinstance(decision, Included):
            continue
        place = _OF_ROLE[letter][decision]
        if place:
            candidates = [((1, place), decision)]
        else:
            candidates = [((0, _OF_EVIDENCE[letter][one]), one) for one in context.not_counting(person_id, letter)]
        for reached, one in candidates:
            if reached > furthest:
                best, furthest = one, reached
    return best
