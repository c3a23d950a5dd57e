"""Records of courses, classes and enrollments (P-68 … P-71, P-76 … P-80)."""

from datetime import date
from functools import lru_cache
from typing import Any

from provider.eligibility import rows, uses
from provider.eligibility.context import Context
from provider.eligibility.dates import day_after
from provider.eligibility.grades import course_grades, split
from provider.eligibility.grading_tasks import tasks_of
from provider.eligibility.rules.memberships import PRIMARY
from provider.publishing.records import ids
from provider.publishing.records.record import Projected, put, put_list
from provider.publishing.records.refs import References
from shared.oneroster.versions import Version

#: The member of a class's `metadata` that lists its grading tasks.
GRADING_TASKS = "ic.gradingTasks"


def course(context: Context, refs: References, row: rows.Course, status: str) -> Projected:
    rest: dict[str, Any] = {"schoolYear": refs.school_year(), "title": row.name}
    put(rest, "courseCode", row.number)
    put_list(rest, "grades", course_grades(context, row))
    rest["org"] = refs.org(context.facts.calendars[row.calendar_id].school_id)
    _put_subjects(rest, row)
    put_list(rest, "resources", refs.resources(uses.course_resources(context, row.id)))
    return Projected(ids.course_id(row), status, rest)


def class_(context: Context, refs: References, row: rows.Section, status: str) -> Projected:
    """A section as a class; one without any term is placed in the school year, for a class must have a term that
    resolves (real-clients 14)."""
    its_course = context.facts.courses[row.course_id]
    rest: dict[str, Any] = {"title": class_title(row, its_course, context.facts.switches.class_title)}
    put_list(rest, "grades", course_grades(context, its_course))
    rest["course"] = refs.course(row.course_id)
    rest["classCode"] = f"{its_course.number}-{row.number}"  # P-71
    rest["classType"] = "homeroom" if row.homeroom else "scheduled"
    put(rest, "location", row.room)
    rest["school"] = refs.org(context.facts.calendars[its_course.calendar_id].school_id)
    terms = [refs.term(term.id) for term in context.section_terms(row.id)]
    rest["terms"] = terms or [refs.school_year()]
    _put_subjects(rest, its_course)
    periods = {placement.period for placement in context.facts.placements.get(row.id, ()) if placement.period.strip()}
    put_list(rest, "periods", sorted(periods, key=_period_order))
    put_list(rest, "resources", refs.resources(uses.section_resources(context, row.id)))
    if context.edition.version is Version.V1P2:
        _put_grading_tasks(rest, context, row.id)
    return Projected(ids.class_id(row), status, rest)


def class_title(row: rows.Section, its_course: rows.Course, form: str) -> str:
    """The title of a class (P-71), in the form that the setting `class_title` names."""
    name = (row.name or "").strip()
    if form == "course_and_section":
        return f"{its_course.name} - {name or row.number}"
    return name or its_course.name


def _put_grading_tasks(rest: dict[str, Any], context: Context, section_id: int) -> None:
    """What the section is graded by (P-74, P-118, 1.2 only); the standard has no place for it but `metadata`.

    A section without tasks of its own tells the district's first, so that a platform that compares sections (C-128)
    need not know what stands for none.
    """
    tasks = context.facts.grading_tasks
    own = context.facts.section_tasks.get(section_id, ())
    excluded = {task.id for task in tasks.values() if task.external_lms_exclude}
    found = [tasks[number] for number in tasks_of([row.grading_task_id for row in own], tasks, excluded)]
    if found:
        rest["metadata"] = {GRADING_TASKS: [{"id": str(task.id), "name": task.name} for task in found]}


def _put_subjects(rest: dict[str, Any], row: rows.Course) -> None:
    """Subjects, and their codes when there is one for each (OneRoster 1.2: same number and order)."""
    subjects, codes = split(row.subjects), split(row.subject_codes)
    put_list(rest, "subjects", subjects)
    if len(codes) == len(subjects):
        put_list(rest, "subjectCodes", codes)


def _period_order(period: str) -> tuple[int, str]:
    """2 before 10, names after numbers."""
    return (int(period), period) if period.isdecimal() else (10**9, period)


def student_enrollment(context: Context, refs: References, row: rows.Roster, status: str, school: int) -> Projected:
    rest: dict[str, Any] = {
        "class": refs.class_(row.section_id), "school": refs.org(school), "user": refs.user(row.person_id, "s"),
        "role": "student",
    }  # fmt: skip
    _put_dates(rest, context, row)
    return Projected(ids.roster_id(row), status, rest)


def teacher_enrollment(
    context: Context, refs: References, row: rows.SectionStaff, status: str, school: int
) -> Projected:
    rest: dict[str, Any] = {
        "class": refs.class_(row.section_id), "school": refs.org(school), "user": refs.user(row.person_id, "t"),
        "role": "teacher", "primary": PRIMARY[row.role],
    }  # fmt: skip
    _put_dates(rest, context, row)
    return Projected(ids.staff_id(row), status, rest)


def _put_dates(rest: dict[str, Any], context: Context, row: rows.Roster | rows.SectionStaff) -> None:
    """Both dates, always (real-clients 14): the row's own (P-76, P-80), else those of the section's terms (P-77)."""
    start, end = row.start_date, row.end_date
    if start is None or end is None:
        first, last = context.section_days(row.section_id)
        if start is None:
            start = first if end is None or first <= end else end
        if end is None:
            end = last if start <= last else start
    rest["beginDate"] = _iso(start)
    rest["endDate"] = _iso_after(end)


@lru_cache(maxsize=4096)
def _iso(day: date) -> str:
    return day.isoformat()


@lru_cache(maxsize=4096)
def _iso_after(day: date) -> str:
    return day_after(day).isoformat()
