"""The kinds of value that the table names: plain ones, vocabularies, references and the other objects inside records.

A kind knows nothing of the field that uses it. Values are plain Python: str for text, ids, dates ("2026-08-15"),
date-times ("2026-08-15T10:00:00.000Z"), years and the booleans "true"/"false" (strings in both versions, real-clients
15); float for numbers; dict for references and other objects. What each can do is in `shared.oneroster.values`.
"""

import re
from typing import Any

from shared.oneroster.values import Boolean, Date, DateTime, Enumeration, Float, Id, Kind, Member, Year
from shared.oneroster.versions import Version

__all__ = [
    "BOOLEAN", "DATE", "DATETIME", "FLOAT", "ID", "METADATA", "OBJECTIVES", "PROFILE", "RESULT_OBJECTIVES", "ROLE",
    "SCALE_VALUE", "TEXT", "USER_ID", "YEAR",
    "Kind", "Member", "enum", "ref",
]  # fmt: skip


class Object(Kind):
    """An object with members. Closed in 1.2, so an unknown member is an error there; 1.1 lets it pass."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, dict):
            raise ValueError("it is not an object")
        for member in self.members:
            self._check_member(member, value.get(member.name), version)
        unknown = value.keys() - {member.name for member in self.members}
        if unknown and not self.open and version is Version.V1P2:
            raise ValueError(f"it has the unknown member {min(unknown)[:40]!r}")

    def json_schema(self, version: Version) -> dict[str, Any]:
        properties = {
            m.name: {"type": "array", "items": m.kind.json_schema(version)} if m.many else m.kind.json_schema(version)
            for m in self.members
        }
        return {
            "type": "object",
            "required": [member.name for member in self.members if member.required],
            "properties": properties,
            "additionalProperties": self.open or version is Version.V1P1,
        }

    def _check_member(self, member: Member, value: Any, version: Version) -> None:
        if value is None:
            if member.required:
                raise ValueError(f"{member.name} is missing")
            return
        if member.many and not isinstance(value, list):
            raise ValueError(f"{member.name}: it is not a list")
        for item in value if member.many else (value,):
            try:
                member.kind.check(item, version)
            except ValueError as why:
                raise ValueError(f"{member.name}: {why}") from why


class Metadata(Object):
    """The open object of extensions: any members with any values."""

    def check(self, value: Any, version: Version) -> None:
        if not isinstance(value, dict):
            raise ValueError("it is not an object")

    def json_schema(self, version: Version) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}


class Reference(Object):
    """A GUIDRef. In CSV, where there is no href, its value is the sourcedId alone, a str."""

    def from_csv(self, text: str, version: Version) -> Any:
        return ID.from_csv(text, version)

    def mend_csv(self, text: str, version: Version) -> str | None:
        return ID.mend_csv(text, version)

    def to_csv(self, value: Any) -> str:
        return str(value["sourcedId"]) if isinstance(value, dict) else ID.to_csv(value)


class UserId(Object):
    """An identifier of a user elsewhere; in CSV `{Type:Id}`."""

    def split_csv(self, cell: str) -> list[str]:
        return re.split(r"(?<=\}),\s*(?=\{)", cell.strip())

    def from_csv(self, text: str, version: Version) -> dict[str, str]:
        found = re.fullmatch(r"\{([^:{}]+):([^{}]+)\}", text)
        if found is None:
            raise ValueError("an identifier is written {Type:Id}")
        return {"type": found[1], "identifier": found[2]}

    def to_csv(self, value: Any) -> str:
        # The binding has no escape for what it uses as marks.
        kind, identifier = (re.sub(r"[{}\r\n]", "", str(value[name])) for name in ("type", "identifier"))
        return f"{{{kind.replace(':', '')}:{identifier}}}"


TEXT = Kind("text")
ID = Id("id")
DATE = Date("date")
DATETIME = DateTime("datetime")
YEAR = Year("year")
BOOLEAN = Boolean("boolean", frozenset(("true", "false")))
FLOAT = Float("float")
METADATA = Metadata("metadata", open=True)


def enum(*values: str, v11: tuple[str, ...] | None = None, ext: bool = False) -> Kind:
    """A vocabulary; `v11` where 1.1 has other words; `ext` where 1.2 also takes `ext:` tokens."""
    return Enumeration("enum", frozenset(values), None if v11 is None else frozenset(v11), ext)


#: The `type` of a reference by the collection it names (real-clients 16).
_REFERENCE_TYPES = {
    "academicSessions": "academicSession", "orgs": "org", "courses": "course", "classes": "class", "users": "user",
    "resources": "resource", "categories": "category", "lineItems": "lineItem", "scoreScales": "scoreScale",
    "assessmentLineItems": "assessmentLineItem",
}  # fmt: skip

#: What 1.1 also names the targets of references.
_REFERENCE_TYPES_11 = {
    "academicSessions": ("academicSession", "gradingPeriod", "term"),
    "users": ("user", "student", "teacher"),
}


def ref(target: str) -> Kind:
    """A GUIDRef to the collection `target`."""
    kind_of = enum(_REFERENCE_TYPES[target], v11=_REFERENCE_TYPES_11.get(target))
    members = (
        Member("href", TEXT, required=True),
        Member("sourcedId", ID, required=True),
        Member("type", kind_of, required=True),
    )
    return Reference("ref", target=target, members=members, stands_for="sourcedId")


USER_ID = UserId(
    "userId",
    members=(Member("type", TEXT, required=True), Member("identifier", TEXT, required=True)),
    stands_for="identifier",
)
ROLE = Object(
    "role",
    members=(
        Member("roleType", enum("primary", "secondary"), required=True),
        Member("role", enum(
            "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal", "proctor", "relative",
            "siteAdministrator", "student", "systemAdministrator", "teacher", ext=True,
        ), required=True, indexed=True),
        Member("org", ref("orgs"), required=True, indexed=True),
        Member("userProfile", TEXT),
        Member("beginDate", DATE),
        Member("endDate", DATE),
    ),
    stands_for="role",
)  # fmt: skip
CREDENTIAL = Object(
    "credential",
    members=(Member("type", TEXT, required=True), Member("username", TEXT, required=True), Member("password", TEXT)),
    stands_for="username",
    open=True,
)
PROFILE = Object(
    "userProfile",
    members=(
        Member("profileId", TEXT, required=True),
        Member("profileType", TEXT, required=True),
        Member("vendorId", TEXT, required=True),
        Member("applicationId", TEXT),
        Member("description", TEXT),
        Member("credentials", CREDENTIAL, many=True),
    ),
    stands_for="profileId",
)
SCALE_VALUE = Object(
    "scoreScaleValue",
    members=(Member("itemValueLHS", TEXT, required=True), Member("itemValueRHS", TEXT, required=True)),
    stands_for="itemValueRHS",
)
#: What a line item is about: `source` is case, unknown, or a word of the platform's own.
OBJECTIVES = Object(
    "learningObjectiveSet",
    members=(Member("source", TEXT, required=True), Member("learningObjectiveIds", TEXT, required=True, many=True)),
    stands_for="learningObjectiveIds",
)
_OBJECTIVE_RESULT = Object(
    "learningObjectiveResult",
    members=(
        Member("learningObjectiveId", TEXT, required=True), Member("score", FLOAT), Member("textScore", TEXT),
    ),
    stands_for="learningObjectiveId",
)  # fmt: skip
#: What a result says about each.
RESULT_OBJECTIVES = Object(
    "learningObjectiveResultSet",
    members=(
        Member("source", TEXT, required=True),
        Member("learningObjectiveResults", _OBJECTIVE_RESULT, required=True, many=True),
    ),
    stands_for="learningObjectiveResults",
)
