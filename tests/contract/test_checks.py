"""The checks 1 … 13 of section 16 of the P rules, through the public door: import → refresh → HTTP, in both versions."""

from datetime import date, datetime
from threading import Event, Thread
from typing import Any, NamedTuple

import pytest

from provider.publishing.runs import RefreshIsRunning
from provider.refreshing import DistrictRefresh
from shared.oneroster.versions import Version
from tests.contract.conftest import BuiltDistricts
from tests.contract.district import TODAY, Files
from tests.contract.platform import Platform, Record, ids, references

V1P1, V1P2 = Version.V1P1, Version.V1P2
CEDAR_CALENDAR, CEDAR_GRADE_9 = "3", "11"
ALDER, BROOKSIDE, CEDAR = "100", "200", "300"


def school(platform: Platform, number: str) -> str:
    """The sourcedId of a school by its number."""
    (org,) = platform.walk(f"/schools?filter=identifier='{number}'")
    return str(org["sourcedId"])


def roles(user: Record) -> set[str]:
    """The roles of a user record of 1.2."""
    return {role["role"] for role in user["roles"]}


# 1. Each row of the decision table in section 3 (P-13 … P-21).


class Case(NamedTuple):
    """A student with one enrollment in the calendar 18 Aug – 5 Jun, and what is published on a day."""

    enrollment: dict[str, str]
    status: str | None
    day: date = date(2027, 1, 10)


JUNE, AUGUST = date(2027, 6, 20), date(2026, 8, 1)
START, LAST = "2026-08-18", "2027-06-05"
TABLE = {
    "from the start, open": Case({"start_date": START}, "active"),
    "ends today": Case({"start_date": START, "end_date": "2027-01-10"}, "active"),
    "ended yesterday": Case({"start_date": START, "end_date": "2027-01-09"}, "tobedeleted"),
    "starts in two days": Case({"start_date": "2027-01-12"}, "active"),
    "no show": Case({"start_date": START, "no_show": "true"}, None),
    "excluded": Case({"start_date": START, "external_lms_exclude": "true"}, None),
    "ended with the calendar": Case({"start_date": START, "end_date": LAST}, "active", JUNE),
    "ended a day before the calendar": Case({"start_date": START, "end_date": "2027-06-04"}, "tobedeleted", JUNE),
    "open, before school": Case({"start_date": START}, "active", AUGUST),
}


def add_student(files: Files, first: str, last: str, **enrollment: str) -> None:
    """A student with a username and one enrollment in Cedar's calendar."""
    person = files.add("person", student_number=f"x-{first}")
    files.add("identity", person_id=person, first_name=first, last_name=last)
    files.add("user_account", person_id=person, kind="student", username=f"case.{person}", disabled="false")
    files.add("enrollment", person_id=person, calendar_id=CEDAR_CALENDAR, grade_level_id=CEDAR_GRADE_9, **enrollment)


@pytest.fixture(scope="module")
def decisions() -> dict[str, dict[tuple[date, Version], dict[str, str]]]:
    """What was decided on each database: by day and version, the status of each case that is published."""
    return {}


@pytest.fixture
def decided(
    decisions: dict[str, Any], kind: str, built: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> dict[tuple[date, Version], dict[str, str]]:  # fmt: skip
    if kind in decisions:
        return decisions[kind]
    with built.open(kind, tmp_path_factory.mktemp("decisions"), request) as door:
        for label, case in TABLE.items():
            add_student(door.files, label.replace(" ", "-"), "Decision", **case.enrollment)
        door.load()
        found = decisions[kind] = {}
        for day in sorted({case.day for case in TABLE.values()}):
            door.refresh(day)
            for version in Version:
                users = door.lms(version).walk("/students?filter=familyName='Decision'")
                found[day, version] = {user["givenName"].replace("-", " "): user["status"] for user in users}
    return found


@pytest.mark.parametrize("label", TABLE)
def test_1_the_decision_table_of_students(decided, version, label):
    case = TABLE[label]
    assert decided[case.day, version].get(label) == case.status


# 2. Blank year dates (P-51).


def test_2_with_blank_year_dates_december_of_the_end_year_counts_and_january_after_it_does_not(lms):
    assert lms.users_named("Bea Blankyear-Counts")
    assert not lms.users_named("Bert Blankyear-Toolate")


def test_2_with_an_entered_year_end_december_after_it_does_not_count(district):
    year = district.files.one("school_year", active="True")
    district.files.edit("school_year", year, end_date="Y1-06-30")
    district.publish()
    for version in Version:
        assert not district.lms(version).users_named("Bea Blankyear-Counts")
        assert district.lms(version).users_named("Lon Longtime")


# 3. Teacher and counselor in one person (P-40, P-82, P-83).


@pytest.mark.parametrize("name", ["Tom Teacher-Counselor", "Tina Teacher-And-Aide"])
def test_3_a_teacher_who_is_also_counselor_has_two_records_in_1_1_and_one_with_two_roles_in_1_2(demo, name):
    teacher, administrator = sorted(demo.lms(V1P1).users_named(name), key=lambda user: user["role"], reverse=True)
    assert (teacher["role"], administrator["role"]) == ("teacher", "administrator")
    assert teacher["sourcedId"][1:] == administrator["sourcedId"][1:]
    one = demo.lms(V1P2).user_named(name)
    assert roles(one) == {"teacher", "aide"}
    assert one["metadata"]["ic.legacySourcedId"] == teacher["sourcedId"][1:]


# 4. Usernames (P-07 … P-10).


@pytest.mark.parametrize("name", ["Nolan Nousername", "Nell Nousername-Staff", "Blake Blank-Username"])
def test_4_without_a_username_a_person_is_absent_in_1_1_and_present_without_it_in_1_2(demo, name):
    assert demo.lms(V1P1).users_named(name) == []
    assert "username" not in demo.lms(V1P2).user_named(name)


def test_4_a_disabled_account_is_present_in_both(lms):
    user = lms.user_named("Dina Disabled-Account")
    assert (user["enabledUser"], user["username"]) == ("false", "dina.disabled-account")


# 5. Exclude on a course master (P-68, P-73).


def test_5_exclude_on_a_course_master_hides_courses_sections_and_enrollments_but_not_the_people(district):
    files = district.files
    master = files.one("course_master", number="H-MAT")
    courses = {row["id"] for row in files.find("course", course_master_id=master["id"])}
    classes = {row["id"] for row in files.rows("section") if row["course_id"] in courses}
    before = {version: _reads(district.lms(version)) for version in Version}
    files.edit("course_master", master, external_lms_exclude="True")
    district.publish()
    for version in Version:
        old, new = before[version], _reads(district.lms(version))
        assert courses and courses <= ids(old["courses"])
        assert ids(old["courses"]) - ids(new["courses"]) == courses
        assert classes and ids(old["classes"]) - ids(new["classes"]) == classes
        lost = [one for one in old["enrollments"] if one["class"]["sourcedId"] in classes]
        assert lost and ids(old["enrollments"]) - ids(new["enrollments"]) == ids(lost)
        assert ids(new["users"]) == ids(old["users"])
        assert district.lms(version).get(f"/courses/{min(courses)}").status_code == 404


def _reads(platform: Platform) -> dict[str, list[Record]]:
    return {name: platform.walk(f"/{name}") for name in ("courses", "classes", "enrollments", "users")}


# 6. Exclude on one of two assignments (P-38).


def test_6_exclude_on_one_of_two_assignments_hides_only_that_schools_role(district):
    files, name = district.files, "Theo Two-Schools-Teacher"
    at_both = {version: district.lms(version).user_named(name) for version in Version}
    assert len(at_both[V1P1]["orgs"]) == len(at_both[V1P2]["roles"]) == 2
    theirs = files.find("assignment", person_id=files.person(name))
    brookside = files.one("school", number=BROOKSIDE)["id"]
    (excluded,) = (row for row in theirs if row["school_id"] == brookside)
    files.edit("assignment", excluded, external_lms_exclude="True")
    district.publish()
    left = school(district.lms(V1P1), CEDAR)
    assert [org["sourcedId"] for org in district.lms(V1P1).user_named(name)["orgs"]] == [left]
    assert [role["org"]["sourcedId"] for role in district.lms(V1P2).user_named(name)["roles"]] == [left]


# 7. Relationships (P-42 … P-45).


def role_of(lms: Platform, name: str) -> set[str]:
    """The roles of a person over all user records; empty when there is none."""
    users = lms.users_named(name)
    return {user["role"] for user in users} if lms.version is V1P1 else set().union(*map(roles, users))


def test_7_guardian_without_portal_is_absent(lms):
    assert role_of(lms, "Alex Guardian-Portal") == {"guardian"}
    assert role_of(lms, "Alex Guardianonly") == set()


def test_7_portal_without_guardian_is_a_relative(lms):
    assert role_of(lms, "Alex Portalonly") == {"relative"}


def test_7_an_ended_relationship_is_absent_and_one_that_ends_today_is_not(lms):
    assert role_of(lms, "Alex Ended-Relationship") == set()
    assert role_of(lms, "Alex Future-Relationship") == set()
    assert role_of(lms, "Alex Ends-Today-Relationship") == {"guardian"}


# 8. Secondary email (P-61 … P-63).


def test_8_secondary_email_is_a_global_switch_for_1_1_and_an_option_of_one_connection_in_1_2(district):
    first, second = "emil.two-emails@students.example.org", "emil.second@example.org"
    platforms = {str(version): district.lms(version) for version in Version}
    platforms["1.2 with secondary email"] = district.connect("second", V1P2, secondary_email=True)
    district.refresh()

    def emails(name: str) -> dict[str, str | None]:
        return {label: platform.user_named(name).get("email") for label, platform in platforms.items()}

    assert emails("Emil Two-Emails") == {"1.1": first, "1.2": first, "1.2 with secondary email": second}
    assert emails("Nick No-Secondary")["1.2 with secondary email"] is None
    district.set(secondary_email_1p1="true")
    district.refresh()
    assert emails("Emil Two-Emails") == {"1.1": second, "1.2": first, "1.2 with secondary email": second}
    assert emails("Nick No-Secondary")["1.1"] is None


# 9. Local grades (P-58, P-59).


def test_9_the_switch_for_local_grades_changes_1_2_only(district):
    def grades() -> dict[Version, list[str]]:
        return {version: district.lms(version).user_named("Gina Mapped-Grade")["grades"] for version in Version}

    assert grades() == {V1P1: ["KG"], V1P2: ["KG"]}
    district.set(local_grades_1p2="true")
    district.refresh()
    assert grades() == {V1P1: ["KG"], V1P2: ["K"]}


# 10. Section Staff History (P-26 … P-30).


def test_10_primary_teacher_true_teacher_false_section_staff_no_enrollment(lms):
    (team,) = lms.walk("/classes?filter=title='Team Taught Algebra'")
    enrollments = lms.walk(f"/enrollments?filter=class.sourcedId='{team['sourcedId']}' AND role='teacher'")
    names = {user["sourcedId"]: user["givenName"] for user in lms.walk("/users")}
    assert {names[one["user"]["sourcedId"]]: one["primary"] for one in enrollments} == {
        "Prima": "true",
        "Seth": "false",
    }


# 11. The cache (P-87, P-91, P-93).


def test_11_a_change_is_invisible_before_and_visible_after_a_refresh(district):
    name, renamed = "Rita Regular", "Rita Refreshed"
    files = district.files
    before = {version: district.lms(version).user_named(name) for version in Version}
    files.edit("identity", files.one("identity", person_id=files.person(name)), last_name="Refreshed")
    district.load()
    for version in Version:
        assert district.lms(version).user_named(name) == before[version]
    district.refresh()
    for version in Version:
        assert district.lms(version).users_named(name) == []
        after = district.lms(version).user_named(renamed)
        assert after["sourcedId"] == before[version]["sourcedId"]
        assert after["dateLastModified"] > before[version]["dateLastModified"]


def test_11_a_refresh_that_finds_nothing_moves_no_date(district):
    before = {version: district.lms(version).walk("/users") for version in Version}
    district.refresh()
    assert {version: district.lms(version).walk("/users") for version in Version} == before


def test_11_a_second_manual_refresh_during_the_first_is_refused(district):
    under_way, refused = Event(), Event()
    calls: list[datetime] = []

    def slow_clock() -> datetime:
        # The first reading is of the moment before the refresh begins; at the others it waits for the second one.
        if calls:
            under_way.set()
            refused.wait(3)
        calls.append(district.now)
        return district.now

    def second() -> None:
        under_way.wait(30)
        with district.app.app_context():
            try:
                DistrictRefresh(district.app, lambda: district.now).full(today=TODAY)
            except RefreshIsRunning:
                refused.set()

    thread = Thread(target=second)
    thread.start()
    with district.app.app_context():
        result = DistrictRefresh(district.app, slow_clock).full(today=TODAY)
    thread.join()
    assert refused.is_set()
    assert result.state == "done"


# 12. The org of a guardian (P-48).


def test_12_the_org_of_a_guardian_is_the_district_in_1_1_and_the_childrens_schools_in_1_2(demo):
    name = "Alex Two-Children"
    (district,) = demo.lms(V1P1).walk("/districts")
    assert [org["sourcedId"] for org in demo.lms(V1P1).user_named(name)["orgs"]] == [district["sourcedId"]]
    schools = {role["org"]["sourcedId"] for role in demo.lms(V1P2).user_named(name)["roles"]}
    assert schools == {school(demo.lms(V1P2), number) for number in (ALDER, CEDAR)}


# 13. Scoped connections (P-81, P-96).


def test_13_a_scoped_connection_reads_its_school_and_nothing_else(demo, version):
    whole, scoped = demo.everything("lms", version), demo.everything("cedar", version)
    platform = demo.platform("cedar", version)
    cedar = school(platform, CEDAR)
    assert {org["identifier"] for org in scoped["orgs"] if org["type"] == "school"} == {CEDAR}
    for name in ("classes", "enrollments"):
        assert {one["school"]["sourcedId"] for one in scoped[name]} == {cedar}
        assert ids(scoped[name]) == {one["sourcedId"] for one in whole[name] if one["school"]["sourcedId"] == cedar}
    for name in ("users", "classes", "enrollments", "courses", "demographics"):
        outside = min(ids(whole[name]) - ids(scoped[name]))
        assert platform.get(f"/{name}/{outside}").status_code == 404
        assert platform.walk(f"/{name}?filter=sourcedId='{outside}'") == []


def test_13_a_scoped_connection_has_no_reference_to_a_record_outside_its_scope(demo, version):
    scoped = demo.everything("cedar", version)
    known = {name: ids(records) for name, records in scoped.items()}
    for records in scoped.values():
        for record in records:
            for reference in references(record):
                assert reference["sourcedId"] in known[reference["href"].rsplit("/", 2)[1]], record


def test_13_a_teacher_of_two_schools_has_only_the_role_in_scope(demo):
    name = "Theo Two-Schools-Teacher"
    for version, orgs in (
        (V1P1, lambda user: [org["sourcedId"] for org in user["orgs"]]),
        (V1P2, lambda user: [role["org"]["sourcedId"] for role in user["roles"]]),
    ):
        platform = demo.platform("cedar", version)
        assert orgs(platform.user_named(name)) == [school(platform, CEDAR)]


def test_data_that_is_not_shared_is_left_out(demo, version):
    """P-104: no demographics, guardians, relatives, non-teacher staff, phones or emails."""
    seen = demo.everything("bare", version)
    whole = demo.everything("lms", version)
    assert demo.platform("bare", version).get("/demographics").status_code == 403
    found = {role for user in seen["users"] for role in ([user["role"]] if version is V1P1 else roles(user))}
    assert found == {"student", "teacher"}
    for field in ("email", "phone", "sms"):
        assert not any(field in user for user in seen["users"])
    assert any("email" in user for user in whole["users"])
