"""What each pull brought about single records, value by value: from the staged records and those before them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_enrollment, read_user
from consumer.sync.staging import FormerRecord, StagedRecord
from consumer.sync.wording import FieldChange
from shared.database import chunks
from shared.oneroster.versions import Version

#: What a record says, in words, by what the value is called. A value that it does not have is not there.
Values = dict[str, str]

#: Fields that `Values` tell of, or that tell nothing: of all others only that they changed is told, never a value.
_TOLD = {
    "users": frozenset(
        ("sourcedId", "status", "dateLastModified", "username", "email", "givenName", "familyName", "middleName",
         "preferredFirstName", "enabledUser", "identifier", "role", "roles", "orgs", "primaryOrg", "agents", "grades")
    ),
    "enrollments": frozenset(
        ("sourcedId", "status", "dateLastModified", "user", "class", "school", "role", "primary", "beginDate",
         "endDate")
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saying:
    """What a record said from pull `since` on; `raw` None: it was not there."""

    since: int
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a pull brought about a record. `what`: new, changed, gone or back."""

    pull_id: int
    collection: str
    sis_id: str
    what: str
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What orgs, classes and people are called, by sourcedId."""

    orgs: Mapping[str, str]
    classes: Mapping[str, str]
    people: Mapping[str, str]


def versions_of(
    session: Session, connection_id: int, collection: str, sis_ids: Iterable[str]
) -> dict[str, list[Saying]]:
    """Every kept state of these records, oldest first."""
    found: dict[str, list[Saying]] = defaultdict(list)
    for chunk in chunks(sorted(sis_ids)):
        former = select(FormerRecord.sourced_id, FormerRecord.brought_in, FormerRecord.raw).where(
            FormerRecord.connection_id == connection_id,
            FormerRecord.collection == collection,
            FormerRecord.sourced_id.in_(chunk),
        )
        for sis_id, since, raw in session.execute(former.order_by(FormerRecord.id)):
            found[sis_id].append(Saying(since, raw))
        now = select(
            StagedRecord.sourced_id, StagedRecord.raw, StagedRecord.changed_in, StagedRecord.absent_since
        ).where(
            StagedRecord.connection_id == connection_id,
            StagedRecord.collection == collection,
            StagedRecord.sourced_id.in_(chunk),
        )
        for sis_id, raw, changed_in, absent_since in session.execute(now):
            found[sis_id].append(Saying(changed_in, raw) if absent_since is None else Saying(absent_since, None))
    return dict(found)


def brought(collection: str, versions: Mapping[str, list[Saying]], version: Version, names: Names) -> list[Brought]:
    """What the pulls brought, record by record, each oldest first."""
    read = {"users": user_values, "enrollments": enrollment_values}[collection]
    return [
        one
        for sis_id, states in sorted(versions.items())
        for one in _brought(collection, sis_id, states, lambda raw: read(raw, version, names))
    ]


def _brought(collection: str, sis_id: str, states: list[Saying], read: Callable[[bytes], Values]) -> list[Brought]:
    found = []
    said: Values = {}
    before: bytes | None = None
    for number, state in enumerate(states):
        if state.raw is None:
            found.append(Brought(state.since, collection, sis_id, "gone", ()))
            before = None
            continue
        values = read(state.raw)
        what = "new" if number == 0 else "changed" if before is not None else "back"
        changes = _differences(said, values)
        if before is not None and (others := _others(collection, before, state.raw)):
            changes.append(FieldChange("other fields", None, f"changed: {', '.join(others)}"))
        found.append(Brought(state.since, collection, sis_id, what, tuple(changes)))
        said, before = values, state.raw
    return found


def _differences(before: Values, after: Values) -> list[FieldChange]:
    names = dict.fromkeys((*before, *after))
    return [FieldChange(n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n)]


def _others(collection: str, before: bytes, after: bytes) -> list[str]:
    """Names of the fields that changed and of which nothing is told."""
    former, new = _fields(before), _fields(after)
    return sorted(
        name
        for name in former.keys() | new.keys()
        if former.get(name) != new.get(name) and name not in _TOLD[collection]
    )


def _fields(raw: bytes) -> dict[str, bytes]:
    try:
        return {name: bytes(value) for name, value in msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).items()}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def user_values(raw: bytes, version: Version, names: Names) -> Values:
    """What a users record says of a person."""
    try:
        user = read_user(raw, version)
    except BadRecord as bad:
        return {"record": f"cannot be read: {bad}"}
    roles = [f"{role.role} at {names.orgs.get(role.org, role.org)}" for role in user.roles]
    return _given(
        {
            "status": "active" if user.active else "to be deleted",
            "username": user.username,
            "email": user.email,
            "first name": user.given_name,
            "last name": user.family_name,
            "middle name": user.middle_name,
            "preferred first name": user.preferred_first_name,
            "enabled": "yes" if user.enabled else "no",
            "identifier": user.identifier,
            "roles": ", ".join(roles),
            "related people": ", ".join(names.people.get(agent, agent) for agent in user.agents),
            "grades": ", ".join(user.grades),
        }
    )


def enrollment_values(raw: bytes, version: Version, names: Names) -> Values:
    """What an enrollments record says."""
    try:
        one = read_enrollment(raw, version)
    except BadRecord as bad:
        return {"record": f"cannot be read: {bad}"}
    return _given(
        {
            "class": names.classes.get(one.class_id, one.class_id),
            "person": names.people.get(one.user, one.user),
            "status": "active" if one.active else "to be deleted",
            "role": one.role,
            "primary": "yes" if one.primary else "no",
            "begins": one.begin.isoformat() if one.begin else None,
            "ends": one.end.isoformat() if one.end else None,
        }
    )


def _given(values: Mapping[str, str | None]) -> Values:
    return {name: value for name, value in values.items() if value}
