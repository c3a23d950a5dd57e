"""What a provider may ask of the consumer has limits: time, length, patience, where requests go (C-08, C-88)."""

import gzip
import time
import tracemalloc
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.client.errors import BadAnswer, RateLimited, Redirected, TooLong, Unreachable
from consumer.client.limits import MIB, Limits
from consumer.client.links import has_links, names_next, next_url
from consumer.client.page import split_page
from consumer.client.redirects import next_stop
from consumer.client.waits import WAITS, asked_wait
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW, Clock, client_of
from tests.faults.provider import FaultProvider


class PassingClock(Clock):
    """Waits take no time, but it passes."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.mark.parametrize("part", ["head", "body"])
def test_an_answer_that_trickles_is_left_after_its_time(fault_provider_11: FaultProvider, part: str) -> None:
    """Every byte comes long before the socket's own limit."""
    fault_provider_11.on("users", drip=0.02, part=part, times=None)
    client = client_of(fault_provider_11, limits=Limits(silence=30, answer=0.3))
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="does not answer in time"):
        client.get("users")
    assert time.monotonic() - begun < 10


def test_a_connection_is_kept_for_the_next_request_whose_time_begins_anew(fault_provider_11: FaultProvider) -> None:
    client = client_of(fault_provider_11, limits=Limits(answer=0.6))
    for _ in range(4):
        assert client.get("users").status == 200
        time.sleep(0.2)


@pytest.mark.parametrize("announced", [True, False])
def test_two_gigabytes_are_not_swallowed(fault_provider_11: FaultProvider, announced: bool) -> None:
    fault_provider_11.on("users", flood=2 << 30, announced=announced)
    client = client_of(fault_provider_11, limits=Limits(longest=4 * MIB))
    with pytest.raises(TooLong, match="more than 4 MiB"):
        client.get("users")
    assert fault_provider_11.flooded < 64 * MIB


def test_what_is_small_until_it_is_unpacked_is_not_unpacked(fault_provider_11: FaultProvider) -> None:
    bomb = gzip.compress(b" " * (200 * MIB), 6)
    assert len(bomb) < MIB
    fault_provider_11.on("users", status=200, body=bomb, headers={"Content-Encoding": "gzip"})
    client = client_of(fault_provider_11, limits=Limits(longest=4 * MIB))
    client.get("orgs")
    tracemalloc.start()
    with pytest.raises(TooLong):
        client.get("users")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * MIB


def test_credentials_never_follow_a_redirect_to_another_host(fault_provider_11: FaultProvider) -> None:
    with FaultProvider(Version.V1P1) as other:
        location = {"Location": f"{other.rostering_url}/users?secret=1"}
        for collection in ("users", "token"):
            fault_provider_11.behave()
            fault_provider_11.on(collection, status=307, headers=location, times=None)
            with pytest.raises(Redirected, match="was not followed") as caught:
                client_of(fault_provider_11).get("users")
            assert "secret" not in str(caught.value)
        assert other.seen == []


def test_a_redirect_on_the_same_host_is_followed(fault_provider_11: FaultProvider) -> None:
    url = f"{fault_provider_11.rostering_url}/users"
    fault_provider_11.on("users", status=308, headers={"Location": url.removeprefix(fault_provider_11.host_url)})
    fault_provider_11.on("users", status=302, headers={"Location": f"{url}?limit=9"})
    assert client_of(fault_provider_11).get("users", query={"limit": 5}).status == 200
    assert [seen.limit for seen in fault_provider_11.asked("users")] == [5, 100, 9]


@pytest.mark.parametrize(
    "location", ["http://other.example/", "https://sis.example:8443/", "http://sis.example/x", "//x"]
)
def test_a_redirect_to_another_scheme_host_or_port_is_not_followed(location: str) -> None:
    with pytest.raises(Redirected, match="was not followed"):
        next_stop("GET", "https://sis.example/x", {"Location": location})


@pytest.mark.parametrize("location", [None, "", "http://[x/"])
def test_a_redirect_to_nowhere_is_told(location: str | None) -> None:
    with pytest.raises(Redirected):
        next_stop("GET", "https://sis.example/x", {} if location is None else {"Location": location})


def test_patience_ends_for_good_until_something_good_comes(fault_provider_11: FaultProvider) -> None:
    """C-88: a storm over all collections costs its waits once, not once for each page and collection."""
    clock = PassingClock()
    client = client_of(fault_provider_11, clock=clock, limits=Limits(patience=10.0))
    client.get("orgs")
    fault_provider_11.on("users", status=429, times=None)
    for _ in range(3):
        with pytest.raises(RateLimited):
            client.get("users")
    assert clock.waits == [1.0, 2.0, 5.0, 15.0]
    assert client.get("orgs").status == 200
    with pytest.raises(RateLimited):
        client.get("users")
    assert len(clock.waits) == 8


def test_a_long_wait_gives_signs_of_life(fault_provider_11: FaultProvider) -> None:
    """Another worker takes a run that is silent for ten minutes for dead."""
    fault_provider_11.on("users", status=429, headers={"Retry-After": "300"}, times=2)
    beats: list[int] = []
    client = client_of(fault_provider_11, clock=(clock := Clock()))
    with client.transport.telling(lambda: beats.append(len(clock.waits))):
        client.get("users")
    client.get("users")
    assert beats == [0, 1, 1, 2]
    assert max(WAITS) <= 300 and Limits().answer <= 300


@given(st.text(max_size=40))
def test_no_retry_after_is_too_strange(text: str) -> None:
    seconds = asked_wait(text, NOW)
    assert seconds is None or seconds >= 0


@given(st.text(alphabet='<>;,="nextrl /?&ofs[]:0129²\\', max_size=60))
def test_no_link_is_too_strange(text: str) -> None:
    assert isinstance(has_links(text) and names_next(text), bool)
    found = next_url(text, "https://sis.example/users?offset=0", 10)
    assert found is None or found.startswith("https://sis.example/")


def test_a_link_header_of_64_kilobytes_takes_no_time() -> None:
    begun = time.monotonic()
    for piece in ("a", "<", '<a>; rel="x",', "a;b=c"):
        assert next_url(piece * (65536 // len(piece)), "https://sis.example/users", 0) is None
    assert time.monotonic() - begun < 5


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:usersourcedId0\\', max_size=60).map(str.encode))
def test_no_body_is_too_strange(body: bytes) -> None:
    with suppress(BadAnswer):
        split_page(body, "users")
