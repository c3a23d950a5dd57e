"""Which resources are published: those that something published uses.

The standard ties a resource to a course or a class, and 1.2 lets a user have one as well (OneRoster 1.1 section 11, 1.2
section 9: "related to a course and/or a class and/or a user"). So a resource that nothing uses is not published, and
neither is one of which everything that uses it is left out: by its own rules, by the school scope (P-96) or by the data
to share (P-104). In 1.1, where users have no resources, only courses and classes count. A resource is published as
active; when the last that uses it goes, it goes without a tombstone (as P-75).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.rows import PersonResource, Resource
from provider.eligibility.rule import Rule, Rules, Where
from shared.oneroster.versions import Version

if TYPE_CHECKING:
    from provider.eligibility.context import Context

RESOURCES: Rules[Resource] = Rules("resources", (
    Rule("SPEC", "The resource has a vendor resource id (OneRoster requires it).",
         lambda row, context: bool(row.vendor_resource_id.strip()),
         lambda row, context: f"vendor resource id {row.vendor_resource_id!r}",
         Where("Resource: Vendor resource id", "resource.vendor_resource_id")),
    Rule("SPEC", "A published course or class uses the resource, or in 1.2 a published person has it.",
         lambda row, context: row.id in context.used_resources or context.used_elsewhere(row.id),
         lambda row, context: context.resource_uses_text(row.id),
         Where("Course, Section or Person: Resources",
               "course_resource, section_resource, person_resource")),
))  # fmt: skip


def _school_text(row: PersonResource, context: Context) -> str:
    return "no school is named" if row.school_id is None else context.school_text(row.school_id)


def _section_text(row: PersonResource, context: Context) -> str:
    if row.section_id is None:
        return "no section is named"
    return f"section {row.section_id}: {context.decision_text(context.section(row.section_id))}"


#: Whether what a person has counts: where it is said to be used must be published to the connection, too.
PERSON_RESOURCES: Rules[PersonResource] = Rules("resources of people", (
    Rule("SPEC", "The version is 1.2: in 1.1 users have no resources.",
         lambda row, context: context.edition.version is Version.V1P2,
         lambda row, context: f"OneRoster {context.edition.version}",
         Where("Connection: version", "connection.version")),
    Rule("P-81", "The person is published.", lambda row, context: context.person_published(row.person_id),
         lambda row, context: f"person {row.person_id}", Where("Person", "person")),
    Rule("P-96", "The school where the person uses it is published to the connection, when one is named.",
         lambda row, context: row.school_id is None or context.published(context.school(row.school_id)), _school_text,
         Where("Person: Resources, school", "person_resource.school_id")),
    Rule("P-81", "The section in which the person uses it is published, when one is named.",
         lambda row, context: row.section_id is None or context.published(context.section(row.section_id)),
         _section_text, Where("Person: Resources, section", "person_resource.section_id")),
))  # fmt: skip
