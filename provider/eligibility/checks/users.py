"""Checks of what people are known by: usernames (P-07, P-10, P-11), names, email addresses (P-61 … P-63)."""

from collections import defaultdict
from collections.abc import Iterator

from provider.eligibility.checks.check import Found, Survey, roles_text
from provider.eligibility.context import Context
from provider.eligibility.rule import Excluded
from provider.eligibility.rules.users import LETTERS

#: Others with the same address that a text names.
_NAMED = 3


def _held_by(context: Context, number: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The people to whom nothing but a rule of people denies roles, with the letters of these."""
    evidence = {letter: found for letter, found in context.facts.evidence.items() if letter != "x"}
    for person_id in context.facts.people:
        letters = []
        for letter in LETTERS:
            if person_id in evidence.get(letter, ()):
                decision = context.role(person_id, letter)
                if isinstance(decision, Excluded) and decision.number == number:
                    letters.append(letter)
        if letters:
            yield person_id, tuple(letters)


def without_username(survey: Survey) -> Iterator[Found]:
    for person_id, letters in _held_by(survey.old, "P-07"):
        yield Found("person", person_id, f"{survey.person(person_id)}, {roles_text(letters)}")


def blank_username(survey: Survey) -> Iterator[Found]:
    for person_id, accounts in survey.facts.accounts.items():
        for row in accounts:
            if not row.username.strip():
                yield Found("user_account", row.id, f"{row.kind} account of {survey.person(person_id)}")


def username_with_blanks(survey: Survey) -> Iterator[Found]:
    for person_id, accounts in survey.facts.accounts.items():
        for row in accounts:
            blank = any(letter.isspace() for letter in row.username) and row.username.strip()
            if blank and person_id in survey.published:
                text = f"“{row.username}”, {row.kind} account of {survey.person(person_id)}"
                yield Found("user_account", row.id, text)


def without_name(survey: Survey) -> Iterator[Found]:
    for person_id, letters in _held_by(survey.new, "SPEC"):
        yield Found("person", person_id, f"{survey.person(person_id)}, {roles_text(letters)}")


def without_email(survey: Survey) -> Iterator[Found]:
    for person_id, letters in survey.published.items():
        contact = survey.facts.contacts.get(person_id)
        if contact is None or not (contact.email or "").strip():
            yield Found("person", person_id, f"{survey.person(person_id)}, {roles_text(letters)}")


def without_secondary_email(survey: Survey) -> Iterator[Found]:
    if not (survey.facts.switches.secondary_email_1p1 or survey.secondary_1p2):
        return
    for person_id, letters in survey.published.items():
        contact = survey.facts.contacts.get(person_id)
        if contact is None or not (contact.secondary_email or "").strip():
            yield Found("person", person_id, f"{survey.person(person_id)}, {roles_text(letters)}")


def shared_email(survey: Survey) -> Iterator[Found]:
    owners: dict[str, list[int]] = defaultdict(list)
    for person_id in survey.published:
        contact = survey.facts.contacts.get(person_id)
        if contact is not None and (contact.email or "").strip():
            owners[str(contact.email).strip().casefold()].append(person_id)
    for address, found in owners.items():
        for person_id in found if len(found) > 1 else ():
            others = [survey.person(other) for other in found if other != person_id]
            more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            text = f"{address} of {survey.person(person_id)}; also of {', '.join(others[:_NAMED])}{more}"
            yield Found("contact", person_id, text)
