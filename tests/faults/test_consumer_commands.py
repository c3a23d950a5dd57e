"""What an administrator reads on the command line after a provider has misbehaved: in words, with what to do (C-112)."""

import json

import pytest

from tests.consumer.sync.test_commands import Line, homeroom
from tests.faults.provider import FaultProvider

__all__ = ["homeroom"]


@pytest.fixture
def line(homeroom: Line, fault_provider_11: FaultProvider) -> Line:
    """Synced once with a good provider."""
    assert homeroom("map", "--auto").exit_code == 0
    assert homeroom("sync").exit_code == 0
    return homeroom


def test_a_failure_is_read_from_sync_and_from_log(line: Line, fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", status=500, times=None, headers={"X-Request-ID": "sis-4711"})
    failed = line("sync")
    assert failed.exit_code == 1
    words = " ".join(failed.stdout.split())
    assert "error: SERVER_FAULT: The provider fails to answer for /v1p1/users: status 500" in words
    assert "ask the district to look at the log of its OneRoster service (SIS)" in words
    said = json.loads(line("log", "--run", "2", "--code", "SERVER_FAULT", "--json").stdout)
    assert [(one["event"], one["where"], one["request_id"]) for one in said] == [("error", "SIS", "sis-4711")]
    assert said[0]["remedy"].startswith("Try again later")
    runs = json.loads(line("log", "--json").stdout)
    assert [run["status"] for run in runs] == ["Completed with errors", "Completed"]
    fault_provider_11.behave()
    assert line("sync").exit_code == 0


def test_a_redirect_is_told_without_the_address_that_may_be_secret(
    line: Line, fault_provider_11: FaultProvider
) -> None:
    location = {"Location": "https://login.example/sso?ticket=very-secret"}
    fault_provider_11.on(None, status=302, headers=location, times=None)
    failed = line("sync", "users")
    said = " ".join(failed.stdout.split())
    assert failed.exit_code == 1
    assert "Run 2 (users): Failed" in said
    assert "https://login.example: it was not followed, nothing was sent there" in said
    assert "very-secret" not in failed.output


def test_map_says_what_to_do_when_the_schools_cannot_be_read(homeroom: Line, fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("orgs", status=500, times=None)
    failed = homeroom("map", "--auto")
    assert failed.exit_code == 1
    assert (
        "orgs could not be read: The provider fails to answer for /v1p1/orgs: status 500. Try again later"
        in failed.output
    )
