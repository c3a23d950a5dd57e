"""Which courses and which sections are published (P-04, P-68 … P-70, P-73)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.rows import Course, Section
from provider.eligibility.rule import TOBEDELETED, Rule, Rules, StatusRule, Where
from provider.eligibility.rules.orgs import SCOPE, in_scope, scope_text

if TYPE_CHECKING:
    from provider.eligibility.context import Context


def _master_text(row: Course, context: Context) -> str:
    master = context.facts.masters.get(row.course_master_id or 0)
    if master is None:
        return "no course master"
    return f"course master {master.number}: External LMS Exclude {master.external_lms_exclude}"


def _master_excluded(row: Course, context: Context) -> bool:
    master = context.facts.masters.get(row.course_master_id or 0)
    return master is not None and master.external_lms_exclude


COURSES: Rules[Course] = Rules("courses", (
    Rule("P-01", "The course is in a calendar of the active year.",
         lambda row, context: context.in_active_year(row.calendar_id),
         lambda row, context: context.calendar_text(row.calendar_id),
         Where("School year: Active", "school_year.active")),
    Rule("P-96", "The school is in the connection's school scope.",
         lambda row, context: in_scope(context.school_of(row.calendar_id), context),
         lambda row, context: scope_text(context.school_of(row.calendar_id), context), SCOPE),
    Rule("P-69", "The course is active.", lambda row, context: row.active,
         lambda row, context: f"Active {row.active}", Where("Course: Active", "course.active")),
    Rule("P-68", "The course is not marked External LMS Exclude.",
         lambda row, context: not row.external_lms_exclude,
         lambda row, context: f"External LMS Exclude {row.external_lms_exclude}",
         Where("Course: External LMS Exclude", "course.external_lms_exclude"), exclude=True),
    Rule("P-68", "The course master is not marked External LMS Exclude.",
         lambda row, context: not _master_excluded(row, context), _master_text,
         Where("Course master: External LMS Exclude", "course_master.external_lms_exclude"), exclude=True),
    Rule("P-73", "Neither the school nor the calendar is marked External LMS Exclude.",
         lambda row, context: not context.calendar_excluded(row.calendar_id),
         lambda row, context: context.exclude_text(row.calendar_id),
         Where("School or calendar: External LMS Exclude", "calendar.external_lms_exclude"), exclude=True,
         holder=lambda row, context: context.calendar_mark(row.calendar_id)),
))  # fmt: skip


def _trial_text(row: Section, context: Context) -> str:
    trial = context.facts.trials.get(row.trial_id)
    return f"trial {trial.name}: active {trial.active}" if trial else f"trial {row.trial_id} does not exist"


def _trial_active(row: Section, context: Context) -> bool:
    trial = context.facts.trials.get(row.trial_id)
    return trial is not None and trial.active


def _course_text(row: Section, context: Context) -> str:
    course = context.facts.courses.get(row.course_id)
    name = f"course {course.number}" if course else f"course {row.course_id}"
    return f"{name}: {context.decision_text(context.course(row.course_id))}"


CLASSES: Rules[Section] = Rules("classes", (
    Rule("P-68", "The section's course is published.",
         lambda row, context: context.published(context.course(row.course_id)), _course_text,
         Where("Course", "course.active, course.external_lms_exclude"), rests=True),
    Rule("P-04", "The section is in the active trial.", _trial_active, _trial_text,
         Where("Trials: Active", "trial.active")),
    Rule("P-69", "The section is active.", lambda row, context: row.active,
         lambda row, context: f"Active {row.active}", Where("Section: Active", "section.active")),
    Rule("P-68", "The section is not marked External LMS Exclude.",
         lambda row, context: not row.external_lms_exclude,
         lambda row, context: f"External LMS Exclude {row.external_lms_exclude}",
         Where("Section: External LMS Exclude", "section.external_lms_exclude"), exclude=True),
), (
    StatusRule("P-75", "The section's course is to be deleted.",
               lambda row, context: context.gone(context.course(row.course_id)), TOBEDELETED, _course_text,
               Where("Course: External LMS Exclude", "course.external_lms_exclude")),
))  # fmt: skip
