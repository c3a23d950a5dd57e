"""Which enrollments of a student count, and what status each gives (P-13 … P-21, P-73)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.dates import in_year, not_past, text
from provider.eligibility.rows import Enrollment
from provider.eligibility.rule import ACTIVE, TOBEDELETED, Holder, Rule, Rules, StatusRule, Where
from provider.eligibility.rules.orgs import SCOPE, in_scope, scope_text
from provider.eligibility.school_time import EXCLUDE

if TYPE_CHECKING:
    from provider.eligibility.context import Context

DATES = Where("Student: Enrollments, start and end date", "enrollment.start_date, enrollment.end_date")


def mark_above(row: Enrollment, context: Context) -> Holder | None:
    """The marked record above an enrollment: school, calendar, structure or grade level; None when none is (P-73)."""
    marked = context.calendar_mark(row.calendar_id)
    level = context.facts.grade_levels.get(row.grade_level_id or 0)
    if marked or level is None:
        return marked
    if level.external_lms_exclude:
        return Holder("grade_level", level.id, EXCLUDE, f"grade level {level.name}")
    structure = context.facts.structures.get(level.structure_id)
    if structure and structure.external_lms_exclude:
        return Holder("schedule_structure", structure.id, EXCLUDE, f"schedule structure {structure.name}")
    return None


def _mark_text(row: Enrollment, context: Context) -> str:
    mark = mark_above(row, context)
    return mark.words if mark else "none is marked"


def _end_against_calendar(row: Enrollment, context: Context) -> str:
    calendar = context.facts.calendars.get(row.calendar_id)
    last = calendar.end_date if calendar else "unknown"
    return f"end date {row.end_date or 'open'}, calendar ends {last}, today {context.facts.today}"


def _calendar_end(row: Enrollment, context: Context, *, after: bool) -> bool:
    calendar = context.facts.calendars.get(row.calendar_id)
    if row.end_date is None or calendar is None:
        return False
    return row.end_date > calendar.end_date if after else row.end_date == calendar.end_date


ENROLLMENTS: Rules[Enrollment] = Rules("enrollment in school", (
    Rule("P-01", "The enrollment is in a calendar of the active year.",
         lambda row, context: context.in_active_year(row.calendar_id),
         lambda row, context: context.calendar_text(row.calendar_id),
         Where("School year: Active", "school_year.active")),
    Rule("P-96", "The school is in the connection's school scope.",
         lambda row, context: in_scope(context.school_of(row.calendar_id), context),
         lambda row, context: scope_text(context.school_of(row.calendar_id), context), SCOPE),
    Rule("P-13", "The enrollment's dates overlap the school year.",
         lambda row, context: in_year(row.start_date, row.end_date, context.window),
         lambda row, context: f"{text(row.start_date, row.end_date)}; {context.window_text}", DATES),
    Rule("P-14", "The enrollment is not marked No Show.",
         lambda row, context: not row.no_show, lambda row, context: f"No Show {row.no_show}",
         Where("Student: Enrollments, No Show", "enrollment.no_show")),
    Rule("P-15", "The enrollment is not marked External LMS Exclude.",
         lambda row, context: not row.external_lms_exclude,
         lambda row, context: f"External LMS Exclude {row.external_lms_exclude}",
         Where("Student: Enrollments, External LMS Exclude", "enrollment.external_lms_exclude"), exclude=True),
    Rule("P-73", "Neither the school, the calendar, the schedule structure nor the grade level is marked External LMS "
         "Exclude.",
         lambda row, context: mark_above(row, context) is None, _mark_text,
         Where("School, calendar, schedule structure or grade level: External LMS Exclude",
               "grade_level.external_lms_exclude"), exclude=True, holder=mark_above),
), (
    StatusRule("P-18", "The end date is after the calendar's end: the student did not leave early.",
               lambda row, context: _calendar_end(row, context, after=True), ACTIVE, _end_against_calendar, DATES),
    StatusRule("P-17", "The end date is the calendar's end: school finished normally.",
               lambda row, context: _calendar_end(row, context, after=False), ACTIVE, _end_against_calendar, DATES),
    StatusRule("P-16", "The end date is in the past.",
               lambda row, context: not not_past(row.end_date, context.facts.today), TOBEDELETED,
               _end_against_calendar, DATES),
    StatusRule("P-20", "The end date is today.",
               lambda row, context: row.end_date == context.facts.today, ACTIVE, _end_against_calendar, DATES),
    StatusRule("P-19", "The enrollment has not begun yet.",
               lambda row, context: row.start_date > context.facts.today, ACTIVE,
               lambda row, context: f"start date {row.start_date}, today {context.facts.today}", DATES),
))  # fmt: skip
