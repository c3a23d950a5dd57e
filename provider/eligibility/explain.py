"""Why something is or is not published: the same rules as `decide`, each with how it came out (P-115).

An explanation is a list of blocks, one per row that a decision looked at: the row's rules and its decision, then the
blocks of the rows that it depends on.
"""

from typing import NamedTuple

from provider.eligibility import rows
from provider.eligibility.context import Context
from provider.eligibility.dates import text
from provider.eligibility.rule import Check, Decision, Row, Rules, check, decide
from provider.eligibility.rules import courses, memberships, orgs, relations, resources, staff, students
from provider.eligibility.rules.users import LETTERS, USERS, UserRole
from shared.oneroster.versions import Version

#: What can be explained.
ENTITIES = ("users", "classes", "courses", "enrollments", "orgs", "resources")


class Block(NamedTuple):
    """One row's rules. `heading` says which row; `letter` is the role of a person's block (P-83), else ""."""

    heading: str
    checks: tuple[Check, ...]
    decision: Decision
    letter: str = ""


def _block(heading: str, rules: Rules[Row], row: Row, context: Context, letter: str = "") -> Block:
    return Block(heading, check(rules, row, context), decide(rules, row, context), letter)


def explain_user(context: Context, person_id: int) -> list[Block]:
    """Every role a person could have in this version, each followed by the rows that could give it."""
    blocks = []
    for letter in LETTERS:
        if letter == "x" and context.edition.version is Version.V1P1:
            continue
        blocks.append(_role_block(context, person_id, letter))
        blocks += _evidence(context, person_id, letter)
    return blocks


def _role_block(context: Context, person_id: int, letter: str) -> Block:
    return _block(f"as {USERS[letter].entity}", USERS[letter], UserRole(person_id, letter), context, letter)


def _evidence(context: Context, person_id: int, letter: str) -> list[Block]:
    """The enrollments, assignments or relationships that a role rests on."""
    facts = context.facts
    if letter == "s":
        return [
            _block(f"enrollment {row.id}, {text(row.start_date, row.end_date)}", students.ENROLLMENTS, row, context)
            for row in facts.enrollments.get(person_id, ())
        ]
    if letter in ("t", "a"):
        table = staff.TEACHING if letter == "t" else staff.OTHER
        return [
            _block(f"assignment {row.id}, {text(row.start_date, row.end_date)}", table, row, context)
            for row in facts.assignments.get(person_id, ())
        ]
    if letter in ("g", "r"):
        table_of = {"g": relations.GUARDIAN, "r": relations.RELATIVE}
        return [
            _block(f"relationship {row.id} to person {row.student_id}", table_of[letter], row, context)
            for row in facts.relationships_of_adult.get(person_id, ())
        ]
    return []


def explain_school(context: Context, school: rows.School) -> list[Block]:
    return [_block(f"school {school.number} {school.name}", orgs.SCHOOLS, school, context)]


def explain_course(context: Context, course: rows.Course) -> list[Block]:
    return [_block(f"course {course.number} {course.name}", courses.COURSES, course, context)]


def explain_resource(context: Context, row: rows.Resource) -> list[Block]:
    """The resource; its rules tell who uses it and what was decided about them."""
    heading = f"resource {row.title or row.vendor_resource_id} (id {row.id})"
    return [_block(heading, resources.RESOURCES, row, context)]


def explain_class(context: Context, section: rows.Section) -> list[Block]:
    """The section, then its course."""
    course = context.facts.courses.get(section.course_id)
    blocks = [_block(f"section {section.number} (id {section.id})", courses.CLASSES, section, context)]
    return blocks + (explain_course(context, course) if course else [])


def explain_roster(context: Context, row: rows.Roster) -> list[Block]:
    """The roster row, then its class and its student."""
    heading = f"roster row {row.id}, {text(row.start_date, row.end_date)}"
    return [
        _block(heading, memberships.ROSTERS, row, context),
        *_class_of(context, row.section_id),
        _role_block(context, row.person_id, "s"),
        *_evidence(context, row.person_id, "s"),
    ]


def explain_staff(context: Context, row: rows.SectionStaff) -> list[Block]:
    """The staff history row, then its class and its teacher."""
    heading = f"staff history row {row.id}, {text(row.start_date, row.end_date)}"
    return [
        _block(heading, memberships.SECTION_STAFF, row, context),
        *_class_of(context, row.section_id),
        _role_block(context, row.person_id, "t"),
        *_evidence(context, row.person_id, "t"),
    ]


def _class_of(context: Context, section_id: int) -> list[Block]:
    section = context.facts.sections.get(section_id)
    return explain_class(context, section) if section else []
