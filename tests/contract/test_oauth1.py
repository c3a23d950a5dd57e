"""OAuth 1.0a over real HTTP with requests-oauthlib as the client (real-clients 4, 5, 7, 8; P-95, P-99, P-101)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import time
from urllib.parse import quote

import pytest
import requests

from shared.oneroster.versions import BASE_PATHS, Version
from tests.contract.conftest import BuiltDistricts
from tests.contract.door import Door
from tests.contract.platform import APP_NAME, PUBLIC, minor, open_session
from tests.contract.serve_process import serving
from tests.contract.signed import ROOT, Signer, add_key


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(
    request: pytest.FixtureRequest, built: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """A district of this module with an OAuth 1 connection called lms."""
    with built.open(request.param, tmp_path_factory.mktemp("oauth1"), request) as door:
        door.secrets["lms"] = add_key(door, "lms")
        yield door


@pytest.fixture
def lms(door: Door) -> Signer:
    return Signer(door.address, *door.secrets["lms"])


def refused(answer: requests.Response, words: str = "") -> None:
    """401 in the words of 1.1, which say why."""
    assert (answer.status_code, minor(answer, Version.V1P1)) == (401, "unauthorized"), answer.text
    assert words in answer.json()["statusInfoSet"][0]["imsx_description"]
    assert answer.headers["WWW-Authenticate"].startswith("OAuth")


def rows(answer: requests.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    (found,) = answer.json().values()
    return list(found)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("way", ["AUTH_HEADER", "QUERY"])
def test_every_way_of_signing_reads_what_a_token_reads(door, lms, way, method):
    auth = lms.auth(signature_method=method, signature_type=way)
    for path in ("/orgs", "/users?limit=50&offset=100", "/demographics?limit=3", "/enrollments?filter=&limit=5000"):
        signed = lms.get(path, auth)
        plain = door.lms(Version.V1P1).get(path)
        assert signed.status_code == plain.status_code == 200, signed.text
        assert signed.content == plain.content
        assert signed.headers["X-Total-Count"] == plain.headers["X-Total-Count"]


FILTERS = [
    "givenName='Colin Robert'", "familyName='O''Brien'", "familyName='O'Brien' AND status='active'",
    "email='a+b@example.org'", "familyName='Núñez'", "givenName='Zoë' OR givenName='李'", "sourcedId='a/b&c=d'",
    "identifier='50%'", "dateLastModified>'2026-01-01T00:00:00.000Z'", 'username="x"', "metadata.x='#?;:@~!*()'",
]  # fmt: skip


@pytest.mark.parametrize("way", ["AUTH_HEADER", "QUERY"])
@pytest.mark.parametrize("blank", ["%20", "+"])
def test_filters_of_any_letters_verify(lms, blank, way):
    """`oneroster-1.1.md` section 8.1: a blank is %20 in what is signed, however it was sent."""
    for text in FILTERS:
        url = f"{ROOT}/users?filter={quote(text, safe='').replace('%20', blank)}&limit=5"
        answer = lms.get(url, lms.auth(signature_type=way))
        assert answer.status_code in (200, 400), f"{text}: {answer.text}"


def test_a_filter_with_blanks_finds_its_records(lms):
    school = next(org for org in rows(lms.get("/orgs")) if " " in org["name"])
    asked = {"filter": f"name='{school['name']}' AND type='{school['type']}'", "limit": "10"}
    assert rows(lms.get("/orgs", params=asked)) == [school]


def test_what_a_library_leaves_raw_verifies(lms):
    """requests keeps quotes, brackets and stars of a URL as they are typed."""
    answer = lms.get(f"{ROOT}/users?filter=status='active'&sort=familyName&fields=sourcedId,familyName&limit=2")
    assert len(rows(answer)) == 2


def test_a_slash_inside_a_sourced_id_verifies(lms):
    for path in ("/users/a%2Fb", "/classes/x%2Fy/students", "/users/Zo%C3%AB", "/users/a%20b", "/users/it's"):
        answer = lms.get(path)
        assert (answer.status_code, minor(answer, Version.V1P1)) == (404, "unknown object"), path


def test_both_addresses_of_a_district_are_signed_as_they_are_called(door, lms):
    """real-clients, URL forms of Infinite Campus."""
    other = f"{PUBLIC}/campus/api/oneroster/v1p2/{APP_NAME}/ims/oneroster/v1p1"
    signer = Signer(door.address, lms.key, lms.secret, other)
    assert rows(signer.get("/orgs")) == rows(lms.get("/orgs"))
    # A signature for one address does not open the other.
    signed = requests.Request("GET", f"{other}/orgs", auth=lms.auth()).prepare()
    signed.url = f"{ROOT}/orgs"
    refused(lms.session.send(signed), "signature")


def test_the_public_address_is_what_is_signed_not_that_of_the_server(door, lms):
    answer = requests.get(ROOT.replace(PUBLIC, door.address) + "/orgs", auth=lms.auth(), timeout=60)
    refused(answer, f"the public URL ({ROOT}/orgs)")


def test_a_walk_by_link_is_signed_page_by_page(lms):
    """The parameters of a signature are no part of Link: each page is signed anew."""
    for way in ("AUTH_HEADER", "QUERY"):
        url, found, pages = f"{ROOT}/users?limit=100&sort=familyName", [], 0
        while url:
            answer = lms.get(url, lms.auth(signature_type=way))
            found += rows(answer)
            pages += 1
            assert "oauth_" not in answer.headers["Link"]
            last = answer.links["last"]["url"]
            url, present = answer.links.get("next", {}).get("url"), url
        assert last == present
        assert pages > 2 and len({user["sourcedId"] for user in found}) == int(answer.headers["X-Total-Count"])


def test_what_comes_with_a_get_is_ignored(lms):
    """real-clients 7."""
    for content in ("application/json", "application/x-www-form-urlencoded"):
        signed = requests.Request("GET", f"{ROOT}/orgs", auth=lms.auth()).prepare()
        signed.prepare_body("a=1", None)
        signed.headers["Content-Type"] = content
        assert rows(lms.session.send(signed))


def test_a_head_request_is_signed_as_one(lms):
    answer = lms.session.head(f"{ROOT}/users?limit=10", auth=lms.auth(), timeout=60)
    assert (answer.status_code, answer.content) == (200, b"")


# 401.


def test_a_wrong_secret_and_an_unknown_key_are_401(door, lms):
    refused(lms.get("/orgs", lms.auth(client_secret="guessed")), "signature")
    refused(Signer(door.address, "nobody", lms.secret).get("/orgs"), "signature")
    for key in ("", "\x00", "é", "x" * 500, "' OR 1=1"):
        refused(Signer(door.address, key, lms.secret).get("/orgs"))


@pytest.mark.parametrize("way", ["AUTH_HEADER", "QUERY"])
def test_a_request_cannot_be_sent_twice(lms, way):
    signed = requests.Request("GET", f"{ROOT}/orgs?limit=1", auth=lms.auth(signature_type=way)).prepare()
    url, answers = signed.url, []
    for _ in range(3):
        signed.url = url
        answers.append(lms.session.send(signed))
    assert answers[0].status_code == 200
    for again in answers[1:]:
        refused(again, "oauth_nonce")


@pytest.mark.parametrize(("behind", "status"), [(590, 200), (620, 401), (-280, 200), (-320, 401), (10_000_000, 401)])
def test_the_clock_of_a_client_may_be_off_by_minutes(lms, behind, status):
    answer = lms.get("/orgs", lms.auth(timestamp=str(int(time()) - behind)))
    assert answer.status_code == status, answer.text
    if status == 401:
        refused(answer, "clock")


def test_a_changed_query_is_401(lms):
    signed = requests.Request("GET", f"{ROOT}/users?limit=1", auth=lms.auth()).prepare()
    signed.url = f"{ROOT}/users?limit=2"
    refused(lms.session.send(signed), "signature")


def test_other_methods_of_signing_are_401(lms):
    for method in ("PLAINTEXT", "HMAC-SHA512"):
        refused(lms.get("/orgs", lms.auth(signature_method=method)), "HMAC-SHA256")


def test_an_expired_key_is_401_until_it_is_renewed(door, lms):
    """P-99."""
    key = add_key(door, "ends")
    signer = Signer(door.address, *key)
    assert signer.get("/orgs").status_code == 200
    now = datetime.now(UTC)
    door.change("ends", expires_at=now - timedelta(seconds=1))
    refused(signer.get("/orgs"), "expired")
    door.change("ends", expires_at=now + timedelta(days=365))
    assert signer.get("/orgs").status_code == 200


def test_a_disabled_connection_is_401_at_once_and_back_when_enabled(door):
    """P-95."""
    signer = Signer(door.address, *add_key(door, "off"))
    assert signer.get("/orgs").status_code == 200
    door.change("off", enabled=False)
    refused(signer.get("/orgs"), "disabled")
    door.change("off", enabled=True)
    assert signer.get("/orgs").status_code == 200


def test_a_new_secret_ends_the_old_one_at_once(door):
    """P-101."""
    old = add_key(door, "changes")
    assert Signer(door.address, *old).get("/orgs").status_code == 200
    door.new_secret("changes")
    refused(Signer(door.address, *old).get("/orgs"), "signature")
    assert Signer(door.address, *door.secrets["changes"]).get("/orgs").status_code == 200


def test_tokens_and_signatures_are_for_the_connections_of_their_kind(door, lms):
    token_url = f"{door.address}/campus/oauth2/token?appName={APP_NAME}"
    form = {"grant_type": "client_credentials"}
    answer = requests.post(token_url, data=form, auth=(lms.key, lms.secret), timeout=60)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    with_token = door.lms(Version.V1P1)
    refused(Signer(door.address, with_token.client_id, with_token.secret).get("/orgs"), "signature")
    forged = door.issue_token("lms", frozenset({"roster.readonly"}), datetime.now(UTC))
    answer = open_session(door.address).get(f"{ROOT}/orgs", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, minor(answer, Version.V1P1)) == (401, "unauthorized")


def test_a_key_is_for_the_addresses_of_1p1(door, lms):
    root = f"{PUBLIC}/campus/oneroster/{APP_NAME}{BASE_PATHS[Version.V1P2, 'rostering']}"
    answer = Signer(door.address, lms.key, lms.secret, root).get("/orgs")
    assert (answer.status_code, minor(answer, Version.V1P2)) == (403, "forbidden")
    answer = Signer(door.address, lms.key, "guessed", root).get("/orgs")
    assert (answer.status_code, minor(answer, Version.V1P2)) == (401, "unauthorisedrequest")


@pytest.mark.parametrize(
    "header",
    ["OAuth", "OAuth ", "OAuth x", "OAuth oauth_consumer_key", 'OAuth oauth_consumer_key="%zz"', 'OAuth "', "OAuth =,=,",
     'OAuth oauth_nonce="\xe9"', "OAuth " + 'oauth_x="1", ' * 400],
)  # fmt: skip
def test_headers_that_are_none_are_401(lms, header):
    session = lms.session
    answer = session.get(f"{ROOT}/orgs", headers={"Authorization": header.encode("latin-1")}, timeout=60)
    refused(answer)


def test_a_nonce_is_used_once_in_all_worker_processes(door, lms, sealing_key):
    """The provider as it runs in earnest, with a process for each core."""
    settings = door.app.extensions["homeroom"]["settings"]
    with serving(settings, sealing_key) as address:
        signer = Signer(address, lms.key, lms.secret)
        for _ in range(4):
            signed = requests.Request("GET", f"{ROOT}/orgs?limit=1", auth=signer.auth()).prepare()
            address_of_server = signed.url.replace(PUBLIC, address)

            def send(_: int, url: str = address_of_server, headers: dict[str, str] = dict(signed.headers)) -> int:  # noqa: B006
                return requests.get(url, headers=headers, timeout=60).status_code

            with ThreadPoolExecutor(6) as pool:
                statuses = sorted(pool.map(send, range(12)))
            assert statuses == [200] + [401] * 11
