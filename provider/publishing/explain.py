"""Why a record is or is not published to a connection: finds it, loads what its rules look at, tells how each came out.

Explains the SIS as it is now; what a platform reads is what the last refresh published.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from provider.eligibility import explain as rules
from provider.eligibility import people, rows
from provider.eligibility.context import Context
from provider.eligibility.edition import Edition
from provider.eligibility.explain import Block
from provider.eligibility.facts import Facts, Keys
from provider.eligibility.rule import Check, Decision, Included
from provider.eligibility.rules.users import ROLE_WORDS
from provider.publishing import finding
from provider.publishing.load import load_facts
from provider.publishing.records import ids
from provider.sis.models import CourseResource, PersonResource, Roster, SectionResource, SectionStaff


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
    """`subject` names what was found; `blocks` hold every rule; a verdict per record it could be; `facts` are all that
    was looked at."""

    entity: str
    subject: str
    verdicts: tuple[Verdict, ...]
    blocks: tuple[Block, ...]
    facts: Facts = field(default_factory=lambda: Facts(date.min))

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
                {"about": block.heading, "table": block.table, "id": block.id,
                 "published": isinstance(block.decision, Included), "rules": [_rule(one) for one in block.checks]}
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
    if entity == "enrollments":
        row = finding.find_enrollment(session, ref)
        return explain_row(session, today, row.__tablename__, row.id, edition)
    table, find = _FOUND[entity]
    return explain_row(session, today, table, find(session, ref), edition)


def explain_row(session: Session, today: date, table: str, key: int, edition: Edition) -> Explanation:
    """Explain the record of a row of the SIS (`TABLES`) for an edition. Raises finding.NotFound."""
    return explain_facts(load_facts(session, today, _keys(session, table, key)), table, key, edition)


def explain_facts(facts: Facts, table: str, key: int, edition: Edition) -> Explanation:
    """The same from the facts of another explanation of the row. Raises finding.NotFound."""
    explained = _EXPLAINERS[table](Context(facts, edition), key)
    if explained is None:
        raise finding.NotFound(f"There is no {table.replace('_', ' ')} {key}")
    return replace(explained, facts=facts)


def _keys(session: Session, table: str, key: int) -> Keys:
    """What has to be read to decide about a row."""
    if table == "resource":
        return _users_of(session, key)
    if table in ("roster", "section_staff"):
        model = Roster if table == "roster" else SectionStaff
        person_id = session.scalar(select(model.person_id).where(model.id == key))
        return Keys(people=frozenset({person_id} if person_id else ()))
    names = {"person": "people", "section": "sections", "course": "courses"}
    return Keys(**{names[table]: frozenset({key})}) if table in names else Keys()


def _verdict(what: str, sourced_id: str, decision: Decision) -> Verdict:
    if isinstance(decision, Included):
        return Verdict(what, sourced_id, decision.status, decision.number, "")
    return Verdict(what, sourced_id, None, decision.number, decision.sentence)


def _user(context: Context, key: int) -> Explanation | None:
    person = context.facts.people.get(key)
    if person is None:
        return None
    blocks = rules.explain_user(context, key)
    words = ROLE_WORDS[context.edition.version]
    verdicts = tuple(
        _verdict(words[block.letter], ids.user_id(person, block.letter, context.edition.version), block.decision)
        for block in blocks
        if block.letter
    )
    return Explanation("users", f"person {key}, {_name(context, key)}", verdicts, tuple(blocks))


def _name(context: Context, person_id: int) -> str:
    identity = people.identity(context, person_id)
    return f"{identity.first_name} {identity.last_name}" if identity else "without a name"


def _class(context: Context, key: int) -> Explanation | None:
    section = context.facts.sections.get(key)
    if section is None:
        return None
    course = context.facts.courses[section.course_id]
    blocks = tuple(rules.explain_class(context, section))
    verdict = _verdict("class", ids.class_id(section), blocks[0].decision)
    return Explanation("classes", f"section {key}, {course.number}-{section.number}", (verdict,), blocks)


def _course(context: Context, key: int) -> Explanation | None:
    course = context.facts.courses.get(key)
    if course is None:
        return None
    blocks = tuple(rules.explain_course(context, course))
    verdict = _verdict("course", ids.course_id(course), blocks[0].decision)
    return Explanation("courses", f"course {key}, {course.number} {course.name}", (verdict,), blocks)


def _org(context: Context, key: int) -> Explanation | None:
    school = context.facts.schools.get(key)
    if school is None:
        return None
    blocks = tuple(rules.explain_school(context, school))
    verdict = _verdict("org", ids.org_id(school), blocks[0].decision)
    return Explanation("orgs", f"school {key}, {school.number} {school.name}", (verdict,), blocks)


def _resource(context: Context, key: int) -> Explanation | None:
    resource = context.facts.resources.get(key)
    if resource is None:
        return None
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


def _roster(context: Context, key: int) -> Explanation | None:
    row = next((row for row in context.facts.rosters() if row.id == key), None)
    if row is None:
        return None
    blocks = tuple(rules.explain_roster(context, row))
    verdict = _verdict("student enrollment", ids.roster_id(row), blocks[0].decision)
    return Explanation("enrollments", _member(row), (verdict,), blocks)


def _staff(context: Context, key: int) -> Explanation | None:
    row = next((row for row in context.facts.section_staff if row.id == key), None)
    if row is None:
        return None
    blocks = tuple(rules.explain_staff(context, row))
    verdict = _verdict("teacher enrollment", ids.staff_id(row), blocks[0].decision)
    return Explanation("enrollments", _member(row), (verdict,), blocks)


def _member(row: rows.Roster | rows.SectionStaff) -> str:
    return f"person {row.person_id} in section {row.section_id}"


#: The table of each entity that is one table's, and what finds a row of it.
_FOUND: Mapping[str, tuple[str, Callable[[Session, str], int]]] = {
    "users": ("person", finding.find_person), "classes": ("section", finding.find_section),
    "courses": ("course", finding.find_course), "orgs": ("school", finding.find_school),
    "resources": ("resource", finding.find_resource),
}  # fmt: skip
_EXPLAINERS: Mapping[str, Callable[[Context, int], Explanation | None]] = {
    "person": _user, "section": _class, "course": _course, "school": _org, "resource": _resource, "roster": _roster,
    "section_staff": _staff,
}  # fmt: skip
#: The tables of which a row can be explained.
TABLES = tuple(_EXPLAINERS)
