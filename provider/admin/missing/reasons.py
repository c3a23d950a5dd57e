"""What holds a record back: of all rules that were asked, those that failed and matter, the one that decides first.

A role is told of when the SIS means it: an assignment that is marked Teacher means a teacher, one that is marked
Counselor does not. Of what a role rests on (enrollments, assignments, relationships), only that of a role that is not
published holds anything back.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from provider.eligibility.explain import Block
from provider.eligibility.rule import Check, Included
from provider.publishing.explain import Explanation

#: The marks that mean a role: the rules of its evidence that look at them.
_MARKS = {"t": ("P-24",), "a": ("P-34", "P-33"), "g": ("P-42",), "r": ("P-43",)}
#: The role that is told of when no row of its evidence has marks that mean one. Of relationships only for somebody who
#: is not published at all: those of emergency contacts and the like mean none on purpose.
_UNMARKED = {"assignment": "a", "relationship": "r"}


class Reason(NamedTuple):
    """A rule that failed, for the row of a block."""

    check: Check
    block: Block


class Held(NamedTuple):
    """What is held back ("as student"; "" for a record that is one), by what: `decisive` first, then what follows."""

    what: str
    decisive: tuple[Reason, ...]
    following: tuple[Reason, ...]


def reasons(explained: Explanation) -> list[Held]:
    """What holds back the record of an explanation; [] when nothing that is meant is held back."""
    if explained.entity != "users":
        published = any(verdict.status for verdict in explained.verdicts)
        return [] if published else [_held("", _mattering(explained.blocks))]
    roles = _roles(explained.blocks)
    published = any(_published(role[0]) for role in roles)
    meant = [role for role in roles if _is_meant(role)]
    told = {block.table for role in meant for block in _evidence(role)} | ({"relationship"} if published else set())
    meant += [role for role in roles if any(block.table not in told for block in _unmarked(role))]
    held = [_held(role[0].heading, _mattering(_marked(role))) for role in meant if not _published(role[0])]
    if held or published:
        return held
    # Nothing in the SIS gives this person any role.
    return [_held(role[0].heading, [Reason(role[0].checks[0], role[0])]) for role in roles if role[0].letter in "sa"]


def _roles(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks of each role: its own, then its evidence."""
    roles: list[list[Block]] = []
    for block in blocks:
        if block.letter:
            roles.append([])
        roles[-1].append(block)
    return roles


def _evidence(role: Sequence[Block]) -> list[Block]:
    return [block for block in role[1:] if block.table in ("enrollment", "assignment", "relationship")]


def _marked(role: Sequence[Block]) -> list[Block]:
    """A role with those rows of its evidence alone that mean it, where there are any."""
    evidence = _evidence(role)
    other = [block for block in evidence if _fails(block, _MARKS.get(role[0].letter, ()))]
    return list(role) if len(other) == len(evidence) else [block for block in role if block not in other]


def _is_meant(role: Sequence[Block]) -> bool:
    letter = role[0].letter
    if letter == "s":
        return any(block.table == "enrollment" for block in role[1:])
    marks = _MARKS.get(letter, ())
    return any(not _fails(block, marks) for block in _evidence(role)) if marks else False


def _unmarked(role: Sequence[Block]) -> list[Block]:
    """The evidence of a role that is told of when no marks mean one."""
    return [block for block in _evidence(role) if _UNMARKED.get(block.table) == role[0].letter]


def _fails(block: Block, numbers: Sequence[str]) -> bool:
    return any(one.passed is False for one in block.checks if one.number in numbers)


def _mattering(blocks: Sequence[Block]) -> list[Reason]:
    """The rules that failed, but those of evidence that does not matter, because the role it gives is published."""
    found, given = [], False
    for block in blocks:
        if block.table == "person":
            given = _published(block)
        elif given and block.table in ("enrollment", "assignment", "relationship", "school"):
            continue
        found += [Reason(one, block) for one in block.checks if one.passed is False]
    return found


def _held(what: str, failed: Sequence[Reason]) -> Held:
    decisive = tuple(reason for reason in failed if not reason.check.rests)
    following = tuple(reason for reason in failed if reason.check.rests)
    return Held(what, decisive, following) if decisive else Held(what, following, ())


def _published(block: Block) -> bool:
    return isinstance(block.decision, Included)


def first_reason(explained: Explanation) -> Reason | None:
    """The rule that decides, of the first that is held back."""
    found = chain.from_iterable(held.decisive for held in reasons(explained))
    return next(found, None)
