"""Records of resources (OneRoster 1.1 section 11, 1.2 section 9)."""

from typing import Any

from provider.eligibility import rows
from provider.eligibility.grades import split
from provider.eligibility.rule import ACTIVE
from provider.publishing.records import ids
from provider.publishing.records.record import Projected, put, put_list
from shared.oneroster.resources.learning import resources
from shared.oneroster.versions import Version


def resource(row: rows.Resource, version: Version) -> Projected:
    """A resource of a vendor; always active (`provider.eligibility.rules.resources`)."""
    rest: dict[str, Any] = {"vendorResourceId": row.vendor_resource_id}
    put(rest, "title", row.title)
    put_list(rest, "roles", [role for role in split(row.roles) if _is_role(role, version)])
    put(rest, "importance", row.importance)
    put(rest, "vendorId", row.vendor_id)
    put(rest, "applicationId", row.application_id)
    return Projected(ids.resource_id(row), ACTIVE, rest)


def _is_role(word: str, version: Version) -> bool:
    """Whether a version knows the role: 1.1 takes no `ext:` words."""
    try:
        resources.of(version)["roles"].kind.check(word, version)
    except ValueError:
        return False
    return True
