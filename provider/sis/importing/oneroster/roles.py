"""What a OneRoster role means in the SIS: a 1.1 role letter, a kind of account, marks on an assignment."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from provider.sis.importing.oneroster.source import Source, gone, is_change
from provider.sis.importing.report import Outcome
from shared.oneroster.csv import Row
from shared.oneroster.versions import Version

#: 1.1 role letter of each role (P-83). Everybody on the staff who does not teach is "a".
LETTERS = {"student": "s", "teacher": "t", "guardian": "g", "parent": "g", "relative": "r"}
STAFF = "a"
STAFF_LETTERS = frozenset("ta")
#: Marks on an assignment (P-24, P-39): Program for whoever has none of their own.
MARKS = {"teacher": "teacher", "counselor": "counselor"}
OTHER_MARK = "program"
#: Kind of account, first come first served (P-12).
ACCOUNTS = (("t", "staff"), ("a", "staff"), ("s", "student"), ("g", "portal"), ("r", "portal"))


class Role(NamedTuple):
    """A role of a user at an org, as either version gives it. `row` is None where it stands in users.csv itself."""

    role: str
    org: str
    primary: bool
    begin: str | None
    end: str | None
    row: Row | None
    is_change: bool = False

    @property
    def line(self) -> int:
        return self.row.line if self.row else 0

    @property
    def letter(self) -> str:
        return LETTERS.get(self.role, STAFF)

    @property
    def mark(self) -> str:
        return MARKS.get(self.role, OTHER_MARK)


class User(NamedTuple):
    """A user who comes in: the row, the roles that the package gives, the letters of these and of what the person is
    already, and the person's number."""

    row: Row
    roles: list[Role]
    letters: frozenset[str]
    person: int


def account_kind(letters: Collection[str]) -> str:
    """staff before student before portal."""
    return next(kind for letter, kind in ACCOUNTS if letter in letters)


def main_letter(letters: Collection[str]) -> str:
    """The letter of the 1.1 record that the incoming id belongs to."""
    return next(letter for letter, _ in ACCOUNTS if letter in letters)


class RoleBook:
    """roles.csv by user (1.2), or the columns of users.csv (1.1). Memory grows with roles, not with enrollments."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._by_user: dict[str, list[Role]] = {}
        self._gone: dict[str, list[Role]] = {}
        self._used: set[str] = set()
        for rows in source.batches("roles"):
            for row in rows:
                self._add(row)

    def of(self, row: Row) -> list[Role]:
        """The roles of a user."""
        values = row.values
        if self._source.version is Version.V1P1:
            orgs, change = values["orgs"], is_change(row)
            return [Role(values["role"], org, place == 0, None, None, None, change) for place, org in enumerate(orgs)]
        self._used.add(values["sourcedId"])
        return self._by_user.get(values["sourcedId"], [])

    def gone(self, sourced_id: str) -> list[Role]:
        """The roles that a user no longer has."""
        return self._gone.get(sourced_id, [])

    def rest(self) -> dict[str, tuple[list[Role], list[Role]]]:
        """Roles of users who do not stand in users.csv: those that they have, and those that they no longer have."""
        users = {user: None for user in (*self._by_user, *self._gone) if user not in self._used}
        return {user: (self._by_user.get(user, []), self._gone.get(user, [])) for user in users}

    def settle(self, role: Role, refused: str | None, outcome: Outcome, column: str = "orgSourcedId") -> None:
        """Put down what became of a row of roles.csv."""
        if role.row is None:
            return
        if refused:
            self._source.refuse("roles", role.row, column, role.org, refused)
        else:
            self._source.count("roles", role.row, outcome)

    def refuse(self, roles: Iterable[Role], user: str) -> None:
        """Roles of a user who never came."""
        for role in roles:
            if role.row:
                self._source.refuse("roles", role.row, "userSourcedId", user, "refers to a user that did not come in")

    def _add(self, row: Row) -> None:
        values = row.values
        role = Role(values["role"], values["org"], values["roleType"] == "primary", values.get("beginDate"),
                    values.get("endDate"), row, is_change(row))  # fmt: skip
        (self._gone if gone(row) else self._by_user).setdefault(values["user"], []).append(role)
