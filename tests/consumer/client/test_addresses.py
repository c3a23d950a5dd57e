"""Only public https addresses are called, unless the operator allows others (C-08)."""

import socket
from typing import Any

import pytest

from consumer.client.addresses import check_ip, check_url
from consumer.client.errors import AddressRefused
from consumer.client.transport import Transport
from tests.faults.provider import FaultProvider

PRIVATE = ["10.0.0.1", "127.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
           "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::1"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused, match="not a public address"):
        check_ip(address, "sis.example")


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_may_be_called(address: str) -> None:
    check_ip(address, "sis.example")


@pytest.mark.parametrize("url", ["http://8.8.8.8/x", "ftp://8.8.8.8", "8.8.8.8/x", "https://", "https://a:b@8.8.8.8/"])
def test_only_https_without_credentials_will_do(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, allow_private=False)


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://[::1]:8443/x", "https://localhost/x"])
def test_a_url_that_leads_inside_is_refused_unless_the_operator_allows_it(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, allow_private=False)
    check_url(url, allow_private=True)


def test_a_name_that_turns_inward_after_it_was_checked_gets_no_request(
    fault_provider_11: FaultProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is public when it is looked up for the check and private when the connection is made."""
    port = int(fault_provider_11.host_url.rpartition(":")[2])
    answers = iter(["8.8.8.8"])

    def resolve(host: str, *_rest: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    transport = Transport(allow_private=False, sleep=lambda _seconds: None)
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        transport.send("GET", f"https://rebound.example:{port}/x")
    assert fault_provider_11.seen == []
