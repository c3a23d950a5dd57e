"""Records of both versions become one shape, whatever harmless habits their provider has (issue 2 section 7)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from consumer.client import records
from consumer.client.records import BadRecord, RoleRecord
from shared.oneroster.versions import Version
from tests.faults.district import small_district

V11, V12 = Version.V1P1, Version.V1P2
READERS: dict[str, Callable[[bytes, Version], Any]] = {
    "orgs": records.read_org,
    "academicSessions": records.read_session,
    "courses": records.read_course,
    "classes": records.read_class,
    "users": records.read_user,
    "enrollments": records.read_enrollment,
}


def read_user(version: Version = V12, **fields: Any) -> records.UserRecord:
    basis = {"sourcedId": "u", "status": "active", "givenName": "Ada", "familyName": "Example"}
    return records.read_user(orjson.dumps(basis | fields), version)


def read_enrollment(**fields: Any) -> records.EnrollmentRecord:
    basis = {"sourcedId": "e", "user": {"sourcedId": "u"}, "class": {"sourcedId": "k"}, "role": "student"}
    return records.read_enrollment(orjson.dumps(basis | fields), V11)


@pytest.mark.parametrize("version", list(Version))
def test_every_record_of_the_small_district_is_read(version: Version) -> None:
    for collection, rows in small_district(version).items():
        read = [READERS[collection](orjson.dumps(row), version) for row in rows]
        assert [record.sourced_id for record in read] == [row["sourcedId"] for row in rows]
        assert all(record.active for record in read)


def test_role_and_orgs_of_1p1_are_a_role_in_each_org_the_first_of_them_primary() -> None:
    """C-48."""
    user = read_user(V11, role="teacher", orgs=[{"sourcedId": "S1"}, {"sourcedId": "S2"}])
    assert user.roles == (
        RoleRecord("teacher", "S1", True, None, None),
        RoleRecord("teacher", "S2", False, None, None),
    )


def test_roles_of_1p2_keep_their_own_org_type_and_dates() -> None:
    roles = [
        {"roleType": "secondary", "role": "teacher", "org": {"sourcedId": "S2"}, "endDate": "2027-06-01"},
        {"roleType": "primary", "role": "principal", "org": {"sourcedId": "S1"}, "beginDate": "2026-08-15"},
    ]
    assert read_user(roles=roles).roles == (
        RoleRecord("teacher", "S2", False, None, date(2027, 6, 1)),
        RoleRecord("principal", "S1", True, date(2026, 8, 15), None),
    )


def test_a_role_without_an_org_is_in_the_primary_org_or_nowhere() -> None:
    roles = [{"role": "student"}]
    assert [role.org for role in read_user(roles=roles, primaryOrg={"sourcedId": "S9"}).roles] == ["S9"]
    assert read_user(roles=roles).roles == ()


@pytest.mark.parametrize("version", list(Version))
def test_a_preferred_first_name_is_taken_over_from_1p2_only(version: Version) -> None:
    """C-52."""
    assert read_user(version, preferredFirstName="Addie").preferred_first_name == ("Addie" if version is V12 else None)


def test_the_legacy_id_is_in_the_metadata() -> None:
    """C-101."""
    assert read_user(metadata={"ic.legacySourcedId": 17, "x": {}}).legacy_id == "17"
    assert read_user(metadata=[]).legacy_id is None
    assert read_user(metadata=None).legacy_id is None


@pytest.mark.parametrize(("said", "role"), [("Student", "student"), ("SITEADMINISTRATOR", "siteAdministrator"),
                                            (" teacher ", "teacher"), ("ext:Coach", "ext:Coach")])  # fmt: skip
def test_roles_are_known_in_any_case_and_custom_ones_are_kept(said: str, role: str) -> None:
    """C-42: a custom role is not mapped, so it must still be told apart."""
    assert read_user(V11, role=said, orgs=[{"sourcedId": "S1"}]).roles[0].role == role


@pytest.mark.parametrize(("said", "active"), [("active", True), ("Active", True), (None, True), ("", True),
                                              ("tobedeleted", False), ("ToBeDeleted", False),
                                              ("inactive", False), ("Inactive", False)])  # fmt: skip
def test_a_status_is_known_in_any_case_and_inactive_is_to_be_deleted(said: str | None, active: bool) -> None:
    assert read_user(status=said).active is active


@pytest.mark.parametrize(("said", "value"), [(True, True), ("true", True), ("True", True), (1, True), (None, True),
                                             ("", True), (False, False), ("false", False),
                                             ("FALSE", False)])  # fmt: skip
def test_booleans_are_booleans_or_text(said: Any, value: bool) -> None:
    assert read_user(enabledUser=said).enabled is value


def test_what_is_null_or_blank_is_not_there() -> None:
    user = read_user(username="", email=None, middleName="  ", agents=None, grades="", identifier=12)
    assert (user.username, user.email, user.middle_name, user.agents, user.grades) == (None, None, None, (), ())
    assert user.identifier == "12"


def test_references_need_nothing_but_their_id_and_come_once_each() -> None:
    agents = [{"sourcedId": "a"}, {"sourcedId": "b", "href": "", "type": "User"}, {"sourcedId": "a"}, {}, "c", None]
    assert read_user(agents=agents).agents == ("a", "b", "c")


def test_unknown_fields_are_ignored_and_lists_may_be_written_as_text() -> None:
    assert read_user(shoeSize={"eu": 38}, grades="09,10").grades == ("09", "10")


def test_a_date_may_be_a_date_time_and_a_year_a_range() -> None:
    assert read_enrollment(beginDate="2026-08-15T00:00:00.000Z", endDate="").begin == date(2026, 8, 15)
    for said in ("2027", 2027, "2026-2027", "2026-27", "2026/27"):
        raw = orjson.dumps({"sourcedId": "y", "title": "Year", "type": "SchoolYear", "schoolYear": said})
        session = records.read_session(raw, V11)
        assert (session.school_year, session.type) == (2027, "schoolYear")


def test_one_name_is_enough() -> None:
    assert read_user(givenName=None).family_name == "Example"
    with pytest.raises(BadRecord, match="familyName is missing"):
        read_user(givenName="", familyName=None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sourcedId": None}, "sourcedId"),
        ({"status": "gone"}, "status"),
        ({"user": None}, "user"),
        ({"user": {"href": "x"}}, "user"),
        ({"class": {"sourcedId": {}}}, "class.sourcedId"),
        ({"role": ""}, "role"),
        ({"primary": "perhaps"}, "primary"),
        ({"endDate": "06/01/2027"}, "endDate"),
    ],
)
def test_a_record_that_cannot_be_used_says_which_field_is_wrong(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecord) as caught:
        read_enrollment(**fields)
    assert caught.value.field == field
    assert "06/01" not in str(caught.value)


def test_a_record_to_be_deleted_needs_nothing_but_its_id() -> None:
    for read in READERS.values():
        record = read(b'{"sourcedId":"x","status":"tobedeleted"}', V12)
        assert (record.sourced_id, record.active) == ("x", False)


def test_what_is_not_an_object_is_a_bad_record() -> None:
    for raw in (b"17", b"[]", b"{", b'"x"', b'{"sourcedId":"\xff"}'):
        with pytest.raises(BadRecord):
            records.read_org(raw, V11)
