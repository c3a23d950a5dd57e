"""Rows of users.csv, roles.csv, userResources.csv and demographics.csv from published records.

A bulk package holds everything that it refers to (`oneroster-csv.md` section 1), and no record that is to be deleted. A
guardian or relative (P-42, P-43) is one of some students: of those who are not in the package the row says nothing, and
who is left without any student is not in it in that role.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from provider.exporting.identity import row_id
from provider.exporting.published import Record, View
from provider.gradebook.ids import people_named
from provider.gradebook.lookups import fetch_among
from shared.oneroster.versions import Version

ADULTS = frozenset(("guardian", "relative"))
_OWN_IDS = "SELECT id, coalesce(sourced_id, guid) FROM person WHERE id {among}"
_USES = """SELECT coalesce(p.sourced_id, p.guid), coalesce(r.sourced_id, cast(r.id AS text)),
        coalesce(o.sourced_id, o.guid), coalesce(s.sourced_id, cast(s.id AS text))
    FROM person_resource u JOIN person p ON p.id = u.person_id JOIN resource r ON r.id = u.resource_id
    LEFT JOIN school o ON o.id = u.school_id LEFT JOIN section s ON s.id = u.section_id
    WHERE coalesce(p.sourced_id, p.guid) {among}"""


def users(view: View, records: list[Record]) -> Iterator[Record]:
    """Users as they stand in a package."""
    named = {agent["sourcedId"] for record in records for agent in record.get("agents", ())}
    there = view.named("users", named)
    for record in records:
        record = {**record, "agents": _agents(record, there)}
        if "role" in record:
            if record["role"] not in ADULTS or record["agents"]:
                yield record
        elif roles := _roles(record, there):
            primary = next((role for role in roles if role["roleType"] == "primary"), roles[0])
            yield {**record, "roles": roles, "primaryOrg": primary["org"]}


def _agents(record: Record, there: dict[str, Record]) -> list[Record]:
    """The agents who are in the package, in an order that is the same in every system."""
    agents = (agent for agent in record.get("agents", ()) if agent["sourcedId"] in there)
    return sorted(agents, key=lambda agent: str(agent["sourcedId"]))


def _roles(record: Record, there: dict[str, Record]) -> list[Record]:
    """The roles of a 1.2 user: those of a guardian or relative at the schools of students in the package (P-48)."""
    if not any(role["role"] in ADULTS for role in record["roles"]):
        return list(record["roles"])
    schools = {
        role["org"]["sourcedId"]
        for agent in record["agents"]
        for role in there[agent["sourcedId"]]["roles"]
        if role["role"] == "student"
    }
    return [role for role in record["roles"] if role["role"] not in ADULTS or role["org"]["sourcedId"] in schools]


def roles(view: View, records: list[Record]) -> Iterator[Record]:
    """The roles of 1.2 users."""
    for user in users(view, records):
        seen: dict[tuple[str, str], int] = {}
        for role in user["roles"]:
            word, org = role["role"], role["org"]["sourcedId"]
            seen[word, org] = number = seen.get((word, org), 0) + 1
            sourced_id = row_id("roles", user["sourcedId"], word, org, str(number))
            yield {**role, "sourcedId": sourced_id, "user": user["sourcedId"], **_date(user)}


def user_resources(view: View, records: list[Record]) -> Iterator[Record]:
    """The resources of 1.2 users, with the school and the class where they are known."""
    having = {user["sourcedId"]: user for user in users(view, records) if user.get("resources")}
    places = {
        (user, resource): (org, section)
        for user, resource, org, section in fetch_among(view.connection, _USES, list(having))
    }
    orgs = view.named("orgs", {org for org, _ in places.values() if org})
    classes = view.named("classes", {section for _, section in places.values() if section})
    for sourced_id, user in having.items():
        for resource in sorted(reference["sourcedId"] for reference in user["resources"]):
            org, section = places.get((sourced_id, resource), (None, None))
            row = {"sourcedId": row_id("userResources", sourced_id, resource), "user": sourced_id, **_date(user)}
            row["org"] = org if org in orgs else None
            row["class"] = section if section in classes else None
            yield {**row, "resource": resource}


def _date(record: Record) -> dict[str, Any]:
    return {"dateLastModified": record["dateLastModified"]}


def demographics_of(view: View, records: Iterable[Record]) -> Iterator[Record]:
    """Demographics of the students among 1.1 users: in CSV they have the sourcedId of the user (`oneroster-csv.md`
    section 3), where REST has the person's (P-83a)."""
    students = [record["sourcedId"] for record in records if record["role"] == "student"]
    people = people_named(view.connection, students, Version.V1P1)
    own = {row[0]: row[1] for row in fetch_among(view.connection, _OWN_IDS, list(people.values()))}
    found = view.named("demographics", list(own.values()))
    for student in students:
        if student in people and own[people[student]] in found:
            yield {**found[own[people[student]]], "sourcedId": student}
