"""`username` and `enabledUser` of users → accounts.

1.1 has a record for each role, so that one human's records share a username: each is a person here, and as a username
is unique among the accounts of a kind, the second one's account is of another kind.
"""

from typing import Any

from provider.sis.importing.oneroster.roles import ACCOUNTS, Role, account_kind
from provider.sis.importing.oneroster.source import Source
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row

FILE = "users"
KINDS = tuple(dict.fromkeys(kind for _, kind in ACCOUNTS))

Taken = tuple[Row, list[Role], int]


class Accounts:
    """The accounts of a batch of users, given as (row, roles, person id)."""

    def __init__(self, source: Source, store: Store, people: list[Taken]) -> None:
        self._source = source
        self._store = store
        self._people = [(row, roles, person) for row, roles, person in people if row.values.get("username") and roles]
        stored = store.find("user_account", "person_id", [person for _, _, person in self._people])
        self._own = {(row["person_id"], row["kind"]): row["id"] for row in stored}
        users = store.find("user_account", "username", [_username(row) for row, _, _ in self._people])
        self._holders = {(row["kind"], row["username"]): row["person_id"] for row in users}
        self._names = {
            row["person_id"]: (row["first_name"], row["last_name"])
            for row in store.find("identity", "person_id", self._holders.values())
        }
        self._names |= {person: _name(row) for row, _, person in self._people}

    def write(self) -> dict[int, Outcome]:
        """Write them; what became of each, by person."""
        results = self._store.put("user_account", [self._account(*one) for one in self._people])
        told: dict[int, Outcome] = {}
        for (row, _, person), result in zip(self._people, results, strict=True):
            if isinstance(result, Rejected):
                self._source.note(FILE, row, "username: another user has it; this one is imported without an account")
            else:
                told[person] = result
        return told

    def _account(self, row: Row, roles: list[Role], person: int) -> dict[str, Any]:
        kind = self._kind(row, roles, person)
        self._holders.setdefault((kind, _username(row)), person)
        return {
            "id": self._own.get((person, kind)) or self._store.new_id("user_account"),
            "person_id": person,
            "kind": kind,
            "username": _username(row),
            "disabled": row.values.get("enabledUser") == "false",
        }

    def _kind(self, row: Row, roles: list[Role], person: int) -> str:
        """The kind that goes with the roles; another one where the same human has an account of it under this name."""
        kind = account_kind({role.letter for role in roles})
        for other in (kind, *KINDS):
            holder = self._holders.get((other, _username(row)), person)
            if holder == person:
                return other
            if self._names.get(holder) != _name(row):
                break
        return kind


def _username(row: Row) -> str:
    return str(row.values["username"])[:255]


def _name(row: Row) -> tuple[str, str]:
    return row.values["givenName"][:100], row.values["familyName"][:100]
