"""Discovery: every service's OpenAPI document, without a token, at the names that clients ask for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from tests.contract.platform import APP_NAME, PUBLIC
from tests.provider.served import listening
from tests.templates import Template

DISTRICT = f"/campus/oneroster/{APP_NAME}"
#: oneroster-1.2.md section 1: the binding documents' name and the conformance guide's.
FILES = {
    "/ims/oneroster/rostering/v1p2": (
        "onerosterv1p2rostersservice_openapi3_v1p0.json", "imsorv1p2_rostering_openapi3_v1p0.json",
    ),
    "/ims/oneroster/gradebook/v1p2": (
        "onerosterv1p2gradebookservice_openapi3_v1p0.json", "imsorv1p2_gradebook_openapi3_v1p0.json",
    ),
    "/ims/oneroster/resources/v1p2": (
        "onerosterv1p2resourcesservice_openapi3_v1p0.json", "imsorv1p2_resources_openapi3_v1p0.json",
    ),
    "/ims/oneroster/v1p1": ("onerosterv1p1_openapi3_v1p0.json",),
}  # fmt: skip
ADDRESSES = [(base, file) for base, files in FILES.items() for file in files]


@pytest.fixture(scope="module")
def address(provider_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A district's address; what its documents say does not come from a database."""
    settings = provider_template.sqlite(tmp_path_factory.mktemp("discovery"))
    with listening(replace(settings, provider_url=PUBLIC)) as address:
        yield address + DISTRICT


@pytest.mark.parametrize(("base", "file"), ADDRESSES, ids=[file for _, file in ADDRESSES])
def test_a_document_is_served_without_a_token_and_names_the_public_addresses(address, base, file):
    answer = requests.get(f"{address}{base}/discovery/{file}", timeout=60)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.0")
    assert document["servers"] == [{"url": PUBLIC + DISTRICT + base}]
    flow = document["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == f"{PUBLIC}/campus/oauth2/token?appName={APP_NAME}"
    version = "v1p1" if base.endswith("v1p1") else "v1p2"
    assert all(f"/spec/or/{version}/scope/" in scope for scope in flow["scopes"])


def test_both_names_of_a_service_lead_to_one_document(address):
    for base, files in FILES.items():
        texts = {requests.get(f"{address}{base}/discovery/{file}", timeout=60).text for file in files}
        assert len(texts) == 1


def test_a_document_that_has_not_changed_is_not_sent_again(address):
    url = f"{address}/ims/oneroster/v1p1/discovery/{FILES['/ims/oneroster/v1p1'][0]}"
    first = requests.get(url, timeout=60)
    again = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=60)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "public" in first.headers["Cache-Control"]
    assert requests.get(url, headers={"If-None-Match": 'W/"other"'}, timeout=60).status_code == 200


def test_the_other_address_of_1p2_has_the_documents_too(address):
    base, (file, _) = next(iter(FILES.items()))
    other = address.replace(DISTRICT, f"/campus/api/oneroster/v1p2/{APP_NAME}")
    here, there = (requests.get(f"{root}{base}/discovery/{file}", timeout=60).json() for root in (address, other))
    assert here == there


@pytest.mark.parametrize("base", FILES)
def test_an_unknown_document_is_an_unknown_object(address, base):
    answer = requests.get(f"{address}{base}/discovery/nonesuch.json", timeout=60)
    assert answer.status_code == 404
    assert ("statusInfoSet" in answer.json()) is base.endswith("v1p1")


def test_documents_are_read_only(address):
    base, (file, *_) = next(iter(FILES.items()))
    answer = requests.put(f"{address}{base}/discovery/{file}", json={}, timeout=60)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
