"""The table against the official OpenAPI documents of 1.2 rostering and resources, where `../shared/spec/openapi` lies beside the checkout."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.oneroster.resources.learning import resources
from shared.oneroster.resources.model import REQUIRED, Resource
from shared.oneroster.resources.operations import RESOURCES, STANDARD, Operation
from shared.oneroster.resources.rostering import ROSTERING
from shared.oneroster.schemas import json_schema
from shared.oneroster.versions import BASE_PATHS, Version

V1P2 = Version.V1P2
FOLDER = Path(__file__).resolve().parents[4] / "shared" / "spec" / "openapi"
FILES = {
    "rostering": FOLDER / "oneroster_v1p2_rostersservice.stringbool.json",
    "resources": FOLDER / "oneroster_v1p2_resourcesservice.stringbool.json",
}

pytestmark = pytest.mark.skipif(
    not all(file.exists() for file in FILES.values()), reason=f"{FOLDER} is not there to compare with"
)

#: What the table has of each service.
ENTITIES: dict[str, tuple[Resource, ...]] = {"rostering": ROSTERING, "resources": (resources,)}
OPERATIONS: dict[str, tuple[Operation, ...]] = {
    "rostering": STANDARD,
    "resources": tuple(operation for operation in RESOURCES if V1P2 in operation.versions),
}

TYPES = {
    "orgs": "OrgDType", "academicSessions": "AcademicSessionDType", "courses": "CourseDType", "classes": "ClassDType",
    "users": "UserDType", "enrollments": "EnrollmentDType", "demographics": "DemographicsDType",
    "resources": "ResourceDType",
}  # fmt: skip


@pytest.fixture(scope="module", params=list(FILES))
def service(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def document(service: str) -> dict[str, Any]:
    return json.loads(FILES[service].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def components(document):
    return document["components"]["schemas"]


def _whole(schema, components):
    """A schema with its references put in, and only what the two sides can be compared by."""
    if "$ref" in schema:
        return _whole(components[schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema:
        return {"anyOf": [_whole(inner, components) for inner in schema["anyOf"]]}
    kept = {key: schema[key] for key in ("type", "minItems", "additionalProperties") if schema.get(key)}
    if schema.get("additionalProperties") is False:
        kept["additionalProperties"] = False
    if schema.get("format") in ("date", "date-time"):
        kept["format"] = schema["format"]
    if "enum" in schema:
        kept["enum"] = sorted(schema["enum"])
    if "items" in schema:
        kept["items"] = _whole(schema["items"], components)
    if schema.get("properties"):
        kept["properties"] = {name: _whole(inner, components) for name, inner in schema["properties"].items()}
        kept["required"] = sorted(schema.get("required", ()))
    return kept


def test_every_resource_of_the_table_has_the_official_names_types_and_required_fields(service, components):
    for resource in ENTITIES[service]:
        official = _whole(components[TYPES[resource.plural]], components)
        assert _whole(json_schema(resource, V1P2), {}) == official, resource.plural


def test_names_and_required_fields_are_the_official_ones(service, components):
    for resource in ENTITIES[service]:
        official = components[TYPES[resource.plural]]
        assert set(resource.of(V1P2)) == set(official["properties"])
        required = {name for name, field in resource.of(V1P2).items() if field.presence(V1P2) is REQUIRED}
        assert required == set(official["required"]), resource.plural


def test_the_operations_are_the_official_ones(service, document):
    official = {(path, methods["get"]["operationId"]) for path, methods in document["paths"].items()}
    assert {(o.path, o.operation_id) for o in OPERATIONS[service]} == official
    assert BASE_PATHS[V1P2, service] == document["servers"][0]["variables"]["basePath"]["default"]


def test_envelopes_are_the_official_ones(service, document, components):
    for operation in OPERATIONS[service]:
        content = document["paths"][operation.path]["get"]["responses"]["200"]["content"]["application/json"]
        envelope = components[content["schema"]["$ref"].rpartition("/")[2]]
        key = operation.resource.singular if operation.single else operation.resource.plural
        assert set(envelope["properties"]) == {key}, operation.path


def test_the_scopes_that_open_an_operation_are_the_official_ones(service, document):
    for operation in OPERATIONS[service]:
        (requirement,) = document["paths"][operation.path]["get"]["security"]
        official = {url.rpartition("/")[2] for url in next(iter(requirement.values()))}
        assert operation.scopes == official, operation.path
