"""Records of users: one per role in 1.1, one per person in 1.2 (P-82), with what P-61 … P-67 let out."""

from collections.abc import Iterator
from typing import Any

from provider.eligibility import people, rows, uses
from provider.eligibility.context import Context
from provider.eligibility.dates import day_after
from provider.eligibility.grades import student_grades
from provider.eligibility.people import Role
from provider.eligibility.rule import ACTIVE
from provider.eligibility.rules.users import ROLE_WORDS
from provider.publishing.records import ids
from provider.publishing.records.record import Projected, put, put_list
from provider.publishing.records.refs import Ref, References
from shared.oneroster.kinds import USER_ID
from shared.oneroster.versions import Version

STAFF_LETTERS = frozenset("tax")


def users(context: Context, refs: References, person_id: int) -> Iterator[Projected]:
    """The user records of a person, none when the person is omitted."""
    found = people.roles(context, person_id)
    if not found:
        return
    person = context.facts.people[person_id]
    if context.edition.version is Version.V1P2:
        yield _whole_person(context, refs, person, found)
        return
    for role in found:
        yield _one_role(context, refs, person, role)


def _one_role(context: Context, refs: References, person: rows.Person, role: Role) -> Projected:
    """A 1.1 record: `identifier` and `orgs` always, `agents` and `grades` on students, even empty (real-clients 13)."""
    letters = (role.letter,)
    rest: dict[str, Any] = {
        "enabledUser": _enabled(context, person.id, role.letter),
        "orgs": [refs.org(part.school_id) for part in role.parts],
        "role": ROLE_WORDS[Version.V1P1][role.letter],
    }
    _put_names(rest, context, person, letters)
    _put_reach(rest, context, refs, person, letters)
    return Projected(ids.user_id(person, role.letter, Version.V1P1), role.status, rest)


def _whole_person(context: Context, refs: References, person: rows.Person, found: list[Role]) -> Projected:
    """A 1.2 record. While any role is active only the active ones are listed; a record to be deleted lists them all."""
    status = people.user_status(found)
    listed = [role for role in found if role.status == ACTIVE] or found
    letters = tuple(role.letter for role in listed)
    entries = [_role(refs, role, part, kind) for role, part, kind in people.with_role_types(listed)]
    rest: dict[str, Any] = {"enabledUser": _enabled(context, person.id, letters[0]), "roles": entries}
    _put_names(rest, context, person, letters)
    _put_reach(rest, context, refs, person, letters)
    rest["userMasterIdentifier"] = person.guid
    identity = people.identity(context, person.id)
    if identity:
        put(rest, "preferredFirstName", identity.preferred_first_name)  # P-67
        put(rest, "preferredMiddleName", identity.preferred_middle_name)
        put(rest, "preferredLastName", identity.preferred_last_name)
    rest["primaryOrg"] = next((entry["org"] for entry in entries if entry["roleType"] == "primary"), entries[0]["org"])
    if identity:
        put(rest, "pronouns", identity.pronouns)
    put_list(rest, "resources", refs.resources(uses.person_resources(context, person.id)))
    rest["metadata"] = {"ic.legacySourcedId": ids.legacy_id(person)}
    return Projected(ids.user_id(person, letters[0], Version.V1P2), status, rest)


def _role(refs: References, role: Role, part: people.Part, kind: str) -> dict[str, Any]:
    """An entry of `roles`; endDate is exclusive (`day_after`)."""
    entry: dict[str, Any] = {
        "roleType": kind, "role": ROLE_WORDS[Version.V1P2][role.letter], "org": refs.org(part.school_id),
    }  # fmt: skip
    if part.begin:
        entry["beginDate"] = part.begin.isoformat()
    if part.end:
        entry["endDate"] = day_after(part.end).isoformat()
    return entry


def _enabled(context: Context, person_id: int, letter: str) -> str:
    """P-09: "false" for a disabled account, "true" otherwise, also without an account."""
    account = context.account(person_id, letter)
    return "false" if account and account.disabled else "true"


def _put_names(rest: dict[str, Any], context: Context, person: rows.Person, letters: tuple[str, ...]) -> None:
    account = context.account(person.id, letters[0])
    put(rest, "username", account.username if account else None)
    numbers = _user_ids(person, letters)
    put_list(rest, "userIds", numbers if person.user_ids is None else _imported_ids(person))
    identity = people.identity(context, person.id)
    if identity:
        put(rest, "givenName", identity.first_name)
        put(rest, "familyName", identity.last_name)
        put(rest, "middleName", identity.middle_name)
    # Student number, else staff number, of a role that is published; else the person id.
    rest["identifier"] = person.identifier or (numbers[0]["identifier"] if numbers else str(person.id))


def _imported_ids(person: rows.Person) -> list[dict[str, str]]:
    """The `userIds` that came in for a person, "" for none, where they are kept as such (P-83b)."""
    if not person.user_ids:
        return []
    return [USER_ID.from_csv(item, Version.V1P2) for item in USER_ID.split_csv(person.user_ids)]


def _user_ids(person: rows.Person, letters: tuple[str, ...]) -> list[dict[str, str]]:
    """The numbers a person is known by in the roles that are published."""
    numbers = []
    if "s" in letters and person.student_number:
        numbers.append({"type": "studentNumber", "identifier": person.student_number})
    if STAFF_LETTERS.intersection(letters) and person.staff_number:
        numbers.append({"type": "staffNumber", "identifier": person.staff_number})
    return numbers


def _put_reach(
    rest: dict[str, Any], context: Context, refs: References, person: rows.Person, letters: tuple[str, ...]
) -> None:
    sms, phone = people.phones(context, person.id)
    put(rest, "email", people.email(context, person.id))
    put(rest, "sms", sms)
    put(rest, "phone", phone)
    agents = [agent for letter in letters for agent in people.relations(context, person.id, letter)]
    named = _each_once(refs.user(other, kind) for other, kind in agents)
    if named or "s" in letters:
        rest["agents"] = named
    if "s" in letters:
        rest["grades"] = student_grades(context, person.id)


def _each_once(references: Iterator[Ref]) -> list[Ref]:
    """In 1.2 a guardian who is also a relative of the same student is one user."""
    return list({reference["sourcedId"]: reference for reference in references}.values())
