"""Checks of students and of the adults related to them (P-13, P-14, P-44, P-73)."""

from collections.abc import Iterator

from provider.eligibility import dates, rows
from provider.eligibility.checks.check import Found, Survey
from provider.eligibility.rule import Excluded, decide
from provider.eligibility.rules.students import ENROLLMENTS, mark_above
from provider.eligibility.school_time import EXCLUDE

#: What to change on an enrollment that does not count, by the rule that says so.
_COLUMNS = {"P-13": "start_date", "P-14": "no_show"}


def _not_counting(survey: Survey) -> Iterator[tuple[int, list[tuple[rows.Enrollment, Excluded]]]]:
    """People all of whose enrollments of the year do not count, with the rule that decided each."""
    for person_id, found in survey.facts.enrollments.items():
        if not survey.new.enrollments(person_id):
            decided = ((row, decide(ENROLLMENTS, row, survey.new)) for row in found)
            yield person_id, [(row, decision) for row, decision in decided if isinstance(decision, Excluded)]


def without_enrollment(survey: Survey) -> Iterator[Found]:
    for person_id, found in _not_counting(survey):
        last = max(found, key=lambda one: (one[0].start_date, one[0].id))
        row, decision = last
        if decision.number in _COLUMNS:
            text = f"{survey.person(person_id)}, {dates.text(row.start_date, row.end_date)}: {decision.sentence}"
            yield Found("enrollment", row.id, text, ("enrollment", row.id, _COLUMNS[decision.number]))


def held_by_exclude(survey: Survey) -> Iterator[Found]:
    """Students, then staff, whom nothing but the mark of a record above theirs holds back."""
    for person_id, found in _not_counting(survey):
        row = next((row for row, decision in found if decision.number == "P-73"), None)
        mark = mark_above(row, survey.new) if row else None
        if row and mark:
            text = f"{survey.person(person_id)}: {mark.words} is marked"
            yield Found("enrollment", row.id, text, (mark.table, mark.id, mark.column))
    for person_id, assignments in survey.facts.assignments.items():
        if survey.new.assignments(person_id, "t") or survey.new.assignments(person_id, "a"):
            continue
        for one in assignments:
            school = survey.facts.schools[one.school_id]
            if school.external_lms_exclude and survey.current(one.start_date, one.end_date):
                text = f"{survey.person(person_id)}: school {school.name} is marked"
                yield Found("assignment", one.id, text, ("school", school.id, EXCLUDE))
                break


def guardian_without_portal(survey: Survey) -> Iterator[Found]:
    for person_id, found in survey.facts.relationships_of_adult.items():
        for row in found:
            active = dates.begun(row.start_date, survey.facts.today) and dates.not_past(
                row.end_date, survey.facts.today
            )
            if (
                row.guardian
                and not row.portal
                and active
                and survey.new.published(survey.new.role(row.student_id, "s"))
            ):
                text = f"{survey.person(person_id)}, guardian of {survey.person(row.student_id)}"
                yield Found("relationship", row.id, text)
