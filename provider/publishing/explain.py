"""Why a record is or is not published to a connection: finds it, loads what its rules look at, tells how each came out.

Explains the SIS as it is now; what a platform reads is what the last refresh published.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from provider.eligibility import explain as rules
from provider.eligibility import people, rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.explain import Block
from provider.eligibility.facts import Keys
from provider.eligibility.rule import Check, Decision, Included
from provider.eligibility.rules.users import ROLE_WORDS
from provider.publishing import finding
from provider.publishing.load import load_facts
from provider.publishing.records import ids
from provider.sis.models import CourseResource, PersonResource, Roster, SectionResource


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of it: `what` is published as `sourced_id` with `status`, or not at all (None) by `number`."""

    what: str
    sourced_id: str
    status: str | None
    number: str
    sentence: str

    def __str__(self) -> str:
        if self.status:
            by = f" ({self.number})" if self.number else ""
            return f"published as {self.what} {self.sourced_id}, {self.status}{by}"
        return f"not published as {self.what}, as this is not so: {self.number} {self.sentence}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`subject` names what was found; `blocks` hold every rule; a verdict per record it could be."""

    entity: str
    subject: str
    verdicts: tuple[Verdict, ...]
    blocks: tuple[Block, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "entity": self.entity,
            "subject": self.subject,
            "published": any(verdict.status for verdict in self.verdicts),
            "verdicts": [
                {"what": v.what, "sourcedId": v.sourced_id, "status": v.status, "rule": v.number, "text": str(v)}
                for v in self.verdicts
            ],
            "blocks": [
                {"about": block.heading, "published": isinstance(block.decision, Included),
                 "rules": [_rule(one) for one in block.checks]}
                for block in self.blocks
            ],
        }  # fmt: skip


def _rule(one: Check) -> dict[str, Any]:
    return {"rule": one.number, "sentence": one.sentence, "passed": one.passed, "value": one.value,
            "page": one.where.page, "column": one.where.column, "gives": one.status}  # fmt: skip


def explain(session: Session, today: date, entity: str, ref: str, edition: Edition) -> Explanation:
    """Explain one record of an entity (`eligibility.explain.ENTITIES`) for an edition. `ref`: see `finding`.

    Raises finding.NotFound.
    """
    explainers = {
        "users": _user, "classes": _class, "courses": _course, "enrollments": _enrollment, "orgs": _org,
        "resources": _resource,
    }  # fmt: skip
    return explainers[entity](session, today, ref, edition)


def _verdict(what: str, sourced_id: str, decision: Decision) -> Verdict:
    if isinstance(decision, Included):
        return Verdict(what, sourced_id, decision.status, decision.number, "")
    return Verdict(what, sourced_id, None, decision.number, decision.sentence)


def _user(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    person_id = finding.find_person(session, ref)
    context = Context(load_facts(session, today, Keys(people=frozenset({person_id}))), edition)
    blocks = rules.explain_user(context, person_id)
    person = context.facts.people[person_id]
    words = ROLE_WORDS[edition.version]
    verdicts = tuple(
        _verdict(words[block.letter], ids.user_id(person, block.letter, edition.version), block.decision)
        for block in blocks
        if block.letter
    )
    identity = people.identity(context, person_id)
    name = f"{identity.first_name} {identity.last_name}" if identity else "without a name"
    return Explanation("users", f"person {person_id}, {name}", verdicts, tuple(blocks))


def _class(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    key = finding.find_section(session, ref)
    context = Context(load_facts(session, today, Keys(sections=frozenset({key}))), edition)
    section = context.facts.sections[key]
    course = context.facts.courses[section.course_id]
    blocks = tuple(rules.explain_class(context, section))
    verdict = _verdict("class", ids.class_id(section), blocks[0].decision)
    return Explanation("classes", f"section {key}, {course.number}-{section.number}", (verdict,), blocks)


def _course(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    key = finding.find_course(session, ref)
    context = Context(load_facts(session, today, Keys(courses=frozenset({key}))), edition)
    course = context.facts.courses[key]
    blocks = tuple(rules.explain_course(context, course))
    verdict = _verdict("course", ids.course_id(course), blocks[0].decision)
    return Explanation("courses", f"course {key}, {course.number} {course.name}", (verdict,), blocks)


def _org(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    key = finding.find_school(session, ref)
    context = Context(load_facts(session, today, Keys()), edition)
    school = context.facts.schools[key]
    blocks = tuple(rules.explain_school(context, school))
    verdict = _verdict("org", ids.org_id(school), blocks[0].decision)
    return Explanation("orgs", f"school {key}, {school.number} {school.name}", (verdict,), blocks)


def _resource(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    key = finding.find_resource(session, ref)
    context = Context(load_facts(session, today, _users_of(session, key)), edition)
    resource = context.facts.resources[key]
    blocks = tuple(rules.explain_resource(context, resource))
    verdict = _verdict("resource", ids.resource_id(resource), blocks[0].decision)
    return Explanation("resources", f"resource {key}, {resource.vendor_resource_id}", (verdict,), blocks)


def _users_of(session: Session, resource_id: int) -> Keys:
    """A resource with everything that uses it: what decides about it is all there."""

    def of(owner: InstrumentedAttribute[int], resource: InstrumentedAttribute[int]) -> frozenset[int]:
        return frozenset(session.scalars(select(owner).where(resource == resource_id)))

    return Keys(
        people=of(PersonResource.person_id, PersonResource.resource_id),
        sections=of(SectionResource.section_id, SectionResource.resource_id),
        courses=of(CourseResource.course_id, CourseResource.resource_id),
        resources=frozenset({resource_id}),
    )


def _enrollment(session: Session, today: date, ref: str, edition: Edition) -> Explanation:
    found = finding.find_enrollment(session, ref)
    keys = Keys(people=frozenset({found.person_id}))
    context = Context(load_facts(session, today, keys), edition)
    subject = f"person {found.person_id} in section {found.section_id}"
    if isinstance(found, Roster):
        row = next(row for row in context.facts.rosters() if row.id == found.id)
        blocks = tuple(rules.explain_roster(context, row))
        verdict = _verdict("student enrollment", ids.roster_id(row), blocks[0].decision)
    else:
        staff: rows.SectionStaff = next(row for row in context.facts.section_staff if row.id == found.id)
        blocks = tuple(rules.explain_staff(context, staff))
        verdict = _verdict("teacher enrollment", ids.staff_id(staff), blocks[0].decision)
    return Explanation("enrollments", subject, (verdict,), blocks)
