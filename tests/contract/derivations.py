"""What each read should answer, worked out from the eight whole collections in the plainest way.

Nothing here knows how the provider does it: a derivation takes the collections and the path parameters, and gives ids.
"""

from collections.abc import Callable
from typing import NamedTuple

from shared.oneroster.versions import Version
from tests.contract.platform import Record

Collections = dict[str, list[Record]]


class World(NamedTuple):
    """All that a platform of a version sees."""

    version: Version
    collections: Collections

    def roles(self, user: Record) -> set[tuple[str, str]]:
        """(role, org) pairs of a user."""
        if self.version is Version.V1P1:
            return {(user["role"], org["sourcedId"]) for org in user["orgs"]}
        return {(role["role"], role["org"]["sourcedId"]) for role in user["roles"]}

    def people(self, *roles: str, org: str | None = None) -> set[str]:
        """Ids of users with any of the roles (at an org)."""
        return {
            user["sourcedId"] for user in self.collections["users"]
            if any(role in roles and org in (None, at) for role, at in self.roles(user))
        }  # fmt: skip

    def sessions(self, kind: str) -> set[str]:
        return {session["sourcedId"] for session in self.collections["academicSessions"] if session["type"] == kind}

    def orgs(self, kind: str) -> set[str]:
        return {org["sourcedId"] for org in self.collections["orgs"] if org["type"] == kind}

    def pointing(self, collection: str, field: str, target: str) -> set[str]:
        """Ids of records whose reference (or one of whose references) leads to `target`."""
        found = set()
        for record in self.collections[collection]:
            value = record.get(field, [])
            if target in {reference["sourcedId"] for reference in (value if isinstance(value, list) else [value])}:
                found.add(record["sourcedId"])
        return found

    def enrollments(self, role: str) -> set[str]:
        return {record["sourcedId"] for record in self.collections["enrollments"] if record["role"] == role}

    def members(self, one: str, role: str) -> set[str]:
        """Users with a live enrollment of a role in a class."""
        return {
            record["user"]["sourcedId"] for record in self.collections["enrollments"]
            if (record["class"]["sourcedId"], record["role"], record["status"]) == (one, role, "active")
        }  # fmt: skip

    def classes_of(self, user: str, *roles: str) -> set[str]:
        """Classes in which a user has a live enrollment (of a role)."""
        return {
            record["class"]["sourcedId"] for record in self.collections["enrollments"]
            if (record["user"]["sourcedId"], record["status"]) == (user, "active") and record["role"] in roles
        }  # fmt: skip

    def terms_of(self, school: str) -> set[str]:
        """Terms that a school's classes name."""
        return {
            term["sourcedId"] for one in self.collections["classes"]
            if one["school"]["sourcedId"] == school for term in one["terms"]
        }  # fmt: skip

    def family(self, role: str, school: str) -> set[str]:
        """Guardians or relatives of a school's students. Their own org is the district in 1.1 (P-48)."""
        if self.version is Version.V1P2:
            return self.people(role, org=school)
        students = self.people("student", org=school)
        agents = {
            agent["sourcedId"] for user in self.collections["users"]
            if user["sourcedId"] in students for agent in user["agents"]
        }  # fmt: skip
        return self.people(role) & agents

    def named(self, collection: str, one: str, field: str) -> set[str]:
        """Ids that a record names in a field."""
        (record,) = (record for record in self.collections[collection] if record["sourcedId"] == one)
        return {reference["sourcedId"] for reference in record.get(field, ())}

    def whole(self, collection: str) -> set[str]:
        return {record["sourcedId"] for record in self.collections[collection]}


STAFF = ("administrator", "aide", "counselor", "principal", "siteAdministrator", "districtAdministrator",
         "systemAdministrator")  # fmt: skip
ROLES = ("student", "teacher", "administrator", "proctor")

#: By the path of the collection; the values of the path parameters follow the world, in order.
DERIVATIONS: dict[str, Callable[..., set[str]]] = {
    "/academicSessions": lambda w: w.whole("academicSessions"),
    "/classes": lambda w: w.whole("classes"),
    "/courses": lambda w: w.whole("courses"),
    "/demographics": lambda w: w.whole("demographics"),
    "/enrollments": lambda w: w.whole("enrollments"),
    "/gradingPeriods": lambda w: w.sessions("gradingPeriod"),
    "/orgs": lambda w: w.whole("orgs"),
    "/schools": lambda w: w.orgs("school"),
    "/students": lambda w: w.people("student"),
    "/teachers": lambda w: w.people("teacher"),
    "/terms": lambda w: w.sessions("term"),
    "/users": lambda w: w.whole("users"),
    "/schools/{}/courses": lambda w, school: w.pointing("courses", "org", school),
    "/schools/{}/classes": lambda w, school: w.pointing("classes", "school", school),
    "/schools/{}/enrollments": lambda w, school: w.pointing("enrollments", "school", school),
    "/schools/{}/students": lambda w, school: w.people("student", org=school),
    "/schools/{}/teachers": lambda w, school: w.people("teacher", org=school),
    "/schools/{}/terms": lambda w, school: w.terms_of(school),
    "/schools/{}/classes/{}/enrollments": lambda w, _, one: w.pointing("enrollments", "class", one),
    "/schools/{}/classes/{}/students": lambda w, _, one: w.members(one, "student"),
    "/schools/{}/classes/{}/teachers": lambda w, _, one: w.members(one, "teacher"),
    "/terms/{}/classes": lambda w, term: w.pointing("classes", "terms", term),
    "/terms/{}/gradingPeriods": lambda w, term: w.sessions("gradingPeriod") & w.pointing(
        "academicSessions", "parent", term),
    "/courses/{}/classes": lambda w, course: w.pointing("classes", "course", course),
    "/students/{}/classes": lambda w, user: w.classes_of(user, "student"),
    "/teachers/{}/classes": lambda w, user: w.classes_of(user, "teacher"),
    "/users/{}/classes": lambda w, user: w.classes_of(user, *ROLES),
    "/classes/{}/students": lambda w, one: w.members(one, "student"),
    "/classes/{}/teachers": lambda w, one: w.members(one, "teacher"),
    "/resources": lambda w: w.whole("resources"),
    "/classes/{}/resources": lambda w, one: w.named("classes", one, "resources"),
    "/courses/{}/resources": lambda w, course: w.named("courses", course, "resources"),
    "/users/{}/resources": lambda w, user: w.named("users", user, "resources"),
    # Beyond the standard (real-clients 22, P-111).
    "/administrators": lambda w: w.people(*STAFF),
    "/guardians": lambda w: w.people("guardian", "parent"),
    "/relatives": lambda w: w.people("relative"),
    "/districts": lambda w: w.orgs("district"),
    "/studentEnrollments": lambda w: w.enrollments("student"),
    "/teacherEnrollments": lambda w: w.enrollments("teacher"),
    "/classes/{}/enrollments": lambda w, one: w.pointing("enrollments", "class", one),
    "/schools/{}/administrators": lambda w, school: w.people(*STAFF, org=school),
    "/schools/{}/guardians": lambda w, school: w.family("guardian", school),
    "/schools/{}/relatives": lambda w, school: w.family("relative", school),
    "/schools/{}/studentEnrollments": lambda w, school: w.enrollments("student") & w.pointing(
        "enrollments", "school", school),
    "/schools/{}/teacherEnrollments": lambda w, school: w.enrollments("teacher") & w.pointing(
        "enrollments", "school", school),
}  # fmt: skip
