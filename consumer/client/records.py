"""Reads rostering records of both versions into the one shape of `consumer.client.shapes`.

`read_user(raw, version)` and its like take one JSON object as it came and return a frozen record, or raise
`BadRecord`, which names the field. They forgive what does no harm: missing optional fields, unknown fields, wrong
case in vocabularies, booleans as text, null and "", references with nothing but a sourcedId. A record that is to
be deleted needs nothing but its sourcedId: texts and references that it lacks are "" then.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from consumer.client import wire
from consumer.client.shapes import (
    BadRecord,
    ClassRecord,
    CourseRecord,
    EnrollmentRecord,
    OrgRecord,
    RoleRecord,
    SessionRecord,
    UserRecord,
)  # fmt: skip
from consumer.client.values import Scalar, Unreadable, Vocabulary, alive, day, flag, text, texts, year
from shared.oneroster.paths import resolve
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.rostering import academic_sessions, classes, enrollments, orgs, users
from shared.oneroster.values import Enumeration
from shared.oneroster.versions import Version

__all__ = [
    "BadRecord", "ClassRecord", "CourseRecord", "EnrollmentRecord", "OrgRecord", "RoleRecord", "SessionRecord",
    "UserRecord", "read_class", "read_course", "read_enrollment", "read_org", "read_session", "read_user",
]  # fmt: skip


def _vocabulary(resource: Resource, dotted: str) -> Vocabulary:
    """The words that a field has in either version: providers mix them."""
    paths = (resolve(resource, version, dotted) for version in Version)
    kinds = [(path.kind, version) for path, version in zip(paths, Version, strict=True) if path is not None]
    return Vocabulary(*{
        word for kind, version in kinds if isinstance(kind, Enumeration) for word in kind.vocabulary(version)
    })  # fmt: skip


USER_ROLE = _vocabulary(users, "role")
ENROLLMENT_ROLE = _vocabulary(enrollments, "role")
ORG_TYPE = _vocabulary(orgs, "type")
SESSION_TYPE = _vocabulary(academic_sessions, "type")
CLASS_TYPE = _vocabulary(classes, "classType")


def read_org(raw: bytes, version: Version) -> OrgRecord:
    """Raises BadRecord."""
    row, sourced_id, active = _decode(_ORG, raw)
    return OrgRecord(
        sourced_id,
        active,
        text(row.name) or _needed("name", active),
        ORG_TYPE(row.type) or _needed("type", active),
        text(row.identifier),
        _id(row.parent),
    )


def read_session(raw: bytes, version: Version) -> SessionRecord:
    """Raises BadRecord."""
    row, sourced_id, active = _decode(_SESSION, raw)
    return SessionRecord(
        sourced_id,
        active,
        text(row.title) or _needed("title", active),
        SESSION_TYPE(row.type) or _needed("type", active),
        _value("startDate", day, row.startDate),
        _value("endDate", day, row.endDate),
        _id(row.parent),
        _value("schoolYear", year, row.schoolYear),
    )


def read_course(raw: bytes, version: Version) -> CourseRecord:
    """Raises BadRecord."""
    row, sourced_id, active = _decode(_COURSE, raw)
    return CourseRecord(
        sourced_id,
        active,
        text(row.title) or _needed("title", active),
        text(row.courseCode),
        _id(row.org),
        _id(row.schoolYear),
        texts(row.grades),
        texts(row.subjects),
    )


def read_class(raw: bytes, version: Version) -> ClassRecord:
    """Raises BadRecord."""
    row, sourced_id, active = _decode(_CLASS, raw)
    return ClassRecord(
        sourced_id,
        active,
        text(row.title) or _needed("title", active),
        text(row.classCode),
        CLASS_TYPE(row.classType),
        text(row.location),
        _id(row.course) or _needed("course", active),
        _id(row.school) or _needed("school", active),
        _ids(row.terms),
        texts(row.periods),
        texts(row.grades),
        texts(row.subjects),
    )


def read_user(raw: bytes, version: Version) -> UserRecord:
    """Raises BadRecord. One name is enough; a user may have no role at all."""
    row, sourced_id, active = _decode(_USER, raw)
    given, family = text(row.givenName), text(row.familyName)
    if given is None and family is None:
        _needed("familyName", active)
    primary_org = _id(row.primaryOrg)
    return UserRecord(
        sourced_id,
        active,
        text(row.username),
        text(row.email),
        given or "",
        family or "",
        text(row.middleName),
        text(row.preferredFirstName) if version is Version.V1P2 else None,
        _flag("enabledUser", row.enabledUser, True),
        text(row.identifier),
        _roles(row, primary_org),
        primary_org,
        _ids(row.agents),
        texts(row.grades),
        _legacy(row.metadata) if isinstance(row.metadata, wire.UserMetadata) else None,
    )


def read_enrollment(raw: bytes, version: Version) -> EnrollmentRecord:
    """Raises BadRecord."""
    row, sourced_id, active = _decode(_ENROLLMENT, raw)
    return EnrollmentRecord(
        sourced_id,
        active,
        _id(row.user) or _needed("user", active),
        _id(row.class_) or _needed("class", active),
        _id(row.school),
        ENROLLMENT_ROLE(row.role) or _needed("role", active),
        _flag("primary", row.primary, False),
        _value("beginDate", day, row.beginDate),
        _value("endDate", day, row.endDate),
    )


_ORG = msgspec.json.Decoder(wire.Org)
_SESSION = msgspec.json.Decoder(wire.Session)
_COURSE = msgspec.json.Decoder(wire.Course)
_CLASS = msgspec.json.Decoder(wire.Class)
_USER = msgspec.json.Decoder(wire.User)
_ENROLLMENT = msgspec.json.Decoder(wire.Enrollment)

Row = TypeVar("Row", bound=wire.Base)
Value = TypeVar("Value")
Said = TypeVar("Said")


def _decode(decoder: "msgspec.json.Decoder[Row]", raw: bytes) -> tuple[Row, str, bool]:
    """(the record on the wire, its sourcedId, whether it is active)."""
    try:
        row = decoder.decode(raw)
    except msgspec.ValidationError as error:
        why, _, path = str(error).partition(" - at `$")
        raise BadRecord(path.strip(".`") or "record", _wrong(why)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecord("record", f"is not JSON: {error}") from None
    if b"\\u0000" in raw and _has_nul(msgspec.to_builtins(row)):
        raise BadRecord("record", "holds the character U+0000, which cannot be kept")
    sourced_id = row.sourcedId
    if sourced_id is None or sourced_id == "":
        raise BadRecord("sourcedId", "is missing")
    try:
        return row, sourced_id if type(sourced_id) is str else str(sourced_id), alive(row.status)
    except Unreadable as error:
        raise BadRecord("status", str(error)) from None


def _wrong(why: str) -> str:
    """What the decoder says of a value, in plain words."""
    _, _, longest = why.partition("length <= ")
    return f"is longer than {longest} characters" if longest else f"has the wrong kind of value: {why}"


def _has_nul(value: object) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\x00" in value


def _id(ref: wire.Ref) -> str | None:
    """The sourcedId of a reference."""
    if ref is None:
        return None
    found: Scalar = ref if type(ref) is str else ref.sourcedId  # type: ignore[union-attr]
    if type(found) is str:
        return found or None
    return None if found is None else str(found)


def _ids(refs: wire.Refs) -> tuple[str, ...]:
    """The sourcedIds of references, each once, in order."""
    if not refs:
        return ()
    return tuple(dict.fromkeys(found for found in map(_id, refs) if found))


def _legacy(metadata: wire.UserMetadata) -> str | None:
    return text(metadata.legacySourcedId) or text(metadata.legacysourceId)


def _roles(row: wire.User, primary_org: str | None) -> tuple[RoleRecord, ...]:
    """1.2 `roles`, or 1.1 `role` in each of `orgs`: whichever the record has."""
    if row.roles:
        return tuple(filter(None, (_role(n, role, primary_org) for n, role in enumerate(row.roles))))
    role = USER_ROLE(row.role)
    if role is None:
        return ()
    orgs = _ids(row.orgs) or ((primary_org,) if primary_org else ())
    return tuple(RoleRecord(role, org, n == 0, None, None) for n, org in enumerate(orgs))


def _role(n: int, row: wire.Role, primary_org: str | None) -> RoleRecord | None:
    """One entry of `roles`; None when it does not say which role, or where."""
    role, org = USER_ROLE(row.role), _id(row.org) or primary_org
    if role is None or org is None:
        return None
    return RoleRecord(
        role,
        org,
        (text(row.roleType) or "").lower() == "primary",
        _value(f"roles[{n}].beginDate", day, row.beginDate),
        _value(f"roles[{n}].endDate", day, row.endDate),
    )


def _value(field: str, read: Callable[[Said], Value], said: Said) -> Value:
    try:
        return read(said)
    except Unreadable as error:
        raise BadRecord(field, str(error)) from None


def _flag(field: str, said: wire.Flag, default: bool) -> bool:
    if said is None:
        return default
    try:
        return flag(said, default)
    except Unreadable as error:
        raise BadRecord(field, str(error)) from None


def _needed(field: str, active: bool) -> str:
    """ "" for a record that is to be deleted; an active one may not lack `field`."""
    if active:
        raise BadRecord(field, "is missing")
    return ""
