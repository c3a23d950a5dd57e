"""Which user records a person has: one table of rules per role (P-07, P-13, P-21, P-24, P-31, P-33, P-41 … P-43).

The letters are those of P-83: s student, t teacher, a non-teacher staff, g guardian, r relative; x is the additional
1.2 role of a person with a SIS product security role (P-41).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from provider.eligibility.rule import TOBEDELETED, Rule, Rules, StatusRule, Where
from shared.oneroster.versions import Version

if TYPE_CHECKING:
    from provider.eligibility.context import Context

#: The order of a person's records and roles.
LETTERS = ("s", "t", "a", "g", "r", "x")
#: What each letter is called on the wire: the 1.1 `role` (P-33, P-42, P-43), and the 1.2 role (P-33, P-41).
ROLE_WORDS = {
    Version.V1P1: {"s": "student", "t": "teacher", "a": "administrator", "g": "guardian", "r": "relative"},
    Version.V1P2: {"s": "student", "t": "teacher", "a": "aide", "g": "guardian", "r": "relative",
                   "x": "systemAdministrator"},
}  # fmt: skip


class UserRole(NamedTuple):
    """A person in one role."""

    person_id: int
    letter: str


def _username_text(row: UserRole, context: Context) -> str:
    account = context.account(row.person_id, row.letter)
    if account is None:
        return "no username"
    return f"username {account.username} ({account.kind} account, {'disabled' if account.disabled else 'enabled'})"


_COMMON: tuple[Rule[UserRole], ...] = (
    Rule("P-07", "The person has a username (in 1.1; not needed in 1.2).",
         lambda row, context: context.edition.version is Version.V1P2
         or context.account(row.person_id, row.letter) is not None,
         _username_text, Where("User account: username", "user_account.username")),
    Rule("SPEC", "The person's identity of today has a first and a last name (OneRoster requires both).",
         lambda row, context: context.named(row.person_id),
         lambda row, context: f"{len(context.facts.identities.get(row.person_id, ()))} identities",
         Where("Person: Identities", "identity.first_name, identity.last_name")),
)  # fmt: skip


def _enrollments_text(row: UserRole, context: Context) -> str:
    counting, every = context.enrollments(row.person_id), context.facts.enrollments.get(row.person_id, ())
    return f"{len(counting)} of {len(every)} enrollments count: " + (
        ", ".join(f"{e.id} {decision.status}" for e, decision in counting) or "none")  # fmt: skip


def _assignments_text(row: UserRole, context: Context) -> str:
    counting, every = context.assignments(row.person_id, row.letter), context.facts.assignments.get(row.person_id, ())
    return f"{len(counting)} of {len(every)} assignments count"


def _relations_text(row: UserRole, context: Context) -> str:
    counting = context.relationships(row.person_id, row.letter)
    return f"{len(counting)} of {len(context.facts.relationships_of_adult.get(row.person_id, ()))} relationships count"


def _all_gone(row: UserRole, context: Context) -> bool:
    """No counting assignment is active: only with `tombstone_on_exclude`."""
    return all(context.gone(decision) for _, decision in context.assignments(row.person_id, row.letter))


_ASSIGNED = StatusRule[UserRole](
    "P-75", "Every counting assignment is to be deleted.", _all_gone, TOBEDELETED, _assignments_text,
    Where("Staff: District Assignments, External LMS Exclude", "assignment.external_lms_exclude"))  # fmt: skip

STAFF_SHARED = Rule[UserRole](
    "P-104", "The connection's data to share includes non-teacher staff.",
    lambda row, context: "staff" in context.edition.share,
    lambda row, context: f"shared: {', '.join(sorted(context.edition.share)) or 'nothing'}",
    Where("Connection: data to share", "connection.share"))  # fmt: skip

STUDENT: Rules[UserRole] = Rules("student", (
    Rule("P-13", "The person has an enrollment that counts.",
         lambda row, context: bool(context.enrollments(row.person_id)), _enrollments_text,
         Where("Student: Enrollments", "enrollment"), rests=True),
    *_COMMON,
), (
    StatusRule("P-21", "No counting enrollment is active.",
               lambda row, context: all(context.gone(d) for _, d in context.enrollments(row.person_id)), TOBEDELETED,
               _enrollments_text, Where("Student: Enrollments, end date", "enrollment.end_date")),
))  # fmt: skip

TEACHER: Rules[UserRole] = Rules("teacher", (
    Rule("P-24", "The person has an assignment that counts as teacher.",
         lambda row, context: bool(context.assignments(row.person_id, "t")), _assignments_text,
         Where("Staff: District Assignments", "assignment"), rests=True),
    Rule("P-31", "The person teaches a section (only with the setting teacher_requires_section).",
         lambda row, context: not context.facts.switches.teacher_requires_section or context.teaches(row.person_id),
         lambda row, context: f"teacher_requires_section {context.facts.switches.teacher_requires_section}, "
         f"teaches a section: {context.teaches(row.person_id)}",
         Where("Section: Staff History", "section_staff, setting.teacher_requires_section")),
    *_COMMON,
), (_ASSIGNED,))  # fmt: skip

STAFF: Rules[UserRole] = Rules("non-teacher staff", (
    Rule("P-33", "The person has an assignment that counts as non-teacher staff.",
         lambda row, context: bool(context.assignments(row.person_id, "a")), _assignments_text,
         Where("Staff: District Assignments", "assignment"), rests=True),
    STAFF_SHARED,
    *_COMMON,
), (_ASSIGNED,))  # fmt: skip


def _related(number: str, kind: str) -> Rule[UserRole]:
    return Rule(number, f"The person has a relationship that counts as {kind}.",
                lambda row, context: bool(context.relationships(row.person_id, row.letter)), _relations_text,
                Where("Census: Relationships", "relationship"), rests=True)  # fmt: skip


GUARDIAN: Rules[UserRole] = Rules("guardian", (_related("P-42", "guardian"), *_COMMON))
RELATIVE: Rules[UserRole] = Rules("relative", (_related("P-43", "relative"), *_COMMON))


def _has_security_role(row: UserRole, context: Context) -> bool:
    person = context.facts.people.get(row.person_id)
    return person is not None and person.security_role


SECURITY: Rules[UserRole] = Rules("system administrator", (
    Rule("P-03", "A school year is active.", lambda row, context: context.facts.year is not None,
         lambda row, context: f"active year {context.year_name}", Where("School year: Active", "school_year.active")),
    Rule("P-41", "The version is 1.2 and the setting publish_security_role_admins is on.",
         lambda row, context: context.edition.version is Version.V1P2
         and context.facts.switches.publish_security_role_admins,
         lambda row, context: f"publish_security_role_admins {context.facts.switches.publish_security_role_admins}",
         Where("District settings", "setting.publish_security_role_admins")),
    Rule("P-41", "The person has a SIS product security role.", _has_security_role,
         lambda row, context: f"security role {_has_security_role(row, context)}",
         Where("User security", "person.security_role")),
    Rule("P-96", "The connection sees all schools, or the person has another role in its scope.",
         lambda row, context: context.edition.schools is None
         or any(context.published(context.role(row.person_id, letter)) for letter in "stagr"),
         lambda row, context: "all schools" if context.edition.schools is None else "limited to some schools",
         Where("Connection: school scope", "connection.schools")),
    STAFF_SHARED,
    *_COMMON,
))  # fmt: skip

USERS: dict[str, Rules[UserRole]] = dict(
    zip(LETTERS, (STUDENT, TEACHER, STAFF, GUARDIAN, RELATIVE, SECURITY), strict=True)
)
