"""agentSourcedIds of users → relationships between an adult and a student, in whichever direction they are written."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from provider.sis.importing.oneroster.roles import Role
from provider.sis.importing.oneroster.source import Source
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.writer import BATCH, Rejected
from shared.oneroster.csv import Row
from shared.oneroster.versions import Version

FILE = "users"
STUDENT = "s"
#: 1.1 letters of the kinds of relationship: Guardian is marked, or it is not (P-42, P-43).
KINDS = frozenset("gr")

Pair = tuple[int, int]


class Person(NamedTuple):
    """A user of the package: the letters of their roles, the orgs of each letter's, and whether the row is a change."""

    letters: frozenset[str]
    orgs: dict[str, frozenset[str]]
    is_delta: bool


class Relationships:
    """Collects who names whom while users come in, and writes it when all are there."""

    def __init__(self, source: Source, store: Store) -> None:
        self._source = source
        self._store = store
        self._people: dict[int, Person] = {}
        self._named: list[tuple[int, int, str]] = []
        self._pairs: dict[Pair, None] = {}

    def remember(self, row: Row, person: int, letters: frozenset[str], roles: Iterable[Role]) -> None:
        """A user with their roles, and the agents that the row names."""
        orgs: dict[str, set[str]] = {}
        for role in roles:
            orgs.setdefault(role.letter, set()).add(role.org)
        known = {letter: frozenset(named) for letter, named in orgs.items() if letter in KINDS | {STUDENT}}
        self._people[person] = Person(letters, known, "status" in row.values)
        self._named += [(row.line, person, agent) for agent in row.values.get("agents", ())]

    def write(self) -> None:
        """One relationship for each pair of adult and student and each kind (P-42, P-43), marked Portal (P-44)."""
        people = self._store.numbers("person", {agent for _, _, agent in self._named}) if self._named else {}
        self._look_up({person for person in people.values() if person not in self._people})
        for line, person, agent in self._named:
            other = people.get(agent)
            pair = self._pair(person, other) if other else None
            if other is None:
                self._note(line, f"agentSourcedIds {agent}: no such user came in; passed over")
            elif pair is None:
                self._note(line, f"agentSourcedIds {agent}: not a guardian or relative and a student; passed over")
            else:
                self._pairs[pair] = None
        keys = list(self._pairs)
        for start in range(0, len(keys), BATCH):
            self._write(keys[start : start + BATCH])
        self._part()

    def leave(self, person: int) -> bool:
        """Take out all relationships of a person who is to be deleted; whether there were any."""
        over = [row["id"] for row in self._stored("person_id", [person])]
        over += [row["id"] for row in self._stored("student_id", [person])]
        self._store.remove("relationship", over)
        return bool(over)

    def _write(self, keys: list[Pair]) -> None:
        stored: dict[Pair, dict[bool, int]] = {}
        for row in self._stored("student_id", {student for _, student in keys}):
            stored.setdefault((row["person_id"], row["student_id"]), {})[bool(row["guardian"])] = row["id"]
        rows, over = [], []
        for key in keys:
            there = stored.get(key, {})
            wanted = self._marks(key, there.keys())
            # A relationship that changes its kind stays the same row.
            free = [number for mark, number in there.items() if mark not in wanted]
            for mark in sorted(wanted):
                number = there.get(mark) or (free.pop() if free else self._store.new_id("relationship"))
                rows.append({"id": number, "person_id": key[0], "student_id": key[1], "guardian": mark, "portal": True})
            over += free
        for result in self._store.put("relationship", rows):
            if isinstance(result, Rejected):
                self._note(0, f"a relationship was not taken: {result.reason}")
        self._store.remove("relationship", over)

    def _marks(self, pair: Pair, there: Collection[bool]) -> set[bool]:
        """Guardian or not, or both: of an adult who is one to some and the other to others, the schools of the roles
        tell which (P-48). What is stored stays where the package does not tell."""
        adult, student = self._people[pair[0]], self._people[pair[1]]
        given = {kind: adult.orgs[kind] for kind in KINDS & adult.orgs.keys()}
        schools = student.orgs.get(STUDENT, frozenset())
        if len(given) > 1 or (given and there and adult.is_delta and schools and self._source.version is Version.V1P2):
            given = {kind: orgs for kind, orgs in given.items() if orgs & schools}
        if given:
            return {kind == "g" for kind in given}
        return set(there) or {"g" in adult.letters}

    def _pair(self, person: int, other: int) -> Pair | None:
        """(adult, student) of two people, or None."""
        for adult, student in ((other, person), (person, other)):
            if STUDENT in self._letters(student) and self._letters(adult) & KINDS:
                return adult, student
        return None

    def _part(self) -> None:
        """Changed rows that no longer name each other: the relationship is no more. A row that names nobody tells that
        only together with the other's, for many systems write one direction only."""
        changed = [person for person, one in self._people.items() if one.is_delta]
        naming = {person for _, person, _ in self._named}
        over = set()
        for column, other in (("person_id", "student_id"), ("student_id", "person_id")):
            for start in range(0, len(changed), BATCH):
                for row in self._stored(column, changed[start : start + BATCH]):
                    alone = row[other] not in self._people or not self._people[row[other]].is_delta
                    if (row["person_id"], row["student_id"]) in self._pairs or (alone and row[column] not in naming):
                        continue
                    over.add(row["id"])
        self._store.remove("relationship", over)

    def _stored(self, column: str, people: Iterable[int]) -> Any:
        return self._store.find("relationship", column, people)

    def _letters(self, person: int) -> frozenset[str]:
        found = self._people.get(person)
        return found.letters if found else frozenset()

    def _look_up(self, people: set[int]) -> None:
        """People of an earlier import."""
        letters, schools = stored_letters(self._store, people), self._schools(people)
        for person in people:
            orgs = {STUDENT: schools[person]} if person in schools else {}
            self._people[person] = Person(letters[person], orgs, False)

    def _schools(self, people: set[int]) -> dict[int, frozenset[str]]:
        """The schools of students, by sourcedId."""
        if not people:
            return {}
        names = {row["id"]: row["sourced_id"] for row in self._store.all("school")}
        calendars = {row["id"]: names[row["school_id"]] for row in self._store.all("calendar")}
        found: dict[int, set[str]] = {}
        for row in self._store.find("enrollment", "person_id", people):
            found.setdefault(row["person_id"], set()).add(calendars[row["calendar_id"]])
        return {person: frozenset(schools) for person, schools in found.items()}

    def _note(self, line: int, text: str) -> None:
        self._source.report.note(f"{self._source.names[FILE]}.csv", line, text)


def stored_letters(store: Store, people: Collection[int]) -> dict[int, frozenset[str]]:
    """The 1.1 letters of what people are in the SIS already."""
    letters: dict[int, set[str]] = {person: set() for person in people}
    for row in store.find("person", "id", people):
        letters[row["id"]] |= {row["imported_role"]} - {None}
    for row in store.find("enrollment", "person_id", people):
        letters[row["person_id"]].add(STUDENT)
    for row in store.find("assignment", "person_id", people):
        letters[row["person_id"]].add("t" if row["teacher"] else "a")
    for row in store.find("relationship", "person_id", people):
        letters[row["person_id"]].add("g" if row["guardian"] else "r")
    return {person: frozenset(found) for person, found in letters.items()}
