"""Which roster rows and which rows of Section Staff History become enrollments (P-26 … P-30, P-76 … P-81)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from provider.eligibility.dates import in_year, not_past, text
from provider.eligibility.rows import Roster, SectionStaff
from provider.eligibility.rule import TOBEDELETED, Decision, Rule, Rules, StatusRule, Where

if TYPE_CHECKING:
    from provider.eligibility.context import Context

ROSTER_DATES = Where("Section: Roster, dates", "roster.start_date, roster.end_date")
STAFF_DATES = Where("Section: Staff History, dates", "section_staff.start_date, section_staff.end_date")
#: What each staff history role says of `primary`; a role that is not here makes no enrollment (P-27, P-28, P-29).
PRIMARY = {"Primary Teacher": "true", "Teacher": "false"}


def _class_text(row: Roster | SectionStaff, context: Context) -> str:
    return f"section {row.section_id}: {context.decision_text(context.section(row.section_id))}"


def _student_text(row: Roster, context: Context) -> str:
    return f"student {row.person_id}: {context.decision_text(context.role(row.person_id, 's'))}"


def _dropped(row: Roster, context: Context) -> bool:
    """P-78, with `tobedeleted_if_dropped`: ended in the past, and before the section's last term did."""
    if row.end_date is None or context.facts.switches.ended_roster_status != "tobedeleted_if_dropped":
        return False
    return row.end_date < context.facts.today and row.end_date < context.section_days(row.section_id)[1]


class RosterCase(NamedTuple):
    """All that the rules look at of a roster row: what was decided of the class and of the student, and whether the row
    ended early. Hundreds of thousands of rows are a handful of cases, so a pass decides each case once."""

    section: Decision
    student: Decision
    dropped: bool


def roster_case(row: Roster, context: Context) -> RosterCase:
    return RosterCase(context.section(row.section_id), context.role(row.person_id, "s"), _dropped(row, context))


ROSTERS: Rules[Roster] = Rules("student enrollment", (
    Rule("P-81", "The class is published.",
         lambda row, context: context.published(roster_case(row, context).section), _class_text,
         Where("Section", "section.active, section.external_lms_exclude"), rests=True),
    Rule("P-76", "The student is published.",
         lambda row, context: context.published(roster_case(row, context).student), _student_text,
         Where("Student: Enrollments", "enrollment"), rests=True),
), (
    StatusRule("P-79", "The student is to be deleted.",
               lambda row, context: context.gone(roster_case(row, context).student), TOBEDELETED, _student_text,
               Where("Student: Enrollments", "enrollment.end_date")),
    StatusRule("P-75", "The class is to be deleted.",
               lambda row, context: context.gone(roster_case(row, context).section), TOBEDELETED, _class_text,
               Where("Section: External LMS Exclude", "section.external_lms_exclude")),
    StatusRule("P-78", "The roster ended early, and the setting says that this deletes.",
               lambda row, context: roster_case(row, context).dropped, TOBEDELETED,
               lambda row, context: f"end date {row.end_date or 'blank'}, ended_roster_status "
               f"{context.facts.switches.ended_roster_status}", ROSTER_DATES),
))  # fmt: skip


def teaches_at_school(row: SectionStaff, context: Context) -> bool:
    """The person has a counting teacher assignment at the section's school."""
    return context.section_school(row.section_id) in context.teaching_schools(row.person_id)


def _teacher_text(row: SectionStaff, context: Context) -> str:
    schools = ", ".join(map(str, sorted(context.teaching_schools(row.person_id)))) or "none"
    decision = context.decision_text(context.role(row.person_id, "t"))
    school = context.section_school(row.section_id)
    return f"section's school {school}; teaches at schools: {schools}; teacher {decision}"


_STAFFED: tuple[Rule[SectionStaff], ...] = (
    Rule("P-29", "The staff history role is Primary Teacher or Teacher.",
         lambda row, context: row.role in PRIMARY, lambda row, context: f"role {row.role}",
         Where("Section: Staff History, role", "section_staff.role")),
    Rule("P-81", "The class is published.",
         lambda row, context: context.published(context.section(row.section_id)), _class_text,
         Where("Section", "section.active, section.external_lms_exclude"), rests=True),
    Rule("P-26", "The staff history dates overlap the school year (P-53).",
         lambda row, context: in_year(row.start_date, row.end_date, context.window),
         lambda row, context: f"{text(row.start_date, row.end_date)}; {context.window_text}", STAFF_DATES),
    Rule("P-80", "The staff history row has not ended (P-54).",
         lambda row, context: not_past(row.end_date, context.facts.today),
         lambda row, context: f"end date {row.end_date or 'blank'}, today {context.facts.today}", STAFF_DATES),
)  # fmt: skip

#: A staff history row that shows the person teaching a section, whether or not the person is published (P-31).
TEACHES: Rules[SectionStaff] = Rules("staff history", (
    *_STAFFED,
    Rule("P-24", "The person has a teacher assignment at the section's school.", teaches_at_school, _teacher_text,
         Where("Staff: District Assignments", "assignment.school_id")),
))  # fmt: skip

SECTION_STAFF: Rules[SectionStaff] = Rules("teacher enrollment", (
    *_STAFFED,
    Rule("P-30", "The person is published as a teacher at the section's school.",
         lambda row, context: teaches_at_school(row, context) and context.published(context.role(row.person_id, "t")),
         _teacher_text, Where("Staff: District Assignments", "assignment.school_id, assignment.teacher"),
         rests=True),
), (
    StatusRule("P-75", "The class or the teacher is to be deleted.",
               lambda row, context: context.gone(context.section(row.section_id))
               or context.gone(context.role(row.person_id, "t")),
               TOBEDELETED, _class_text, Where("Section: External LMS Exclude", "section.external_lms_exclude")),
))  # fmt: skip
