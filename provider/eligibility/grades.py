"""Which grade is published for a student and for a course (P-58, P-59, P-60)."""

from provider.eligibility import people, rows
from provider.eligibility.context import Context
from shared.oneroster.versions import Version


def local_grades(context: Context) -> bool:
    """P-59: the district publishes local grade levels to all 1.2 connections, to 1.1 never."""
    return context.facts.switches.local_grades_1p2 and context.edition.version is Version.V1P2


def grade(level: rows.GradeLevel, context: Context) -> str | None:
    """A grade level as published; None when it is not mapped (P-60). NCES grades have two digits (real-clients 21)."""
    if local_grades(context):
        return level.name
    nces = (level.nces_grade or "").strip()
    return (nces.zfill(2) if nces.isdigit() else nces) or None


def student_grades(context: Context, person_id: int) -> list[str]:
    """The grades of the enrollments that describe a student, the main one first, each once."""
    levels = context.facts.grade_levels
    found = (
        grade(levels[row.grade_level_id], context)
        for row in people.counting(context, person_id)
        if row.grade_level_id in levels
    )
    return list(dict.fromkeys(name for name in found if name))


def course_grades(context: Context, course: rows.Course) -> list[str]:
    """The grades of a course: its local names, through the grade levels of its calendar, each once."""
    levels = (context.level(course.calendar_id, name) for name in split(course.grades))
    found = (grade(level, context) for level in levels if level)
    return list(dict.fromkeys(name for name in found if name))


def split(text: str | None) -> list[str]:
    """The items of a comma-separated column."""
    return [item for item in (part.strip() for part in (text or "").split(",")) if item]
