"""Orgs, sessions, courses, classes and enrollments (P-01 … P-06, P-26 … P-30, P-55 … P-57, P-68 … P-83a)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from provider.eligibility import rows
from provider.eligibility.edition import Edition
from shared.oneroster.versions import Version
from tests.provider.eligibility.districts import LAST_DAY, TODAY, V11, V12, SmallDistrict, guid, ids

BOTH = pytest.mark.parametrize("edition", [V11, V12], ids=["1.1", "1.2"])


@pytest.fixture
def district() -> SmallDistrict:
    return SmallDistrict()


def staffed(district: SmallDistrict, **course: Any) -> int:
    """A section with a student and a primary teacher."""
    section = district.section(district.course(**course))
    district.roster(section, district.student())
    district.staff(section, district.teacher())
    district.use(district.resource(), section=section)
    return section


# Scope of the data


@BOTH
def test_without_an_active_year_every_collection_is_empty(district: SmallDistrict, edition: Edition) -> None:
    """P-03."""
    staffed(district)
    assert all(district.publish(edition).values())
    district.change(rows.SchoolYear, 1, active=False)
    assert not any(district.publish(edition).values())


@BOTH
def test_an_org_needs_a_calendar_no_exclude_and_scope(district: SmallDistrict, edition: Edition) -> None:
    """P-06; the district is always published."""
    district.school("Closed", calendar=False)
    excluded, other = district.school("Hidden"), district.school("Oak")
    district.change(rows.School, excluded, external_lms_exclude=True)
    scoped = Edition(edition.version, schools=frozenset({1, 2, 3}))
    assert list(district.publish(edition)["orgs"]) == [guid("district", 1), guid("school", 1), guid("school", other)]
    assert list(district.publish(scoped)["orgs"]) == [guid("district", 1), guid("school", 1)]


@BOTH
def test_every_org_has_an_identifier_and_the_tree_goes_both_ways(district: SmallDistrict, edition: Edition) -> None:
    """real-clients 21."""
    orgs = district.publish(edition)["orgs"]
    top, school = orgs[guid("district", 1)].rest, orgs[guid("school", 1)].rest
    assert (top["identifier"], school["identifier"]) == ("0900", "101")
    assert ids(top["children"]) == [guid("school", 1)]
    assert school["parent"]["sourcedId"] == guid("district", 1)
    assert school["parent"]["type"] == "org"


@BOTH
def test_a_section_of_another_trial_is_omitted(district: SmallDistrict, edition: Edition) -> None:
    """P-04."""
    trial = district.add(rows.Trial, structure_id=1, name="Draft", active=False)
    section = staffed(district)
    district.change(rows.Section, section, trial_id=trial)
    records = district.publish(edition)
    assert (records["classes"], records["enrollments"]) == ({}, {})
    assert records["courses"]


# Sessions


def test_sessions_are_a_year_its_terms_and_a_grading_period_for_each(district: SmallDistrict) -> None:
    """P-55, P-56, P-57, P-83a; endDate is the day after the last day."""
    old = district.publish(V11)["academicSessions"]
    assert list(old) == [guid("year", 1), "1", "gp1", "2", "gp2"]
    assert [record.rest["type"] for record in old.values()] == [
        "schoolYear", "term", "gradingPeriod", "term", "gradingPeriod",
    ]  # fmt: skip
    assert {record.rest["schoolYear"] for record in old.values()} == {"2026"}
    assert ids(old[guid("year", 1)].rest["children"]) == ["1", "2"]
    assert old["1"].rest["parent"]["sourcedId"] == guid("year", 1)
    assert ids(old["1"].rest["children"]) == ["gp1"]
    assert old["gp1"].rest["parent"]["sourcedId"] == "1"
    assert (old["2"].rest["startDate"], old["2"].rest["endDate"]) == ("2026-01-05", "2026-06-06")
    assert old[guid("year", 1)].rest["endDate"] == "2027-01-01"  # P-51


def test_1p2_sessions_have_guids_of_version_four(district: SmallDistrict) -> None:
    """P-83a: the derived gradingPeriod's id is stable and its own."""
    sessions = list(district.publish(V12)["academicSessions"])
    assert sessions[1] == guid("term", 1)
    assert len(set(sessions)) == 5
    assert all(sourced_id[14] == "4" and sourced_id[19] in "89ab" for sourced_id in sessions)
    assert sessions == list(district.publish(V12)["academicSessions"])


@pytest.mark.parametrize("kind", [rows.School, rows.Calendar])
def test_terms_of_an_excluded_calendar_are_omitted(district: SmallDistrict, kind: type) -> None:
    """P-73, P-06."""
    district.change(kind, 1, external_lms_exclude=True)
    assert list(district.publish(V11)["academicSessions"]) == [guid("year", 1)]


def test_terms_of_another_year_or_out_of_scope_are_omitted(district: SmallDistrict) -> None:
    """P-01, P-96."""
    district.add(rows.SchoolYear, name="2024-25", start_year=2024, end_year=2025, start_date=None, end_date=None,
                 active=False, guid=guid("year", 2), sourced_id=None)  # fmt: skip
    district.school("Oak")
    former = district.school("Elm")
    district.change(rows.Calendar, former, school_year_id=2)
    district.add(rows.Calendar, school_id=former, school_year_id=1, name="Elm 25-26", start_date=TODAY,
                 end_date=LAST_DAY, external_lms_exclude=False)  # fmt: skip
    assert list(district.publish(V11)["academicSessions"]) == [
        guid("year", 1), "1", "gp1", "3", "gp3", "2", "gp2", "4", "gp4",
    ]  # fmt: skip
    scoped = district.publish(Edition(Version.V1P1, schools=frozenset({2})))
    assert list(scoped["academicSessions"]) == [guid("year", 1), "3", "gp3", "4", "gp4"]


@BOTH
def test_terms_leave_tombstones_with_their_calendar(district: SmallDistrict, edition: Edition) -> None:
    """P-75."""
    district.set(tombstone_on_exclude=True)
    district.change(rows.Calendar, 1, external_lms_exclude=True)
    statuses = [record.status for record in district.publish(edition)["academicSessions"].values()]
    assert statuses == ["active"] + ["tobedeleted"] * 4


def test_terms_of_an_excluded_structure_stay_for_its_classes(district: SmallDistrict) -> None:
    """P-73 excludes the structure's grade levels and enrollments; classes hang on the course and need their terms."""
    staffed(district)
    district.change(rows.Structure, 1, external_lms_exclude=True)
    records = district.publish(V11)
    assert ids(records["classes"]["1"].rest["terms"]) == ["1"]
    assert "s1" not in records["users"]


# Courses and classes


@BOTH
@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        (rows.Master, {"courses", "classes", "enrollments"}),
        (rows.Course, {"courses", "classes", "enrollments"}),
        (rows.Section, {"classes", "enrollments"}),
        (rows.Calendar, {"courses", "classes", "enrollments", "users", "demographics"}),
        (rows.School, {"courses", "classes", "enrollments", "users", "demographics"}),
    ],
)
def test_exclude_hides_what_hangs_below(district: SmallDistrict, edition: Edition, kind: type, gone: set[str]) -> None:
    """P-68, P-73, check 5: the course master hides course, sections and enrollments, but not the people."""
    staffed(district, course_master_id=district.master())
    district.change(kind, 1, external_lms_exclude=True)
    records = district.publish(edition)
    students = [r for r in records["users"].values() if "student" in str(r.rest.get("role", r.rest.get("roles")))]
    assert {name for name in ("courses", "classes", "enrollments", "demographics") if not records[name]} | (
        set() if students else {"users"}
    ) == gone


@BOTH
@pytest.mark.parametrize("kind", [rows.Master, rows.Course, rows.Section, rows.Calendar, rows.School])
def test_exclude_leaves_tombstones_when_the_district_says_so(
    district: SmallDistrict, edition: Edition, kind: type
) -> None:
    """P-75: what hangs below is to be deleted too, and is still there to be referred to."""
    staffed(district, course_master_id=district.master())
    district.set(tombstone_on_exclude=True)
    district.change(kind, 1, external_lms_exclude=True)
    records = district.publish(edition)
    assert [record.status for record in records["enrollments"].values()] == ["tobedeleted"] * 2
    assert [record.status for record in records["classes"].values()] == ["tobedeleted"]
    course = "active" if kind is rows.Section else "tobedeleted"
    assert [record.status for record in records["courses"].values()] == [course]


@BOTH
@pytest.mark.parametrize(("kind", "courses"), [(rows.Course, 0), (rows.Section, 1)])
def test_course_and_section_must_be_active(district: SmallDistrict, edition: Edition, kind: type, courses: int) -> None:
    """P-69; a course without available sections stays (P-70)."""
    staffed(district)
    district.change(kind, 1, active=False)
    records = district.publish(edition)
    assert (len(records["courses"]), records["classes"], records["enrollments"]) == (courses, {}, {})


@BOTH
def test_a_class_without_members_stays(district: SmallDistrict, edition: Edition) -> None:
    """P-72."""
    district.section()
    assert list(district.publish(edition)["classes"]) == ["1"]


@BOTH
def test_fields_of_course_and_class(district: SmallDistrict, edition: Edition) -> None:
    """P-71, P-83a: course and class ids are the numbers in both versions."""
    course = district.course(subjects="Algebra, Geometry", subject_codes="02052,02072", grades="9th")
    section = district.section(course, room="12", homeroom=True, placed=False)
    for term, period in ((2, "10"), (1, "2"), (1, "10"), (1, "")):
        district.place(section, term, period)
    records = district.publish(edition)
    term_ids = ["1", "2"] if edition is V11 else [guid("term", 1), guid("term", 2)]
    rest = records["classes"]["1"].rest
    assert (rest["title"], rest["classCode"], rest["classType"], rest["location"]) == (
        "Course 1", "1001-1", "homeroom", "12",
    )  # fmt: skip
    assert (ids(rest["terms"]), rest["periods"], rest["grades"]) == (term_ids, ["2", "10"], ["09"])
    assert rest["school"]["sourcedId"] == guid("school", 1)
    assert (rest["subjects"], rest["subjectCodes"]) == (["Algebra", "Geometry"], ["02052", "02072"])
    rest = records["courses"]["1"].rest
    assert (rest["title"], rest["courseCode"], rest["grades"]) == ("Course 1", "1001", ["09"])
    assert (rest["org"]["sourcedId"], rest["schoolYear"]["sourcedId"]) == (guid("school", 1), guid("year", 1))


def test_subject_codes_are_published_one_for_each_subject(district: SmallDistrict) -> None:
    district.section(district.course(subjects="Algebra, Geometry", subject_codes="02052"))
    rest = district.publish(V12)["classes"]["1"].rest
    assert "subjectCodes" not in rest
    assert rest["subjects"] == ["Algebra", "Geometry"]


@pytest.mark.parametrize(
    ("form", "name", "title"),
    [
        ("section_or_course", None, "Course 1"),
        ("section_or_course", "Honors", "Honors"),
        ("course_and_section", None, "Course 1 - 1"),
        ("course_and_section", "Honors", "Course 1 - Honors"),
    ],
)
def test_the_title_of_a_class_is_a_setting(district: SmallDistrict, form: str, name: str | None, title: str) -> None:
    """P-71."""
    district.set(class_title=form)
    district.section(name=name)
    assert district.publish(V11)["classes"]["1"].rest["title"] == title


def test_a_section_without_placement_meets_in_all_terms_of_its_structure(district: SmallDistrict) -> None:
    """real-clients 14: at least one term that resolves."""
    district.section(placed=False)
    assert ids(district.publish(V11)["classes"]["1"].rest["terms"]) == ["1", "2"]


def test_a_section_without_any_term_meets_in_the_school_year(district: SmallDistrict) -> None:
    """real-clients 14."""
    district.tables[rows.Term].clear()
    section = district.section(placed=False)
    district.roster(section, district.student())
    records = district.publish(V11)
    assert ids(records["classes"]["1"].rest["terms"]) == [guid("year", 1)]
    rest = records["enrollments"]["s1"].rest
    assert (rest["beginDate"], rest["endDate"]) == ("2025-08-18", "2026-06-06")


# Enrollments


@BOTH
@pytest.mark.parametrize(
    ("role", "primary"), [("Primary Teacher", "true"), ("Teacher", "false"), ("Section Staff", None)]
)
def test_staff_history_roles(district: SmallDistrict, edition: Edition, role: str, primary: str | None) -> None:
    """P-26 … P-29, check 10."""
    district.staff(district.section(), district.teacher(), role)
    enrollments = district.publish(edition)["enrollments"]
    assert [(r.rest["role"], r.rest["primary"]) for r in enrollments.values()] == (
        [("teacher", primary)] if primary else []
    )


@BOTH
@pytest.mark.parametrize(
    ("dates", "counts"),
    [
        ({"end_date": TODAY}, True),
        ({"end_date": date(2026, 1, 9)}, False),
        ({"start_date": date(2027, 1, 1)}, False),
        ({"start_date": date(2026, 12, 31)}, True),
    ],
    ids=["ends today", "ended", "after the year", "in the year"],
)
def test_staff_history_dates(
    district: SmallDistrict, edition: Edition, dates: dict[str, date], *, counts: bool
) -> None:
    """P-26, P-80."""
    district.staff(district.section(), district.teacher(), **dates)
    assert bool(district.publish(edition)["enrollments"]) == counts


@BOTH
def test_a_teacher_of_another_school_has_no_enrollment(district: SmallDistrict, edition: Edition) -> None:
    """P-30."""
    other = district.school("Oak")
    teacher = district.teacher(school=other)
    district.staff(district.section(), teacher)
    district.staff(district.section(district.course(other)), teacher)
    assert list(district.publish(edition)["enrollments"]) == ["t2"]


@BOTH
def test_staff_history_of_people_who_are_not_teachers_makes_nothing(district: SmallDistrict, edition: Edition) -> None:
    """P-30: assignment without the Teacher mark."""
    person = district.person(kind="staff")
    district.assign(person, None, "program")
    district.staff(district.section(), person)
    assert not district.publish(edition)["enrollments"]


def test_enrollments_point_to_the_record_of_their_role(district: SmallDistrict) -> None:
    """P-83a, P-81: s and roster id, t and staff history id; the user is the student's and the teacher's record."""
    staffed(district)
    users = {key: record.rest["user"]["sourcedId"] for key, record in district.publish(V11)["enrollments"].items()}
    assert users == {"s1": "s1", "t1": "t2"}
    users = {key: record.rest["user"]["sourcedId"] for key, record in district.publish(V12)["enrollments"].items()}
    assert users == {"s1": guid("person", 1), "t1": guid("person", 2)}


@BOTH
@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"start_date": date(2025, 9, 1), "end_date": date(2025, 11, 3)}, ("2025-09-01", "2025-11-04")),
        ({}, ("2025-08-18", "2025-12-20")),
        ({"start_date": date(2025, 9, 1)}, ("2025-09-01", "2025-12-20")),
        ({"end_date": date(2025, 11, 3)}, ("2025-08-18", "2025-11-04")),
        ({"start_date": date(2026, 2, 1)}, ("2026-02-01", "2026-02-02")),
    ],
    ids=["both", "blank", "start", "end", "starts after the term"],
)
def test_both_dates_always(
    district: SmallDistrict, edition: Edition, dates: dict[str, date], expected: tuple[str, str]
) -> None:
    """P-76, P-77, real-clients 14: endDate is exclusive, the day after the last day."""
    district.roster(district.section(), district.student(), **dates)
    rest = district.publish(edition)["enrollments"]["s1"].rest
    assert (rest["beginDate"], rest["endDate"]) == expected


@BOTH
def test_teacher_enrollments_have_the_dates_of_staff_history(district: SmallDistrict, edition: Edition) -> None:
    """P-80."""
    district.staff(district.section(), district.teacher(), start_date=date(2025, 9, 1), end_date=date(2026, 2, 1))
    rest = district.publish(edition)["enrollments"]["t1"].rest
    assert (rest["beginDate"], rest["endDate"]) == ("2025-09-01", "2026-02-02")


@BOTH
@pytest.mark.parametrize(
    ("setting", "end", "status"),
    [
        ("dates_only", date(2025, 10, 1), "active"),
        ("tobedeleted_if_dropped", date(2025, 10, 1), "tobedeleted"),
        ("tobedeleted_if_dropped", date(2025, 12, 19), "active"),
        ("tobedeleted_if_dropped", None, "active"),
    ],
    ids=["dates only", "dropped", "finished", "open"],
)
def test_a_roster_that_ended(
    district: SmallDistrict, edition: Edition, setting: str, end: date | None, status: str
) -> None:
    """P-78: ended before the section's last term did."""
    district.set(ended_roster_status=setting)
    district.roster(district.section(), district.student(), end_date=end)
    assert district.publish(edition)["enrollments"]["s1"].status == status


@BOTH
def test_enrollments_of_a_student_who_left_are_to_be_deleted(district: SmallDistrict, edition: Edition) -> None:
    """P-79."""
    person = district.person()
    district.enroll(person, end_date=date(2026, 1, 9))
    for section in (district.section(), district.section()):
        district.roster(section, person)
    assert [r.status for r in district.publish(edition)["enrollments"].values()] == ["tobedeleted"] * 2


@BOTH
def test_the_roster_of_an_omitted_student_is_omitted(district: SmallDistrict, edition: Edition) -> None:
    """P-76."""
    person = district.person()
    district.enroll(person, no_show=True)
    district.roster(district.section(), person)
    assert not district.publish(edition)["enrollments"]


@BOTH
def test_sourced_ids_that_came_in_go_out(district: SmallDistrict, edition: Edition) -> None:
    """P-83b."""
    section = staffed(district, sourced_id="c/1")
    district.change(rows.Section, section, sourced_id="class 1")
    district.change(rows.Roster, 1, sourced_id="e-1")
    district.change(rows.SectionStaff, 1, sourced_id="e-2")
    district.change(rows.School, 1, sourced_id="org-1")
    district.change(rows.Term, 1, sourced_id="fall")
    district.change(rows.SchoolYear, 1, sourced_id="y26")
    records = district.publish(edition)
    assert list(records["courses"]) == ["c/1"]
    assert list(records["classes"]) == ["class 1"]
    assert list(records["enrollments"]) == ["e-1", "e-2"]
    assert "org-1" in records["orgs"]
    assert {"fall", "y26"} <= records["academicSessions"].keys()
    root = "http://sis.example/campus/oneroster/demo/ims/oneroster/" + (
        "v1p1" if edition is V11 else "rostering/v1p2"
    )  # fmt: skip
    reference = records["enrollments"]["e-1"].rest["class"]
    assert reference == {"href": f"{root}/classes/class%201", "sourcedId": "class 1", "type": "class"}


def test_scope_limits_courses_classes_and_enrollments(district: SmallDistrict) -> None:
    """P-96, check 13."""
    other = district.school("Oak")
    staffed(district)
    section = district.section(district.course(other))
    visitor = district.person()
    district.enroll(visitor, other)
    district.roster(section, visitor)
    district.roster(1, visitor)
    for version in Version:
        records = district.publish(Edition(version, schools=frozenset({other})))
        assert list(records["classes"]) == list(records["courses"]) == ["2"]
        assert list(records["enrollments"]) == ["s2"]
        assert len(records["users"]) == 1


def test_the_year_ends_where_it_ends(district: SmallDistrict) -> None:
    """P-51: entered dates are the session's."""
    district.change(rows.SchoolYear, 1, start_date=date(2025, 7, 1), end_date=LAST_DAY)
    rest = district.publish(V11)["academicSessions"][guid("year", 1)].rest
    assert (rest["startDate"], rest["endDate"]) == ("2025-07-01", "2026-06-06")


@pytest.mark.parametrize("edition", [V11, V12])
def test_a_term_that_schools_share_is_published_with_every_school_that_meets_in_it(edition: Edition) -> None:
    """P-06, P-96: districts that started from OneRoster have one set of terms, which hangs on one school's calendar."""
    district = SmallDistrict()
    second = district.school("Second High")
    (shared, *_) = (t.id for t in district.tables[rows.Term].values() if t.term_schedule_id == district.main)
    section = district.section(district.course(second), placed=False)
    district.place(section, shared)

    records = district.publish(replace(edition, schools=frozenset({second})))

    (class_,) = records["classes"].values()
    sessions = {sourced_id for sourced_id, record in records["academicSessions"].items() if record.rest["type"] == "term"}
    assert class_.rest["terms"][0]["sourcedId"] in sessions
    assert [record.rest["name"] for record in records["orgs"].values()] == ["Clearwater", "Second High"]
