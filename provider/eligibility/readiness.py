"""What a district should mend before platforms read it: the checks that the rules name, over whole facts.

They tell of causes in the SIS data and decide nothing: what is published stands in the rule tables alone.
"""

from collections.abc import Callable
from typing import NamedTuple

from provider.eligibility.checks import excludes, sections, staff, students, users, years
from provider.eligibility.checks.check import BLOCKING, NOTE, Found, ReadinessCheck, Survey
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Where

#: Says which check is at work, how many are done, of how many.
Tell = Callable[[str, int, int], None]


class Finding(NamedTuple):
    """A check that found something, and everything it was found in."""

    check: ReadinessCheck
    found: tuple[Found, ...]


def readiness(facts: Facts, secondary_1p2: bool = False, tell: Tell = lambda _what, _done, _of: None) -> list[Finding]:
    """The findings about whole facts, in the order of `CHECKS`: what blocks comes first; [] when the district is ready.

    secondary_1p2   a 1.2 connection publishes the secondary email address (P-62)
    """
    survey = Survey(facts, secondary_1p2)
    findings = []
    for done, check in enumerate(CHECKS):
        tell(check.problem, done, len(CHECKS))
        found = tuple(check.find(survey))
        if found:
            findings.append(Finding(check, found))
    return findings


CHECKS: tuple[ReadinessCheck, ...] = (
    ReadinessCheck(
        "no-active-year", "P-03", "No school year is active.",
        "Every rostering collection is empty: platforms that remove what they no longer get would remove everybody.",
        years.no_active_year, Where("School year: Active", "school_year.active"), BLOCKING),
    ReadinessCheck(
        "no-calendar", "P-06", "No school has a calendar in the active year.",
        "Platforms get the district alone: no school, no class, nobody.",
        years.no_calendar, Where("School: Calendars", "calendar"), BLOCKING),
    ReadinessCheck(
        "year-dates", "P-52", "The school year's dates do not cover a calendar.",
        "Enrollments and assignments outside the dates do not count, so that people miss on the first or last days.",
        years.narrow_year, Where("School year: start and end date", "school_year.start_date, school_year.end_date")),
    ReadinessCheck(
        "no-active-trial", "P-05", "No trial is active.",
        "None of the structure's sections is published.",
        years.no_active_trial, Where("Trials: Active", "trial.active")),
    ReadinessCheck(
        "several-trials", "P-05", "A structure still has more than one trial.",
        "Sections of the trials that are not active stay hidden, and a copy of a schedule is easily edited in vain.",
        years.several_trials, Where("Trials", "trial")),
    ReadinessCheck(
        "sections-without-students", "P-05", "A section has no students.",
        "Platforms make an empty course of it; often it is left over from a trial.",
        sections.without_students, Where("Section: Roster", "roster")),
    ReadinessCheck(
        "sections-without-terms", "P-77", "A section is placed in no term.",
        "It is published with all terms of its structure's first term schedule; without any, many platforms refuse it.",
        sections.without_terms, Where("Section: Placement", "section_placement")),
    ReadinessCheck(
        "no-primary-teacher", "P-32", "A section has no current primary teacher.",
        "Platforms make a course that nobody owns, or none at all.",
        sections.without_primary_teacher, Where("Section: Staff History", "section_staff.role")),
    ReadinessCheck(
        "teacher-not-marked", "P-32", "Staff history names a teacher whose assignments lack the Teacher mark.",
        "They are not published as a teacher, and their sections reach platforms without them.",
        sections.teaching_without_mark, Where("Staff: District Assignments, roles", "assignment.teacher")),
    ReadinessCheck(
        "teacher-elsewhere", "P-30", "Staff history names a teacher without a teacher's assignment at the school.",
        "The section reaches platforms without this teacher: a teacher is published at the schools of assignments.",
        sections.teaching_elsewhere, Where("Staff: District Assignments", "assignment")),
    ReadinessCheck(
        "teachers-without-section", "P-32", "A teacher has no section.",
        "They can sign in to platforms and find no course there.",
        sections.teachers_without_section, Where("Section: Staff History", "section_staff")),
    ReadinessCheck(
        "no-role-mark", "P-34", "An assignment has no role marked.",
        "Nobody is published through it: mark Teacher, Program or another role.",
        staff.without_mark, Where("Staff: District Assignments, roles", "assignment.teacher")),
    ReadinessCheck(
        "no-calendar-at-school", "P-36", "An assignment is at a school without a calendar in the active year.",
        "It does not count: the person is not published for this school.",
        staff.without_calendar, Where("Staff: District Assignments, school", "assignment.school_id")),
    ReadinessCheck(
        "unmapped-grades", "P-60", "A grade level is not mapped to a State Grade Level Code with an NCES grade.",
        "Its students and courses have no grade on platforms.",
        years.unmapped_grades, Where("Grade level: State Grade Level Code", "grade_level.state_grade_code")),
    ReadinessCheck(
        "no-username", "P-07", "A person has no username.",
        "OneRoster 1.1 leaves them out; 1.2 publishes them without a username.",
        users.without_username, Where("User account: username", "user_account.username")),
    ReadinessCheck(
        "blank-username", "P-10", "A username is made of blanks alone.",
        "It counts as none.",
        users.blank_username, Where("User account: username", "user_account.username")),
    ReadinessCheck(
        "blank-in-username", "P-11", "A username has a blank in it.",
        "It is published as it is, and many platforms refuse it.",
        users.username_with_blanks, Where("User account: username", "user_account.username")),
    ReadinessCheck(
        "no-name", "SPEC", "A person has no first or no last name today.",
        "OneRoster requires both: they are left out.",
        users.without_name, Where("Person: Identities", "identity.first_name, identity.last_name")),
    ReadinessCheck(
        "no-email", "P-61", "A published person has no email address.",
        "Platforms that know people by their address cannot match or invite them.",
        users.without_email, Where("Person: Contact, Email", "contact.email")),
    ReadinessCheck(
        "shared-email", "P-61", "Several published people have the same email address.",
        "Platforms that know people by their address take them for one, or refuse the second.",
        users.shared_email, Where("Person: Contact, Email", "contact.email")),
    ReadinessCheck(
        "no-secondary-email", "P-63", "Secondary Email is published, and a person has none.",
        "They are published without any address: there is no fallback to the first.",
        users.without_secondary_email, Where("Person: Contact, Secondary Email", "contact.secondary_email")),
    ReadinessCheck(
        "no-active-enrollment", "P-13", "A student has no enrollment that counts.",
        "They are left out, though they have an enrollment in the active year: it is No Show or outside its dates.",
        students.without_enrollment, Where("Student: Enrollments", "enrollment.no_show, enrollment.start_date")),
    ReadinessCheck(
        "inherited-exclude", "P-73", "A person is held back by the External LMS Exclude of a record above theirs.",
        "Nothing on the person says so: the mark stands at the school, calendar, structure or grade level.",
        students.held_by_exclude, Where("School, calendar, structure or grade level: External LMS Exclude",
                                        "grade_level.external_lms_exclude")),
    ReadinessCheck(
        "rosters-of-unpublished", "P-76", "A section's roster names a student who is not published, or who has left.",
        "The class reaches platforms without this student, or with one who is to be deleted.",
        sections.rosters_of_unpublished, Where("Section: Roster, end date", "roster.end_date")),
    ReadinessCheck(
        "guardian-without-portal", "P-44", "A guardian is not marked Portal.",
        "They are not published: a guardian needs both marks.",
        students.guardian_without_portal, Where("Census: Relationships, Portal", "relationship.portal")),
    ReadinessCheck(
        "hr-no-position", "B-162", "The HR system made a person without a current position.",
        "Without a District Assignment they are no staff, and not published.",
        staff.hr_without_position, Where("Staff: District Assignments", "assignment")),
    ReadinessCheck(
        "hr-no-role-mark", "B-162", "The HR system made a person at none of whose positions a role is marked.",
        "HR sends no role marks: without one a position gives nobody a role on platforms.",
        staff.hr_without_mark, Where("Staff: District Assignments, roles", "assignment.teacher")),
    ReadinessCheck(
        "hr-no-username", "B-162", "The HR system made a person who has no username.",
        "OneRoster 1.1 leaves them out until they have a user account.",
        staff.hr_without_username, Where("User account: username", "user_account.username")),
    ReadinessCheck(
        "hr-no-calendar", "B-162", "The HR system made a person at none of whose schools there is a calendar.",
        "Positions at schools without a calendar in the active year do not count.",
        staff.hr_without_calendar, Where("Staff: District Assignments, school", "assignment.school_id")),
    ReadinessCheck(
        "hr-excluded", "B-162", "The HR system made a person all of whose positions are marked External LMS Exclude.",
        "They are held back from every platform.",
        staff.hr_excluded, Where("Staff: District Assignments, External LMS Exclude",
                                 "assignment.external_lms_exclude")),
    ReadinessCheck(
        "excludes", "P-73", "Records that are marked External LMS Exclude.",
        "They and all below them go to no platform. Check that each is still meant.",
        excludes.excludes, Where("External LMS Exclude", "school.external_lms_exclude"), NOTE),
)  # fmt: skip
