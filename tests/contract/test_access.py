"""Tokens, scopes and errors as clients meet them (real-clients 1, 2, 3, 20; P-95, P-101, P-106, P-107)."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests

from shared.oneroster.resources.operations import SERVICES, operations_of
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.conftest import Demo
from tests.contract.platform import APP_NAME, TOKEN_PATH, Platform, minor, open_session

CORE, ROSTER, DEMOGRAPHICS = "roster-core.readonly", "roster.readonly", "roster-demographics.readonly"
RESOURCE, RESOURCE_CORE = "resource.readonly", "resource-core.readonly"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def granted(answer: requests.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return set(answer.json()["scope"].split())


# Tokens.


def test_without_a_scope_a_token_carries_all_that_the_connection_may_do(lms, version):
    answer = lms.ask_for_token()
    resources = {Version.V1P1: ["resource.readonly"], Version.V1P2: ["resource-core.readonly", "resource.readonly"]}
    names = [CORE, ROSTER, DEMOGRAPHICS, *resources[version]]
    assert granted(answer) == {scope_url(name, version) for name in names}
    headers = bearer(answer.json()["access_token"])
    assert lms.get("/demographics?limit=1", headers=headers).status_code == 200
    assert lms.get("/schools?limit=1", headers=headers).status_code == 200


def test_of_many_scopes_the_known_and_allowed_are_granted_as_they_were_asked_for(lms, version):
    """real-clients 1: five or more, versions mixed, http for https."""
    mine = scope_url(CORE, version)
    other = scope_url(ROSTER, Version.V1P1)
    insecure = scope_url(DEMOGRAPHICS, Version.V1P2).replace("https", "http")
    asked = [mine, other, insecure, scope_url("gradebook.readonly", version), "openid", "https://example.org/scope"]
    assert granted(lms.ask_for_token(scope=" ".join(asked))) == {mine, other, insecure}


def test_nothing_known_and_allowed_is_invalid_scope(lms, version):
    answer = lms.ask_for_token(scope=f"openid {scope_url('gradebook.createput', version)}")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_answer_has_a_type_and_whole_seconds(lms):
    """real-clients 3."""
    body = lms.ask_for_token().json()
    assert body["token_type"].lower() == "bearer"
    assert isinstance(body["expires_in"], int) and body["expires_in"] > 0


@pytest.mark.parametrize("way", ["basic", "encoded basic", "body"])
def test_credentials_in_basic_encoded_or_not_and_in_the_body(lms, way):
    """real-clients 2."""
    form = {"grant_type": "client_credentials"}
    client_id, secret = lms.client_id, lms.secret
    if way == "body":
        answer = requests.post(lms.address + TOKEN_PATH, data=form | {"client_id": client_id, "client_secret": secret})
    else:
        if way == "encoded basic":
            client_id, secret = quote(client_id, safe=""), quote(secret, safe="")
        pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = requests.post(lms.address + TOKEN_PATH, data=form, headers={"Authorization": f"Basic {pair}"})
    assert lms.get("/orgs", headers=bearer(answer.json()["access_token"])).status_code == 200


def test_a_new_token_does_not_end_the_old_one(lms):
    """Some clients hold a token per thread."""
    first = lms.token()
    lms.token()
    assert lms.get("/orgs", headers=bearer(first)).status_code == 200


def test_a_wrong_secret_an_unknown_client_and_a_wrong_app_name_are_401(lms):
    form = {"grant_type": "client_credentials"}
    wrong_app = TOKEN_PATH.replace(APP_NAME, "other")
    for path, credentials in (
        (TOKEN_PATH, (lms.client_id, "wrong")),
        (TOKEN_PATH, ("nobody", lms.secret)),
        (wrong_app, (lms.client_id, lms.secret)),
        (TOKEN_PATH.partition("?")[0], (lms.client_id, lms.secret)),
    ):
        answer = requests.post(lms.address + path, data=form, auth=credentials)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), path


# 401.


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer nonsense", "Basic dTpw", "nonsense", "Bearer a.b.c", "Bearer \xe9"],
)
def test_without_a_good_token_every_read_is_401_in_the_words_of_the_version(lms, version, header):
    session = open_session(lms.address)
    if header is not None:
        session.headers["Authorization"] = header.encode("latin-1")  # type: ignore[assignment]
    for path in ("/users", "/users/x", "/no-such-collection", "/demographics"):
        answer = session.get(lms.base + path)
        if path == "/no-such-collection":
            assert answer.status_code in (401, 404)
            continue
        assert answer.status_code == 401
        assert minor(answer, version) == {"1.1": "unauthorized", "1.2": "unauthorisedrequest"}[version]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_is_401(demo, lms, version):
    now = datetime.now(UTC)
    name = f"lms-{version}"
    scopes = frozenset({ROSTER})
    expired = demo.door.issue_token(name, scopes, now - timedelta(seconds=3601))
    assert lms.get("/orgs", headers=bearer(expired)).status_code == 401
    alive = demo.door.issue_token(name, scopes, now - timedelta(seconds=3000))
    assert lms.get("/orgs", headers=bearer(alive)).status_code == 200


def test_a_regenerated_secret_ends_the_old_one_and_its_tokens_at_once(district, version):
    """P-101."""
    name = f"lms-{version}"
    platform = district.platform(name, version)
    assert platform.get("/orgs").status_code == 200
    district.new_secret(name)
    assert platform.get("/orgs").status_code == 401
    assert platform.ask_for_token().status_code == 401
    assert district.platform(name, version).get("/orgs").status_code == 200


def test_a_disabled_connection_is_401_at_once_and_back_when_enabled(district, version):
    """P-95."""
    name = f"lms-{version}"
    platform = district.platform(name, version)
    assert platform.get("/orgs").status_code == 200
    district.change(name, enabled=False)
    assert platform.get("/orgs").status_code == 401
    assert platform.ask_for_token().status_code == 401
    district.change(name, enabled=True)
    assert platform.get("/orgs").status_code == 200


def test_a_token_of_another_district_is_401(lms, version):
    """P-107: a token of the same form that another key signed."""
    header, payload, _ = lms.token().split(".")
    forged = f"{header}.{payload}.{base64.urlsafe_b64encode(bytes(32)).rstrip(b'=').decode()}"
    answer = lms.get("/orgs", headers=bearer(forged))
    assert answer.status_code == 401
    minor(answer, version)


# 403.


def test_each_scope_opens_what_the_standard_says_and_nothing_else(lms, version):
    names = [CORE, ROSTER, DEMOGRAPHICS, RESOURCE, *([RESOURCE_CORE] if version is Version.V1P2 else [])]
    tokens = {name: lms.token(scope=scope_url(name, version)) for name in names}
    for operation in (operation for service in SERVICES for operation in operations_of(version, service)):
        path = operation.path.replace("{", "").replace("}", "")
        for name, token in tokens.items():
            answer = lms.get(path + "?limit=1", headers=bearer(token))
            if name in operation.scopes:
                assert answer.status_code in (200, 404), f"{name} {path}"
            else:
                assert (answer.status_code, minor(answer, version)) == (403, "forbidden"), f"{name} {path}"


def test_a_token_of_the_other_version_is_403(demo, lms, version):
    (other,) = set(Version) - {version}
    answer = lms.get("/users", headers=bearer(demo.lms(other).token()))
    assert (answer.status_code, minor(answer, version)) == (403, "forbidden")


def test_a_connection_without_the_roster_function_reads_nothing(district, version):
    """P-97, P-102."""
    district.connect("gradebook", version, roster=False, gradebook=True)
    platform = district.platform("gradebook", version)
    assert (platform.get("/users").status_code, minor(platform.get("/users"), version)) == (403, "forbidden")
    assert scope_url(ROSTER, version) not in granted(platform.ask_for_token())


# 404, 405, 503.


def test_an_unknown_record_and_an_unknown_path_are_404_in_the_words_of_the_version(lms, version):
    for path in ("/users/nobody", "/nothing", "/users/nobody/classes", "/users/x/y/z", "/Users", "/users/", "/"):
        answer = lms.get(path)
        assert answer.status_code == 404, path
        assert minor(answer, version) == {"1.1": "unknown object", "1.2": "unknownobject"}[version], path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_method_that_a_read_does_not_have_is_405_with_allow(lms, version, method):
    for path in ("/users", "/users/x", "/classes/x/students"):
        answer = lms.session.request(method, lms.base + path, data="{}")
        assert answer.status_code == 405, path
        assert "GET" in answer.headers["Allow"]
        minor(answer, version)


def test_head_and_options(lms):
    head = lms.session.head(f"{lms.base}/users?limit=10")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["X-Total-Count"] == lms.get("/users?limit=10").headers["X-Total-Count"]
    options = lms.session.options(f"{lms.base}/users")
    assert options.status_code == 200 and "GET" in options.headers["Allow"]


def test_before_the_first_refresh_a_new_kind_of_connection_is_told_to_come_back(district, version):
    platform = district.connect("new", version, share=frozenset({"email"}))
    answer = platform.get("/users")
    assert (answer.status_code, minor(answer, version)) == (503, "server_busy")
    assert int(answer.headers["Retry-After"]) > 0
    district.refresh()
    assert platform.get("/users").status_code == 200


def test_an_error_answer_says_no_names_of_the_program(lms):
    for path in ("/users?limit=x", "/nothing", "/users?filter=x", "/users/%00"):
        text = lms.get(path).text
        assert not any(word in text for word in ("Traceback", "sqlalchemy", "sqlite", "psycopg", ".py", "flask"))


def test_a_district_that_is_not_there_is_404(lms, version):
    url = lms.base.replace("/demo/", "/other/")
    assert lms.get(url + "/users").status_code == 404


def test_the_paths_of_the_two_versions_are_as_published(demo: Demo):
    """P-105."""
    assert BASE_PATHS[Version.V1P1, "rostering"] == "/ims/oneroster/v1p1"
    assert BASE_PATHS[Version.V1P2, "rostering"] == "/ims/oneroster/rostering/v1p2"
    platform: Platform = demo.lms(Version.V1P1)
    assert platform.get(f"{platform.base}/orgs").status_code == 200
