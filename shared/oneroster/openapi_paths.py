"""The paths of the OpenAPI documents: an operation for each row of the table, with parameters, answers and scopes."""

import re
from dataclasses import dataclass, field
from typing import Any

from shared.oneroster import scopes
from shared.oneroster.kinds import ID
from shared.oneroster.openapi_schemas import Schema, Schemas
from shared.oneroster.query import DEFAULT_LIMIT, MAX_LIMIT
from shared.oneroster.resources.gradebook_operations import Write
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.operations import CAMPUS, Operation, Parent
from shared.oneroster.versions import Version

JSON = "application/json"

#: Operations that the standard does not have: those that clients ask of Campus, and a view that 1.1 lacks.
_BEYOND = {(operation.operation_id, version) for operation in CAMPUS for version in operation.versions} | {
    ("getCategoriesForClass", Version.V1P1)
}

_FAILURES = {
    400: "A parameter or the body cannot be read.",
    401: "There is no valid token or signature, or the vendor key is missing or wrong.",
    403: "The connection may not do this: its version, its scopes or its functions do not open it.",
    404: "Unknown object: what the path names is not there, or this connection may not see it.",
    413: "The body is too large.",
    422: "The body is well-formed, but its content cannot be stored.",
    429: "Too many requests: wait as long as Retry-After says.",
    500: "Something went wrong in the server.",
    503: "The district's data are being prepared: ask again after Retry-After.",
}
_WAITING = (429, 503)

_HEADERS: Schema = {
    "X-Total-Count": ("How many records there are over all pages.", {"type": "integer"}),
    "Link": ("Absolute URLs of the pages next, last, first and prev (RFC 8288).", {"type": "string"}),
    "ETag": ("The state of the collection; send it as If-None-Match.", {"type": "string"}),
    "X-Collection-Revision": ("Moves only when the collection, as this connection sees it, does.", {"type": "string"}),
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


def _integer(minimum: int, default: int) -> Schema:
    return {"type": "integer", "format": "int64", "minimum": minimum, "maximum": 2**63 - 1, "default": default}


#: Query parameters of every collection: description, schema.
_COLLECTION: dict[str, tuple[str, Schema]] = {
    "limit": (f"Records to a page. More than {MAX_LIMIT:,} is cut to that.", _integer(1, DEFAULT_LIMIT)),
    "offset": ("Records to leave out before the first.", _integer(0, 0)),
    "sort": ("The field to sort by, dotted paths too. sourcedId is always the last key.", {"type": "string"}),
    "orderBy": ("asc, the default, or desc.", {"type": "string", "enum": ["asc", "desc"]}),
    "filter": (
        "Clauses `field operator 'value'` joined by AND or OR: operators = != > >= < <= and ~ (contains); dotted paths "
        "such as class.sourcedId; a quote in a value is doubled. For example dateLastModified>'2026-08-24' AND "
        "status='active'. An unknown field is refused.",
        {"type": "string"},
    ),
}


@dataclass
class Parts:
    """A document in the making."""

    version: Version
    schemas: Schemas
    paths: Schema = field(default_factory=dict)
    parameters: Schema = field(default_factory=dict)
    responses: Schema = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)


def add_read(parts: Parts, operation: Operation) -> None:
    """Describe a GET."""
    resource = operation.resource
    parameters = [*_path_parameters(operation.path, operation.parents, resource), *_gradebook(parts, resource)]
    if operation.single:
        answer = _answer(f"The {resource.singular}.", parts.schemas.one(resource))
        about = f"One record in the wrapper `{resource.singular}`."
    else:
        parameters += [_shared(parts, name, "query", *row) for name, row in _COLLECTION.items()]
        parameters.append(_shared(parts, "If-None-Match", "header", "The ETag of the page that the caller has.",
                                  {"type": "string"}))  # fmt: skip
        answer = _answer(f"A page of {resource.plural}.", parts.schemas.many(resource))
        answer["headers"] = {
            name: {"description": told, "schema": schema} for name, (told, schema) in _HEADERS.items()
        }  # fmt: skip
        about = f"A page of records in the wrapper `{resource.plural}`; empty where nothing matches."
    parameters.append(_fields(parts, resource))
    answers = {"200": answer} if operation.single else {"200": answer, "304": {"description": "Nothing has changed."}}
    found = operation.single or operation.parents
    failures = (400, 401, 403, *((404,) if found else ()), 429, 500, 503)
    _add(parts, "get", operation, about, parameters, answers, failures)


def add_write(parts: Parts, write: Write) -> None:
    """Describe a PUT, POST or DELETE of the gradebook."""
    resource, schemas = write.resource, parts.schemas
    parameters = [*_path_parameters(write.path, write.parents, resource), *_gradebook(parts, resource)]
    body, answers, about = _WRITES[write.verb](schemas, resource, parts.version)
    failures = (400, 401, 403, 404, *((413, 422) if body else (422,)), 429, 500, 503)
    _add(parts, write.verb.lower(), write, about, parameters, answers, failures, body)


def _put(schemas: Schemas, resource: Resource, version: Version) -> tuple[Schema | None, Schema, str]:
    about = (
        f"Creates or replaces the {resource.singular} under the id that the path names. status, dateLastModified and "
        "the href and type of references may be left out; status tobedeleted deletes."
    )
    answers = {"201": {"description": "Stored." if version is Version.V1P2 else "Created."}}
    if version is Version.V1P1:
        answers["200"] = {"description": "Replaced."}
    return schemas.sent(resource), answers, about


def _post(schemas: Schemas, resource: Resource, _version: Version) -> tuple[Schema | None, Schema, str]:
    about = (
        f"Creates {resource.plural}; each is given an id of its own, told beside the one that was sent. The same "
        "request sent again updates what it made the first time. The path wins over references in the body."
    )
    partly = "Some were stored, others refused: `refused` says which and why (beyond the standard)."
    answers = {
        "201": _answer("All were stored.", schemas.pairs()),
        "207": _answer(partly, schemas.pairs_and_refused()),
    }
    return schemas.many(resource), answers, about


def _delete(_schemas: Schemas, resource: Resource, _version: Version) -> tuple[Schema | None, Schema, str]:
    about = (
        f"Takes the {resource.singular} out of every list. A filter that names status or dateLastModified still finds "
        "it, as tobedeleted."
    )
    return None, {"204": {"description": "Deleted."}}, about


_WRITES = {"PUT": _put, "POST": _post, "DELETE": _delete}


def _add(
    parts: Parts, method: str, row: Operation | Write, about: str, parameters: list[Schema], answers: Schema,
    failures: tuple[int, ...], body: Schema | None = None,
) -> None:  # fmt: skip
    collection = row.path.split("/")[1]
    tag = f"{collection[0].upper()}{collection[1:]}Management"
    parts.tags.add(tag)
    if (row.operation_id, parts.version) in _BEYOND:
        about += " Beyond the standard."
    described: Schema = {
        "operationId": row.operation_id,
        "summary": _summary(row.operation_id),
        "description": about,
        "tags": [tag],
        "parameters": parameters,
        "security": security_of(row.scopes, parts.version),
        "responses": answers | {str(status): _failure(parts, status) for status in failures},
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    parts.paths.setdefault(row.path, {})[method] = described


def security_of(names: frozenset[str], version: Version) -> list[dict[str, list[str]]]:
    """What opens an operation: a requirement for each scope, because either is enough (`oneroster-1.2.md` section 6).

    The official documents put both into one requirement, which in OpenAPI means that both are needed.
    """
    known = (name for name in scopes.NAMES[version] if name in names)
    either: list[dict[str, list[str]]] = [{"OAuth2CC": [scopes.scope_url(name, version)]} for name in known]
    return [*either, {"OAuth1": []}] if version is Version.V1P1 else either


def _summary(operation_id: str) -> str:
    """getClassesForTerm: "Get classes for term"."""
    return re.sub(r"(?<!^)([A-Z])", r" \1", operation_id).lower().capitalize()


def _path_parameters(path: str, parents: tuple[Parent, ...], resource: Resource) -> list[Schema]:
    named = {parent.param: parent.resource.singular for parent in parents}
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The sourcedId of the {named.get(name, resource.singular)}.",
            "schema": ID.json_schema(Version.V1P2),
        }
        for name in re.findall(r"{(\w+)}", path)
    ]


def _gradebook(parts: Parts, resource: Resource) -> list[Schema]:
    """P-98: connections with a vendor key send it with every gradebook request."""
    if resource.service != "gradebook":
        return []
    told = "`key:secret`; needed from connections that have a vendor key, and from no others."
    return [_shared(parts, "x-vendor-authorization", "header", told, {"type": "string"})]


def _fields(parts: Parts, resource: Resource) -> Schema:
    """`fields` with the names that the resource has; repeated or comma-separated."""
    named: Schema = {"type": "array", "items": {"type": "string", "enum": list(resource.of(parts.version))}}
    told = "Only these fields, repeated or comma-separated; sourcedId always comes along."
    parameter = _parameter("fields", "query", told, named)
    parts.parameters[f"fields_{resource.plural}"] = parameter
    return {"$ref": f"#/components/parameters/fields_{resource.plural}"}


def _shared(parts: Parts, name: str, where: str, told: str, schema: Schema) -> Schema:
    parts.parameters[name] = _parameter(name, where, told, schema)
    return {"$ref": f"#/components/parameters/{name}"}


def _parameter(name: str, where: str, told: str, schema: Schema) -> Schema:
    return {"name": name, "in": where, "required": False, "description": told, "schema": schema}


def _answer(told: str, schema: Schema) -> Schema:
    return {"description": told, "content": {JSON: {"schema": schema}}}


def _failure(parts: Parts, status: int) -> Schema:
    name = f"Status{status}"
    if name not in parts.responses:
        response = _answer(_FAILURES[status], parts.schemas.status())
        headers: dict[str, Any] = _RETRY_AFTER if status in _WAITING else {}
        parts.responses[name] = {**response, "headers": headers} if headers else response
    return {"$ref": f"#/components/responses/{name}"}
