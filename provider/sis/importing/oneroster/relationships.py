"""agentSourcedIds of users → relationships between an adult and a student, in whichever direction they are written."""

from typing import Any

from provider.sis.importing.oneroster.source import Source
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.writer import BATCH, Rejected
from shared.oneroster.csv import Row

FILE = "users"
KIND_LETTERS = {"student": "s", "portal": "g", "staff": "t"}


class Relationships:
    """Collects who names whom while users come in, and writes it when all are there."""

    def __init__(self, source: Source, store: Store) -> None:
        self._source = source
        self._store = store
        self._letters: dict[int, frozenset[str]] = {}
        self._named: list[tuple[int, int, str]] = []

    def remember(self, row: Row, person: int, letters: set[str]) -> None:
        """A user with the letters of their roles, and the agents that the row names."""
        self._letters[person] = frozenset(letters)
        self._named += [(row.line, person, agent) for agent in row.values.get("agents", ())]

    def write(self) -> None:
        """One relationship for each pair of adult and student (P-42, P-43): with Portal, and Guardian for guardians."""
        people = self._store.numbers("person", {agent for _, _, agent in self._named}) if self._named else {}
        self._look_up({person for person in people.values() if person not in self._letters})
        pairs: dict[tuple[int, int], dict[str, Any]] = {}
        for line, person, agent in self._named:
            other = people.get(agent)
            pair = self._pair(person, other) if other else None
            if other is None:
                self._note(line, f"agentSourcedIds {agent}: no such user came in; passed over")
            elif pair is None:
                self._note(line, f"agentSourcedIds {agent}: not a guardian or relative and a student; passed over")
            else:
                pairs.setdefault(pair, {"guardian": "g" in self._letters[pair[0]]})
        keys = list(pairs)
        for start in range(0, len(keys), BATCH):
            self._write(keys[start : start + BATCH], pairs)

    def _write(self, keys: list[tuple[int, int]], pairs: dict[tuple[int, int], dict[str, Any]]) -> None:
        stored = {
            (row["person_id"], row["student_id"]): row["id"]
            for row in self._store.find("relationship", "student_id", (student for _, student in keys))
        }
        rows = [
            {"id": stored.get(key) or self._store.new_id("relationship"), "person_id": key[0], "student_id": key[1],
             "guardian": pairs[key]["guardian"], "portal": True}
            for key in keys
        ]  # fmt: skip
        for result in self._store.put("relationship", rows):
            if isinstance(result, Rejected):
                self._note(0, f"a relationship was not taken: {result.reason}")

    def _pair(self, person: int, other: int) -> tuple[int, int] | None:
        """(adult, student) of two people, or None."""
        for adult, student in ((other, person), (person, other)):
            if "s" in self._letters.get(student, ()) and self._letters.get(adult, frozenset()) & {"g", "r"}:
                return adult, student
        return None

    def _look_up(self, people: set[int]) -> None:
        """Letters of people of an earlier import, from their accounts."""
        for row in self._store.find("user_account", "person_id", people):
            letter = KIND_LETTERS[row["kind"]]
            self._letters[row["person_id"]] = self._letters.get(row["person_id"], frozenset()) | {letter}

    def _note(self, line: int, text: str) -> None:
        self._source.report.note(f"{self._source.names[FILE]}.csv", line, text)
