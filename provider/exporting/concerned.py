"""Users whose rows may differ between two revisions although their own record has not changed."""

from typing import NamedTuple

from provider.exporting.published import View
from provider.gradebook.lookups import fetch_among
from provider.publishing.records.ids import user_id
from shared.oneroster.versions import Version

_PEOPLE = "SELECT id, sourced_id, guid, imported_role FROM person WHERE coalesce(sourced_id, guid) {among}"


class _Person(NamedTuple):
    id: int
    sourced_id: str | None
    guid: str
    imported_role: str | None


def adults_concerned(before: View, after: View) -> set[str]:
    """The agents of users who have come into what a package holds, or gone."""
    found: set[str] = set()
    for sourced_ids in after.changed("users", before.revision):
        old, new = before.named("users", sourced_ids), after.named("users", sourced_ids)
        for key in old.keys() ^ new.keys():
            record = old.get(key) or new[key]
            found.update(agent["sourcedId"] for agent in record.get("agents", ()))
    return found


def students_concerned(before: View, after: View) -> set[str]:
    """The 1.1 users of students whose demographics have changed."""
    found: set[str] = set()
    for sourced_ids in after.changed("demographics", before.revision):
        people = map(_Person._make, fetch_among(after.connection, _PEOPLE, sourced_ids))
        found.update(user_id(person, "s", Version.V1P1) for person in people)
    return found
