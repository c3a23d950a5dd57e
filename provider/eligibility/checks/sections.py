"""Checks of sections and of who is in them (P-05, P-30, P-32, P-76, P-77, P-79)."""

from collections.abc import Iterator

from provider.eligibility import rows
from provider.eligibility.checks.check import Found, Survey
from provider.eligibility.rule import Excluded, decide
from provider.eligibility.rules.memberships import PRIMARY, SECTION_STAFF, teaches_at_school


def without_students(survey: Survey) -> Iterator[Found]:
    for section in survey.sections:
        if not survey.rosters.sizes[section.id]:
            yield Found("section", section.id, survey.section(section.id))


def without_terms(survey: Survey) -> Iterator[Found]:
    for section in survey.sections:
        if not survey.facts.placements.get(section.id):
            terms = ", ".join(term.name for term in survey.new.section_terms(section.id))
            stands = f"stands in {terms}" if terms else "is published without a term"
            yield Found("section", section.id, f"{survey.section(section.id)} {stands}")


def without_primary_teacher(survey: Survey) -> Iterator[Found]:
    taught = {
        row.section_id
        for row in survey.facts.section_staff
        if PRIMARY.get(row.role) == "true" and survey.new.published(decide(SECTION_STAFF, row, survey.new))
    }
    for section in survey.sections:
        if section.id not in taught:
            yield Found("section", section.id, survey.section(section.id))


def _teaching(survey: Survey) -> Iterator[rows.SectionStaff]:
    """The rows of staff history that say who teaches a published section now."""
    published = {section.id for section in survey.sections}
    for row in survey.facts.section_staff:
        if row.role in PRIMARY and row.section_id in published and survey.current(row.start_date, row.end_date):
            yield row


def _unmarked(survey: Survey, person_id: int) -> list[rows.Assignment]:
    """The assignments of somebody who has some, at none of which Teacher is marked."""
    found = survey.facts.assignments.get(person_id, [])
    return [] if any(row.teacher for row in found) else found


def teaching_without_mark(survey: Survey) -> Iterator[Found]:
    """People whom staff history calls teachers, and who have assignments, at none of which Teacher is marked."""
    sections: dict[int, list[int]] = {}
    for row in _teaching(survey):
        sections.setdefault(row.person_id, []).append(row.section_id)
    for person_id in sorted(sections):
        taught = survey.section(sections[person_id][0])
        for one in _unmarked(survey, person_id):
            at = survey.school(one.school_id)
            yield Found("assignment", one.id, f"{survey.person(person_id)}, assigned at {at}, teaches {taught}")


def teaching_elsewhere(survey: Survey) -> Iterator[Found]:
    for row in _teaching(survey):
        if not teaches_at_school(row, survey.new) and not _unmarked(survey, row.person_id):
            text = f"{survey.person(row.person_id)} in {survey.section(row.section_id)}"
            yield Found("section_staff", row.id, text, ("person", row.person_id, ""))


def teachers_without_section(survey: Survey) -> Iterator[Found]:
    for person_id in sorted(survey.facts.assignments):
        if survey.new.assignments(person_id, "t") and not survey.new.teaches(person_id):
            yield Found("person", person_id, survey.person(person_id))


def rosters_of_unpublished(survey: Survey) -> Iterator[Found]:
    for row in survey.rosters.of_unpublished:
        student = survey.new.role(row.person_id, "s")
        why = f"{student.number}: {student.sentence}" if isinstance(student, Excluded) else "has left the school"
        text = f"{survey.person(row.person_id)} in {survey.section(row.section_id)}: {why}"
        mend = ("person", row.person_id, "") if isinstance(student, Excluded) else None
        yield Found("roster", row.id, text, mend)
