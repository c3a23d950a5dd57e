"""Which schools and which terms are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.rows import School, Term
from provider.eligibility.rule import Rule, Rules, Where

if TYPE_CHECKING:
    from provider.eligibility.context import Context


def in_scope(school_id: int | None, context: Context) -> bool:
    """P-96: the school is one that the connection may see."""
    return context.edition.schools is None or school_id in context.edition.schools


def scope_text(school_id: int | None, context: Context) -> str:
    school = context.facts.schools.get(school_id or 0)
    name = f"school {school.number} {school.name}" if school else f"school {school_id}"
    if context.edition.schools is None:
        return f"{name}; the connection sees all schools"
    return f"{name}; the connection sees schools {', '.join(map(str, sorted(context.edition.schools)))}"


SCOPE = Where("Connection: school scope", "connection.schools")

SCHOOLS: Rules[School] = Rules("orgs", (
    Rule("P-96", "The school is in the connection's school scope.",
         lambda row, context: in_scope(row.id, context), lambda row, context: scope_text(row.id, context), SCOPE),
    Rule("P-06", "The school has a calendar in the active year.",
         lambda row, context: row.id in context.schools_with_calendar,
         lambda row, context: f"active year {context.year_name}",
         Where("School: Calendars", "calendar.school_year_id")),
    Rule("P-73", "The school is not marked External LMS Exclude.",
         lambda row, context: not row.external_lms_exclude,
         lambda row, context: f"External LMS Exclude {row.external_lms_exclude}",
         Where("School: External LMS Exclude", "school.external_lms_exclude"), exclude=True),
))  # fmt: skip

TERMS: Rules[Term] = Rules("academicSessions", (
    Rule("P-01", "The term belongs to a calendar of the active year.",
         lambda row, context: context.in_active_year(context.calendar_of_term(row)),
         lambda row, context: context.calendar_text(context.calendar_of_term(row)),
         Where("School year: Active", "school_year.active")),
    Rule("P-06", "The term's school is published, or a section of a published school meets in the term.",
         lambda row, context: row.id in context.terms_in_use
         or context.published(context.school(context.school_of(context.calendar_of_term(row)))),
         lambda row, context: context.school_text(context.school_of(context.calendar_of_term(row))),
         Where("School", "school.external_lms_exclude")),
    Rule("P-73", "Neither the term's school nor its calendar is marked External LMS Exclude, or a section of another "
         "one meets in the term. (A marked structure hides its grade levels and enrollments only.)",
         lambda row, context: row.id in context.terms_in_use
         or not context.calendar_excluded(context.calendar_of_term(row)),
         lambda row, context: context.exclude_text(context.calendar_of_term(row)),
         Where("Calendar: External LMS Exclude", "calendar.external_lms_exclude"), exclude=True),
))  # fmt: skip
