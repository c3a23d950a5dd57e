"""From SIS facts to the records of one edition: the rules decide, `records` renders, nothing is stored here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from provider.eligibility.context import Context, nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.eligibility.omission import why_omitted
from provider.eligibility.rule import Decision, Excluded, Included, decide
from provider.eligibility.rules.memberships import SECTION_STAFF
from provider.publishing.records import courses, ids
from provider.publishing.records.demographics import demographics
from provider.publishing.records.orgs import orgs, sessions
from provider.publishing.records.record import Projected
from provider.publishing.records.refs import References
from provider.publishing.records.resources import resource
from provider.publishing.records.users import users

__all__ = ["InQuestion", "Omitted", "Projected", "in_question", "project"]

#: What the rules hold back: collection -> rule -> how many SIS rows. Of users: how many people without any record.
Omitted = defaultdict[str, Counter[Excluded]]

Collections = Iterator[tuple[str, Iterator[Projected]]]


def project(
    facts: Facts, edition: Edition, base_url: str, used_elsewhere: Callable[[int], bool] = nowhere,
    omitted: Omitted | None = None,
) -> Collections:  # fmt: skip
    """(collection, its records): orgs, academicSessions, resources, courses, classes, users, demographics, enrollments.

    `base_url` is what a platform is given, everything before /ims/oneroster. With keyed facts only the wanted records
    come, and neither orgs nor academicSessions; `used_elsewhere` then tells of a resource (SIS id) whether something
    published that is not wanted uses it. Users come by kind, all records by SIS id; without an active year every
    collection is empty (P-03). The records of one pass share the objects of their references: change none of them.
    What is held back is counted in `omitted` as a collection comes to its end; demographics are not counted apart.
    """
    context = Context(facts, edition, used_elsewhere)
    held = defaultdict(Counter) if omitted is None else omitted
    refs = References(facts, edition.version, base_url)
    if facts.wanted is None:
        yield "orgs", _orgs(context, refs, held["orgs"])
        yield "academicSessions", _sessions(context, refs, held["academicSessions"])
    yield "resources", _resources(context, held["resources"])
    yield "courses", _courses(context, refs, held["courses"])
    yield "classes", _classes(context, refs, held["classes"])
    people = _in_order(facts, facts.people if facts.wanted is None else facts.wanted.users & facts.people.keys())
    yield "users", _users(context, refs, people, held["users"])
    yield "demographics", (record for person_id in people for record in demographics(context, person_id))
    yield "enrollments", _enrollments(context, refs, held["enrollments"])


def _in_order(facts: Facts, people: Iterable[int]) -> list[int]:
    """Students, then staff, then all others, so that those who are asked for together lie together."""

    def key(person_id: int) -> tuple[bool, bool, int]:
        return person_id not in facts.enrollments, person_id not in facts.assignments, person_id

    return sorted(people, key=key)


def _orgs(context: Context, refs: References, held: Counter[Excluded]) -> Iterator[Projected]:
    if context.facts.year:
        yield from orgs(context, refs)
    held.update(_excluded(context.school(school_id) for school_id in context.facts.schools))


def _sessions(context: Context, refs: References, held: Counter[Excluded]) -> Iterator[Projected]:
    yield from sessions(context, refs)
    held.update(_excluded(decision for _, decision in context.term_decisions))


def _excluded(decisions: Iterable[Decision]) -> Iterator[Excluded]:
    return (decision for decision in decisions if isinstance(decision, Excluded))


def _resources(context: Context, held: Counter[Excluded]) -> Iterator[Projected]:
    facts = context.facts
    wanted = facts.resources if facts.wanted is None else facts.wanted.resources & facts.resources.keys()
    for resource_id in sorted(wanted):
        decision = context.resource(resource_id)
        if isinstance(decision, Included):
            yield resource(facts.resources[resource_id], context.edition.version)
        else:
            held[decision] += 1


def _courses(context: Context, refs: References, held: Counter[Excluded]) -> Iterator[Projected]:
    facts = context.facts
    for course_id in sorted(facts.courses if facts.wanted is None else facts.wanted.courses & facts.courses.keys()):
        decision = context.course(course_id)
        if isinstance(decision, Included):
            yield courses.course(context, refs, facts.courses[course_id], decision.status)
        else:
            held[decision] += 1


def _classes(context: Context, refs: References, held: Counter[Excluded]) -> Iterator[Projected]:
    facts = context.facts
    for section_id in sorted(facts.sections if facts.wanted is None else facts.wanted.sections & facts.sections.keys()):
        decision = context.section(section_id)
        if isinstance(decision, Included):
            yield courses.class_(context, refs, facts.sections[section_id], decision.status)
        else:
            held[decision] += 1


def _users(context: Context, refs: References, people: Iterable[int], held: Counter[Excluded]) -> Iterator[Projected]:
    for person_id in people:
        records = list(users(context, refs, person_id))
        if records:
            yield from records
        else:
            held[why_omitted(context, person_id)] += 1


def _enrollments(context: Context, refs: References, held: Counter[Excluded]) -> Iterator[Projected]:
    """Student enrollments from the rosters, then teacher enrollments from Section Staff History."""
    wanted = context.facts.wanted
    schools: dict[int, int | None] = {section: context.section_school(section) for section in context.facts.sections}
    for roster in context.facts.rosters():
        if wanted and roster.person_id not in wanted.people and roster.section_id not in wanted.sections:
            continue
        decision = context.roster(roster)
        school = schools.get(roster.section_id)
        if isinstance(decision, Excluded):
            held[decision] += 1
        elif school is not None:
            yield courses.student_enrollment(context, refs, roster, decision.status, school)
    for staff in context.facts.section_staff:
        if wanted and staff.person_id not in wanted.people and staff.section_id not in wanted.sections:
            continue
        decision = decide(SECTION_STAFF, staff, context)
        school = schools.get(staff.section_id)
        if isinstance(decision, Excluded):
            held[decision] += 1
        elif school is not None:
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
