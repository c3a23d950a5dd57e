"""Retries, waits and tokens (C-02, C-88): what the consumer does before it gives up."""

from datetime import timedelta
from pathlib import Path

import pytest

from consumer.client.errors import AuthFailed, BadAnswer, RateLimited, Redirected, ServerFault, TooLong, Unreachable
from consumer.client.limits import Limits
from consumer.client.oauth2 import Tokens
from consumer.client.waits import WAITS, asked_wait
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW, Clock, client_of
from tests.faults.provider import FaultProvider


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_provider_is_asked_again_after_growing_waits(
    fault_provider_11: FaultProvider, clock: Clock, status: int
) -> None:
    fault_provider_11.on("users", status=status, times=3)
    walk = client_of(fault_provider_11, clock=clock).walk("users")
    assert sum(map(len, walk)) == 9
    assert clock.waits == list(WAITS[:3])
    assert clock.waits == sorted(set(clock.waits))


def test_retry_after_in_seconds_is_honoured(fault_provider_11: FaultProvider, clock: Clock) -> None:
    fault_provider_11.on("users", status=429, headers={"Retry-After": "7"}, times=2)
    assert sum(map(len, client_of(fault_provider_11, clock=clock).walk("users"))) == 9
    assert clock.waits == [7.0, 7.0]


def test_retry_after_as_a_date_is_honoured(fault_provider_11: FaultProvider, clock: Clock) -> None:
    fault_provider_11.on("users", status=503, headers={"Retry-After": "Tue, 01 Sep 2026 12:00:20 GMT"})
    assert sum(map(len, client_of(fault_provider_11, clock=clock).walk("users"))) == 9
    assert clock.waits == [20.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("Tue, 01 Sep 2026 11:00:00 GMT", 0.0),
        ("Tue, 01 Sep 2026 14:01:00 +0200", 60.0),
        ("soon", None),
        ("-5", None),
        ("\xb2", None),
        ("Tue, 40 Sep 2026 00:00:00 GMT", None),
        (None, None),
    ],
)
def test_what_retry_after_asks_for(header: str | None, seconds: float | None) -> None:
    assert asked_wait(header, NOW) == seconds


def test_a_provider_that_asks_for_too_long_a_wait_is_not_waited_for(
    fault_provider_11: FaultProvider, clock: Clock
) -> None:
    fault_provider_11.on("users", status=429, headers={"Retry-After": "86400"}, times=None)
    with pytest.raises(RateLimited, match="86400 seconds"):
        client_of(fault_provider_11, clock=clock).get("users")
    assert clock.waits == []


def test_a_storm_of_429_ends_as_rate_limited(fault_provider_11: FaultProvider, clock: Clock) -> None:
    fault_provider_11.on("users", status=429, times=None)
    with pytest.raises(RateLimited):
        client_of(fault_provider_11, clock=clock).get("users")
    assert clock.waits == list(WAITS)
    assert len(fault_provider_11.asked("users")) == len(WAITS) + 1


def test_a_gateway_that_stays_down_ends_as_a_fault_of_the_server(
    fault_provider_11: FaultProvider, clock: Clock
) -> None:
    fault_provider_11.on("users", status=503, times=None)
    with pytest.raises(ServerFault, match="503"):
        client_of(fault_provider_11, clock=clock).get("users")


def test_a_500_is_not_asked_again(fault_provider_11: FaultProvider, clock: Clock) -> None:
    """C-88 names the statuses that are."""
    fault_provider_11.on("users", status=500, times=None)
    with pytest.raises(ServerFault):
        client_of(fault_provider_11, clock=clock).get("users")
    assert clock.waits == []


def test_a_connection_that_breaks_is_tried_again(fault_provider_11: FaultProvider, clock: Clock) -> None:
    fault_provider_11.on("users", offset=4, reset=True, times=2)
    assert sum(map(len, client_of(fault_provider_11, clock=clock).walk("users", 4))) == 9
    assert clock.waits == list(WAITS[:2])


def test_a_slow_answer_is_waited_for_up_to_the_time_limit(
    fault_provider_11: FaultProvider, clock: Clock
) -> None:
    fault_provider_11.on("users", delay=30.0)
    client = client_of(fault_provider_11, clock=clock, limits=Limits(silence=0.2))
    assert sum(map(len, client.walk("users"))) == 9
    assert clock.waits == [WAITS[0]]


def test_a_provider_that_is_not_there_is_unreachable(clock: Clock) -> None:
    with FaultProvider(Version.V1P1) as provider:
        client = client_of(provider, clock=clock)
    with pytest.raises(Unreachable, match="the connection is refused"):
        client.get("users")


def test_an_endless_answer_is_not_read_to_its_end(fault_provider_11: FaultProvider) -> None:
    """Also one that is small until it is unpacked."""
    with pytest.raises(TooLong, match="more than"):
        client_of(fault_provider_11, limits=Limits(longest=1000)).get("users")


def test_answers_are_asked_for_packed_and_read_plain_too(fault_provider_11: FaultProvider) -> None:
    client = client_of(fault_provider_11)
    packed = client.get("orgs").body
    assert "gzip" in fault_provider_11.asked("orgs")[0].headers["Accept-Encoding"]
    fault_provider_11.manners.compress = False
    assert client.get("orgs").body == packed


def test_a_token_is_fetched_once_and_used_for_all(fault_provider: FaultProvider) -> None:
    list(client_of(fault_provider).walk("users", 2))
    assert len(fault_provider.asked("token")) == 1
    form = fault_provider.asked("token")[0].form
    assert form["grant_type"] == "client_credentials"
    assert "/v1p1/" in form["scope"] if fault_provider.version == "1.1" else "/v1p2/" in form["scope"]


def test_a_token_that_ends_in_mid_walk_is_renewed_and_the_page_asked_for_again(fault_provider: FaultProvider) -> None:
    fault_provider.manners.token_requests = 2
    walk = client_of(fault_provider).walk("users", 2)
    assert sum(map(len, walk)) == 9
    assert walk.complete
    assert len(fault_provider.asked("token")) == 3


def test_a_token_is_renewed_before_its_time_is_over(fault_provider_11: FaultProvider, clock: Clock) -> None:
    client = client_of(fault_provider_11, clock=clock)
    client.get("orgs")
    clock.now += timedelta(seconds=3590)
    client.get("orgs")
    assert len(fault_provider_11.asked("token")) == 2


def test_a_token_that_is_never_good_is_renewed_once_only(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.token_requests = 0
    with pytest.raises(AuthFailed, match="new token"):
        client_of(fault_provider_11).get("users")
    assert len(fault_provider_11.asked("users")) == 2


def test_a_refused_scope_is_left_out(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.scope = False
    client = client_of(fault_provider_11)
    client.get("orgs")
    assert isinstance(client.access, Tokens)
    client.access.renew()
    assert ["scope" in seen.form for seen in fault_provider_11.asked("token")] == [True, False, False]


def test_credentials_go_into_the_body_where_the_header_is_not_read(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.basic = False
    client_of(fault_provider_11).get("orgs")
    first, second = fault_provider_11.asked("token")
    assert "Authorization" in first.headers
    assert "client_secret" not in first.form
    assert "Authorization" not in second.headers
    assert second.form["client_secret"] == fault_provider_11.client_secret


@pytest.mark.parametrize("token_type", ["Bearer", "BEARER", "bearer"])
def test_the_type_of_a_token_may_be_in_any_case(fault_provider_11: FaultProvider, token_type: str) -> None:
    fault_provider_11.manners.token_type = token_type
    assert client_of(fault_provider_11).get("orgs").status == 200


def test_a_token_of_another_type_is_refused(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.token_type = "mac"
    with pytest.raises(BadAnswer, match="'mac'"):
        client_of(fault_provider_11).get("orgs")


def test_wrong_credentials_are_told_without_showing_them(fault_provider_11: FaultProvider) -> None:
    client = client_of(fault_provider_11)
    fault_provider_11.client_secret = "another"
    with pytest.raises(AuthFailed) as caught:
        client.get("orgs")
    assert "invalid_client" in str(caught.value)
    assert "secret-1" not in str(caught.value) + repr(client.target)
    assert len(fault_provider_11.asked("token")) == 2


def test_a_forbidden_collection_is_told_with_the_providers_own_words(fault_provider_11: FaultProvider) -> None:
    body = b'{"statusInfoSet":[{"imsx_codeMajor":"failure","imsx_description":"Scope missing"}]}'
    fault_provider_11.on("users", status=403, body=body)
    with pytest.raises(AuthFailed, match=r"/v1p1/users.*Scope missing"):
        client_of(fault_provider_11).get("users")


def test_a_redirect_is_not_followed(fault_provider_11: FaultProvider) -> None:
    """The token must not go to another address."""
    fault_provider_11.on("users", status=302, headers={"Location": "http://127.0.0.1:9/users"})
    with pytest.raises(Redirected, match=r"on to http://127\.0\.0\.1: it was not followed"):
        client_of(fault_provider_11).get("users")


def test_a_netrc_of_whoever_runs_this_does_not_replace_the_token(
    fault_provider_11: FaultProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert client_of(fault_provider_11).get("orgs").status == 200
    assert fault_provider_11.asked("orgs")[0].headers["Authorization"].startswith("Bearer ")
