"""A SIS user becomes an account: role, school and sign-in name (C-38 … C-50, C-52, C-57, C-58)."""

from collections.abc import Sequence
from dataclasses import dataclass

from consumer.client.shapes import RoleRecord, UserRecord
from consumer.mapping.choices import Choices, Group, Kind
from consumer.mapping.outcome import GONE, Code, Gone, Skipped

#: Role group of each SIS role of both versions (C-41). A role that is not here is a custom one (C-42).
GROUPS: dict[str, Group] = {
    "student": Group.STUDENT,
    "teacher": Group.STAFF,
    "guardian": Group.GUARDIAN,
    "parent": Group.GUARDIAN,
    "relative": Group.GUARDIAN,
    "administrator": Group.ADMINISTRATOR,
    "aide": Group.ADMINISTRATOR,
    "districtAdministrator": Group.ADMINISTRATOR,
    "siteAdministrator": Group.ADMINISTRATOR,
    "systemAdministrator": Group.ADMINISTRATOR,
    "principal": Group.ADMINISTRATOR,
}
_ORDER = list(Group)


@dataclass(frozen=True, slots=True)
class MappedUser:
    """What one SIS record says about an account. `schools`: platform ids that it may belong to, first choice first."""

    sis_id: str
    username: str
    email: str | None
    given_name: str
    family_name: str
    middle_name: str | None
    preferred_first_name: str | None
    group: Group
    role: str
    schools: tuple[int, ...]
    identifier: str | None
    legacy_id: str | None


def map_user(record: UserRecord, choices: Choices) -> MappedUser | Skipped | Gone:
    """`Gone` for a record that is to be deleted. `enabledUser` does not matter (C-57)."""
    if not record.active:
        return GONE
    offered = _offered(record, choices)
    if isinstance(offered, Skipped):
        return offered
    username = record.username or record.email  # C-44
    if not username:
        return Skipped(Code.NO_LOGIN_NAME)
    if any(character.isspace() for character in username):
        return Skipped(Code.USERNAME_SPACE)  # C-43
    group, role = min(((GROUPS[r.role], name) for r, name in offered), key=lambda pair: _ORDER.index(pair[0]))
    return MappedUser(
        sis_id=record.sourced_id,
        username=username,
        email=record.email,
        given_name=record.given_name,
        family_name=record.family_name,
        middle_name=record.middle_name,
        preferred_first_name=record.preferred_first_name,
        group=group,
        role=role,
        schools=_schools([r for r, _ in offered], record.primary_org, choices),
        identifier=record.identifier,
        legacy_id=record.legacy_id,
    )


def _offered(record: UserRecord, choices: Choices) -> list[tuple[RoleRecord, str]] | Skipped:
    """The record's roles that are synced, each with the platform role chosen for it, or why there is none."""
    known = [role for role in record.roles if role.role in GROUPS]
    if not known:
        return Skipped(Code.ROLE_NOT_SYNCED, "no role that can be synced")  # C-42
    mapped = [role for role in known if role.org in choices.schools]
    if not mapped:
        return Skipped(Code.SCHOOL_UNMAPPED, known[0].org)  # C-28
    ticked = [role for role in mapped if Kind.USERS in choices.schools[role.org].ticked]
    if not ticked:
        return Skipped(Code.SCHOOL_NOT_TICKED, choices.schools[mapped[0].org].name)
    offered = [
        (role, name) for role in ticked if (name := choices.roles.get((role.org, GROUPS[role.role]))) is not None
    ]
    if not offered:
        first = ticked[0]
        return Skipped(Code.ROLE_NOT_SYNCED, f"{GROUPS[first.role]} at {choices.schools[first.org].name}")  # C-40
    return offered


def _schools(roles: Sequence[RoleRecord], primary_org: str | None, choices: Choices) -> tuple[int, ...]:
    """The platform schools an account may be put into: the primary one first, then by name (C-48)."""
    primary = [role.org for role in roles if role.org == primary_org] or [r.org for r in roles if r.primary]
    others = sorted((role.org for role in roles), key=lambda org: (choices.schools[org].name, org))
    return tuple(dict.fromkeys(choices.schools[org].school_id for org in (*primary, *others)))


def choose_school(schools: Sequence[int], current: int | None) -> int:
    """One school only (C-47): the one of an earlier sync while it is still valid, else the first (C-48)."""
    return current if current is not None and current in schools else schools[0]


def leading(records: Sequence[MappedUser]) -> MappedUser:
    """Of several records of one account the one that decides role, names and sign-in (C-49)."""
    return min(records, key=lambda record: (_ORDER.index(record.group), record.sis_id))
