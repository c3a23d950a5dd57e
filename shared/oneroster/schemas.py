"""Schemas made from the table: marshmallow for single records, JSON Schema for everybody else.

A record is checked against the fields that its version has: presence, kind, vocabulary. 1.2 objects are closed; 1.1
lets unknown properties pass, as its clients do. Bulk pulls do not come through here: marshmallow is too slow for them.
"""

from functools import lru_cache
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from shared.oneroster.kinds import Kind
from shared.oneroster.resources.model import REQUIRED, Field, Resource
from shared.oneroster.versions import Version


class KindField(fields.Field[Any]):
    """A marshmallow field that lets a kind check the value and hands it on as it is."""

    def __init__(self, kind: Kind, version: Version, **options: Any) -> None:
        super().__init__(**options)
        self._kind = kind
        self._version = version

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            self._kind.check(value, self._version)
        except ValueError as why:
            raise ValidationError(str(why)) from why
        return value


@lru_cache(maxsize=64)
def record_schema(resource: Resource, version: Version) -> Schema:
    """The schema of one record, without its envelope: `validate(record)` gives the errors, by property."""
    members = {field.name: _schema_field(field, version) for field in resource.of(version).values()}
    unknown = RAISE if version is Version.V1P2 else EXCLUDE
    name = f"{resource.singular[0].upper()}{resource.singular[1:]}{version.name}"
    # A class with a name of its own: tools that make OpenAPI components tell schemas apart by it.
    meta = type("Meta", (), {"unknown": unknown})
    schema = type(name, (Schema,), {**members, "Meta": meta, "__module__": __name__})
    instance: Schema = schema()
    return instance


def _schema_field(field: Field, version: Version) -> fields.Field[Any]:
    required = field.presence(version) is REQUIRED
    item = KindField(field.kind, version, required=required and not field.many)
    if not field.many:
        return item
    return fields.List(item, required=required, validate=validate.Length(min=1) if required else None)


@lru_cache(maxsize=64)
def json_schema(resource: Resource, version: Version) -> dict[str, Any]:
    """One record as JSON Schema (2020-12): what the marshmallow schema checks, for other tools. Do not change it."""
    properties = {field.name: _property(field, version) for field in resource.of(version).values()}
    return {
        "type": "object",
        "required": [name for name, field in resource.of(version).items() if field.presence(version) is REQUIRED],
        "properties": properties,
        "additionalProperties": version is Version.V1P1,
    }


def _property(field: Field, version: Version) -> dict[str, Any]:
    item = field.kind.json_schema(version)
    if not field.many:
        return item
    least = {"minItems": 1} if field.presence(version) is REQUIRED else {}
    return {"type": "array", "items": item, **least}
