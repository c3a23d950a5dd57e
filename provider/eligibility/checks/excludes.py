"""Every External LMS Exclude that is set in the active year, and how much it hides (P-73)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from provider.eligibility import rows
from provider.eligibility.checks.check import Found, Survey


class _Below:
    """How many rows hang on each record, in the active year."""

    def __init__(self, survey: Survey) -> None:
        facts = survey.facts
        enrollments = [row for found in facts.enrollments.values() for row in found]
        self.enrollments = Counter(row.calendar_id for row in enrollments)
        self.by_level = Counter(row.grade_level_id for row in enrollments)
        self.courses = Counter(row.calendar_id for row in facts.courses.values())
        self.sections_of = Counter(row.course_id for row in facts.sections.values())
        self.sections: Counter[int] = Counter()
        self.of_master: Counter[int | None] = Counter()
        self.master_sections: Counter[int | None] = Counter()
        for course in facts.courses.values():
            self.sections[course.calendar_id] += self.sections_of[course.id]
            self.of_master[course.course_master_id] += 1
            self.master_sections[course.course_master_id] += self.sections_of[course.id]
        self.by_structure: Counter[int] = Counter()
        for level in facts.grade_levels.values():
            self.by_structure[level.structure_id] += self.by_level[level.id]
        self.assignments = Counter(row.school_id for found in facts.assignments.values() for row in found)

    def calendar(self, key: int) -> list[tuple[int, str]]:
        return [(self.courses[key], "course"), (self.sections[key], "section"), (self.enrollments[key], "enrollment")]


def _text(words: str, hidden: Iterable[tuple[int, str]]) -> str:
    """A record and what it hides: school Lincoln hides 2 courses, 1 section."""
    counted = [f"{number:,} {word}{'' if number == 1 else 's'}" for number, word in hidden if number]
    return f"{words} hides {', '.join(counted)}" if counted else f"{words} hides nothing else"


def _marked(found: Iterable[Any]) -> Iterator[Any]:
    return (row for row in found if row.external_lms_exclude)


def excludes(survey: Survey) -> Iterator[Found]:
    """The marked records, those that hide most first: schools, calendars, structures, grade levels, masters …"""
    facts, below = survey.facts, _Below(survey)
    for school in _marked(facts.schools.values()):
        yield Found("school", school.id, _text(f"school {school.name}", _of_school(survey, below, school)))
    for calendar in _marked(facts.calendars.values()):
        yield Found("calendar", calendar.id, _text(f"calendar {calendar.name}", below.calendar(calendar.id)))
    for structure in _marked(facts.structures.values()):
        words = f"schedule structure {structure.name} of {survey.new.calendar_text(structure.calendar_id)}"
        hidden = [(below.by_structure[structure.id], "enrollment")]
        yield Found("schedule_structure", structure.id, _text(words, hidden))
    for level in _marked(facts.grade_levels.values()):
        calendar_id = survey.new.structure_calendar(level.structure_id)
        words = f"grade level {level.name} of {survey.new.calendar_text(calendar_id)}"
        yield Found("grade_level", level.id, _text(words, [(below.by_level[level.id], "enrollment")]))
    for master in _marked(facts.masters.values()):
        hidden = [(below.of_master[master.id], "course"), (below.master_sections[master.id], "section")]
        yield Found("course_master", master.id, _text(f"course master {master.number} {master.name}", hidden))
    for course in _marked(facts.courses.values()):
        hidden = [(below.sections_of[course.id], "section")]
        yield Found("course", course.id, _text(f"course {course.number} {course.name}", hidden))
    for section in _marked(facts.sections.values()):
        hidden = [(survey.rosters.sizes[section.id], "student enrollment")]
        yield Found("section", section.id, _text(survey.section(section.id), hidden))
    for person_id, enrollments in facts.enrollments.items():
        for row in _marked(enrollments):
            at = survey.new.calendar_text(row.calendar_id)
            yield Found("enrollment", row.id, f"enrollment of {survey.person(person_id)} in {at}")
    for person_id, assignments in facts.assignments.items():
        for row in _marked(assignments):
            if survey.current(row.start_date, row.end_date):
                text = f"assignment of {survey.person(person_id)} at {survey.school(row.school_id)}"
                yield Found("assignment", row.id, text)


def _of_school(survey: Survey, below: _Below, school: rows.School) -> Iterator[tuple[int, str]]:
    hidden: Counter[str] = Counter()
    for calendar in survey.facts.calendars.values():
        if calendar.school_id == school.id:
            hidden.update({word: number for number, word in below.calendar(calendar.id)})
    yield from ((hidden[word], word) for word in ("course", "section", "enrollment"))
    yield below.assignments[school.id], "assignment"
