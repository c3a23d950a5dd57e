"""References between records: each made once per edition and shared by all records that hold it."""

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from provider.eligibility.facts import Facts
from provider.publishing.records import ids
from shared.oneroster.versions import BASE_PATHS, Version

#: Matches an id that stands in a URL as it is, as nearly all do.
_PLAIN = re.compile(r"[\w.~-]+", re.ASCII).fullmatch

#: A GUIDRef: {"href", "sourcedId", "type"}. Not to be changed by anybody: records share it.
Ref = dict[str, Any]


class References:
    """GUIDRefs of one edition. `type` is always the base kind (real-clients 16); href is absolute."""

    def __init__(self, facts: Facts, version: Version, base_url: str) -> None:
        self._facts = facts
        self._version = version
        self._roots = {service: base_url + BASE_PATHS[version, service] for service in ("rostering", "resources")}
        self._orgs: dict[int | None, Ref] = {}
        self._courses: dict[int, Ref] = {}
        self._classes: dict[int, Ref] = {}
        self._terms: dict[int, Ref] = {}
        self._users: dict[tuple[int, str], Ref] = {}
        self._resources: dict[int, Ref] = {}

    def make(self, collection: str, kind: str, sourced_id: str, service: str = "rostering") -> Ref:
        name = sourced_id if _PLAIN(sourced_id) else quote(sourced_id, safe="")
        href = f"{self._roots[service]}/{collection}/{name}"
        return {"href": href, "sourcedId": sourced_id, "type": kind}

    def org(self, school_id: int | None) -> Ref:
        """A school, or the district for None."""
        found = self._orgs.get(school_id)
        if found is None:
            row = self._facts.district if school_id is None else self._facts.schools[school_id]
            if row is None:
                raise LookupError("there is no district")
            found = self._orgs[school_id] = self.make("orgs", "org", ids.org_id(row))
        return found

    def session(self, sourced_id: str) -> Ref:
        return self.make("academicSessions", "academicSession", sourced_id)

    def school_year(self) -> Ref:
        if self._facts.year is None:
            raise LookupError("no school year is active")
        return self.session(ids.org_id(self._facts.year))

    def term(self, term_id: int) -> Ref:
        found = self._terms.get(term_id)
        if found is None:
            found = self._terms[term_id] = self.session(ids.term_id(self._facts.terms[term_id], self._version))
        return found

    def course(self, course_id: int) -> Ref:
        found = self._courses.get(course_id)
        if found is None:
            found = self.make("courses", "course", ids.course_id(self._facts.courses[course_id]))
            self._courses[course_id] = found
        return found

    def class_(self, section_id: int) -> Ref:
        found = self._classes.get(section_id)
        if found is None:
            found = self.make("classes", "class", ids.class_id(self._facts.sections[section_id]))
            self._classes[section_id] = found
        return found

    def user(self, person_id: int, letter: str) -> Ref:
        found = self._users.get((person_id, letter))
        if found is None:
            sourced_id = ids.user_id(self._facts.people[person_id], letter, self._version)
            found = self._users[(person_id, letter)] = self.make("users", "user", sourced_id)
        return found

    def resources(self, resource_ids: Iterable[int]) -> list[Ref]:
        """Some resources, in the order of their sourcedIds."""
        return sorted(map(self._resource, resource_ids), key=itemgetter("sourcedId"))

    def _resource(self, resource_id: int) -> Ref:
        found = self._resources.get(resource_id)
        if found is None:
            sourced_id = ids.resource_id(self._facts.resources[resource_id])
            found = self._resources[resource_id] = self.make("resources", "resource", sourced_id, "resources")
        return found
