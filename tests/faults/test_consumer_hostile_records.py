"""Records that no database could keep as they are, on both databases: each is told, everybody else is synced."""

from typing import Any

import pytest

from consumer.sync.details import Wanted, every_detail
from shared.oneroster.versions import Version
from tests.consumer.sync.platform import Platform, line
from tests.faults.district import enrollment, ref, user
from tests.faults.provider import FaultProvider

HOSTILE: dict[str, dict[str, Any]] = {
    "H1": {"givenName": "x" * 256},
    "H2": {"familyName": "A\x00B"},
    "H3": {"username": "ΐ" * 255},
    "H4": {"email": "x" * 300},
    "H5": {"identifier": "x" * 300},
    "H6": {"metadata": {"note": "x" * 2_000_000}},
    "H7": {"givenName": None, "familyName": None},
    "H8": {"orgs": [ref("x" * 300)], "roles": [{"role": "student", "org": ref("x" * 300)}]},
}
READABLE = {"H9": {"givenName": "𝄞" * 255, "username": "𝄞" * 255}, "H10": {"familyName": "a\\u0000b"}}


@pytest.fixture
def hostile(consumer_session: Any, fault_provider_11: FaultProvider) -> Platform:
    provider = fault_provider_11
    for sis_id, more in (HOSTILE | READABLE).items():
        provider.records["users"].append(user(Version.V1P1, sis_id, "Hal", "student", "S1") | more)
    provider.records["enrollments"] += [
        enrollment("EH1", "U3", "K2" * 200, "S1"),
        enrollment("EH2", "U4", "K2", "S1") | {"beginDate": "٢٠٢٦-08-15"},
        enrollment("EH3", "U3", "K2", "S1"),
    ]
    provider.records["courses"].append({**provider.records["courses"][0], "sourcedId": "C9", "title": "x" * 600})
    provider.records["classes"].append({**provider.records["classes"][0], "sourcedId": "K9", "title": "x" * 400})
    made = Platform(consumer_session(), provider)
    made.map_all()
    return made


def test_hostile_records_are_told_and_the_rest_is_synced(hostile: Platform, database_kind: str) -> None:
    """A name that grows too long when it is folded is refused by PostgreSQL alone, SQLite knows no lengths."""
    refused = int(database_kind == "postgresql")
    report = hostile.sync()
    assert report.status == ("Completed with errors" if refused else "Completed with warnings")
    created = {one.entity: one.created for one in report.lines}
    assert (created["user"], created["course"], created["section"]) == (12 - refused, 2, 3)
    assert created["enrollment"] == 12
    assert line(report, "user").failed == refused
    lines = list(every_detail(hostile.session, Wanted(run_id=report.run)))
    told = {one.sis_id: one for one in lines if one.code in ("BAD_DATA", "NOT_APPLIED")}
    assert set(told) >= {*(set(HOSTILE) - ({"H8"} if refused else {"H3", "H8"})), "EH1", "EH2", "C9", "K9"}
    assert all(one.text and one.remedy and one.where and len(one.text) < 400 for one in told.values())


def test_hostile_records_stop_nothing_for_good(hostile: Platform) -> None:
    hostile.sync()
    for sis_id in HOSTILE:
        hostile.provider.remove("users", sis_id)
        hostile.provider.records["users"].append(user(Version.V1P1, sis_id, "Hal", "student", "S1"))
    hostile.sync()
    assert {hostile.account(sis_id).given_name for sis_id in HOSTILE} == {"Hal"}
