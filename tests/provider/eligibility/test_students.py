"""Students: which enrollments count, what status they give (P-13 … P-23), and section 3's decision table."""

from datetime import date, timedelta
from typing import Any

import pytest

from provider.eligibility import rows
from provider.eligibility.edition import Edition
from tests.provider.eligibility.districts import FIRST_DAY, LAST_DAY, TODAY, V11, V12, SmallDistrict, guid, ids

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])
OMITTED = None


def status(district: SmallDistrict, person: int, edition: Edition) -> str | None:
    """The status a student is published with, None when omitted."""
    records = district.publish(edition)["users"]
    key = f"s{person}" if edition is V11 else guid("person", person)
    return records[key].status if key in records else None


@BOTH
@pytest.mark.parametrize(
    ("today", "enrollment", "expected"),
    [
        (TODAY, {}, "active"),
        (TODAY, {"end_date": date(2026, 1, 10)}, "active"),
        (TODAY, {"end_date": date(2026, 1, 9)}, "tobedeleted"),
        (TODAY, {"start_date": date(2026, 1, 12)}, "active"),
        (TODAY, {"no_show": True}, OMITTED),
        (TODAY, {"external_lms_exclude": True}, OMITTED),
        (date(2026, 6, 20), {"end_date": date(2026, 6, 5)}, "active"),
        (date(2026, 6, 20), {"end_date": date(2026, 6, 4)}, "tobedeleted"),
        (date(2025, 8, 1), {}, "active"),
    ],
    ids=["open", "ends today", "ended", "starts soon", "no show", "excluded", "finished", "left", "before school"],
)
def test_decision_table(today: date, enrollment: dict[str, Any], expected: str | None, edition: Edition) -> None:
    district = SmallDistrict(today)
    person = district.person()
    district.enroll(person, **enrollment)
    assert status(district, person, edition) == expected


@BOTH
def test_an_end_after_the_calendars_end_did_not_leave_early(edition: Edition) -> None:
    """P-18."""
    district = SmallDistrict(date(2026, 7, 20))
    person = district.person()
    district.enroll(person, end_date=LAST_DAY + timedelta(days=9))
    assert status(district, person, edition) == "active"


@BOTH
def test_an_enrollment_of_another_year_does_not_count(edition: Edition) -> None:
    """P-01, P-02."""
    district = SmallDistrict()
    district.add(rows.SchoolYear, name="2024-25", start_year=2024, end_year=2025, start_date=None, end_date=None,
                 active=False, guid=guid("year", 2), sourced_id=None)  # fmt: skip
    other = district.school("Former", year=2)
    person = district.person()
    district.enroll(person, other)
    assert status(district, person, edition) is OMITTED


@BOTH
@pytest.mark.parametrize(
    ("dates", "counts"),
    [
        ({"start_date": date(2024, 9, 1), "end_date": date(2025, 7, 31)}, False),
        ({"start_date": date(2024, 9, 1), "end_date": date(2025, 8, 1)}, True),
        ({"start_date": date(2026, 6, 30)}, True),
        ({"start_date": date(2026, 7, 1)}, False),
    ],
    ids=["ended before", "ends on the first day", "starts on the last day", "starts after"],
)
def test_an_enrollment_must_overlap_the_school_year(edition: Edition, dates: dict[str, date], *, counts: bool) -> None:
    """P-13, P-53: both ends of the year belong to it."""
    district = SmallDistrict()
    district.change(rows.SchoolYear, 1, start_date=date(2025, 8, 1), end_date=date(2026, 6, 30))
    person = district.person()
    district.enroll(person, **dates)
    assert (status(district, person, edition) is not None) == counts


@BOTH
@pytest.mark.parametrize("mark", ["no_show", "external_lms_exclude"])
def test_a_mark_on_one_enrollment_leaves_the_other(edition: Edition, mark: str) -> None:
    """P-14, P-15: omitted only when it is the only one."""
    district = SmallDistrict()
    other = district.school("Oak")
    person = district.student()
    district.enroll(person, other, **{mark: True})
    assert status(district, person, edition) == "active"
    record = next(iter(district.publish(edition)["users"].values())).rest
    places = ids(record["orgs"]) if edition is V11 else [role["org"]["sourcedId"] for role in record["roles"]]
    assert places == [guid("school", 1)]


@BOTH
@pytest.mark.parametrize("kind", [rows.School, rows.Calendar, rows.Structure, rows.GradeLevel])
def test_exclude_is_inherited_down_to_the_enrollment(edition: Edition, kind: type) -> None:
    """P-73, P-15."""
    district = SmallDistrict()
    person = district.student()
    district.change(kind, 1, external_lms_exclude=True)
    assert status(district, person, edition) is OMITTED


def test_exclude_of_another_grade_level_is_not_inherited() -> None:
    """P-73."""
    district = SmallDistrict()
    person = district.student()
    district.add(rows.GradeLevel, structure_id=1, name="10th", state_grade_code="10", external_lms_exclude=True,
                 nces_grade="10")  # fmt: skip
    assert status(district, person, V11) == "active"


@BOTH
@pytest.mark.parametrize(
    ("ends", "expected"),
    [((date(2026, 1, 9), None), "active"), ((date(2026, 1, 9), date(2025, 12, 1)), "tobedeleted")],
    ids=["one goes on", "both ended"],
)
def test_one_active_enrollment_keeps_a_student_active(
    edition: Edition, ends: tuple[date | None, ...], expected: str
) -> None:
    """P-21."""
    district = SmallDistrict()
    person = district.person()
    for end in ends:
        district.enroll(person, end_date=end)
    assert status(district, person, edition) == expected


def test_a_student_who_changed_schools_is_listed_at_the_new_one() -> None:
    """P-22: the schools of active enrollments, when there are any."""
    district = SmallDistrict()
    new = district.school("Oak")
    person = district.person()
    district.enroll(person, end_date=date(2025, 11, 1))
    district.enroll(person, new, start_date=date(2025, 11, 3))
    record = district.publish(V12)["users"][guid("person", person)].rest
    assert [role["org"]["sourcedId"] for role in record["roles"]] == [guid("school", new)]
    assert record["roles"][0]["roleType"] == "primary"


def two_schools(*enrollments: tuple[str, date]) -> tuple[SmallDistrict, int]:
    """A student with an enrollment (service type, start) at school 1, then at school 2."""
    district = SmallDistrict()
    district.school("Oak")
    person = district.person()
    for school, (service, start) in enumerate(enrollments, 1):
        district.enroll(person, school, service_type=service, start_date=start)
    return district, person


@pytest.mark.parametrize(
    ("enrollments", "main"),
    [
        ((("P", FIRST_DAY), ("S", FIRST_DAY)), 1),
        ((("S", FIRST_DAY), ("P", date(2025, 10, 1))), 2),
        ((("N", FIRST_DAY), ("P", date(2025, 10, 1))), 2),
        ((("P", date(2025, 10, 1)), ("P", FIRST_DAY)), 2),
        ((("P", FIRST_DAY), ("P", FIRST_DAY)), 1),
    ],
    ids=["primary and partial", "partial first", "services first", "earliest primary", "tie by id"],
)
def test_service_type_says_which_school_is_primary(enrollments: Any, main: int) -> None:
    """P-22: orgs in 1.1 begin with the main school; roles in 1.2 say primary for it and secondary for the others."""
    district, person = two_schools(*enrollments)
    other = 3 - main
    record = district.publish(V11)["users"][f"s{person}"].rest
    assert ids(record["orgs"]) == [guid("school", main), guid("school", other)]
    record = district.publish(V12)["users"][guid("person", person)].rest
    assert [(role["org"]["sourcedId"], role["roleType"]) for role in record["roles"]] == [
        (guid("school", main), "primary"), (guid("school", other), "secondary"),
    ]  # fmt: skip
    assert record["primaryOrg"]["sourcedId"] == guid("school", main)


def test_only_partial_enrollments_are_secondary() -> None:
    """P-22: others are secondary, also without a Primary one."""
    district = SmallDistrict()
    person = district.person()
    district.enroll(person, service_type="S")
    record = district.publish(V12)["users"][guid("person", person)].rest
    assert [role["roleType"] for role in record["roles"]] == ["secondary"]
    assert record["primaryOrg"]["sourcedId"] == guid("school", 1)


def test_roles_carry_the_dates_of_enrollment() -> None:
    """P-25 for students: two enrollments at a school are one role, from the first start to the last end (exclusive)."""
    district = SmallDistrict()
    person = district.person()
    district.enroll(person, end_date=date(2026, 1, 20))
    district.enroll(person, start_date=date(2026, 2, 1), end_date=LAST_DAY)
    (role,) = district.publish(V12)["users"][guid("person", person)].rest["roles"]
    assert (role["beginDate"], role["endDate"]) == ("2025-08-18", "2026-06-06")


@BOTH
def test_a_student_who_left_stays_readable_to_the_end_of_the_year(edition: Edition) -> None:
    """P-23."""
    district = SmallDistrict(date(2026, 12, 30))
    person = district.person()
    district.enroll(person, end_date=date(2025, 9, 1))
    assert status(district, person, edition) == "tobedeleted"


@BOTH
def test_exclude_leaves_a_tombstone_when_the_district_says_so(edition: Edition) -> None:
    """P-75: the record and the student's enrollments stay, as tobedeleted."""
    district = SmallDistrict()
    district.set(tombstone_on_exclude=True)
    person = district.person()
    district.enroll(person, external_lms_exclude=True)
    district.roster(district.section(), person)
    assert status(district, person, edition) == "tobedeleted"
    assert district.publish(edition)["enrollments"]["s1"].status == "tobedeleted"


def test_no_tombstone_for_what_other_rules_omit() -> None:
    """P-75 is about Exclude alone."""
    district = SmallDistrict()
    district.set(tombstone_on_exclude=True)
    person = district.person()
    district.enroll(person, external_lms_exclude=True, no_show=True)
    assert status(district, person, V11) is OMITTED


def test_demographics_exist_for_available_students_alone_and_have_their_status() -> None:
    """P-83a; all flags filled (real-clients 21); 1.1 knows two sexes."""
    district = SmallDistrict()
    district.teacher()
    person = district.person()
    district.enroll(person, end_date=date(2026, 1, 9))
    key = next(iter(k for k, row in district.tables[rows.Identity].items() if row.person_id == person))
    district.tables[rows.Identity][key] = district.tables[rows.Identity][key]._replace(
        sex="other", asian=True, white=True, birth_date=date(2010, 5, 4)
    )
    for edition in (V11, V12):
        ((sourced_id, record),) = district.publish(edition)["demographics"].items()
        assert (sourced_id, record.status) == (guid("person", person), "tobedeleted")
        flags = {name: value for name, value in record.rest.items() if value in ("true", "false")}
        assert len(flags) == 7
        assert {name for name, value in flags.items() if value == "true"} == {
            "asian", "white", "demographicRaceTwoOrMoreRaces",
        }  # fmt: skip
        assert record.rest["birthDate"] == "2010-05-04"
        assert record.rest.get("sex") == (None if edition is V11 else "other")
