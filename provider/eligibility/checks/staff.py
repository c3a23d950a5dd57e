"""Checks of District Assignments (P-34, P-36) and of the people whom the HR system brings (B-162)."""

from collections.abc import Iterator

from provider.eligibility import rows
from provider.eligibility.accounts import WHOLE_PERSON, pick_account
from provider.eligibility.checks.check import Found, Survey
from provider.eligibility.rules.staff import other_role


def _marked(row: rows.Assignment) -> bool:
    return row.teacher or other_role(row)


def _current(survey: Survey, person_id: int) -> list[rows.Assignment]:
    """The assignments of a person that are of this school year and have not ended."""
    found = survey.facts.assignments.get(person_id, ())
    return [row for row in found if survey.current(row.start_date, row.end_date)]


def _text(survey: Survey, row: rows.Assignment) -> str:
    title = f", {row.title}" if row.title else ""
    return f"{survey.person(row.person_id)}, assigned at {survey.school(row.school_id)}{title}"


def without_mark(survey: Survey) -> Iterator[Found]:
    for person_id in sorted(survey.facts.assignments):
        for row in _current(survey, person_id):
            if not _marked(row) and not row.external_lms_exclude:
                yield Found("assignment", row.id, _text(survey, row))


def without_calendar(survey: Survey) -> Iterator[Found]:
    for person_id in sorted(survey.facts.assignments):
        for row in _current(survey, person_id):
            if row.school_id not in survey.new.schools_with_calendar and _marked(row):
                yield Found("assignment", row.id, _text(survey, row))


def _by_hr(survey: Survey) -> Iterator[int]:
    """The people whom the HR system manages."""
    return (key for key, person in survey.facts.people.items() if person.hr_managed_since is not None)


def hr_without_position(survey: Survey) -> Iterator[Found]:
    for person_id in _by_hr(survey):
        if not _current(survey, person_id):
            yield Found("person", person_id, survey.person(person_id))


def hr_without_mark(survey: Survey) -> Iterator[Found]:
    for person_id in _by_hr(survey):
        found = _current(survey, person_id)
        if found and not any(map(_marked, found)):
            yield Found("assignment", found[0].id, _text(survey, found[0]))


def hr_without_username(survey: Survey) -> Iterator[Found]:
    for person_id in _by_hr(survey):
        if pick_account(survey.facts.accounts.get(person_id, ()), WHOLE_PERSON) is None:
            yield Found("person", person_id, survey.person(person_id))


def hr_without_calendar(survey: Survey) -> Iterator[Found]:
    for person_id in _by_hr(survey):
        found = _current(survey, person_id)
        if found and not any(row.school_id in survey.new.schools_with_calendar for row in found):
            yield Found("assignment", found[0].id, _text(survey, found[0]))


def hr_excluded(survey: Survey) -> Iterator[Found]:
    """People at all of whose positions the assignment or its school is marked."""
    for person_id in _by_hr(survey):
        found = _current(survey, person_id)
        schools = {row.school_id: survey.facts.schools[row.school_id].external_lms_exclude for row in found}
        if found and all(row.external_lms_exclude or schools[row.school_id] for row in found):
            row = found[0]
            by_school = schools[row.school_id] and not row.external_lms_exclude
            mend = ("school", row.school_id, "external_lms_exclude") if by_school else None
            yield Found("assignment", row.id, _text(survey, row), mend)
