"""What platforms get of a section, of its staff history and of its roster, decided and told by the rules themselves.

A row is decided for both versions of OneRoster: who has no username is in one and not in the other (P-07).
"""

from datetime import date
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy.orm import Session

from provider.admin.mending import value_address
from provider.admin.records.address import record_address
from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.explain import Block, explain_class, explain_course
from provider.eligibility.facts import Keys
from provider.eligibility.rule import TOBEDELETED, Check, Included, Rules, check, decide
from provider.eligibility.rules.memberships import PRIMARY, ROSTERS, SECTION_STAFF
from provider.publishing.load import load_facts
from shared.oneroster.versions import Version


class Why(NamedTuple):
    """A rule that decides: its number and sentence, the value that it looked at, the page that holds the value and the
    address of that page, "" where it is this one."""

    number: str
    sentence: str
    value: str
    page: str
    address: str


class Outcome(NamedTuple):
    """What becomes of a row, in words and their color. `versions`: "" for both; `why`: the rule that decides it."""

    versions: str
    words: str
    kind: str
    why: Why | None


class StaffOutcome(NamedTuple):
    """What becomes of a row of Section Staff History; `primary` as platforms are told (P-27, P-28)."""

    outcomes: tuple[Outcome, ...]
    primary: str


class RosterOutcome(NamedTuple):
    """What becomes of a roster row, with the days that platforms are told (P-76, P-77), the last one inclusive."""

    outcomes: tuple[Outcome, ...]
    first: date
    last: date


class SectionOutcomes(NamedTuple):
    """`held`: the conditions that the section or its course does not meet, each with the way to mend it."""

    held: tuple[Why, ...]
    staff: dict[int, StaffOutcome]
    rosters: dict[int, RosterOutcome]


def outcomes_of_section(session: Session, section_id: int, today: date) -> SectionOutcomes:
    """What the rules make of a section and of everybody in it, as the SIS is now."""
    facts = load_facts(session, today, Keys(sections=frozenset({section_id})))
    contexts = [Context(facts, Edition(version)) for version in Version]
    section, context = facts.sections[section_id], contexts[0]
    staff = [row for row in facts.section_staff if row.section_id == section_id]
    rosters = [row for row in facts.rosters() if row.section_id == section_id]
    return SectionOutcomes(
        _held(session, explain_class(context, section)),
        {row.id: StaffOutcome(_outcomes(SECTION_STAFF, row, contexts), PRIMARY.get(row.role, "")) for row in staff},
        {row.id: _roster(row, contexts) for row in rosters},
    )


def held_course(session: Session, course_id: int, today: date) -> tuple[Why, ...]:
    """The conditions that a course does not meet (P-68, P-69, P-73)."""
    facts = load_facts(session, today, Keys(courses=frozenset({course_id})))
    return _held(session, explain_course(Context(facts, Edition(Version.V1P2)), facts.courses[course_id]))


def _held(session: Session, blocks: list[Block]) -> tuple[Why, ...]:
    """What is not met and rests on no other row."""
    return tuple(
        Why(one.number, one.sentence, one.value, one.where.page, _mend(session, block, one))
        for block in blocks
        for one in block.checks
        if one.passed is False and not one.rests
    )


def _mend(session: Session, block: Block, one: Check) -> str:
    if one.holder:
        return record_address(one.holder.table, one.holder.id, one.holder.column)
    return value_address(session, one.where.column, block.table, block.id) or ""


def _roster(row: rows.Roster, contexts: list[Context]) -> RosterOutcome:
    first, last = contexts[0].section_days(row.section_id)
    return RosterOutcome(_outcomes(ROSTERS, row, contexts), row.start_date or first, row.end_date or last)


def _outcomes(rules: Rules[Any], row: Any, contexts: list[Context]) -> tuple[Outcome, ...]:
    """One for both versions where they agree."""
    found = [_outcome(rules, row, context) for context in contexts]
    if all(one[1:3] == found[0][1:3] for one in found):
        return (found[-1]._replace(versions=""),)
    return tuple(found)


def _outcome(rules: Rules[Any], row: Any, context: Context) -> Outcome:
    version, decision = f"OneRoster {context.edition.version}", decide(rules, row, context)
    if not isinstance(decision, Included):
        failed = next(one for one in check(rules, row, context) if one.passed is False)
        return Outcome(version, "Not published", "bad", _why(failed, row, context))
    if decision.status == TOBEDELETED:
        gives = next((one for one in check(rules, row, context) if one.status and one.passed), None)
        return Outcome(version, "To be deleted", "warn", _why(gives, row, context) if gives else None)
    return Outcome(version, "Published", "good", None)


def _why(one: Check, row: Any, context: Context) -> Why:
    """The address is found without asking the database: a roster is long. Where a rule rests on what was decided of the
    person, that is the value, and the page is theirs."""
    table, _, column = one.where.column.partition(",")[0].partition(".")
    if table in ("section_staff", "roster"):
        return Why(one.number, one.sentence, one.value, one.where.page, record_address(table, row.id, column))
    if table not in ("assignment", "enrollment"):
        return Why(one.number, one.sentence, one.value, one.where.page, "")
    decided = context.role(row.person_id, "s" if isinstance(row, rows.Roster) else "t")
    told = not context.published(decided) or context.gone(decided)
    value = context.decision_text(decided) if told else one.value
    return Why(one.number, one.sentence, value, one.where.page, url_for("people.person", person_id=row.person_id))
