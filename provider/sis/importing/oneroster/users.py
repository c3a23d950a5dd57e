"""users.csv, with roles.csv in 1.2 → people, identities, contacts, accounts, then what their roles and agents say."""

from datetime import date
from typing import Any

from provider.sis.importing.oneroster.accounts import Accounts
from provider.sis.importing.oneroster.memberships import Memberships
from provider.sis.importing.oneroster.numbers import Numbers
from provider.sis.importing.oneroster.relationships import Relationships
from provider.sis.importing.oneroster.roles import Role, RoleBook, main_letter
from provider.sis.importing.oneroster.source import Result, Source, cut, gone, whole
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.oneroster.timetable import read_timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row

FILE = "users"


def import_users(source: Source, store: Store, today: date) -> None:
    """Everybody first; relationships last, when all adults and students are there."""
    if source.has(FILE):
        _Users(source, store, today).run()


class _Users:
    def __init__(self, source: Source, store: Store, today: date) -> None:
        self.source = source
        self.store = store
        self.roles = RoleBook(source)
        self.memberships = Memberships(source, store, self.roles, read_timetable(store), today)
        self.relationships = Relationships(source, store)

    def run(self) -> None:
        for rows in self.source.batches(FILE):
            self._batch(rows)
        self.roles.refuse_rest()
        self.relationships.write()

    def _batch(self, rows: list[Row]) -> None:
        known = self.store.numbers("person", (row.values["sourcedId"] for row in rows))
        kept: list[tuple[Row, list[Role]]] = []
        for row in rows:
            roles = self.roles.of(row)
            if gone(row):
                self._leave(row, known.get(row.values["sourcedId"]))
            elif not roles:
                self.source.refuse(FILE, row, "sourcedId", row.values["sourcedId"], "roles.csv gives this user no role")
            else:
                kept.append((row, roles))
        people = self._people(kept, known)
        results = self.store.put("person", people)
        taken = []
        for (row, roles), person, result in zip(kept, people, results, strict=True):
            if isinstance(result, Rejected):
                self.source.count(FILE, row, result, "sourcedId")
            else:
                taken.append((row, roles, person["id"], result))
        self._details(taken)

    def _leave(self, row: Row, person: int | None) -> None:
        """tobedeleted: what the person does here ends; the person stays (nothing that others refer to is removed)."""
        if person is None:
            self.source.skip(FILE, row, "tobedeleted, and not in the SIS")
        else:
            self.source.count(FILE, row, self.memberships.end(person))
            self.source.note(FILE, row, "tobedeleted: the user's enrollments and assignments end yesterday")

    def _people(self, kept: list[tuple[Row, list[Role]]], known: dict[str, int]) -> list[dict[str, Any]]:
        """The rows of `person`."""
        named = [(row, roles, self.store.number("person", known, row.values["sourcedId"])) for row, roles in kept]
        numbers = Numbers(self.source, self.store, named)
        return [
            {
                "id": person,
                **numbers.columns(row, roles, person),
                "sourced_id": row.values["sourcedId"],
                "imported_role": main_letter({role.letter for role in roles}),
            }
            for row, roles, person in named
        ]

    def _details(self, taken: list[tuple[Row, list[Role], int, Outcome]]) -> None:
        """Identity, contact and account of people who came in, then their memberships."""
        ids = [person for _, _, person, _ in taken]
        identities = {row["person_id"]: row["id"] for row in reversed(self.store.find("identity", "person_id", ids))}
        named = self.store.put("identity", [
            _identity(identities.get(person) or self.store.new_id("identity"), person, row.values)
            for row, _, person, _ in taken
        ])  # fmt: skip
        reached = self.store.put("contact", [_contact(person, row.values) for row, _, person, _ in taken])
        people = [(row, roles, person) for row, roles, person, _ in taken]
        signed = Accounts(self.source, self.store, people).write()
        results: list[list[Result]] = [[taken[n][3], named[n], reached[n]] for n in range(len(taken))]
        for n, (_, _, person) in enumerate(people):
            if person in signed:
                results[n].append(signed[person])
        for n, changed in enumerate(self.memberships.write(people)):
            results[n] += changed
        for n, (row, roles, person, main) in enumerate(taken):
            self.source.count(FILE, row, whole(main, results[n]))
            self.relationships.remember(row, person, {role.letter for role in roles})


def _identity(key: int, person: int, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "person_id": person,
        "first_name": values["givenName"][:100],
        "middle_name": cut(values.get("middleName"), 100),
        "last_name": values["familyName"][:100],
        "preferred_first_name": cut(values.get("preferredFirstName"), 100),
        "preferred_middle_name": cut(values.get("preferredMiddleName"), 100),
        "preferred_last_name": cut(values.get("preferredLastName"), 100),
        "pronouns": cut(values.get("pronouns"), 40),
    }


def _contact(person: int, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "person_id": person,
        "email": cut(values.get("email"), 255),
        "other_phone": cut(values.get("phone"), 40),
        "cell_phone": cut(values.get("sms"), 40),
    }
