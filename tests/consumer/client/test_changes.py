"""What changed since a moment is read alone where the provider can tell it, and everything where it cannot (C-89)."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.client.changes import IGNORED, Reading
from consumer.client.errors import ClientError, PartialRead, RateLimited
from consumer.client.page import modified_at
from tests.consumer.clients import NOW, Clock, client_of
from tests.faults.provider import FaultProvider

SINCE = datetime(2026, 8, 20, 12, 30, 15, 250_000, tzinfo=UTC)


def read(provider: FaultProvider, since: datetime | None = SINCE, limit: int = 2) -> tuple[Reading, list[str]]:
    """How a read of the users went, and what it brought."""
    reading = Reading(client_of(provider, limit), "users", limit, since)
    return reading, [record.sourced_id for page in reading for record in page.records]


def change(provider: FaultProvider, *sis_ids: str, at: str = "2026-08-31T10:00:00.000Z") -> None:
    for sis_id in sis_ids:
        provider.find("users", sis_id)["dateLastModified"] = at


@pytest.mark.parametrize("link", ["absolute", "relative", "none"])
def test_changes_are_asked_for_page_by_page_in_the_form_of_the_standard(
    fault_provider_11: FaultProvider, link: str
) -> None:
    fault_provider_11.manners.link = link
    change(fault_provider_11, "U2", "U4", "G1")
    reading, ids = read(fault_provider_11)
    assert ids == ["U2", "U4", "G1"]
    assert (reading.since, reading.refusal, reading.walk.complete) == (SINCE, None, True)
    asked = [(seen.filter, seen.offset) for seen in fault_provider_11.asked("users")]
    assert asked == [
        ("dateLastModified>'2026-08-20T12:30:15.000Z'", 0),
        ("dateLastModified>'2026-08-20T12:30:15.000Z'", 2),
    ]


def test_nothing_changed_is_an_answer(fault_provider_11: FaultProvider) -> None:
    reading, ids = read(fault_provider_11)
    assert (ids, reading.since, reading.refusal, reading.walk.complete) == ([], SINCE, None, True)
    assert len(fault_provider_11.asked("users")) == 1


def test_everything_is_read_without_a_filter(fault_provider_11: FaultProvider) -> None:
    reading, ids = read(fault_provider_11, None)
    assert (len(ids), reading.since, reading.refusal) == (9, None, None)
    assert {seen.filter for seen in fault_provider_11.asked("users")} == {""}


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 400, "body": b'{"imsx_description": "No filter here"}'}, "No filter here"),
        ({"status": 404}, "has nothing"),
        ({"status": 403}, "does not let"),
        ({"status": 500}, "fails to answer"),
        ({"status": 504}, "504"),
        ({"status": 200, "body": b"<html>blocked</html>"}, "web page"),
        ({"reset": True}, "breaks the connection off"),
    ],
)
def test_who_does_not_answer_the_filter_is_read_whole(
    fault_provider_11: FaultProvider, fault: dict[str, Any], why: str
) -> None:
    """A firewall that takes a quote for an attack, a database that takes too long, a filter that is unknown."""
    change(fault_provider_11, "U2")
    tries = {200: 4, 504: 6}.get(fault.get("status", 0), 6 if "reset" in fault else 1)
    fault_provider_11.on("users", times=tries, **fault)
    reading, ids = read(fault_provider_11, limit=20)
    assert (len(ids), reading.since, reading.walk.complete) == (9, None, True)
    assert why in (reading.refusal or "")
    assert fault_provider_11.asked("users")[-1].filter == ""


def test_who_takes_no_notice_of_the_filter_is_read_whole(fault_provider_11: FaultProvider) -> None:
    """Its first page shows it; nothing is asked for twice but that page."""
    fault_provider_11.manners.filter = "ignored"
    change(fault_provider_11, "U2")
    reading, ids = read(fault_provider_11, limit=4)
    assert (len(ids), reading.since, reading.refusal) == (9, None, IGNORED)
    assert [(bool(seen.filter), seen.offset) for seen in fault_provider_11.asked("users")] == [
        (True, 0), (False, 0), (False, 4), (False, 8)
    ]  # fmt: skip


def test_records_without_dates_cannot_have_been_chosen_by_them(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.filter = "ignored"
    for user in fault_provider_11.records["users"]:
        user["dateLastModified"] = "0001-01-01T00:00:00Z"
    assert read(fault_provider_11)[0].refusal == IGNORED


def test_who_compares_days_is_not_taken_for_one_that_ignores_the_filter(fault_provider_11: FaultProvider) -> None:
    """What changed earlier on the same day comes too."""
    fault_provider_11.manners.filter = "ignored"
    fault_provider_11.records["users"] = fault_provider_11.records["users"][:1]
    change(fault_provider_11, "U1", at="2026-08-20T00:00:00Z")
    reading, ids = read(fault_provider_11)
    assert (ids, reading.refusal) == (["U1"], None)


def test_too_many_requests_are_not_answered_with_more(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", status=429, times=None)
    with pytest.raises(RateLimited):
        read(fault_provider_11)
    assert all(seen.filter for seen in fault_provider_11.asked("users"))


def test_a_read_of_changes_that_breaks_off_later_has_failed(fault_provider_11: FaultProvider) -> None:
    """C-84."""
    change(fault_provider_11, "U1", "U2", "U3")
    fault_provider_11.on("users", offset=2, status=500, times=None)
    with pytest.raises(PartialRead):
        read(fault_provider_11)


def test_who_is_not_there_at_all_has_failed(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.on("users", status=500, times=None)
    with pytest.raises(ClientError):
        read(fault_provider_11)


@pytest.mark.parametrize("since", [None, SINCE])
def test_the_moment_of_a_read_is_that_of_the_providers_first_answer(
    fault_provider_11: FaultProvider, since: datetime | None
) -> None:
    first = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    fault_provider_11.manners.date = format_datetime(first, usegmt=True)
    change(fault_provider_11, "U1", "U2", "U3")
    reading = Reading(client_of(fault_provider_11, 2), "users", 2, since)
    for _ in reading:
        fault_provider_11.manners.date = format_datetime(first + timedelta(days=1), usegmt=True)
    assert reading.as_of == first


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 32 Jan 2026 00:00:00 GMT"])
def test_without_a_clock_the_latest_change_is_the_moment(fault_provider_11: FaultProvider, date: str) -> None:
    fault_provider_11.manners.date = date
    change(fault_provider_11, "U2", at="2026-08-30T10:00:00-05:00")
    assert read(fault_provider_11, None)[0].as_of == datetime(2026, 8, 30, 15, tzinfo=UTC)
    assert read(fault_provider_11, datetime(2026, 8, 31, tzinfo=UTC))[0].as_of is None


def test_a_change_in_the_future_hides_none_that_comes_before_it(fault_provider_11: FaultProvider) -> None:
    fault_provider_11.manners.date = ""
    change(fault_provider_11, "U2", at="2099-01-01T00:00:00.000Z")
    assert Clock().now == NOW
    assert read(fault_provider_11, None)[0].as_of == NOW


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ('"2026-08-01T09:30:00.000Z"', datetime(2026, 8, 1, 9, 30, tzinfo=UTC)),
        ('"2026-08-01T09:30:00+02:00"', datetime(2026, 8, 1, 7, 30, tzinfo=UTC)),
        ('" 2026-08-01T09:30:00 "', datetime(2026, 8, 1, 9, 30, tzinfo=UTC)),
        ('"2026-08-01"', datetime(2026, 8, 1, tzinfo=UTC)),
        ('"0001-01-01T00:00:00Z"', None),
        ('""', None),
        ("null", None),
        ("{}", None),
        ("17", None),
    ],
)
def test_a_records_date_is_read_as_the_field_writes_it(said: str, at: datetime | None) -> None:
    assert modified_at(b'{"sourcedId": "x", "dateLastModified": %s}' % said.encode()) == at


@given(st.binary() | st.text().map(lambda text: b'{"dateLastModified": "%s"}' % text.encode("utf-8", "replace")))
def test_nothing_that_comes_as_a_date_is_an_error(raw: bytes) -> None:
    found = modified_at(raw)
    assert found is None or found.tzinfo is not None
