"""Usernames, contact data, names and grades on user records (P-07 … P-12, P-58 … P-67, P-82, P-83)."""

from typing import Any

import pytest

from provider.eligibility import rows
from provider.eligibility.edition import SHARE, Edition
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import TODAY, V11, V12, SmallDistrict, guid

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])
SECOND_1P2 = Edition(Version.V1P2, secondary_email=True)


@pytest.fixture
def district() -> SmallDistrict:
    return SmallDistrict()


def only(district: SmallDistrict, edition: Edition) -> dict[str, Any]:
    """The only user record of the district."""
    (record,) = district.publish(edition)["users"].values()
    return record.rest


@pytest.mark.parametrize("username", [None, "", "   "], ids=["none", "empty", "blanks"])
def test_without_a_username_a_person_is_omitted_in_1p1_only(district: SmallDistrict, username: str | None) -> None:
    """P-07, P-10, check 4."""
    district.student(username=username)
    assert not district.publish(V11)["users"]
    assert "username" not in only(district, V12)


def test_p07_holds_for_staff_and_adults_too(district: SmallDistrict) -> None:
    """P-07: students, parents, relatives and staff alike."""
    teacher = district.person(username=None)
    district.assign(teacher, None, "teacher", "program")
    adult = district.person(username=None)
    district.relate(adult, district.student())
    assert len(district.publish(V11)["users"]) == 1
    assert len(district.publish(V12)["users"]) == 3


@BOTH
def test_a_disabled_account_counts_and_shows(district: SmallDistrict, edition: Edition) -> None:
    """P-08, P-09."""
    person = district.student(username=None)
    district.account(person, "ada", disabled=True)
    assert only(district, edition)["enabledUser"] == "false"
    assert only(district, edition)["username"] == "ada"


@BOTH
def test_an_enabled_account_is_enabled(district: SmallDistrict, edition: Edition) -> None:
    """P-09."""
    district.student()
    assert only(district, edition)["enabledUser"] == "true"


def test_without_an_account_a_user_is_enabled(district: SmallDistrict) -> None:
    """P-09."""
    district.student(username=None)
    assert only(district, V12)["enabledUser"] == "true"


@BOTH
def test_blanks_inside_a_username_are_published_unchanged(district: SmallDistrict, edition: Edition) -> None:
    """P-11."""
    district.student(username="ada lake")
    assert only(district, edition)["username"] == "ada lake"


def test_the_account_follows_the_record(district: SmallDistrict) -> None:
    """P-12: staff account on staff records, portal account on guardian records; staff first on the one 1.2 record."""
    person = district.person("Gina Lake", username="gina.portal", kind="portal")
    district.account(person, "gina.staff", "staff")
    district.assign(person, None, "teacher", "program")
    district.relate(person, district.student())
    records = district.publish(V11)["users"]
    assert {key: records[f"{key}{person}"].rest["username"] for key in "tag"} == {
        "t": "gina.staff", "a": "gina.staff", "g": "gina.portal",
    }  # fmt: skip
    assert district.publish(V12)["users"][guid("person", person)].rest["username"] == "gina.staff"


def test_student_account_before_portal_account(district: SmallDistrict) -> None:
    """P-12: staff account first, else student, else portal."""
    person = district.student(username="ada.portal", kind="portal")
    district.account(person, "ada.student", "student")
    assert only(district, V12)["username"] == only(district, V11)["username"] == "ada.student"


def test_one_email_of_the_chosen_kind_without_fallback(district: SmallDistrict) -> None:
    """P-61, P-62, P-63, check 8: the global switch changes 1.1 only, the connection's switch its 1.2 only."""
    first, second = district.student(), district.student()
    district.contact(first, secondary_email="home@mail.example")

    def emails(edition: Edition) -> list[str | None]:
        return [record.rest.get("email") for record in district.publish(edition)["users"].values()]

    plain, secondary = [f"p{first}@school.example", f"p{second}@school.example"], ["home@mail.example", None]
    assert [emails(e) for e in (V11, V12, SECOND_1P2)] == [plain, plain, secondary]
    assert emails(Edition(Version.V1P1, secondary_email=True)) == plain
    district.set(secondary_email_1p1=True)
    assert [emails(e) for e in (V11, V12, SECOND_1P2)] == [secondary, plain, secondary]


def test_other_phone_is_phone_and_cell_phone_is_sms_in_1p2(district: SmallDistrict) -> None:
    """P-64, P-65, P-66."""
    person = district.student()
    district.contact(person, other_phone="555-0101", cell_phone="555-0102")
    assert (only(district, V11).get("phone"), only(district, V11).get("sms")) == ("555-0101", None)
    assert (only(district, V12)["phone"], only(district, V12)["sms"]) == ("555-0101", "555-0102")


@pytest.mark.parametrize("version", Version)
def test_email_and_phone_are_left_out_when_not_shared(district: SmallDistrict, version: Version) -> None:
    """P-104."""
    person = district.student()
    district.contact(person, other_phone="555-0101", cell_phone="555-0102")
    no_phone = only(district, Edition(version, share=frozenset(SHARE) - {"phone"}))
    no_email = only(district, Edition(version, share=frozenset(SHARE) - {"email"}))
    assert not {"phone", "sms"} & no_phone.keys()
    assert "email" in no_phone
    assert "email" not in no_email
    assert "phone" in no_email


@pytest.mark.parametrize("version", Version)
def test_demographics_are_left_out_when_not_shared(district: SmallDistrict, version: Version) -> None:
    """P-104."""
    district.student()
    assert district.publish(Edition(version))["demographics"]
    assert not district.publish(Edition(version, share=frozenset(SHARE) - {"demographics"}))["demographics"]


def test_birth_dates_are_never_in_users(district: SmallDistrict) -> None:
    """P-66."""
    person = district.student()
    district.tables[rows.Identity][person] = district.tables[rows.Identity][person]._replace(birth_date=TODAY)
    for edition in (V11, V12):
        assert TODAY.isoformat() not in str(only(district, edition))


def test_preferred_names_and_pronouns_are_published_in_1p2(district: SmallDistrict) -> None:
    """P-67."""
    person = district.student()
    district.tables[rows.Identity][person] = district.tables[rows.Identity][person]._replace(
        middle_name="May", preferred_first_name="Addy", preferred_last_name="Pool", pronouns="she/her"
    )
    new = only(district, V12)
    assert (new["preferredFirstName"], new["preferredLastName"], new["pronouns"]) == ("Addy", "Pool", "she/her")
    assert "preferredMiddleName" not in new
    assert (new["givenName"], new["middleName"], new["familyName"]) == ("Ada", "May", "Lake")
    old = only(district, V11)
    assert (old["givenName"], old["middleName"], old["familyName"]) == ("Ada", "May", "Lake")
    assert not {"preferredFirstName", "preferredLastName", "pronouns"} & old.keys()


def test_the_identity_of_today_is_published(district: SmallDistrict) -> None:
    """People are dated: a name that ended or is yet to come is not theirs today."""
    person = district.student()
    district.identity(person, first_name="Ada", last_name="Pool", start_date=TODAY)
    district.identity(person, first_name="Ada", last_name="Sea", start_date=TODAY.replace(day=11))
    yesterday = TODAY.replace(day=9)
    district.identity(person, first_name="Ada", last_name="Moor", start_date=yesterday, end_date=yesterday)
    assert only(district, V11)["familyName"] == "Pool"


@BOTH
def test_a_person_without_a_full_name_cannot_be_published(district: SmallDistrict, edition: Edition) -> None:
    """givenName and familyName are required in both versions."""
    person = district.student()
    district.tables[rows.Identity][person] = district.tables[rows.Identity][person]._replace(last_name=" ")
    assert not district.publish(edition)["users"]


@pytest.mark.parametrize(("nces", "grade"), [("09", "09"), ("9", "09"), ("KG", "KG"), ("PK", "PK"), ("13", "13")])
def test_grades_are_nces_grades_and_local_ones_on_request_in_1p2(
    district: SmallDistrict, nces: str, grade: str
) -> None:
    """P-58, P-59, check 9; zero-padded (real-clients 21)."""
    district.student()
    district.change(rows.GradeLevel, 1, nces_grade=nces)
    assert only(district, V11)["grades"] == only(district, V12)["grades"] == [grade]
    district.set(local_grades_1p2=True)
    assert (only(district, V11)["grades"], only(district, V12)["grades"]) == ([grade], ["9th"])


def test_an_unmapped_grade_level_gives_no_grade(district: SmallDistrict) -> None:
    """P-60."""
    district.student()
    district.change(rows.GradeLevel, 1, state_grade_code=None, nces_grade=None)
    assert only(district, V11)["grades"] == only(district, V12)["grades"] == []
    district.set(local_grades_1p2=True)
    assert (only(district, V11)["grades"], only(district, V12)["grades"]) == ([], ["9th"])


def test_1p1_records_have_letters_and_the_1p2_record_a_guid(district: SmallDistrict) -> None:
    """P-82, P-83: one record per role, in the order s, t, a, g, r; one record per person with the legacy id."""
    person = district.student()
    district.assign(person, None, "teacher", "program")
    child, nephew = district.student("Ben Lake"), district.student("Tim Lake")
    district.relate(person, child)
    district.relate(person, nephew, guardian=False)
    assert [key for key in district.publish(V11)["users"] if key[1:] == "1"] == ["s1", "t1", "a1", "g1", "r1"]
    record = district.publish(V12)["users"][guid("person", 1)].rest
    assert [role["role"] for role in record["roles"]] == ["student", "teacher", "aide", "guardian", "relative"]
    assert record["metadata"] == {"ic.legacySourcedId": "1"}
    assert record["userMasterIdentifier"] == guid("person", 1)


def test_a_sourced_id_that_came_in_goes_out(district: SmallDistrict) -> None:
    """P-83b: on the record of the role it came in as; in 1.2 on the person."""
    person = district.student(sourced_id="u/1001", imported_role="s")
    district.assign(person, None, "teacher")
    old = district.publish(V11)
    assert list(old["users"]) == ["u/1001", f"t{person}"]
    assert list(old["demographics"]) == ["u/1001"]
    new = district.publish(V12)
    assert list(new["users"]) == list(new["demographics"]) == ["u/1001"]
    assert new["users"]["u/1001"].rest["metadata"] == {"ic.legacySourcedId": "u/1001"}


@pytest.mark.parametrize(
    ("numbers", "identifiers"),
    [
        ({"student_number": "S1", "staff_number": "E1"}, ("S1", "E1", "S1")),
        ({"staff_number": "E1"}, ("1", "E1", "E1")),
        ({}, ("1", "1", "1")),
    ],
    ids=["both", "staff", "none"],
)
def test_identifier_is_always_there(
    district: SmallDistrict, numbers: dict[str, str], identifiers: tuple[str, str, str]
) -> None:
    """real-clients 13: student number, else staff number, of a published role; else the person id."""
    district.student(**numbers)
    district.assign(1, None, "teacher")
    old = district.publish(V11)["users"]
    assert (old["s1"].rest["identifier"], old["t1"].rest["identifier"]) == identifiers[:2]
    assert only(district, V12)["identifier"] == identifiers[2]


def test_a_person_with_an_active_and_an_ended_role_is_active_in_the_active_one(district: SmallDistrict) -> None:
    """The one 1.2 record lists the roles that are not to be deleted; 1.1 has a record, and a status, for each."""
    person = district.person()
    district.enroll(person, end_date=TODAY.replace(day=9))
    district.assign(person, None, "program")
    old = district.publish(V11)["users"]
    assert (old[f"s{person}"].status, old[f"a{person}"].status) == ("tobedeleted", "active")
    (record,) = district.publish(V12)["users"].values()
    assert (record.status, [role["role"] for role in record.rest["roles"]]) == ("active", ["aide"])
