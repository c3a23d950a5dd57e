"""How a person stands with platforms that see all schools and all data, by version: the records and roles they get, or
what holds the person back. The rules' own answer.
"""

from collections.abc import Mapping
from typing import NamedTuple

from provider.admin.people.rulings import Said
from provider.eligibility import people
from provider.eligibility.context import Context
from provider.eligibility.rule import TOBEDELETED, Excluded
from provider.eligibility.rules.users import LETTERS, ROLE_WORDS
from provider.publishing.records.ids import user_id
from shared.oneroster.versions import Version

#: Rules that only say that nothing gives a role: whoever has another reason is held back by that one.
_NO_EVIDENCE = frozenset(("P-13", "P-24", "P-33", "P-42", "P-43"))
_WHY: Mapping[str, str] = {
    "P-07": "Without a username, 1.1 does not publish this person",
    "P-13": "No enrollment counts",
    "P-24": "No assignment counts as teacher",
    "P-31": "Teaches no section, which the settings ask of teachers",
    "P-33": "No assignment counts as other staff",
    "P-42": "No relationship counts as guardian",
    "P-43": "No relationship counts as relative",
    "SPEC": "The identity of today has no first or last name",
}
#: The number of a rule that stands in the standard itself.
_OF_THE_STANDARD = "SPEC"


class Published(NamedTuple):
    """A role as it is published. `gone`: with status tobedeleted; `places`: the schools, or the district."""

    sourced_id: str
    role: str
    gone: bool
    places: tuple[str, ...]


class Standing(NamedTuple):
    """One version: the roles that are published, with their username, email and phones; or why there is none.

    email    the one address that is published (P-61 … P-63); phone, sms: P-64, P-65; None for none
    """

    version: Version
    roles: tuple[Published, ...]
    username: str
    email: str | None
    phone: str | None
    sms: str | None
    why: tuple[Said, ...]


def standing_of(context: Context, person_id: int) -> Standing:
    """How a person stands in the version of a context (P-07, P-13, P-24, P-33, P-42, P-43, P-82, P-83)."""
    version = context.edition.version
    person = context.facts.people[person_id]
    found = people.roles(context, person_id)
    roles = tuple(
        Published(
            user_id(person, role.letter, version), ROLE_WORDS[version][role.letter], role.status == TOBEDELETED,
            tuple(_place(context, part) for part in role.parts),
        )
        for role in found
    )  # fmt: skip
    accounts = {account.username for role in found if (account := context.account(person_id, role.letter)) is not None}
    sms, phone = people.phones(context, person_id)
    return Standing(
        version, roles, ", ".join(sorted(accounts)), people.email(context, person_id), phone, sms,
        () if roles else tuple(_why(context, person_id)),
    )  # fmt: skip


def _place(context: Context, part: people.Part) -> str:
    if part.school_id is None:
        district = context.facts.district
        return district.name if district else "the district"
    return context.facts.schools[part.school_id].name


def _why(context: Context, person_id: int) -> list[Said]:
    """What holds a person back in every role that there is a row for."""
    reasons: dict[str, str] = {}
    for letter in LETTERS:
        if letter == "x" or person_id not in context.facts.evidence[letter]:
            continue
        decision = context.role(person_id, letter)
        if isinstance(decision, Excluded):
            reasons.setdefault(decision.number, decision.sentence)
    weighty = [number for number in reasons if number not in _NO_EVIDENCE] or list(reasons)
    if not weighty:
        return [Said("No enrollment, no assignment and no relationship to a student", "", "bad")]
    return [
        Said(_WHY.get(number, reasons[number]), "" if number == _OF_THE_STANDARD else number, "bad")
        for number in weighty
    ]
