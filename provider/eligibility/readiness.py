"""What a district should mend before platforms read it: the checks that the P rules name, over whole facts.

They tell of causes in the SIS data and decide nothing: what is published stands in the rule tables alone.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Where, decide
from provider.eligibility.rules.memberships import PRIMARY, SECTION_STAFF
from shared.oneroster.versions import Version


class ReadinessCheck(NamedTuple):
    """A check: the rule that asks for it, what is wrong, what it is found in, where to mend it.

    `blocking`: rostering answers are empty until it is mended; the others are warnings.
    """

    number: str
    problem: str
    find: Callable[[Context], Iterator[str]]
    where: Where
    blocking: bool = False


class Finding(NamedTuple):
    """A check that found something, and everything it was found in, as texts for people."""

    check: ReadinessCheck
    found: tuple[str, ...]


def readiness(facts: Facts) -> list[Finding]:
    """The findings about whole facts, in the order of `CHECKS`; [] when the district is ready."""
    context = Context(facts, Edition(Version.V1P2))
    findings = (Finding(check, tuple(check.find(context))) for check in CHECKS)
    return [finding for finding in findings if finding.found]


def _no_active_year(context: Context) -> Iterator[str]:
    if context.facts.year is None:
        yield f"{len(context.facts.years)} school years, none active"


def _trials(context: Context) -> Iterator[tuple[rows.Structure, list[rows.Trial]]]:
    """Each structure of the active year's calendars with its trials."""
    trials: dict[int, list[rows.Trial]] = {}
    for trial in context.facts.trials.values():
        trials.setdefault(trial.structure_id, []).append(trial)
    for structure in context.facts.structures.values():
        if context.in_active_year(structure.calendar_id):
            yield structure, trials.get(structure.id, [])


def _several_trials(context: Context) -> Iterator[str]:
    for structure, trials in _trials(context):
        if len(trials) > 1:
            names = ", ".join(trial.name for trial in trials)
            yield f"{context.calendar_text(structure.calendar_id)}, structure {structure.name}: {names}"


def _no_active_trial(context: Context) -> Iterator[str]:
    for structure, trials in _trials(context):
        if not any(trial.active for trial in trials):
            yield f"{context.calendar_text(structure.calendar_id)}, structure {structure.name}"


def _section_text(context: Context, section: rows.Section) -> str:
    course = context.facts.courses[section.course_id]
    return f"section {section.id}, {course.number}-{section.number} {course.name}"


def _published_sections(context: Context) -> Iterator[rows.Section]:
    for section in context.facts.sections.values():
        if context.published(context.section(section.id)):
            yield section


def _sections_without_students(context: Context) -> Iterator[str]:
    with_students = {roster.section_id for roster in context.facts.rosters()}
    for section in _published_sections(context):
        if section.id not in with_students:
            yield _section_text(context, section)


def _sections_without_primary_teacher(context: Context) -> Iterator[str]:
    taught = {
        row.section_id
        for row in context.facts.section_staff
        if PRIMARY.get(row.role) == "true" and context.published(decide(SECTION_STAFF, row, context))
    }
    for section in _published_sections(context):
        if section.id not in taught:
            yield _section_text(context, section)


def _teaching_without_mark(context: Context) -> Iterator[str]:
    """People whom staff history calls teachers, and who have an assignment, at none of which Teacher is marked."""
    teaching = {row.person_id for row in context.facts.section_staff if row.role in PRIMARY}
    for person_id in sorted(teaching):
        assignments = context.facts.assignments.get(person_id, ())
        if assignments and not any(assignment.teacher for assignment in assignments):
            yield f"person {person_id}, assignments {', '.join(str(assignment.id) for assignment in assignments)}"


def _teachers_without_section(context: Context) -> Iterator[str]:
    for person_id in sorted(context.facts.assignments):
        if context.assignments(person_id, "t") and not context.teaches(person_id):
            yield f"person {person_id}"


def _narrow_year(context: Context) -> Iterator[str]:
    year, window = context.facts.year, context.window
    if year is None or window is None:
        return
    for calendar in context.facts.calendars.values():
        outside = calendar.start_date < window[0] or calendar.end_date > window[1]
        if context.in_active_year(calendar.id) and outside:
            yield f"calendar {calendar.name}, {calendar.start_date} to {calendar.end_date}; {context.window_text}"


def _unmapped_grades(context: Context) -> Iterator[str]:
    for level in context.facts.grade_levels.values():
        calendar_id = context.structure_calendar(level.structure_id)
        if not (level.nces_grade or "").strip() and context.in_active_year(calendar_id):
            yield f"grade level {level.name} of {context.calendar_text(calendar_id)}"


CHECKS: tuple[ReadinessCheck, ...] = (
    ReadinessCheck("P-03", "No school year is active: every rostering collection is empty.", _no_active_year,
                   Where("School year: Active", "school_year.active"), blocking=True),
    ReadinessCheck("P-05", "No trial is active: the structure's sections are not published.", _no_active_trial,
                   Where("Trials: Active", "trial.active")),
    ReadinessCheck("P-05", "A structure still has more than one trial.", _several_trials, Where("Trials", "trial")),
    ReadinessCheck("P-05", "A section has no students.", _sections_without_students,
                   Where("Section: Roster", "roster")),
    ReadinessCheck("P-32", "A section has no current primary teacher.", _sections_without_primary_teacher,
                   Where("Section: Staff History", "section_staff.role")),
    ReadinessCheck("P-32", "Staff history names a teacher whose assignments lack the Teacher mark.",
                   _teaching_without_mark, Where("Staff: District Assignments, roles", "assignment.teacher")),
    ReadinessCheck("P-32", "A teacher has no section.", _teachers_without_section,
                   Where("Section: Staff History", "section_staff")),
    ReadinessCheck("P-52", "The school year's dates do not cover a calendar.", _narrow_year,
                   Where("School year: start and end date", "school_year.start_date, school_year.end_date")),
    ReadinessCheck("P-60", "A grade level is not mapped to a State Grade Level Code with an NCES grade.",
                   _unmapped_grades, Where("Grade level: State Grade Level Code", "grade_level.state_grade_code")),
)  # fmt: skip
