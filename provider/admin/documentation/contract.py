"""What the API's own description says of its operations, put into rows for pages.

The description is made from the table (`shared.oneroster.openapi`); nothing about OneRoster is said here.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from shared.oneroster.openapi import DOCUMENTS, Described, Document, build
from shared.oneroster.resources.operations import Operation


class Parameter(NamedTuple):
    """A parameter of an operation. `where`: path, query or header; `words`: all that it takes, where that is a list."""

    name: str
    where: str
    required: bool
    about: str
    words: tuple[str, ...]
    several: bool

    @property
    def options(self) -> list[tuple[str, str]]:
        """What it can be, for a select; nothing first."""
        return [("", ""), *((word, word) for word in self.words)]


class Property(NamedTuple):
    """A field of an object that is sent or answered."""

    name: str
    kind: str
    required: bool


class Entry(NamedTuple):
    """An operation as its page describes it.

    statuses   (status, meaning)
    objects    (caption, fields) of everything in its bodies
    """

    id: str
    method: str
    path: str
    group: str
    summary: str
    about: str
    scopes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    statuses: tuple[tuple[str, str], ...]
    objects: tuple[tuple[str, tuple[Property, ...]], ...]


def services() -> dict[str, Described]:
    """The documents by their names in addresses: 1.1, 1.2-rostering, 1.2-gradebook …"""
    return {
        f"{one.version}" if len(one.services) > 1 else f"{one.version}-{one.services[0]}": one for one in DOCUMENTS
    }  # fmt: skip


@lru_cache(maxsize=64)
def document(described: Described, base_url: str, token_url: str) -> Document:
    """The document of a service for a district, made once per process."""
    return build(described, base_url, token_url)


def entries(api: Document) -> list[Entry]:
    """The operations of a document, in its order."""
    return [
        _entry(api, path, method, row) for path, item in api["paths"].items() for method, row in item.items()
    ]  # fmt: skip


def operation_named(described: Described, operation_id: str) -> Operation | None:
    """The read of that name; None for a write, or for none at all."""
    return next((one for one in described.reads() if one.operation_id == operation_id), None)


def _entry(api: Document, path: str, method: str, row: dict[str, Any]) -> Entry:
    found = (_resolve(api, one) for one in row["parameters"])
    statuses = {status: _resolve(api, one) for status, one in row["responses"].items()}
    bodies = [row["requestBody"]] if "requestBody" in row else []
    bodies += [one for status, one in statuses.items() if status.startswith("2")]
    objects: dict[str, tuple[Property, ...]] = {}
    for body in bodies:
        objects |= dict(_objects(api, body["content"]["application/json"]["schema"])) if "content" in body else {}
    scopes = (name.rpartition("/")[2] for either in row["security"] for name in either.get("OAuth2CC", ()))
    return Entry(
        row["operationId"], method.upper(), path, row["tags"][0].removesuffix("Management"), row["summary"],
        row["description"], tuple(scopes),
        tuple(map(_parameter, found)), tuple((status, one["description"]) for status, one in statuses.items()),
        tuple(objects.items()),
    )  # fmt: skip


def _parameter(row: dict[str, Any]) -> Parameter:
    schema = row["schema"]
    several = schema.get("type") == "array"
    words = (schema["items"] if several else schema).get("enum", ())
    return Parameter(row["name"], row["in"], row["required"], row["description"], tuple(words), several)


def _objects(api: Document, first: dict[str, Any]) -> Iterator[tuple[str, tuple[Property, ...]]]:
    """A table for a schema, and for each schema that it leads to."""
    waiting, seen = [first], set()
    while waiting:
        reference = waiting.pop(0)
        name = _name(reference)
        if name in seen:
            continue
        seen.add(name)
        schema = _resolve(api, reference)
        properties, needed = schema.get("properties", {}), schema.get("required", ())
        if properties:
            yield name, tuple(Property(one, _kind(kind), one in needed) for one, kind in properties.items())
        inner = (kind["items"] if kind.get("type") == "array" else kind for kind in properties.values())
        waiting += [kind for kind in inner if "$ref" in kind]


def _resolve(api: Document, value: dict[str, Any]) -> dict[str, Any]:
    """What a value stands for: itself, or what its `$ref` leads to."""
    while "$ref" in value:
        place: Any = api
        for name in value["$ref"].removeprefix("#/").split("/"):
            place = place[name]
        value = place
    return value


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2].removesuffix("DType")


def _kind(schema: dict[str, Any]) -> str:
    """The kind of a schema in a few words."""
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return ", ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    return str(schema.get("format") or schema.get("pattern") or schema.get("type", "anything"))
