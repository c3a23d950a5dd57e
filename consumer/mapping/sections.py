"""A SIS class becomes a section (C-34, C-35, C-64 … C-67)."""

from dataclasses import dataclass
from datetime import date

from consumer.client.shapes import ClassRecord
from consumer.mapping.choices import Choices, Kind, SectionName
from consumer.mapping.outcome import GONE, Code, Gone, Skipped


@dataclass(frozen=True, slots=True)
class MappedSection:
    """`course` is a course's sourcedId; `ends` the last day of its last grading period (C-74)."""

    sis_id: str
    name: str
    course: str
    school_id: int
    school_year: int
    grading_periods: tuple[int, ...]
    ends: date


def map_section(record: ClassRecord, choices: Choices, teacher: str | None = None) -> MappedSection | Skipped | Gone:
    """`teacher` is the primary teacher's family name, for the name setting that wants it (C-66).

    `Gone` also for a class that is only in sessions of other years (C-19).
    """
    years = {choices.years[term] for term in record.terms if term in choices.years}
    if not record.active or (years and choices.active_year not in years):
        return GONE
    school = choices.schools.get(record.school)
    if school is None:
        return Skipped(Code.SCHOOL_UNMAPPED, record.school)
    if Kind.SECTIONS not in school.ticked:
        return Skipped(Code.SCHOOL_NOT_TICKED, school.name)
    terms = [choices.terms[term] for term in record.terms if term in choices.terms]
    if not terms:
        return Skipped(Code.TERM_UNMAPPED, ", ".join(record.terms) or "no term given")  # C-34
    return MappedSection(
        sis_id=record.sourced_id,
        name=section_name(record, choices.options.section_name, teacher),
        course=record.course,
        school_id=school.school_id,
        school_year=choices.active_year,
        grading_periods=tuple(sorted({term.grading_period_id for term in terms})),
        ends=max(term.end for term in terms),
    )


def section_name(record: ClassRecord, setting: SectionName, teacher: str | None) -> str:
    """The section's name by the setting (C-66); parts that the SIS does not give are left out."""
    if setting is SectionName.CODE:
        return record.code or record.title
    if setting is SectionName.PERIOD_TEACHER:
        return " ".join(filter(None, (", ".join(record.periods), teacher))) or record.title
    if setting is SectionName.TITLE_CODE and record.code and record.code != record.title:
        return f"{record.title} ({record.code})"
    return record.title
