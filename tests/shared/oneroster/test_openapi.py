"""The OpenAPI documents: valid, whole, closed in themselves, and in agreement with the official ones of 1.2."""

import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from shared.oneroster import scopes
from shared.oneroster.openapi import DOCUMENTS, build
from shared.oneroster.versions import Version

BASE, TOKEN = "https://sis.example/campus/oneroster/demo", "https://sis.example/campus/oauth2/token?appName=demo"
V1P1, V1P2 = Version.V1P1, Version.V1P2

#: The official documents lie beside the checkout where the project is worked on.
OFFICIAL = Path("/work/shared/spec/openapi")
OFFICIAL_NAMES = {"rostering": "rosters", "gradebook": "gradebook", "resources": "resources"}
official_only = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official documents are not on this machine")

everyone = pytest.mark.parametrize("described", DOCUMENTS, ids=lambda described: described.files[0])
services_of_1p2 = pytest.mark.parametrize(
    "described", [d for d in DOCUMENTS if d.version is V1P2], ids=lambda described: described.services[0]
)


def document(described):
    return build(described, BASE, TOKEN)


def of(version, service):
    (described,) = [d for d in DOCUMENTS if d.version is version and service in d.services]
    return document(described)


def operations(doc):
    return {o["operationId"]: (path, verb, o) for path, item in doc["paths"].items() for verb, o in item.items()}


def official(described):
    name = OFFICIAL_NAMES[described.services[0]]
    return json.loads((OFFICIAL / f"oneroster_v1p2_{name}service.stringbool.json").read_text())


@everyone
def test_a_document_is_valid_openapi(described):
    validate(document(described))


@everyone
def test_every_component_is_used(described):
    text = json.dumps(document(described))
    for group, named in document(described)["components"].items():
        for name in named if group != "securitySchemes" else ():
            assert f'"#/components/{group}/{name}"' in text, name


def test_a_document_names_its_own_server_and_token_url():
    for described in DOCUMENTS:
        doc = document(described)
        assert doc["servers"] == [{"url": BASE + described.base_path}]
        flow = doc["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]
        assert flow["tokenUrl"] == TOKEN


def test_all_operations_of_the_standard_are_there():
    """oneroster-1.1.md section 2: 41 + 4 + 16; oneroster-1.2.md section 2: 41, 5, 27 + 8."""
    beyond = "Beyond the standard."
    counts = {
        d.title: sum(beyond not in o["description"] for _, _, o in operations(document(d)).values()) for d in DOCUMENTS
    }
    assert list(counts.values()) == [41, 35, 5, 61]


def test_1p1_has_no_post_and_answers_a_replacing_put_with_200():
    doc = of(V1P1, "gradebook")
    assert {verb for _, verb, _ in operations(doc).values()} == {"get", "put", "delete"}
    assert {"200", "201"} <= operations(doc)["putLineItem"][2]["responses"].keys()
    put = operations(of(V1P2, "gradebook"))["putLineItem"][2]["responses"]
    assert "201" in put and "200" not in put


@everyone
def test_either_scope_is_enough(described):
    """Two scopes in one requirement would mean that both are needed (oneroster-1.2.md section 6)."""
    doc = document(described)
    scheme = doc["components"]["securitySchemes"]["OAuth2CC"]
    offered = scheme["flows"]["clientCredentials"]["scopes"].keys()
    assert offered <= {scopes.scope_url(name, described.version) for name in scopes.NAMES[described.version]}
    for _, _, operation in operations(doc).values():
        asked = [requirement["OAuth2CC"] for requirement in operation["security"] if "OAuth2CC" in requirement]
        assert asked and all(len(urls) == 1 and urls[0] in offered for urls in asked)
        assert ({"OAuth1": []} in operation["security"]) is (described.version is V1P1)


def test_the_scopes_of_an_operation_are_those_of_its_version():
    wanted = "https://purl.imsglobal.org/spec/or/{}/scope/{}"
    get = operations(of(V1P2, "gradebook"))["getCategory"][2]["security"]
    names = ("gradebook.readonly", "gradebook-core.readonly")
    assert get == [{"OAuth2CC": [wanted.format("v1p2", name)]} for name in names]
    get = operations(of(V1P1, "gradebook"))["getCategory"][2]["security"]
    assert get == [{"OAuth2CC": [wanted.format("v1p1", "gradebook.readonly")]}, {"OAuth1": []}]


def test_the_vendor_key_is_asked_for_by_gradebook_and_assessments_alone():
    """P-98."""
    header = {"$ref": "#/components/parameters/x-vendor-authorization"}
    for described in DOCUMENTS:
        for path, _, operation in operations(document(described)).values():
            words = ("categories", "lineItems", "results", "scoreScales", "assessment")
            assert (header in operation["parameters"]) is any(word in path for word in words), path


def test_collections_tell_their_count_their_pages_and_their_state():
    for described in DOCUMENTS:
        for _, _, operation in operations(document(described)).values():
            names = {p.get("$ref", "").rpartition("/")[2] for p in operation["parameters"]}
            if "limit" in names:
                assert operation["responses"]["200"]["headers"].keys() == {
                    "X-Total-Count", "Link", "ETag", "X-Collection-Revision",
                }  # fmt: skip
                assert {"offset", "sort", "orderBy", "filter", "If-None-Match"} <= names
                assert "304" in operation["responses"]


def test_the_error_body_is_that_of_the_version():
    schemas = of(V1P1, "rostering")["components"]["schemas"]
    assert schemas["StatusInfoSetDType"]["required"] == ["statusInfoSet"]
    assert "unknown object" in schemas["StatusInfoDType"]["properties"]["imsx_codeMinor"]["enum"]
    schemas = of(V1P2, "rostering")["components"]["schemas"]
    assert schemas["imsx_StatusInfoDType"]["properties"].keys() == {
        "imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_CodeMinor",
    }  # fmt: skip


@official_only
@services_of_1p2
def test_paths_verbs_ids_and_tags_are_the_official_ones(described):
    ours, theirs = operations(document(described)), operations(official(described))
    assert theirs.keys() <= ours.keys()
    for name, (path, verb, operation) in theirs.items():
        assert ours[name][:2] == (path, verb)
        assert ours[name][2]["tags"] == operation["tags"]


@official_only
@services_of_1p2
def test_parameters_bodies_and_answers_are_the_official_ones(described):
    doc, standard = document(described), official(described)
    for name, (path, verb, theirs) in operations(standard).items():
        ours = operations(doc)[name][2]
        mine = {(p["name"], p["in"]): p for p in (resolved(doc, p) for p in ours["parameters"])}
        for parameter in theirs["parameters"]:
            assert mine[parameter["name"], parameter["in"]]["schema"]["type"] == parameter["schema"]["type"]
        assert body(ours) == body(theirs), name
        # 422 of a GET says nothing that 400 does not; `default` would hide a status that is not described.
        unsaid = {"default", "422"} if verb == "get" else {"default"}
        # A path that names no object cannot name an unknown one.
        unsaid |= set() if "{" in path else {"404"}
        assert theirs["responses"].keys() - unsaid <= ours["responses"].keys(), name
        for status in theirs["responses"].keys() - unsaid:
            assert body(resolved(doc, ours["responses"][status])) == body(theirs["responses"][status]), (name, status)


@official_only
@services_of_1p2
def test_the_schemas_require_and_have_what_the_official_ones_do(described):
    doc, standard = document(described), official(described)
    ours, theirs = doc["components"]["schemas"], standard["components"]["schemas"]
    assert theirs.keys() <= ours.keys()
    for name, schema in theirs.items():
        mine = ours[name]
        assert mine.get("properties", {}).keys() == schema.get("properties", {}).keys(), name
        assert mine.get("additionalProperties", True) == schema.get("additionalProperties", True), name
        # We always send the array of a set and all of a status body.
        if name.endswith("SetDType") or name.startswith("imsx_"):
            assert set(schema.get("required", ())) <= set(mine["required"]), name
        else:
            assert set(mine.get("required", ())) == set(schema.get("required", ())), name
        for key, value in schema.get("properties", {}).items():
            if name.startswith("imsx_"):
                assert set(mine["properties"][key].get("enum", ())) <= set(value.get("enum", ())), (name, key)
            elif key != "source":  # the published pattern of its words cannot be meant (oneroster-1.2.md section 9)
                assert kind(doc, mine["properties"][key]) == kind(standard, value), (name, key)


def resolved(doc, value):
    """What a `$ref` leads to."""
    while "$ref" in value:
        found = doc
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def body(described):
    """The component that a request body or a response holds."""
    holder = described.get("requestBody", {}) if "operationId" in described else described
    content = holder.get("content", {}).get("application/json")
    return content and content["schema"]["$ref"]


def kind(doc, schema):
    """A component by its name, a list by its items, a vocabulary by its words, anything else by its type."""
    if "$ref" in schema:
        return schema["$ref"]
    if schema.get("type") == "array":
        return [kind(doc, schema["items"])]
    if "anyOf" in schema:
        return sorted(word for part in schema["anyOf"] for word in part.get("enum", ()))
    return sorted(schema["enum"]) if "enum" in schema else schema["type"]
