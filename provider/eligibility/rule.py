"""What a rule is, and the two things done with it: deciding and explaining.

A rule is a row. `decide` walks the rows until one fails; `check` walks the same rows to the end and reports each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from provider.eligibility.context import Context

ACTIVE = "active"
TOBEDELETED = "tobedeleted"

Row = TypeVar("Row")


class Where(NamedTuple):
    """Where a person changes what a rule looked at: the page in the SIS and the column (`table.column`)."""

    page: str
    column: str


class Holder(NamedTuple):
    """The row that holds a value, where it is not the one that the rule looked at: of a value that is inherited."""

    table: str
    id: int
    column: str
    words: str


class Rule(NamedTuple, Generic[Row]):
    """A condition for a row to be published.

    number    the P number that it obeys
    sentence  the condition, in words
    holds     whether the row meets it
    value     the value that decides, as text for people
    where     where to change it
    exclude   an External LMS Exclude: with `tombstone_on_exclude` the record stays as tobedeleted (P-75)
    rests     what decides stands in other rows, of which an explanation tells as well
    holder    the row that holds the value, where that is known only when it is looked at
    """

    number: str
    sentence: str
    holds: Callable[[Row, Context], bool]
    value: Callable[[Row, Context], str]
    where: Where
    exclude: bool = False
    rests: bool = False
    holder: Callable[[Row, Context], Holder | None] = lambda _row, _context: None


class StatusRule(NamedTuple, Generic[Row]):
    """Gives a published row its status. The first that applies decides; a row to which none applies is active."""

    number: str
    sentence: str
    applies: Callable[[Row, Context], bool]
    status: str
    value: Callable[[Row, Context], str]
    where: Where


class Rules(NamedTuple, Generic[Row]):
    """All rules of one entity, in the order in which they are asked."""

    entity: str
    conditions: Sequence[Rule[Row]]
    statuses: Sequence[StatusRule[Row]] = ()


class Included(NamedTuple):
    """Published, with this status, given by this rule ("" when no status rule applied)."""

    status: str
    number: str


class Excluded(NamedTuple):
    """Omitted, by the rule of this number and sentence."""

    number: str
    sentence: str


Decision = Included | Excluded

#: The ordinary answer, made once: most rows are simply active.
PUBLISHED = Included(ACTIVE, "")

#: A row that something refers to and that is not there.
MISSING = Excluded("P-81", "The record that this one refers to exists.")


@cache
def _excluded(number: str, sentence: str) -> Excluded:
    """One object per rule: a pass remembers several omissions of every person."""
    return Excluded(number, sentence)


def decide(rules: Rules[Row], row: Row, context: Context) -> Decision:
    """Whether `row` is published, and with which status."""
    tombstone = False
    for rule in rules.conditions:
        if not rule.holds(row, context):
            if not (rule.exclude and context.tombstones):
                return _excluded(rule.number, rule.sentence)
            tombstone = True
    if tombstone:
        return Included(TOBEDELETED, "P-75")
    for status in rules.statuses:
        if status.applies(row, context):
            return Included(status.status, status.number)
    return PUBLISHED


class Check(NamedTuple):
    """One rule as it came out for one row. `status` is what a status rule gives; `passed` None: it did not decide.
    `rests` and `holder` as in `Rule`."""

    number: str
    sentence: str
    passed: bool | None
    value: str
    where: Where
    status: str | None = None
    rests: bool = False
    holder: Holder | None = None


def check(rules: Rules[Row], row: Row, context: Context) -> tuple[Check, ...]:
    """Every rule of `rules` for `row`: conditions with pass or fail, status rules with whether they decided."""
    checks = [
        Check(rule.number, rule.sentence, rule.holds(row, context), rule.value(row, context), rule.where,
              rests=rule.rests, holder=rule.holder(row, context))
        for rule in rules.conditions
    ]  # fmt: skip
    undecided = all(one.passed for one in checks)
    for status in rules.statuses:
        decides = undecided and status.applies(row, context)
        undecided = undecided and not decides
        passed, value = (True if decides else None), status.value(row, context)
        checks.append(Check(status.number, status.sentence, passed, value, status.where, status.status))
    return tuple(checks)
