"""Teachers and non-teacher staff (P-24 … P-41)."""

from datetime import date
from typing import Any

import pytest

from provider.eligibility import rows
from provider.eligibility.edition import Edition
from provider.eligibility.rules.staff import OTHER_ROLES
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import TODAY, V11, V12, SmallDistrict, guid, ids

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])


def roles(district: SmallDistrict, person: int, edition: Edition) -> list[str]:
    """The roles that a person is published in, in order."""
    users = district.publish(edition)["users"]
    if edition.version is Version.V1P1:
        return [record.rest["role"] for key, record in users.items() if key[1:] == str(person)]
    record = users.get(guid("person", person))
    return [role["role"] for role in record.rest["roles"]] if record else []


@pytest.fixture
def district() -> SmallDistrict:
    return SmallDistrict()


def test_an_assignment_marked_teacher_makes_a_teacher(district: SmallDistrict) -> None:
    """P-24; a teacher without a section is available (P-31)."""
    person = district.teacher()
    assert roles(district, person, V11) == roles(district, person, V12) == ["teacher"]


@BOTH
@pytest.mark.parametrize("mark", OTHER_ROLES)
def test_each_other_mark_makes_non_teacher_staff(district: SmallDistrict, mark: str, edition: Edition) -> None:
    """P-33, P-39."""
    person = district.person(kind="staff")
    district.assign(person, None, mark)
    assert roles(district, person, edition) == ["administrator" if edition is V11 else "aide"]


@BOTH
def test_an_assignment_without_marks_makes_nothing(district: SmallDistrict, edition: Edition) -> None:
    """P-34."""
    person = district.person(kind="staff")
    district.assign(person)
    assert roles(district, person, edition) == []


@pytest.mark.parametrize("same", [True, False], ids=["same assignment", "another assignment"])
def test_teacher_and_counselor(district: SmallDistrict, *, same: bool) -> None:
    """P-40, check 3: two 1.1 records, one 1.2 record with two roles."""
    person = district.person(kind="staff")
    if same:
        district.assign(person, None, "teacher", "counselor")
    else:
        district.assign(person, None, "teacher")
        district.assign(person, district.school("Oak"), "counselor")
    assert list(district.publish(V11)["users"]) == [f"t{person}", f"a{person}"]
    assert roles(district, person, V11) == ["teacher", "administrator"]
    assert list(district.publish(V12)["users"]) == [guid("person", person)]
    assert roles(district, person, V12) == ["teacher", "aide"]


def test_an_org_has_exactly_one_primary_role(district: SmallDistrict) -> None:
    """OneRoster 1.2 section 9."""
    person = district.person(kind="staff")
    district.assign(person, None, "teacher", "counselor")
    district.assign(person, district.school("Oak"), "program")
    entries = district.publish(V12)["users"][guid("person", person)].rest["roles"]
    assert [(role["role"], role["org"]["sourcedId"], role["roleType"]) for role in entries] == [
        ("teacher", guid("school", 1), "primary"),
        ("aide", guid("school", 1), "secondary"),
        ("aide", guid("school", 2), "primary"),
    ]


@BOTH
@pytest.mark.parametrize("mark", ["teacher", "program"])
@pytest.mark.parametrize(
    ("dates", "counts"),
    [
        ({"end_date": date(2026, 1, 10)}, True),
        ({"end_date": date(2026, 1, 9)}, False),
        ({"start_date": date(2026, 12, 31)}, True),
        ({"start_date": date(2027, 1, 1)}, False),
        ({"start_date": date(1999, 1, 1)}, True),
    ],
    ids=["ends today", "ended", "starts in the year", "starts after the year", "hired long ago"],
)
def test_assignment_dates(
    district: SmallDistrict, mark: str, edition: Edition, dates: dict[str, Any], *, counts: bool
) -> None:
    """P-24, P-35, P-37, P-53, P-54."""
    person = district.person(kind="staff")
    district.assign(person, None, mark, **dates)
    assert bool(roles(district, person, edition)) == counts


@BOTH
def test_blank_year_dates_mean_january_of_the_first_to_december_of_the_last(edition: Edition) -> None:
    """P-51, check 2: an assignment on 15 December of the end year counts; 2 January of the year after does not."""
    for start, counts in ((date(2026, 12, 15), True), (date(2027, 1, 2), False)):
        district = SmallDistrict()
        person = district.person(kind="staff")
        district.assign(person, None, "teacher", start_date=start)
        assert bool(roles(district, person, edition)) == counts


@BOTH
def test_entered_year_dates_are_taken(edition: Edition) -> None:
    """P-51."""
    district = SmallDistrict()
    district.change(rows.SchoolYear, 1, end_date=date(2026, 6, 30))
    person = district.person(kind="staff")
    district.assign(person, None, "teacher", start_date=date(2026, 7, 1))
    assert roles(district, person, edition) == []


@BOTH
@pytest.mark.parametrize("mark", ["teacher", "program"])
def test_a_school_without_a_calendar_in_the_year_does_not_count(
    district: SmallDistrict, mark: str, edition: Edition
) -> None:
    """P-24, P-36."""
    person = district.person(kind="staff")
    district.assign(person, district.school("Closed", calendar=False), mark)
    assert roles(district, person, edition) == []


@BOTH
def test_exclude_on_one_of_two_assignments_hides_only_that_schools_role(
    district: SmallDistrict, edition: Edition
) -> None:
    """P-38, check 6."""
    person = district.person(kind="staff")
    district.assign(person, None, "teacher")
    district.assign(person, district.school("Oak"), "teacher", external_lms_exclude=True)
    (record,) = district.publish(edition)["users"].values()
    places = ids(record.rest["orgs"]) if edition is V11 else ids([role["org"] for role in record.rest["roles"]])
    assert places == [guid("school", 1)]


@BOTH
def test_exclude_leaves_a_tombstone_when_the_district_says_so(district: SmallDistrict, edition: Edition) -> None:
    """P-75."""
    district.set(tombstone_on_exclude=True)
    person = district.person(kind="staff")
    district.assign(person, None, "teacher", external_lms_exclude=True)
    (record,) = district.publish(edition)["users"].values()
    assert record.status == "tobedeleted"


@BOTH
@pytest.mark.parametrize("mark", ["teacher", "program"])
def test_staff_of_a_school_that_is_to_be_deleted_are_too(district: SmallDistrict, mark: str, edition: Edition) -> None:
    """P-75, P-73."""
    person = district.person(kind="staff")
    district.assign(person, None, mark)
    district.change(rows.School, 1, external_lms_exclude=True)
    assert not district.publish(edition)["users"]
    district.set(tombstone_on_exclude=True)
    assert [record.status for record in district.publish(edition)["users"].values()] == ["tobedeleted"]


def test_each_assignment_contributes_its_school_with_its_dates(district: SmallDistrict) -> None:
    """P-25; endDate is exclusive."""
    person = district.person(kind="staff")
    district.assign(person, district.school("Oak"), "teacher", start_date=date(2025, 8, 1))
    district.assign(person, 1, "teacher", start_date=date(2020, 8, 1), end_date=date(2026, 6, 30))
    record = district.publish(V11)["users"][f"t{person}"].rest
    assert ids(record["orgs"]) == [guid("school", 1), guid("school", 2)]
    entries = district.publish(V12)["users"][guid("person", person)].rest["roles"]
    assert [(role["beginDate"], role.get("endDate")) for role in entries] == [
        ("2020-08-01", "2026-07-01"), ("2025-08-01", None),
    ]  # fmt: skip


@BOTH
@pytest.mark.parametrize(
    ("role", "dates", "school", "counts"),
    [
        ("Primary Teacher", {}, 1, True),
        ("Teacher", {"end_date": TODAY}, 1, True),
        ("Section Staff", {}, 1, False),
        ("Primary Teacher", {"end_date": date(2026, 1, 9)}, 1, False),
        ("Primary Teacher", {}, 2, False),
    ],
    ids=["primary", "ends today", "section staff", "ended", "another school"],
)
def test_the_stricter_reading_wants_a_section(
    edition: Edition, role: str, dates: dict[str, Any], school: int, *, counts: bool
) -> None:
    """P-31 with the setting on."""
    district = SmallDistrict()
    district.set(teacher_requires_section=True)
    district.school("Oak")
    person = district.teacher()
    district.staff(district.section(district.course(school)), person, role, **dates)
    assert bool(roles(district, person, edition)) == counts
    district.set(teacher_requires_section=False)
    assert roles(district, person, edition) == ["teacher"]


def test_a_security_role_is_published_in_1p2_when_the_district_says_so(district: SmallDistrict) -> None:
    """P-41: off by default, additional to other roles, at the district."""
    person = district.person(kind="staff", security_role=True)
    district.assign(person, None, "program")
    assert roles(district, person, V12) == ["aide"]
    district.set(publish_security_role_admins=True)
    other = district.person(kind="staff")
    district.assign(other, None, "program")
    assert roles(district, person, V12) == ["aide", "systemAdministrator"]
    assert roles(district, other, V12) == ["aide"]
    assert roles(district, person, V11) == ["administrator"]
    entry = district.publish(V12)["users"][guid("person", person)].rest["roles"][1]
    assert entry["org"]["sourcedId"] == guid("district", 1)


def test_a_scoped_connection_sees_security_roles_only_of_people_in_scope(district: SmallDistrict) -> None:
    """P-41, P-96."""
    district.set(publish_security_role_admins=True)
    inside, outside = (district.person(kind="staff", security_role=True) for _ in range(2))
    district.assign(inside, None, "program")
    district.assign(outside, district.school("Oak"), "program")
    scoped = Edition(Version.V1P2, schools=frozenset({1}))
    assert roles(district, inside, scoped) == ["aide", "systemAdministrator"]
    assert roles(district, outside, scoped) == []
    assert roles(district, outside, V12) == ["aide", "systemAdministrator"]


def test_non_teacher_staff_are_left_out_when_they_are_not_shared(district: SmallDistrict) -> None:
    """P-104: teachers stay."""
    person = district.person(kind="staff", security_role=True)
    district.set(publish_security_role_admins=True)
    district.assign(person, None, "teacher", "program")
    for version, word in ((Version.V1P1, "teacher"), (Version.V1P2, "teacher")):
        assert roles(district, person, Edition(version, share=frozenset())) == [word]
