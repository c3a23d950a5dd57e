"""From SIS facts to the records of one edition: the rules decide, `records` renders, nothing is stored here."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from provider.eligibility.context import Context, nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Included, decide
from provider.eligibility.rules.memberships import SECTION_STAFF
from provider.publishing.records import courses, ids
from provider.publishing.records.demographics import demographics
from provider.publishing.records.orgs import orgs, sessions
from provider.publishing.records.record import Projected
from provider.publishing.records.refs import References
from provider.publishing.records.resources import resource
from provider.publishing.records.users import users

__all__ = ["InQuestion", "Projected", "in_question", "project"]

Collections = Iterator[tuple[str, Iterator[Projected]]]


def project(
    facts: Facts, edition: Edition, base_url: str, used_elsewhere: Callable[[int], bool] = nowhere
) -> Collections:
    """(collection, its records): orgs, academicSessions, resources, courses, classes, users, demographics, enrollments.

    `base_url` is what a platform is given, everything before /ims/oneroster. With keyed facts only the wanted records
    come, and neither orgs nor academicSessions; `used_elsewhere` then tells of a resource (SIS id) whether something
    published that is not wanted uses it. Users come by kind, all records by SIS id; without an active year every
    collection is empty (P-03). The records of one pass share the objects of their references: change none of them.
    """
    context = Context(facts, edition, used_elsewhere)
    refs = References(facts, edition.version, base_url)
    if facts.wanted is None:
        yield "orgs", orgs(context, refs) if facts.year else iter(())
        yield "academicSessions", sessions(context, refs)
    yield "resources", _resources(context)
    yield "courses", _courses(context, refs)
    yield "classes", _classes(context, refs)
    people = _in_order(facts, facts.people if facts.wanted is None else facts.wanted.users & facts.people.keys())
    yield "users", (record for person_id in people for record in users(context, refs, person_id))
    yield "demographics", (record for person_id in people for record in demographics(context, person_id))
    yield "enrollments", _enrollments(context, refs)


def _in_order(facts: Facts, people: Iterable[int]) -> list[int]:
    """Students, then staff, then all others, so that those who are asked for together lie together."""

    def key(person_id: int) -> tuple[bool, bool, int]:
        return person_id not in facts.enrollments, person_id not in facts.assignments, person_id

    return sorted(people, key=key)


def _resources(context: Context) -> Iterator[Projected]:
    facts = context.facts
    wanted = facts.resources if facts.wanted is None else facts.wanted.resources & facts.resources.keys()
    for resource_id in sorted(wanted):
        if context.published(context.resource(resource_id)):
            yield resource(facts.resources[resource_id], context.edition.version)


def _courses(context: Context, refs: References) -> Iterator[Projected]:
    facts = context.facts
    for course_id in sorted(facts.courses if facts.wanted is None else facts.wanted.courses & facts.courses.keys()):
        decision = context.course(course_id)
        if isinstance(decision, Included):
            yield courses.course(context, refs, facts.courses[course_id], decision.status)


def _classes(context: Context, refs: References) -> Iterator[Projected]:
    facts = context.facts
    for section_id in sorted(facts.sections if facts.wanted is None else facts.wanted.sections & facts.sections.keys()):
        decision = context.section(section_id)
        if isinstance(decision, Included):
            yield courses.class_(context, refs, facts.sections[section_id], decision.status)


def _enrollments(context: Context, refs: References) -> Iterator[Projected]:
    """Student enrollments from the rosters, then teacher enrollments from Section Staff History."""
    wanted = context.facts.wanted
    schools: dict[int, int | None] = {section: context.section_school(section) for section in context.facts.sections}
    for roster in context.facts.rosters():
        if wanted and roster.person_id not in wanted.people and roster.section_id not in wanted.sections:
            continue
        decision = context.roster(roster)
        school = schools.get(roster.section_id)
        if isinstance(decision, Included) and school is not None:
            yield courses.student_enrollment(context, refs, roster, decision.status, school)
    for staff in context.facts.section_staff:
        if wanted and staff.person_id not in wanted.people and staff.section_id not in wanted.sections:
            continue
        decision = decide(SECTION_STAFF, staff, context)
        school = schools.get(staff.section_id)
        if isinstance(decision, Included) and school is not None:
            yield courses.teacher_enrollment(context, refs, staff, decision.status, school)


class InQuestion(NamedTuple):
    """sourcedIds of published records that a keyed refresh answers for: those that `project` does not yield are gone.

    An enrollment is in question when its user is in `enrollment_users` or its class in `enrollment_classes`.
    """

    users: frozenset[str]
    demographics: frozenset[str]
    classes: frozenset[str]
    courses: frozenset[str]
    resources: frozenset[str]
    enrollment_users: frozenset[str]
    enrollment_classes: frozenset[str]


def in_question(facts: Facts, edition: Edition) -> InQuestion:
    """What keyed `facts` answer for in an edition. Raises ValueError for whole facts, which answer for everything.

    A section, course or resource that no longer exists is known by its number, a person who no longer exists by the 1.1
    ids.
    """
    wanted = facts.wanted
    if wanted is None:
        raise ValueError("whole facts answer for every record; in_question is for keyed ones")

    def user_ids(people: frozenset[int]) -> frozenset[str]:
        return frozenset(
            sourced_id
            for person_id in people
            for sourced_id in ids.every_user_id(person_id, facts.people.get(person_id), edition.version)
        )

    classes = frozenset(
        ids.class_id(facts.sections[key]) if key in facts.sections else str(key) for key in wanted.sections
    )
    return InQuestion(
        users=user_ids(wanted.users),
        demographics=frozenset(ids.demographics_id(facts.people[key]) for key in wanted.users & facts.people.keys()),
        classes=classes,
        courses=frozenset(
            ids.course_id(facts.courses[key]) if key in facts.courses else str(key) for key in wanted.courses
        ),
        resources=frozenset(
            ids.resource_id(facts.resources[key]) if key in facts.resources else str(key) for key in wanted.resources
        ),
        enrollment_users=user_ids(wanted.people),
        enrollment_classes=classes,
    )
