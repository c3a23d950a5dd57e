"""Guardians and relatives (P-42 … P-50)."""

from datetime import date
from typing import Any

import pytest

from provider.eligibility.edition import SHARE, Edition
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import V11, V12, SmallDistrict, guid, ids

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])


@pytest.fixture
def district() -> SmallDistrict:
    return SmallDistrict()


def adult_roles(district: SmallDistrict, adult: int, edition: Edition) -> list[str]:
    users = district.publish(edition)["users"]
    if edition.version is Version.V1P1:
        return [record.rest["role"] for key, record in users.items() if key[1:] == str(adult)]
    record = users.get(guid("person", adult))
    return [role["role"] for role in record.rest["roles"]] if record else []


@BOTH
@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({"guardian": True, "portal": True}, ["guardian"]),
        ({"guardian": False, "portal": True}, ["relative"]),
        ({"guardian": True, "portal": False}, []),
        ({"guardian": False, "portal": False}, []),
        ({"start_date": date(2026, 1, 10)}, ["guardian"]),
        ({"start_date": date(2026, 1, 11)}, []),
        ({"end_date": date(2026, 1, 10)}, ["guardian"]),
        ({"end_date": date(2026, 1, 9)}, []),
    ],
    ids=["both marks", "portal", "guardian", "none", "starts today", "starts tomorrow", "ends today", "ended"],
)
def test_marks_and_dates_of_a_relationship(
    district: SmallDistrict, edition: Edition, marks: dict[str, Any], expected: list[str]
) -> None:
    """P-42 … P-45, check 7."""
    adult = district.person("Gina Lake", kind="portal")
    district.relate(adult, district.student(), **marks)
    assert adult_roles(district, adult, edition) == expected


@BOTH
def test_the_student_must_be_available_in_any_status(district: SmallDistrict, edition: Edition) -> None:
    """P-46."""
    adult, student = district.person("Gina Lake", kind="portal"), district.person()
    district.relate(adult, student)
    assert adult_roles(district, adult, edition) == []
    district.enroll(student, end_date=date(2025, 12, 1))
    assert adult_roles(district, adult, edition) == ["guardian"]


def test_a_student_without_username_hides_the_guardian_in_1p1_only(district: SmallDistrict) -> None:
    """P-46, P-07."""
    adult = district.person("Gina Lake", kind="portal")
    district.relate(adult, district.student(username=None))
    assert adult_roles(district, adult, V11) == []
    assert adult_roles(district, adult, V12) == ["guardian"]


def test_both_kinds_of_relationship(district: SmallDistrict) -> None:
    """P-47, and agents both ways (P-49)."""
    adult, own, other = district.person("Gina Lake", kind="portal"), district.student(), district.student()
    district.relate(adult, own)
    district.relate(adult, other, guardian=False)
    records = district.publish(V11)["users"]
    assert ids(records[f"g{adult}"].rest["agents"]) == [f"s{own}"]
    assert ids(records[f"r{adult}"].rest["agents"]) == [f"s{other}"]
    assert ids(records[f"s{own}"].rest["agents"]) == [f"g{adult}"]
    assert ids(records[f"s{other}"].rest["agents"]) == [f"r{adult}"]
    records = district.publish(V12)["users"]
    assert adult_roles(district, adult, V12) == ["guardian", "relative"]
    assert ids(records[guid("person", adult)].rest["agents"]) == [guid("person", own), guid("person", other)]
    assert ids(records[guid("person", own)].rest["agents"]) == [guid("person", adult)]


def test_the_org_is_the_district_in_1p1_and_the_students_schools_in_1p2(district: SmallDistrict) -> None:
    """P-48, check 12."""
    adult = district.person("Gina Lake", kind="portal")
    second = district.person("Ben Lake")
    district.enroll(second, district.school("Oak"))
    for student in (district.student(), second):
        district.relate(adult, student)
    assert ids(district.publish(V11)["users"][f"g{adult}"].rest["orgs"]) == [guid("district", 1)]
    entries = district.publish(V12)["users"][guid("person", adult)].rest["roles"]
    assert {(role["org"]["sourcedId"], role["roleType"]) for role in entries} == {
        (guid("school", 1), "primary"), (guid("school", 2), "primary"),
    }  # fmt: skip


@BOTH
def test_agents_name_available_adults_only(district: SmallDistrict, edition: Edition) -> None:
    """P-49, P-81: an empty list stays on students (real-clients 13)."""
    student = district.student()
    district.relate(district.person("Gina Lake", kind="portal"), student, portal=False)
    key = f"s{student}" if edition is V11 else guid("person", student)
    assert district.publish(edition)["users"][key].rest["agents"] == []


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(("kind", "guardian"), [("guardians", True), ("relatives", False)])
def test_the_gate_asks_for_grade_book(district: SmallDistrict, version: Version, kind: str, *, guardian: bool) -> None:
    """P-50: off by default."""
    adult = district.person("Gina Lake", kind="portal")
    district.relate(adult, district.student(), guardian=guardian)
    without, having = Edition(version), Edition(version, gradebook=True)
    assert adult_roles(district, adult, without)
    district.set(**{f"{kind}_require_gradebook": True})
    assert not adult_roles(district, adult, without)
    assert adult_roles(district, adult, having)


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize(("kind", "guardian"), [("guardians", True), ("relatives", False)])
def test_what_is_not_shared_is_left_out(
    district: SmallDistrict, version: Version, kind: str, *, guardian: bool
) -> None:
    """P-104."""
    adult, student = district.person("Gina Lake", kind="portal"), district.student()
    district.relate(adult, student, guardian=guardian)
    edition = Edition(version, share=frozenset(SHARE) - {kind})
    assert not adult_roles(district, adult, edition)
    assert all(not record.rest["agents"] for record in district.publish(edition)["users"].values())


def test_an_adult_of_students_in_two_schools_is_seen_through_the_scope(district: SmallDistrict) -> None:
    """P-46, P-96, check 13."""
    adult, second = district.person("Gina Lake", kind="portal"), district.person("Ben Lake")
    district.enroll(second, district.school("Oak"))
    district.relate(adult, district.student())
    district.relate(adult, second)
    scoped = district.publish(Edition(Version.V1P2, schools=frozenset({2})))["users"]
    assert scoped.keys() == {guid("person", adult), guid("person", second)}
    entries = scoped[guid("person", adult)].rest
    assert ids(entries["agents"]) == [guid("person", second)]
    assert [role["org"]["sourcedId"] for role in entries["roles"]] == [guid("school", 2)]
