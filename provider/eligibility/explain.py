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
    """One row's rules. `heading` says which row; `table` and `id` are the row in the SIS (of a role: the person);
    `letter` is the role of a person's block (P-83), "" for rows that a decision rests on."""

    heading: str
    checks: tuple[Check, ...]
    decision: Decision
    table: str
    id: int
    letter: str = ""


def _block(heading: str, table: str, rules: Rules[Row], row: Row, context: Context) -> Block:
    key = row.person_id if isinstance(row, UserRole) else row.id  # type: ignore[attr-defined]
    return Block(heading, check(rules, row, context), decide(rules, row, context), table, key)


def explain_user(context: Context, person_id: int) -> list[Block]:
    """Every role a person could have in this version, each followed by the rows that could give it."""
    blocks = []
    for letter in LETTERS:
        if letter == "x" and context.edition.version is Version.V1P1:
            continue
        blocks.append(_role_block(context, person_id, letter)._replace(letter=letter))
        blocks += _evidence(context, person_id, letter)
    return blocks


def _role_block(context: Context, person_id: int, letter: str, heading: str = "") -> Block:
    role = USERS[letter]
    return _block(heading or f"as {role.entity}", "person", role, UserRole(person_id, letter), context)


def _evidence(context: Context, person_id: int, letter: str) -> list[Block]:
    """The enrollments, assignments or relationships that a role rests on, and what those rest on."""
    if letter == "s":
        return [
            _block(f"enrollment {row.id}, {text(row.start_date, row.end_date)}", "enrollment", students.ENROLLMENTS,
                   row, context)
            for row in context.facts.enrollments.get(person_id, ())
        ]  # fmt: skip
    if letter in ("t", "a"):
        return _assignments(context, person_id, letter)
    if letter in ("g", "r"):
        return _relationships(context, person_id, letter)
    return []


def _assignments(context: Context, person_id: int, letter: str) -> list[Block]:
    """The assignments, then their schools that are not published."""
    table = staff.TEACHING if letter == "t" else staff.OTHER
    found = context.facts.assignments.get(person_id, ())
    blocks = [
        _block(f"assignment {row.id}, {text(row.start_date, row.end_date)}", "assignment", table, row, context)
        for row in found
    ]
    schools = dict.fromkeys(row.school_id for row in found if not context.published(context.school(row.school_id)))
    return blocks + [block for key in schools for block in explain_school(context, context.facts.schools[key])]


def _relationships(context: Context, person_id: int, letter: str) -> list[Block]:
    """The relationships, then their students who are not published, with the enrollments of those."""
    table = relations.GUARDIAN if letter == "g" else relations.RELATIVE
    found = context.facts.relationships_of_adult.get(person_id, ())
    blocks = [
        _block(f"relationship {row.id} to person {row.student_id}", "relationship", table, row, context)
        for row in found
    ]
    held = dict.fromkeys(row.student_id for row in found if not context.published(context.role(row.student_id, "s")))
    for key in held:
        blocks += [_role_block(context, key, "s", f"person {key} as student"), *_evidence(context, key, "s")]
    return blocks


def explain_school(context: Context, school: rows.School) -> list[Block]:
    return [_block(f"school {school.number} {school.name}", "school", orgs.SCHOOLS, school, context)]


def explain_course(context: Context, course: rows.Course) -> list[Block]:
    return [_block(f"course {course.number} {course.name}", "course", courses.COURSES, course, context)]


def explain_resource(context: Context, row: rows.Resource) -> list[Block]:
    """The resource; its rules tell who uses it and what was decided about them."""
    heading = f"resource {row.title or row.vendor_resource_id} (id {row.id})"
    return [_block(heading, "resource", resources.RESOURCES, row, context)]


def explain_class(context: Context, section: rows.Section) -> list[Block]:
    """The section, then its course."""
    course = context.facts.courses.get(section.course_id)
    heading = f"section {section.number} (id {section.id})"
    blocks = [_block(heading, "section", courses.CLASSES, section, context)]
    return blocks + (explain_course(context, course) if course else [])


def explain_roster(context: Context, row: rows.Roster) -> list[Block]:
    """The roster row, then its class and its student."""
    heading = f"roster row {row.id}, {text(row.start_date, row.end_date)}"
    return [
        _block(heading, "roster", memberships.ROSTERS, row, context),
        *_class_of(context, row.section_id),
        _role_block(context, row.person_id, "s"),
        *_evidence(context, row.person_id, "s"),
    ]


def explain_staff(context: Context, row: rows.SectionStaff) -> list[Block]:
    """The staff history row, then its class and its teacher."""
    heading = f"staff history row {row.id}, {text(row.start_date, row.end_date)}"
    return [
        _block(heading, "section_staff", memberships.SECTION_STAFF, row, context),
        *_class_of(context, row.section_id),
        _role_block(context, row.person_id, "t"),
        *_evidence(context, row.person_id, "t"),
    ]


def _class_of(context: Context, section_id: int) -> list[Block]:
    section = context.facts.sections.get(section_id)
    return explain_class(context, section) if section else []
