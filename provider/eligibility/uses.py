"""Who uses which resource, as far as it counts: the courses, sections and people of a pass that are published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from provider.eligibility import rows
from provider.eligibility.rule import Included, decide
from provider.eligibility.rules.resources import PERSON_RESOURCES

if TYPE_CHECKING:
    from provider.eligibility.context import Context

#: Uses that a text names at most.
_NAMED = 3


def used_resources(context: Context) -> frozenset[int]:
    """The resources that anything published of the facts at hand uses."""
    facts = context.facts
    found = {
        row.resource_id
        for course_id, uses in facts.course_resources.items()
        if context.published(context.course(course_id))
        for row in uses
    }
    found.update(
        row.resource_id
        for section_id, uses in facts.section_resources.items()
        if context.published(context.section(section_id))
        for row in uses
    )
    found.update(row.resource_id for uses in facts.person_resources.values() for row in counting(context, uses))
    return frozenset(found)


def counting(context: Context, uses: Iterable[rows.PersonResource]) -> Iterator[rows.PersonResource]:
    """Of what people have, the rows that count for the connection."""
    return (row for row in uses if isinstance(decide(PERSON_RESOURCES, row, context), Included))


def course_resources(context: Context, course_id: int) -> list[int]:
    """The published resources of a published course."""
    return _published(context, context.facts.course_resources.get(course_id))


def section_resources(context: Context, section_id: int) -> list[int]:
    """The published resources of a published section."""
    return _published(context, context.facts.section_resources.get(section_id))


def person_resources(context: Context, person_id: int) -> list[int]:
    """The published resources of a published person (1.2)."""
    found = context.facts.person_resources.get(person_id)
    return _published(context, counting(context, found)) if found else []


def _published(
    context: Context, found: Iterable[rows.CourseResource | rows.SectionResource | rows.PersonResource] | None
) -> list[int]:
    return [row.resource_id for row in found or () if context.published(context.resource(row.resource_id))]


def uses_text(context: Context, resource_id: int) -> str:
    """How many use a resource, and the first of them with what was decided about them."""
    facts = context.facts
    named = [
        *(f"course {key}: {context.decision_text(context.course(key))}"
          for key, uses in facts.course_resources.items() if _names(uses, resource_id)),
        *(f"section {key}: {context.decision_text(context.section(key))}"
          for key, uses in facts.section_resources.items() if _names(uses, resource_id)),
        *(f"person {row.person_id}: {context.decision_text(decide(PERSON_RESOURCES, row, context))}"
          for uses in facts.person_resources.values() for row in uses if row.resource_id == resource_id),
    ]  # fmt: skip
    more = f"; and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ("; ".join(named[:_NAMED]) + more) or "nothing uses it"


def _names(uses: Iterable[rows.CourseResource | rows.SectionResource], resource_id: int) -> bool:
    return any(row.resource_id == resource_id for row in uses)
