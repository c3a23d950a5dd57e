"""What SIS courses, classes and enrollments become (C-34, C-35, C-60 … C-75)."""

from datetime import date
from typing import Any

import pytest

from consumer.client.shapes import ClassRecord, CourseRecord
from consumer.mapping.choices import Choices, SchoolChoice, SectionName, TermChoice
from consumer.mapping.courses import MappedCourse, map_course, unique_codes
from consumer.mapping.enrollments import MappedEnrollment, RosterLine, map_enrollment, winner
from consumer.mapping.outcome import GONE, Code, Gone, Skipped
from consumer.mapping.sections import MappedSection, map_section, section_name

TODAY, ENDS = date(2026, 9, 15), date(2026, 12, 18)
CHOICES = Choices(
    active_year=2027,
    schools={"A": SchoolChoice(1, "Alpha", "01")},
    terms={"T1": TermChoice(5, date(2026, 8, 1), date(2026, 10, 1)), "T2": TermChoice(6, date(2026, 10, 2), ENDS)},
    years={"T1": 2027, "T2": 2027, "T3": 2027, "OLD": 2026},
)


def a_class(**more: Any) -> ClassRecord:
    values: dict[str, Any] = {
        "sourced_id": "k1", "active": True, "title": "Algebra", "code": "MA-1", "type": "scheduled",
        "location": None, "course": "c1", "school": "A", "terms": ("T1",), "periods": ("3", "4"), "grades": (),
        "subjects": (),
    }  # fmt: skip
    return ClassRecord(**{**values, **more})


def line(**more: Any) -> RosterLine:
    values: dict[str, Any] = {
        "sis_id": "e1", "user": "s1", "role": "student", "primary": False, "begin": date(2026, 8, 15),
        "end": ENDS, "active": True,
    }  # fmt: skip
    return RosterLine(**{**values, **more})


def test_a_section_in_several_terms_gets_every_mapped_grading_period() -> None:
    """C-35"""
    section = map_section(a_class(terms=("T2", "T3", "T1")), CHOICES)
    assert isinstance(section, MappedSection)
    assert (section.grading_periods, section.ends) == ((5, 6), ENDS)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (a_class(school="Z"), Code.SCHOOL_UNMAPPED),  # C-28
        (a_class(terms=("T3",)), Code.TERM_UNMAPPED),  # C-34
    ],
)
def test_a_section_is_skipped_for_a_reason(record: ClassRecord, code: Code) -> None:
    outcome = map_section(record, CHOICES)
    assert isinstance(outcome, Skipped)
    assert outcome.code is code


def test_nothing_is_made_of_a_section_of_another_year() -> None:
    """C-19, C-21"""
    assert map_section(a_class(terms=("OLD",)), CHOICES) is GONE


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        (SectionName.TITLE, "Algebra"),
        (SectionName.CODE, "MA-1"),
        (SectionName.TITLE_CODE, "Algebra (MA-1)"),
        (SectionName.PERIOD_TEACHER, "3, 4 Noether"),
    ],
)
def test_sections_are_named_by_the_setting(setting: SectionName, name: str) -> None:
    """C-66"""
    assert section_name(a_class(), setting, "Noether") == name


def test_codes_that_schools_share_get_the_school_number_in_front() -> None:
    """C-62"""
    courses = [
        MappedCourse("c1", "Algebra", "MA", 1, "01"), MappedCourse("c2", "Algebra", "ma", 2, "02"),
        MappedCourse("c3", "Biology", "BI", 1, "01"), MappedCourse("c4", "Art", "AR", 1, "01"),
        MappedCourse("c5", "Art again", "AR", 1, "01"),
    ]  # fmt: skip
    assert unique_codes(courses) == {
        "c1": "01-MA", "c2": "02-ma", "c3": "BI", "c4": "01-AR-c4", "c5": "01-AR-c5"
    }  # fmt: skip


def test_a_course_without_a_code_has_its_sourced_id_for_one() -> None:
    outcome = map_course(CourseRecord("c9", True, "Art", None, "A", None, (), ()), CHOICES)
    assert isinstance(outcome, MappedCourse)
    assert outcome.code == "c9"


@pytest.mark.parametrize(
    ("roster_line", "expected"),
    [
        (line(), "member"),
        (line(end=TODAY), "member"),  # C-68: the last day counts
        (line(end=date(2026, 9, 14)), GONE),
        (line(active=False), GONE),
        (line(role="teacher", primary=True), "admin"),  # C-70
        (line(begin=date(2026, 11, 1)), "member"),  # C-74: ahead, within the grading period
        (line(begin=date(2027, 1, 5)), Code.OUTSIDE_TERM),
        (line(role="ext:guest"), Code.ROLE_NOT_SYNCED),
        (line(broken="class is missing"), Code.BAD_DATA),
    ],
)
def test_an_enrollment_becomes_a_member_or_an_admin(roster_line: RosterLine, expected: object) -> None:
    outcome = map_enrollment(roster_line, ENDS, TODAY)
    if isinstance(outcome, MappedEnrollment):
        assert outcome.role == expected
    elif isinstance(outcome, Skipped):
        assert outcome.code is expected
    else:
        assert isinstance(outcome, Gone)
        assert expected is GONE


def test_the_enrollment_that_is_current_today_wins() -> None:
    """C-75"""
    now = MappedEnrollment("e1", "s1", "member", False, date(2026, 8, 15), None)
    later = MappedEnrollment("e0", "s1", "member", False, date(2026, 10, 1), None)
    assert winner([later, now], TODAY) is now
    assert winner([later, now], date(2026, 10, 1)) is later
    teaching = MappedEnrollment("e9", "s1", "admin", False, date(2026, 12, 1), None)
    assert winner([now, teaching], TODAY) is teaching
