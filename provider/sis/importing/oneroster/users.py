"""users.csv, with roles.csv in 1.2 → people, identities, contacts, accounts, then what their roles and agents say."""

from datetime import date
from typing import Any

from provider.sis.importing.oneroster.accounts import Accounts
from provider.sis.importing.oneroster.departures import Departures
from provider.sis.importing.oneroster.memberships import Memberships
from provider.sis.importing.oneroster.numbers import Numbers
from provider.sis.importing.oneroster.relationships import Relationships, stored_letters
from provider.sis.importing.oneroster.roles import RoleBook, User, main_letter
from provider.sis.importing.oneroster.source import Result, Source, cut, gone, is_change, whole
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import BATCH, Rejected
from shared.oneroster.csv import Row

FILE = "users"


def import_users(source: Source, store: Store, today: date) -> None:
    """Everybody first; relationships last, when all adults and students are there."""
    if source.has(FILE) or source.has("roles"):
        _Users(source, store, today).run()


class _Users:
    def __init__(self, source: Source, store: Store, today: date) -> None:
        self.source = source
        self.store = store
        self.roles = RoleBook(source)
        self.departures = Departures(store, today)
        self.memberships = Memberships(source, store, self.roles, self.departures, today)
        self.relationships = Relationships(source, store)

    def run(self) -> None:
        for rows in self.source.batches(FILE):
            self._batch(rows)
        self._change_roles()
        self.memberships.close_calendars()
        self.relationships.write()

    def _batch(self, rows: list[Row]) -> None:
        known = self.store.numbers("person", (row.values["sourcedId"] for row in rows))
        stored = stored_letters(self.store, [
            known[row.values["sourcedId"]] for row in rows if is_change(row) and row.values["sourcedId"] in known
        ])  # fmt: skip
        kept: list[User] = []
        for row in rows:
            sourced_id = row.values["sourcedId"]
            roles = self.roles.of(row)
            letters = frozenset(role.letter for role in roles) | stored.get(known.get(sourced_id, 0), frozenset())
            if gone(row):
                self._leave(row, known.get(sourced_id))
                for role in (*roles, *self.roles.gone(sourced_id)):
                    self.roles.settle(role, None, Outcome.UNCHANGED)
            elif not letters:
                self.source.refuse(FILE, row, "sourcedId", sourced_id, "roles.csv gives this user no role")
            else:
                kept.append(User(row, roles, letters, self.store.number("person", known, sourced_id)))
        people = self._people(kept)
        results = self.store.put("person", people)
        taken = []
        for user, result in zip(kept, results, strict=True):
            if isinstance(result, Rejected):
                self.source.count(FILE, user.row, result, "sourcedId")
            else:
                taken.append((user, result))
        self._details([user for user, _ in taken], [result for _, result in taken])

    def _leave(self, row: Row, person: int | None) -> None:
        """tobedeleted: what the person does here ends; the person stays (nothing that others refer to is removed)."""
        if person is None:
            self.source.skip(FILE, row, "tobedeleted, and not in the SIS")
            return
        ended = self.departures.end_all(person)
        parted = self.relationships.leave(person)
        self.source.count(FILE, row, Outcome.UPDATED if ended or parted else Outcome.UNCHANGED)
        self.source.note(FILE, row, "tobedeleted: the user's enrollments and assignments end yesterday")

    def _people(self, users: list[User]) -> list[dict[str, Any]]:
        """The rows of `person`."""
        numbers = Numbers(self.source, self.store, users)
        return [
            {
                "id": user.person,
                **numbers.columns(user),
                "sourced_id": user.row.values["sourcedId"],
                "imported_role": main_letter(user.letters),
            }
            for user in users
        ]

    def _details(self, users: list[User], main: list[Outcome]) -> None:
        """Identity, contact and account of people who came in, then their memberships."""
        ids = [user.person for user in users]
        identities = {row["person_id"]: row["id"] for row in reversed(self.store.find("identity", "person_id", ids))}
        named = self.store.put("identity", [
            _identity(identities.get(user.person) or self.store.new_id("identity"), user.person, user.row.values)
            for user in users
        ])  # fmt: skip
        reached = self.store.put("contact", [_contact(user.person, user.row.values) for user in users])
        signed = Accounts(self.source, self.store, users).write()
        placed = self.memberships.write(users)
        for n, user in enumerate(users):
            parts: list[Result] = [named[n], reached[n], *placed[n]]
            parts += [signed[user.person]] if user.person in signed else []
            self.source.count(FILE, user.row, whole(main[n], parts))
            self.relationships.remember(user.row, user.person, user.letters, user.roles)

    def _change_roles(self) -> None:
        """Roles of users who do not stand in users.csv themselves: a package of changes may have those alone."""
        rest = self.roles.rest()
        known = self.store.numbers("person", rest)
        users = []
        for sourced_id, (roles, over) in rest.items():
            if sourced_id not in known:
                self.roles.refuse((*roles, *over), sourced_id)
            else:
                row = Row((roles or over)[0].line, {"sourcedId": sourced_id, "status": "active"})
                letters = frozenset(role.letter for role in roles)
                users.append(User(row, roles, letters, known[sourced_id]))
        for start in range(0, len(users), BATCH):
            self.memberships.write(users[start : start + BATCH])


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
