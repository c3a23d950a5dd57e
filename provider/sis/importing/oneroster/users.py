"""users.csv, with roles.csv in 1.2 → people, identities, contacts, accounts, then what their roles and agents say."""

from datetime import date
from typing import Any

from provider.sis.importing.oneroster.memberships import Memberships
from provider.sis.importing.oneroster.relationships import Relationships
from provider.sis.importing.oneroster.roles import Role, RoleBook, account_kind, main_letter
from provider.sis.importing.oneroster.source import Result, Source, cut, gone, whole
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.oneroster.timetable import read_timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row

FILE = "users"
NUMBERS = {"student": "student_number", "staff": "staff_number"}


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
        """The rows of `person`. A number that another person has is left out: in OneRoster it need not be unique."""
        taken: dict[str, dict[str, int]] = {}
        numbers: list[str | None] = [cut(row.values.get("identifier"), 40) for row, _ in kept]
        for column in NUMBERS.values():
            taken[column] = {row[column]: row["id"] for row in self.store.find("person", column, numbers)}
        people = []
        for (row, roles), wanted in zip(kept, numbers, strict=True):
            number: str | None = wanted
            letters = {role.letter for role in roles}
            person = self.store.number("person", known, row.values["sourcedId"])
            own = NUMBERS.get(account_kind(letters))
            if own and number and taken[own].setdefault(number, person) != person:
                self.source.note(FILE, row, "identifier: another user has the same; it is not kept")
                number = None
            people.append({
                "id": person,
                "student_number": number if own == "student_number" else None,
                "staff_number": number if own == "staff_number" else None,
                "sourced_id": row.values["sourcedId"],
                "imported_role": main_letter(letters),
            })  # fmt: skip
        return people

    def _details(self, taken: list[tuple[Row, list[Role], int, Outcome]]) -> None:
        """Identity, contact and account of people who came in, then their memberships."""
        ids = [person for _, _, person, _ in taken]
        identities = {row["person_id"]: row["id"] for row in reversed(self.store.find("identity", "person_id", ids))}
        stored = self.store.find("user_account", "person_id", ids)
        accounts = {(row["person_id"], row["kind"]): row["id"] for row in stored}
        named = self.store.put("identity", [
            _identity(identities.get(person) or self.store.new_id("identity"), person, row.values)
            for row, _, person, _ in taken
        ])  # fmt: skip
        reached = self.store.put("contact", [_contact(person, row.values) for row, _, person, _ in taken])
        signing = [
            (n, row, roles, person) for n, (row, roles, person, _) in enumerate(taken) if row.values.get("username")
        ]
        signed = self.store.put("user_account", [self._account(accounts, row, roles, person)
                                                 for _, row, roles, person in signing])  # fmt: skip
        results: list[list[Result]] = [[taken[n][3], named[n], reached[n]] for n in range(len(taken))]
        for (n, row, _, _), result in zip(signing, signed, strict=True):
            if isinstance(result, Rejected):
                self.source.note(FILE, row, "username: another user has it; this one is imported without an account")
            else:
                results[n].append(result)
        for n, changed in enumerate(self.memberships.write([(row, roles, person) for row, roles, person, _ in taken])):
            results[n] += changed
        for n, (row, roles, person, main) in enumerate(taken):
            self.source.count(FILE, row, whole(main, results[n]))
            self.relationships.remember(row, person, {role.letter for role in roles})

    def _account(
        self, accounts: dict[tuple[int, str], int], row: Row, roles: list[Role], person: int
    ) -> dict[str, Any]:
        kind = account_kind({role.letter for role in roles})
        return {
            "id": accounts.get((person, kind)) or self.store.new_id("user_account"),
            "person_id": person,
            "kind": kind,
            "username": row.values["username"][:255],
            "disabled": row.values.get("enabledUser") == "false",
        }


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
