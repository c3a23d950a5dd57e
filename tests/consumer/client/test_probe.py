"""*Test connection* says which step failed and what to ask the district (C-09, C-13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from consumer.client.caller import Client, gradebook_scope
from consumer.client.oauth1 import KeyPair
from consumer.client.oauth2 import Credentials
from consumer.client.probe import Step, check
from consumer.client.transport import Transport
from shared.oneroster.versions import Version
from tests.consumer.clients import Clock, client_of
from tests.faults.provider import FaultProvider


def changed(client: Client, **target: object) -> Client:
    """The same client with another target."""
    return Client(replace(client.target, **target), client.transport)  # type: ignore[arg-type]


def steps_of(provider: FaultProvider, **target: object) -> list[Step]:
    roster = changed(client_of(provider), **target)
    gradebook = changed(client_of(provider), service="gradebook", **target)
    return check(roster, gradebook)


def the_failure(steps: list[Step]) -> Step:
    assert all(step.ok for step in steps[:-1])
    assert steps[-1].outcome == "failed"
    assert steps[-1].advice
    return steps[-1]


def with_grade_book(provider: FaultProvider) -> None:
    """1.1 has the grade book below the same path; this provider has it there alone."""
    provider.records["categories"] = [{"sourcedId": "C1", "title": "Tests"}]


def test_a_good_connection_passes_its_steps(fault_provider_11: FaultProvider) -> None:
    with_grade_book(fault_provider_11)
    steps = steps_of(fault_provider_11)
    assert [(step.title, step.outcome, step.advice) for step in steps] == [
        ("Token", "ok", None),
        ("Schools", "ok", None),
        ("Academic sessions", "ok", None),
        ("Grade book", "ok", None),
    ]
    seen = [(seen.collection, seen.limit) for seen in fault_provider_11.seen]
    assert seen[:2] == [("token", 100), ("orgs", 1)]
    assert seen[-1] == ("categories", 1)


def test_a_connection_without_the_grade_book_is_warned_and_good_for_rosters(fault_provider: FaultProvider) -> None:
    """C-09."""
    *good, last = steps_of(fault_provider)
    assert [step.outcome for step in good] == ["ok"] * 3
    assert (last.title, last.outcome, last.ok) == ("Grade book", "warning", True)
    assert "grading services" in (last.advice or "")


def test_the_grade_book_is_asked_for_with_its_own_scopes(fault_provider_11: FaultProvider) -> None:
    """C-09: a token for the roster does not open it."""
    with_grade_book(fault_provider_11)
    roster, own = client_of(fault_provider_11), client_of(fault_provider_11)
    assert isinstance(own.target.credentials, Credentials)
    wanted = replace(own.target.credentials, scope=gradebook_scope(Version.V1P1))
    check(roster, changed(own, service="gradebook", credentials=wanted))
    scopes = [seen.form["scope"] for seen in fault_provider_11.asked("token")]
    assert "roster-core.readonly" in scopes[0] and "gradebook" not in scopes[0]
    assert "gradebook.createput" in scopes[1] and "roster" not in scopes[1]


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
    steps = steps_of(fault_provider_11)
    assert [step.title for step in steps] == titles
    assert str(status) in the_failure(steps).text
    assert "district" in (steps[-1].advice or "")


def test_a_wrong_client_id_or_secret_is_told_as_such(fault_provider_11: FaultProvider) -> None:
    """Servers say invalid_client for both."""
    known = client_of(fault_provider_11).target.credentials
    assert isinstance(known, Credentials)
    for wrong in (replace(known, client_secret="other"), replace(known, client_id="other")):
        step = the_failure(steps_of(fault_provider_11, credentials=wrong))
        assert "does not accept this client id with this client secret" in step.text
        assert "Enter client id and client secret again" in (step.advice or "")
        assert "other" not in step.text


def test_a_token_url_that_leads_elsewhere_is_told_as_such(fault_provider_11: FaultProvider) -> None:
    known = client_of(fault_provider_11).target.credentials
    assert isinstance(known, Credentials)
    elsewhere = replace(known, token_url=fault_provider_11.host_url + "/nowhere")
    step = the_failure(steps_of(fault_provider_11, credentials=elsewhere))
    assert "SIS Authentication URL" in (step.advice or "")
    fault_provider_11.on("token", status=200, body=b"<html>Sign in</html>", times=None)
    assert "SIS Authentication URL" in (the_failure(steps_of(fault_provider_11)).advice or "")


def test_a_wrong_domain_url_is_told_as_such(fault_provider_11: FaultProvider) -> None:
    step = the_failure(steps_of(fault_provider_11, base_url=fault_provider_11.host_url + "/campus"))
    assert "404" in step.text
    assert "Check the domain URL" in (step.advice or "")
    fault_provider_11.on("orgs", status=200, body=b"<!doctype html><html>Welcome</html>", times=None)
    assert "Check the domain URL" in (the_failure(steps_of(fault_provider_11)).advice or "")


def test_a_version_that_is_not_offered_is_told_with_the_one_that_is(fault_provider: FaultProvider) -> None:
    (other,) = set(Version) - {fault_provider.version}
    step = the_failure(steps_of(fault_provider, version=other))
    assert step.advice is not None
    assert step.advice.startswith(f"At this address there is OneRoster {fault_provider.version}")


def test_a_scope_that_is_missing_is_told_by_its_address(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("orgs", status=403, body=b"{}", times=None)
    advice = the_failure(steps_of(fault_provider_11)).advice or ""
    assert "https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly" in advice


@pytest.mark.parametrize(
    ("base_url", "text", "advice"),
    [
        ("http://no-such-host.invalid", "no such host name", "typing errors"),
        ("http://127.0.0.1:9", "refused", "is up"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_as_such(
    fault_provider_11: FaultProvider, base_url: str, text: str, advice: str
) -> None:
    step = the_failure(steps_of(fault_provider_11, base_url=base_url))
    assert step.title == "Schools"
    assert text in step.text
    assert advice in (step.advice or "")


def test_a_certificate_that_is_not_accepted_is_told_as_such(fault_provider_11: FaultProvider) -> None:
    """Plain HTTP stands where TLS is spoken: no certificate at all."""
    step = the_failure(steps_of(fault_provider_11, base_url=fault_provider_11.base_url.replace("http:", "https:")))
    assert "certificate" in step.text
    assert "renew the certificate" in (step.advice or "")


def test_a_provider_without_schools_or_sessions_does_not_pass(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.records["academicSessions"].clear()
    assert "no academic session" in the_failure(steps_of(fault_provider_11)).text
    fault_provider_11.records["orgs"].clear()
    assert "no school" in the_failure(steps_of(fault_provider_11)).text


@pytest.mark.parametrize(
    ("off", "text", "advice"),
    [
        (timedelta(minutes=-20), "minutes behind", "Set the clock of this host"),
        (timedelta(hours=3), "minutes ahead of", "Set the clock of this host"),
        (timedelta(minutes=1), "does not accept the signature", "letter by letter"),
    ],
)
def test_a_refused_signature_is_told_with_the_clock_when_that_is_why(
    fault_provider_11: FaultProvider, off: timedelta, text: str, advice: str
) -> None:
    """OAuth 1 has no token to ask for: the first step is the first signed request."""
    fault_provider_11.on("orgs", status=401, body=b'{"error":"no"}', times=None)
    clock = Clock()
    clock.now = datetime.now(UTC) + off  # the provider tells its own time, that of this machine
    target = replace(client_of(fault_provider_11).target, credentials=KeyPair("key", "deep secret"))
    client = Client(target, Transport(allow_private=True, sleep=clock.sleep, clock=clock))
    step = the_failure(check(client, client))
    assert step.title == "Schools"
    assert text in step.text
    assert advice in (step.advice or "")
    assert "deep secret" not in repr(client.target)
