"""`identifier`, `userIds` and `userMasterIdentifier` of users → the numbers and the GUID of people; what these do not
tell is kept as it came in, so that it goes out again (P-83b).

A person who has no number in a published role has the person id as `identifier`, and no `userIds`
(`provider.publishing.records.users`).
"""

import re
from typing import Any

from provider.sis.importing.oneroster.roles import STAFF_LETTERS, User, account_kind
from provider.sis.importing.oneroster.source import Source, cut
from provider.sis.importing.oneroster.store import Store
from shared.oneroster.csv import Row
from shared.oneroster.kinds import USER_ID

FILE = "users"
#: Column of `person` by the type of the userId, in the order in which they are published.
NUMBERS = {"studentNumber": "student_number", "staffNumber": "staff_number"}
_OWN = {"student": "studentNumber", "staff": "staffNumber"}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class Numbers:
    """The numbers of a batch of users, of whom in OneRoster two may share one, and here not."""

    def __init__(self, source: Source, store: Store, users: list[User]) -> None:
        self._source = source
        wanted = [self._given(user) for user in users]
        self._taken = {
            column: {row[column]: row["id"] for row in store.find("person", column, [w[column] for w in wanted])}
            for column in NUMBERS.values()
        }
        guids = [_guid(user.row) for user in users]
        self._guids = {row["guid"]: row["id"] for row in store.find("person", "guid", guids)}

    def columns(self, user: User) -> dict[str, Any]:
        """The columns of `person` that a user fills."""
        row, person = user.row, user.person
        found: dict[str, Any] = self._given(user)
        for column, number in found.items():
            if number and self._taken[column].setdefault(number, person) != person:
                self._source.note(FILE, row, "identifier: another user has the same number; it is kept as text only")
                found[column] = None
        published = [(kind, found[column]) for kind, column in NUMBERS.items() if found[column]]
        identifier = row.values.get("identifier")
        user_ids = ",".join(map(USER_ID.to_csv, row.values.get("userIds", ())))
        told = ",".join(USER_ID.to_csv({"type": kind, "identifier": number}) for kind, number in published)
        derived = published[0][1] if published else str(person)
        guid = _guid(row)
        return found | {
            "identifier": None if identifier == derived else cut(identifier, 255),
            "user_ids": None if user_ids == told else user_ids,
            "guid": guid if guid and self._guids.setdefault(guid, person) == person else None,
        }

    def _given(self, user: User) -> dict[str, str | None]:
        """The numbers that a row gives: its userIds say which is what, else `identifier` is that of the account."""
        row, letters = user.row, user.letters
        ids = {str(one["type"]): str(one["identifier"]) for one in row.values.get("userIds", ())}
        own = _OWN.get(account_kind(letters))
        found: dict[str, str | None] = dict.fromkeys(NUMBERS.values())
        for kind, belongs in (("studentNumber", "s" in letters), ("staffNumber", bool(letters & STAFF_LETTERS))):
            number = ids.get(kind) if belongs else None
            if number is None and kind == own and not ids.keys() & NUMBERS.keys():
                number = row.values.get("identifier")
            found[NUMBERS[kind]] = cut(number, 40)
        return found


def _guid(row: Row) -> str | None:
    """The master identifier, where it is a GUID: 1.2 publishes that of the person as such."""
    text = str(row.values.get("userMasterIdentifier", ""))
    return text if _GUID.fullmatch(text) else None
