"""The components of the OpenAPI documents: records, what they are wrapped in, references, status bodies.

Names are those of the official 1.2 documents; 1.1, which has none, goes by the same.
"""

from typing import Any

from shared.oneroster.errors import Failure
from shared.oneroster.kinds import Kind
from shared.oneroster.resources.model import Field, Resource
from shared.oneroster.schemas import json_schema
from shared.oneroster.versions import Version

Schema = dict[str, Any]

#: What the official documents call the kinds of object inside records.
_KINDS = {
    "metadata": "MetadataDType",
    "role": "RoleDType",
    "userId": "UserIdDType",
    "userProfile": "UserProfileDType",
    "credential": "CredentialDType",
    "scoreScaleValue": "ScoreScaleValueDType",
    "learningObjectiveSet": "LearningObjectiveSetDType",
    "learningObjectiveResultSet": "LearningObjectiveScoreSetDType",
    "learningObjectiveResult": "LearningObjectiveResultsDType",
}
#: References by the collection that they lead to.
_REFERENCES = {
    "academicSessions": "AcadSession", "orgs": "Org", "courses": "Course", "classes": "Class", "users": "User",
    "resources": "Resource", "categories": "Category", "lineItems": "LineItem", "scoreScales": "ScoreScale",
    "assessmentLineItems": "AssessmentLineItem",
}  # fmt: skip
#: Sets whose official name does not follow from that of their records.
_SETS = {"categories": "CategoriesSetDType"}

_TEXT: Schema = {"type": "string"}


def component(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


class Schemas:
    """The schemas of one document, each made when it is first asked for. `named` holds them by name.

    writes   whether the document has operations that write: 1.2 knows refused deletions in the gradebook alone
    """

    def __init__(self, version: Version, writes: bool) -> None:
        self._version = version
        self._failures = [failure for failure in Failure if writes or failure is not Failure.DELETE_FAILURE]
        self.named: dict[str, Schema] = {}

    def one(self, resource: Resource) -> Schema:
        """One record in its wrapper, as reads answer it."""
        return self._wrapped(f"Single{_capital(resource.singular)}DType", resource.singular, self._record(resource))

    def many(self, resource: Resource) -> Schema:
        """A collection in its wrapper, as reads answer it and POST, which 1.1 does not have, takes it."""
        name = _SETS.get(resource.plural, f"{_capital(resource.singular)}SetDType")
        return self._wrapped(name, resource.plural, {"type": "array", "items": self._record(resource)})

    def sent(self, resource: Resource) -> Schema:
        """One record in its wrapper, as PUT takes it: in 1.1 without the warnings that a read may have beside it."""
        if self._version is Version.V1P2:
            return self.one(resource)
        return self._add(
            f"{_capital(resource.singular)}BodyDType", _closed({resource.singular: self._record(resource)})
        )

    def status(self) -> Schema:
        """The body of a failure: an object in 1.2, `statusInfoSet` in 1.1 (`shared.oneroster.errors`)."""
        if self._version is Version.V1P1:
            return self._add("StatusInfoSetDType", _closed({"statusInfoSet": self._status_set()}))
        field = self._add("imsx_CodeMinorFieldDType", _closed({
            "imsx_codeMinorFieldName": _TEXT, "imsx_codeMinorFieldValue": self._code_minor(),
        }))  # fmt: skip
        minors = {"type": "array", "minItems": 1, "items": field}
        minor = self._add("imsx_CodeMinorDType", _closed({"imsx_codeMinorField": minors}))
        return self._add("imsx_StatusInfoDType", _closed(_status(minor)))

    def pairs(self) -> Schema:
        """What a POST answers: the id that each object was given."""
        return self._add("GUIDPairSetDType", _closed({"sourcedIdPairs": {"type": "array", "items": self._pair()}}))

    def pairs_and_refused(self) -> Schema:
        """What a POST answers of which some objects were refused: the standard has no room for it in its own answer."""
        self.status()
        minor = component("imsx_CodeMinorDType")
        refused = self._add("RefusedObjectDType", _closed({"suppliedSourcedId": _TEXT, **_status(minor)}))
        members: Schema = {"sourcedIdPairs": self._pair(), "refused": refused}
        lists = {name: {"type": "array", "items": items} for name, items in members.items()}
        return self._add("GUIDPairSetWithRefusedDType", _closed(lists))

    def _pair(self) -> Schema:
        return self._add("GUIDPairDType", _closed({"suppliedSourcedId": _TEXT, "allocatedSourcedId": _TEXT}))

    def _wrapped(self, name: str, key: str, content: Schema) -> Schema:
        """Only 1.1 puts warnings beside the data."""
        schema = _closed({key: content})
        if self._version is Version.V1P1:
            schema["properties"]["statusInfoSet"] = self._status_set()
        return self._add(name, schema)

    def _status_set(self) -> Schema:
        info = self._add("StatusInfoDType", _closed({
            "imsx_codeMajor": {"type": "string", "enum": ["failure", "success"]},
            "imsx_severity": {"type": "string", "enum": ["error", "warning"]},
            "imsx_codeMinor": self._code_minor("invalid_sort_field"),
            "imsx_description": _TEXT,
        }))  # fmt: skip
        return {"type": "array", "minItems": 1, "items": info}

    def _code_minor(self, *further: str) -> Schema:
        words = {failure.minor(self._version) for failure in self._failures}
        return {"type": "string", "enum": sorted(words.union(further))}

    def _record(self, resource: Resource) -> Schema:
        schema = dict(json_schema(resource, self._version))
        fields = resource.of(self._version).values()
        schema["properties"] = {
            field.name: self._property(field, schema["properties"][field.name]) for field in fields
        }  # fmt: skip
        return self._add(f"{_capital(resource.singular)}DType", schema)

    def _property(self, field: Field, inline: Schema) -> Schema:
        return {**inline, "items": self._kind(field.kind)} if field.many else self._kind(field.kind)

    def _kind(self, kind: Kind) -> Schema:
        """Objects are components of their own, everything else stands where it is used."""
        schema = kind.json_schema(self._version)
        name = f"{_REFERENCES[kind.target]}GUIDRefDType" if kind.target else _KINDS.get(kind.name)
        if name is None:
            return schema
        for member in kind.members:
            inner = self._kind(member.kind)
            schema["properties"][member.name] = {"type": "array", "items": inner} if member.many else inner
        return self._add(name, schema)

    def _add(self, name: str, schema: Schema) -> Schema:
        self.named[name] = schema
        return component(name)


def _closed(properties: Schema) -> Schema:
    """An object that has all of these members and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _status(minor: Schema) -> Schema:
    return {
        "imsx_codeMajor": {"type": "string", "enum": ["failure"]},
        "imsx_severity": {"type": "string", "enum": ["error"]},
        "imsx_description": _TEXT,
        "imsx_CodeMinor": minor,
    }


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]
