"""The readiness checks: each finds what its rule names, and a district in order has nothing to mend."""

from datetime import date

import pytest

from provider.eligibility import rows
from provider.eligibility.readiness import readiness
from tests.provider.eligibility.districts import SmallDistrict


@pytest.fixture
def district() -> SmallDistrict:
    """A district in order: a section with a student and a primary teacher."""
    district = SmallDistrict()
    section = district.section()
    district.roster(section, district.student())
    district.staff(section, district.teacher())
    return district


def found(district: SmallDistrict) -> dict[str, tuple[str, ...]]:
    """What is found, by rule number and first words of the problem."""
    return {f"{f.check.number} {' '.join(f.check.problem.split()[:3])}": f.found for f in readiness(district.facts())}


def test_a_district_in_order_has_nothing_to_mend(district: SmallDistrict) -> None:
    assert found(district) == {}


def test_no_active_year_blocks(district: SmallDistrict) -> None:
    """P-03."""
    district.change(rows.SchoolYear, 1, active=False)
    (finding,) = [f for f in readiness(district.facts()) if f.check.blocking]
    assert (finding.check.number, finding.found) == ("P-03", ("1 school years, none active",))


def test_trials(district: SmallDistrict) -> None:
    """P-05."""
    draft = district.add(rows.Trial, structure_id=1, name="Draft", active=False)
    assert list(found(district)) == ["P-05 A structure still"]
    district.change(rows.Trial, 1, active=False)
    assert {"P-05 No trial is", "P-05 A structure still"} <= found(district).keys()
    district.change(rows.Trial, draft, active=True)
    assert "P-05 No trial is" not in found(district)


def test_sections_without_students_or_primary_teacher(district: SmallDistrict) -> None:
    """P-05, P-32."""
    section = district.section()
    district.staff(section, 2, "Teacher")
    where = (f"section {section}, 1002-1 Course 2",)
    assert found(district) == {"P-05 A section has": where, "P-32 A section has": where}


def test_a_teacher_whose_time_on_the_section_is_over_is_no_current_one(district: SmallDistrict) -> None:
    """P-32, P-80."""
    district.change(rows.SectionStaff, 1, end_date=date(2026, 1, 9))
    assert found(district).keys() == {"P-32 A section has", "P-32 A teacher has"}


def test_teachers_without_mark_or_section(district: SmallDistrict) -> None:
    """P-32."""
    unmarked = district.person(kind="staff")
    district.assign(unmarked, None, "program")
    district.staff(1, unmarked, "Teacher")
    idle = district.teacher()
    assert found(district) == {
        "P-32 Staff history names": (f"person {unmarked}, assignments 2",), "P-32 A teacher has": (f"person {idle}",),
    }  # fmt: skip


def test_year_dates_should_cover_every_calendar(district: SmallDistrict) -> None:
    """P-52."""
    district.change(rows.SchoolYear, 1, start_date=date(2025, 8, 18), end_date=date(2026, 6, 5))
    assert found(district) == {}
    district.change(rows.SchoolYear, 1, end_date=date(2026, 6, 4))
    assert list(found(district)) == ["P-52 The school year's"]


def test_unmapped_grade_levels(district: SmallDistrict) -> None:
    """P-60."""
    district.change(rows.GradeLevel, 1, state_grade_code=None, nces_grade=None)
    assert list(found(district)) == ["P-60 A grade level"]
