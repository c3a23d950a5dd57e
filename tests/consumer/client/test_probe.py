"""*Test connection* says which step failed and what to ask the district (C-13)."""

import pytest

from consumer.client.probe import check
from tests.consumer.clients import client_of
from tests.faults.provider import FaultProvider


def test_a_good_connection_passes_its_three_steps(fault_provider: FaultProvider) -> None:
    steps = check(client_of(fault_provider))
    assert [(step.title, step.ok, step.advice) for step in steps] == [
        ("Token", True, None),
        ("Schools", True, None),
        ("Academic sessions", True, None),
    ]
    assert [(seen.collection, seen.limit) for seen in fault_provider.seen[:2]] == [("token", 100), ("orgs", 1)]


@pytest.mark.parametrize(
    ("fails", "status", "titles"),
    [
        ("token", 401, ["Token"]),
        ("orgs", 403, ["Token", "Schools"]),
        ("academicSessions", 404, ["Token", "Schools", "Academic sessions"]),
    ],
)
def test_the_first_step_that_fails_is_the_last_and_says_what_to_do(
    fault_provider_11: FaultProvider, fails: str, status: int, titles: list[str]
) -> None:
    fault_provider_11.on(fails, status=status, times=None)
    steps = check(client_of(fault_provider_11))
    assert [step.title for step in steps] == titles
    assert not steps[-1].ok
    assert str(status) in steps[-1].text
    assert "district" in (steps[-1].advice or "")


def test_a_provider_without_schools_or_sessions_does_not_pass(fault_provider_11: FaultProvider) -> None:
    sessions = fault_provider_11.records["academicSessions"]
    sessions.clear()
    assert "no academic session" in check(client_of(fault_provider_11))[-1].text
    fault_provider_11.records["orgs"].clear()
    assert "no school" in check(client_of(fault_provider_11))[-1].text
