"""`username` and `enabledUser` of users → accounts.

1.1 has a record for each role, so that one human's records share a username: each is a person here, and as a username
is unique among the accounts of a kind, the second one's account is of another kind.
"""

from typing import Any

from provider.sis.importing.oneroster.roles import ACCOUNTS, User, account_kind
from provider.sis.importing.oneroster.source import Source
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row

FILE = "users"
KINDS = tuple(dict.fromkeys(kind for _, kind in ACCOUNTS))


class Accounts:
    """The accounts of a batch of users."""

    def __init__(self, source: Source, store: Store, users: list[User]) -> None:
        self._source = source
        self._store = store
        self._users = [user for user in users if user.row.values.get("username")]
        stored = store.find("user_account", "person_id", [user.person for user in self._users])
        self._own = {(row["person_id"], row["kind"]): row["id"] for row in stored}
        holders = store.find("user_account", "username", [_username(user.row) for user in self._users])
        self._holders = {(row["kind"], row["username"]): row["person_id"] for row in holders}
        self._names = {
            row["person_id"]: (row["first_name"], row["last_name"])
            for row in store.find("identity", "person_id", self._holders.values())
        }
        self._names |= {user.person: _name(user.row) for user in self._users}

    def write(self) -> dict[int, Outcome]:
        """Write them; what became of each, by person."""
        results = self._store.put("user_account", [self._account(user) for user in self._users])
        told: dict[int, Outcome] = {}
        for user, result in zip(self._users, results, strict=True):
            if isinstance(result, Rejected):
                self._source.note(
                    FILE, user.row, "username: another user has it; this one is imported without an account"
                )
            else:
                told[user.person] = result
        return told

    def _account(self, user: User) -> dict[str, Any]:
        row, person = user.row, user.person
        kind = self._kind(user)
        self._holders.setdefault((kind, _username(row)), person)
        return {
            "id": self._own.get((person, kind)) or self._store.new_id("user_account"),
            "person_id": person,
            "kind": kind,
            "username": _username(row),
            "disabled": row.values.get("enabledUser") == "false",
        }

    def _kind(self, user: User) -> str:
        """The kind that goes with the roles; another one where the same human has an account of it under this name."""
        kind = account_kind(user.letters)
        for other in (kind, *KINDS):
            holder = self._holders.get((other, _username(user.row)), user.person)
            if holder == user.person:
                return other
            if self._names.get(holder) != _name(user.row):
                break
        return kind


def _username(row: Row) -> str:
    return str(row.values["username"])[:255]


def _name(row: Row) -> tuple[str, str]:
    return row.values["givenName"][:100], row.values["familyName"][:100]
