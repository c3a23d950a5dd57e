"""The readiness checks: each finds what its rule names, and a district in order has nothing to mend."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from provider.eligibility import rows
from provider.eligibility.readiness import CHECKS, readiness
from tests.provider.eligibility.districts import TODAY, SmallDistrict

SINCE = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture
def district() -> SmallDistrict:
    """A district in order: a section with a student and a primary teacher."""
    district = SmallDistrict()
    section = district.section()
    district.roster(section, district.student())
    district.staff(section, district.teacher())
    return district


def found(district: SmallDistrict, secondary_1p2: bool = False) -> dict[str, list[tuple[str, int]]]:
    """The records that are found, by the name of the check."""
    return {
        finding.check.name: [(one.table, one.id) for one in finding.found]
        for finding in readiness(district.facts(), secondary_1p2)
    }


def texts(district: SmallDistrict, name: str) -> list[str]:
    return [one.text for f in readiness(district.facts()) if f.check.name == name for one in f.found]


def mends(district: SmallDistrict, name: str) -> list[tuple[str, int, str] | None]:
    return [one.mend for f in readiness(district.facts()) if f.check.name == name for one in f.found]


def test_a_district_in_order_has_nothing_to_mend(district: SmallDistrict) -> None:
    assert found(district) == {}


def test_what_blocks_comes_first_and_every_check_has_a_name_of_its_own() -> None:
    weights = [check.weight for check in CHECKS]
    assert weights == sorted(weights, key=["blocking", "warning", "note"].index)
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.why and check.problem.endswith(".") for check in CHECKS)


def test_no_active_year_blocks(district: SmallDistrict) -> None:
    """P-03."""
    district.change(rows.SchoolYear, 1, active=False)
    assert found(district)["no-active-year"] == [("school_year", 1)]
    (finding,) = [f for f in readiness(district.facts()) if f.check.blocking]
    assert (finding.check.number, finding.check.name) == ("P-03", "no-active-year")
    assert [f.check.name for f in readiness(replace(SmallDistrict().facts(), year=None, years={}))] == [
        "no-active-year"
    ]


def test_an_active_year_without_calendars_blocks(district: SmallDistrict) -> None:
    """P-06."""
    district.change(rows.SchoolYear, 1, active=False)
    district.add(rows.SchoolYear, name="2026-27", start_year=2026, end_year=2027, start_date=None, end_date=None,
                 active=True, guid="00000000-0000-4000-8000-000000000002", sourced_id=None)  # fmt: skip
    (finding,) = [f for f in readiness(district.facts()) if f.check.blocking]
    assert (finding.check.name, [one.id for one in finding.found]) == ("no-calendar", [2])


def test_trials(district: SmallDistrict) -> None:
    """P-05."""
    draft = district.add(rows.Trial, structure_id=1, name="Draft", active=False)
    assert found(district) == {"several-trials": [("schedule_structure", 1)]}
    district.change(rows.Trial, 1, active=False)
    assert {"several-trials", "no-active-trial"} <= found(district).keys()
    assert mends(district, "no-active-trial") == [("trial", 1, "active")]
    district.change(rows.Trial, draft, active=True)
    assert "no-active-trial" not in found(district)


def test_sections_without_students_primary_teacher_or_term(district: SmallDistrict) -> None:
    """P-05, P-32, P-77."""
    section = district.section(placed=False)
    district.staff(section, 2, "Teacher")
    where = [("section", section)]
    assert found(district) == {
        "sections-without-students": where, "no-primary-teacher": where, "sections-without-terms": where,
    }  # fmt: skip
    assert texts(district, "no-primary-teacher") == [f"section {section}, 1002-1 Course 2"]
    assert texts(district, "sections-without-terms") == [
        f"section {section}, 1002-1 Course 2 stands in Semester 1, Semester 2"
    ]


def test_a_section_that_is_not_published_is_nobodys_concern(district: SmallDistrict) -> None:
    """P-69."""
    district.section(active=False)
    assert found(district) == {}


def test_a_teacher_whose_time_on_the_section_is_over_is_no_current_one(district: SmallDistrict) -> None:
    """P-32, P-80."""
    district.change(rows.SectionStaff, 1, end_date=date(2026, 1, 9))
    assert found(district).keys() == {"no-primary-teacher", "teachers-without-section"}
    district.change(rows.SectionStaff, 1, end_date=TODAY)
    assert found(district) == {}


def test_teachers_without_mark_or_section(district: SmallDistrict) -> None:
    """P-32."""
    unmarked = district.person(kind="staff")
    district.assign(unmarked, None, "program")
    row = district.staff(1, unmarked, "Teacher")
    idle = district.teacher()
    assert found(district) == {
        "teacher-not-marked": [("assignment", 2)], "teachers-without-section": [("person", idle)],
    }  # fmt: skip
    district.change(rows.SectionStaff, row, end_date=date(2026, 1, 9))
    assert "teacher-not-marked" not in found(district)


def test_a_teacher_of_another_school(district: SmallDistrict) -> None:
    """P-30."""
    grant = district.school("Grant Middle")
    visitor = district.teacher("Sue Park", grant)
    row = district.staff(1, visitor, "Teacher")
    assert found(district)["teacher-elsewhere"] == [("section_staff", row)]
    assert mends(district, "teacher-elsewhere") == [("person", visitor, "")]
    district.assign(visitor, None, "teacher")
    assert found(district) == {}


def test_assignments_without_mark_or_at_a_school_without_calendar(district: SmallDistrict) -> None:
    """P-34, P-36. What has ended or is excluded is not told of."""
    person = district.person(kind="staff")
    bare = district.assign(person)
    closed = district.school("Closed", calendar=False)
    there = district.assign(person, closed, "counselor")
    both = district.assign(person, closed)
    district.assign(person, None, external_lms_exclude=True)
    district.assign(person, closed, end_date=date(2026, 1, 9))
    told = found(district)
    assert told["no-role-mark"] == [("assignment", bare), ("assignment", both)]
    assert told["no-calendar-at-school"] == [("assignment", there)]
    district.change(rows.Assignment, both, external_lms_exclude=True)
    district.change(rows.Assignment, bare, program=True)
    district.change(rows.Assignment, there, school_id=1)
    assert {"no-role-mark", "no-calendar-at-school"}.isdisjoint(found(district))


def test_year_dates_should_cover_every_calendar(district: SmallDistrict) -> None:
    """P-52."""
    district.change(rows.SchoolYear, 1, start_date=date(2025, 8, 18), end_date=date(2026, 6, 5))
    assert found(district) == {}
    district.change(rows.SchoolYear, 1, end_date=date(2026, 6, 4))
    assert found(district) == {"year-dates": [("calendar", 1)]}
    assert mends(district, "year-dates") == [("school_year", 1, "end_date")]


def test_unmapped_grade_levels(district: SmallDistrict) -> None:
    """P-60."""
    district.change(rows.GradeLevel, 1, state_grade_code=None, nces_grade=None)
    assert found(district) == {"unmapped-grades": [("grade_level", 1)]}


def test_who_has_no_username_is_told_by_role(district: SmallDistrict) -> None:
    """P-07: only of people whom nothing else holds back in 1.1; P-10: a username of blanks is none."""
    student = district.student("Ben Ash", username=None)
    blank = district.student("Cleo Moss", username="  ")
    nobody = district.person(username=None)
    district.enroll(nobody, no_show=True)
    told = found(district)
    assert told["no-username"] == [("person", student), ("person", blank)]
    assert told["blank-username"] == [("user_account", 3)]
    assert texts(district, "no-username")[0] == f"Ben Ash (person {student}), as student"


def test_a_blank_inside_a_username(district: SmallDistrict) -> None:
    """P-11: of people who are published."""
    district.student("Ben Ash", username="ben ash")
    district.person("Not Published", username="not published")
    assert found(district) == {"blank-in-username": [("user_account", 3)]}


def test_a_person_without_a_name_today(district: SmallDistrict) -> None:
    student = district.student("Ben Ash")
    district.change(rows.Identity, 3, last_name=" ")
    assert found(district)["no-name"] == [("person", student)]


def test_emails_missing_and_shared(district: SmallDistrict) -> None:
    """P-61: of people who are published, without regard to case."""
    first, second = district.student("Ben Ash"), district.student("Cleo Moss")
    silent = district.student("Dan Fox")
    district.contact(first, email="Home@school.example")
    district.contact(second, email="home@school.example ")
    district.contact(silent, email=" ")
    district.contact(district.person("Not Published"), email="home@school.example")
    assert found(district) == {
        "no-email": [("person", silent)], "shared-email": [("contact", first), ("contact", second)],
    }  # fmt: skip
    assert texts(district, "shared-email")[0] == (
        f"home@school.example of Ben Ash (person {first}); also of Cleo Moss (person {second})"
    )


def test_secondary_email_switched_to_and_missing(district: SmallDistrict) -> None:
    """P-62, P-63: by the district's switch for 1.1, or by a connection of 1.2."""
    district.contact(1, secondary_email="ada@home.example")
    assert found(district) == {}
    assert found(district, secondary_1p2=True) == {"no-secondary-email": [("person", 2)]}
    district.set(secondary_email_1p1=True)
    assert found(district) == {"no-secondary-email": [("person", 2)]}


def test_students_without_an_enrollment_that_counts(district: SmallDistrict) -> None:
    """P-13, P-14; who has left, or is marked External LMS Exclude himself, is not among them."""
    absent, early, left, hidden = (district.person(f"No {number}") for number in range(4))
    no_show = district.enroll(absent, no_show=True)
    outside = district.enroll(early, start_date=date(2024, 8, 19), end_date=date(2024, 12, 1))
    district.enroll(left, end_date=date(2026, 1, 9))
    district.enroll(hidden, external_lms_exclude=True)
    assert found(district)["no-active-enrollment"] == [("enrollment", no_show), ("enrollment", outside)]
    assert mends(district, "no-active-enrollment") == [
        ("enrollment", no_show, "no_show"), ("enrollment", outside, "start_date"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (rows.School, "school"), (rows.Calendar, "calendar"), (rows.Structure, "schedule_structure"),
        (rows.GradeLevel, "grade_level"),
    ],
)  # fmt: skip
def test_people_held_back_by_an_inherited_exclude(district: SmallDistrict, kind: type, table: str) -> None:
    """P-73: the way leads to the record that is marked."""
    district.change(kind, 1, external_lms_exclude=True)
    told = found(district)
    assert ("enrollment", 1) in told["inherited-exclude"]
    assert mends(district, "inherited-exclude")[0] == (table, 1, "external_lms_exclude")
    assert (("assignment", 1) in told["inherited-exclude"]) == (kind is rows.School)
    assert (table, 1) in told["excludes"]


def test_every_exclude_says_how_much_it_hides(district: SmallDistrict) -> None:
    """P-73: a note, nothing to mend."""
    district.student("Ben Ash")
    master = district.master(external_lms_exclude=True)
    district.change(rows.Course, 1, course_master_id=master, external_lms_exclude=True)
    district.change(rows.Section, 1, external_lms_exclude=True)
    district.change(rows.School, 1, external_lms_exclude=True)
    district.change(rows.GradeLevel, 1, external_lms_exclude=True)
    assert texts(district, "excludes") == [
        "school Lincoln High hides 1 course, 1 section, 2 enrollments, 1 assignment",
        "grade level 9th of calendar Lincoln High 25-26 of 2025-26; active year 2025-26 hides 2 enrollments",
        "course master M1 Master hides 1 course, 1 section",
        "course 1001 Course 1 hides 1 section",
        "section 1, 1001-1 Course 1 hides 1 student enrollment",
    ]
    (note,) = [f.check for f in readiness(district.facts()) if f.check.name == "excludes"]
    assert (note.weight, note.blocking) == ("note", False)


def test_excluded_enrollments_and_assignments_are_listed(district: SmallDistrict) -> None:
    district.change(rows.Enrollment, 1, external_lms_exclude=True)
    district.change(rows.Assignment, 1, external_lms_exclude=True)
    assert found(district)["excludes"] == [("enrollment", 1), ("assignment", 1)]


def test_rosters_of_people_who_are_not_published_or_have_left(district: SmallDistrict) -> None:
    """P-76, P-79: rows that are still open, in classes that are published."""
    absent, left = district.person("No Show"), district.person("Has Left")
    district.enroll(absent, no_show=True)
    district.enroll(left, end_date=date(2026, 1, 9))
    rostered = [district.roster(1, absent), district.roster(1, left)]
    district.roster(1, absent, start_date=date(2025, 9, 1), end_date=date(2026, 1, 9))
    district.roster(district.section(active=False), absent)
    assert found(district)["rosters-of-unpublished"] == [("roster", key) for key in rostered]
    assert mends(district, "rosters-of-unpublished") == [("person", absent, ""), None]


def test_guardians_without_portal(district: SmallDistrict) -> None:
    """P-44: of published students, in relationships that are active (P-45)."""
    parent = district.person("Pat Lake", kind="portal")
    row = district.relate(parent, 1, portal=False)
    district.relate(district.person("Was Guardian"), 1, portal=False, end_date=date(2026, 1, 9))
    district.relate(district.person("A Relative"), 1, guardian=False, portal=False)
    assert found(district) == {"guardian-without-portal": [("relationship", row)]}
    district.change(rows.Relationship, row, portal=True)
    assert found(district) == {}


def test_people_made_by_the_hr_system(district: SmallDistrict) -> None:
    """B-162: each cause by itself; people whom HR does not manage are not told of."""
    closed = district.school("Closed", calendar=False)
    idle = district.person("No Position", hr_managed_since=SINCE, kind="staff")
    bare = district.person("No Mark", hr_managed_since=SINCE, kind="staff", username=None)
    mark = district.assign(bare)
    away = district.person("No Calendar", hr_managed_since=SINCE, kind="staff")
    far = district.assign(away, closed, "counselor")
    hidden = district.person("Is Excluded", hr_managed_since=SINCE, kind="staff")
    excluded = district.assign(hidden, None, "counselor", external_lms_exclude=True)
    told = {name: records for name, records in found(district).items() if name.startswith("hr-")}
    assert told == {
        "hr-no-position": [("person", idle)], "hr-no-role-mark": [("assignment", mark)],
        "hr-no-username": [("person", bare)], "hr-no-calendar": [("assignment", far)],
        "hr-excluded": [("assignment", excluded)],
    }  # fmt: skip
    for person in (idle, bare, away, hidden):
        district.change(rows.Person, person, hr_managed_since=None)
    assert not [name for name in found(district) if name.startswith("hr-")]


def test_progress_is_told(district: SmallDistrict) -> None:
    told: list[tuple[str, int, int]] = []
    readiness(district.facts(), tell=lambda *said: told.append(said))
    assert [done for _, done, _ in told] == list(range(len(CHECKS)))
    assert told[0][2] == len(CHECKS)
