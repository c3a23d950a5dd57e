"""OAuth 1: every request is signed so that servers of all habits can check it (C-02, real-clients 4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from consumer.client.caller import Client, NotSigned, Target, VendorKey
from consumer.client.oauth1 import KeyPair
from consumer.client.transport import Transport
from shared.oneroster.versions import Version
from tests.consumer.clients import Clock

KEY, SECRET = "consumer-key", "s3cr&t/with signs+"


class Habits(RequestValidator):
    """One key, no TLS, and each nonce once."""

    enforce_ssl = False
    dummy_client = "nobody"
    timestamp_lifetime = 10**12  # the clock of these tests stands still

    def __init__(self) -> None:
        super().__init__()
        self.methods: tuple[str, ...] = ("HMAC-SHA1", "HMAC-SHA256")
        self.nonces: list[str] = []

    @property
    def allowed_signature_methods(self) -> tuple[str, ...]:
        return self.methods

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return True

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == KEY

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return SECRET

    def validate_timestamp_and_nonce(self, client_key: str, timestamp: str, nonce: str, *_: Any, **__: Any) -> bool:
        new = nonce not in self.nonces
        self.nonces.append(nonce)
        return new


@dataclass
class Verifier:
    """A server that answers what is signed rightly. `statuses`: what it answers first, whatever is asked."""

    habits: Habits = field(default_factory=Habits)
    statuses: list[int] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    address: str = ""

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        authorization = request.headers.get("Authorization", "")
        self.methods.append(authorization.partition('oauth_signature_method="')[2].partition('"')[0])
        self.headers.append(dict(request.headers))
        self.queries.append(environ["QUERY_STRING"])
        url = self.address + environ["RAW_URI"] if "RAW_URI" in environ else request.url
        good, _ = SignatureOnlyEndpoint(self.habits).validate_request(url, request.method, None, {"Authorization": authorization})
        if self.statuses:
            return Response("{}", self.statuses.pop(0))(environ, start)
        if not good:
            return Response('{"error":"not signed"}', 401)(environ, start)
        self.seen.append(dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)))
        return Response('{"orgs":[]}', 200)(environ, start)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Verifier]:
    verifier = Verifier()
    served = make_server("127.0.0.1", 0, verifier, request_handler=_Quiet)
    verifier.address = f"http://127.0.0.1:{served.server_port}"
    Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield verifier
    served.shutdown()
    served.server_close()


@pytest.fixture
def verifier(server: Verifier) -> Verifier:
    fresh = Verifier(address=server.address)
    vars(server).update(vars(fresh))
    return server


def client_of(verifier: Verifier, secret: str = SECRET, vendor: VendorKey | None = None) -> Client:
    clock = Clock()
    target = Target(verifier.address, Version.V1P1, KeyPair(KEY, secret), 100, vendor=vendor)
    return Client(target, Transport(allow_private=True, sleep=clock.sleep, clock=clock))


@pytest.mark.parametrize(
    "text",
    ["familyName='O''Brien'", "a b", "a+b", "a%20b", "ü ñ 学校", "a&b=c", "~*!()-._", "", "100%", "a;b", "a/b?c#d"],
)
def test_a_filter_arrives_as_it_was_written(verifier: Verifier, text: str) -> None:
    client_of(verifier).get("orgs", query={"filter": text, "limit": 5})
    assert verifier.seen == [{"filter": text, "limit": "5"}]


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_for_is_signed_rightly(verifier: Verifier, text: str) -> None:
    verifier.seen.clear()
    client_of(verifier).get("orgs", text or "x", query={"filter": text})
    assert verifier.seen == [{"filter": text}]


@pytest.mark.parametrize(
    ("query", "sent"),
    [("limit=5&&offset=5&", "limit=5&offset=5"), ("a+b=c", "a%20b=c"), ("filter=role%3d'x'", "filter=role%3D%27x%27"),
     ("flag", "flag="), ("", "")],
)  # fmt: skip
def test_a_link_that_the_server_wrote_loosely_is_spelt_strictly(verifier: Verifier, query: str, sent: str) -> None:
    url = f"{verifier.address}/ims/oneroster/v1p1/orgs?{query}".rstrip("?")
    client_of(verifier).get_url(url)
    assert verifier.queries == [sent]


def test_sha_256_comes_first_and_what_worked_is_remembered(verifier: Verifier) -> None:
    client = client_of(verifier)
    client.get("orgs")
    client.get("orgs")
    assert verifier.methods == ["HMAC-SHA256"] * 2
    verifier.habits.methods = ("HMAC-SHA1",)
    other = client_of(verifier)
    other.get("orgs")
    other.get("orgs")
    assert verifier.methods[2:] == ["HMAC-SHA256", "HMAC-SHA1", "HMAC-SHA1"]


def test_a_wrong_secret_is_refused_after_one_try_of_each_method(verifier: Verifier) -> None:
    with pytest.raises(NotSigned, match="not signed"):
        client_of(verifier, secret="another").get("orgs")
    assert verifier.methods == ["HMAC-SHA256", "HMAC-SHA1"]


def test_a_key_that_ends_in_mid_walk_is_not_tried_in_other_ways(verifier: Verifier) -> None:
    client = client_of(verifier)
    client.get("orgs")
    verifier.statuses = [401]
    with pytest.raises(NotSigned):
        client.get("orgs")
    assert verifier.methods == ["HMAC-SHA256"] * 2


def test_each_further_try_has_a_signature_of_its_own(verifier: Verifier) -> None:
    """C-88: a nonce that was used is refused."""
    verifier.statuses = [503, 503]
    client_of(verifier).get("orgs")
    assert len(set(verifier.habits.nonces)) == 3
    assert verifier.seen == [{}]


def test_the_vendors_key_goes_beside_the_signature(verifier: Verifier) -> None:
    """C-11."""
    client_of(verifier, vendor=VendorKey("v-key", "v-secret")).get("categories")
    assert verifier.headers[0]["X-Vendor-Authorization"] == "v-key:v-secret"
    assert "v-secret" not in repr(VendorKey("v-key", "v-secret"))
    client_of(verifier).get("orgs")
    assert "X-Vendor-Authorization" not in verifier.headers[1]
