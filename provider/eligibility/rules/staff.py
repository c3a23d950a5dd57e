"""Which District Assignments make a teacher and which make non-teacher staff (P-24, P-33 … P-39)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.dates import in_year, not_past, text
from provider.eligibility.rows import Assignment
from provider.eligibility.rule import TOBEDELETED, Rule, Rules, StatusRule, Where

if TYPE_CHECKING:
    from provider.eligibility.context import Context

#: The role marks that count as "other" (P-39), as columns of the assignment.
OTHER_ROLES = (
    "special_education", "program", "behavior", "health", "response_approver", "rti", "advisor", "supervisor",
    "counselor", "food_service", "approver", "fram_processor",
)  # fmt: skip
_FIRST = Assignment._fields.index("special_education")
_LAST = Assignment._fields.index("fram_processor") + 1
if Assignment._fields[_FIRST:_LAST] != OTHER_ROLES:
    raise AssertionError("the role marks of Assignment are not those of P-39")

DATES = Where("Staff: District Assignments, start and end date", "assignment.start_date, assignment.end_date")
MARKS = Where("Staff: District Assignments, roles", "assignment.teacher, assignment.program, …")


def other_role(row: Assignment) -> bool:
    return any(row[_FIRST:_LAST])


def _marks_text(row: Assignment, context: Context) -> str:
    marked = [name for name in ("teacher", *OTHER_ROLES) if getattr(row, name)]
    return f"marked: {', '.join(marked) or 'none'}"


_COMMON: tuple[Rule[Assignment], ...] = (
    Rule("P-36", "The school has a calendar in the active year and is published to the connection (P-06, P-96).",
         lambda row, context: context.published(context.school(row.school_id)),
         lambda row, context: context.school_text(row.school_id),
         Where("School: Calendars", "calendar.school_year_id"), rests=True),
    Rule("P-37", "The assignment's dates overlap the school year (P-53).",
         lambda row, context: in_year(row.start_date, row.end_date, context.window),
         lambda row, context: f"{text(row.start_date, row.end_date)}; {context.window_text}", DATES),
    Rule("P-35", "The assignment has not ended; it counts through its last day (P-54).",
         lambda row, context: not_past(row.end_date, context.facts.today),
         lambda row, context: f"end date {row.end_date or 'open'}, today {context.facts.today}", DATES),
    Rule("P-38", "The assignment is not marked External LMS Exclude.",
         lambda row, context: not row.external_lms_exclude,
         lambda row, context: f"External LMS Exclude {row.external_lms_exclude}",
         Where("Staff: District Assignments, External LMS Exclude", "assignment.external_lms_exclude"), exclude=True),
)  # fmt: skip

_STATUS: tuple[StatusRule[Assignment], ...] = (
    StatusRule("P-75", "The school is to be deleted.", lambda row, context: context.school_gone(row.school_id),
               TOBEDELETED, lambda row, context: context.school_text(row.school_id),
               Where("School: External LMS Exclude", "school.external_lms_exclude")),
)  # fmt: skip

TEACHING: Rules[Assignment] = Rules("assignment as teacher", (
    Rule("P-24", "The role Teacher is marked.", lambda row, context: row.teacher, _marks_text, MARKS),
    *_COMMON,
), _STATUS)  # fmt: skip

OTHER: Rules[Assignment] = Rules("assignment as non-teacher staff", (
    Rule("P-34", "At least one role is marked.",
         lambda row, context: row.teacher or other_role(row), _marks_text, MARKS),
    Rule("P-33", "A role other than Teacher is marked (P-39).",
         lambda row, context: other_role(row), _marks_text, MARKS),
    *_COMMON,
), _STATUS)  # fmt: skip
