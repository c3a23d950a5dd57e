"""Who carries which id and name while a user import goes through its file (C-45, C-46)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.import_rows import Schools
from consumer.platform.models import Account, School


class Register:
    """Who carries which id and name, kept up to date with what the file has said so far. Somebody who is new in the
    file is known by the negative number of its line.
    """

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Account.id, Account.unique_id, Account.username_key, Account.email_key)).all()
        self.unique_ids: dict[str, int] = {row[1]: row[0] for row in rows if row[1]}
        self.usernames: dict[str, int] = {row[2]: row[0] for row in rows}
        self.emails: dict[str, int] = {row[3]: row[0] for row in rows if row[3]}
        self.lines: dict[int, int] = {}
        schools = session.execute(select(School.id, School.name, School.number)).all()
        self.schools = Schools([(row[0], row[1], row[2]) for row in schools])

    def find(self, values: dict[str, Any]) -> int | None:
        """The account meant: by unique id, else by username."""
        found = self.unique_ids.get(values.get("unique_id", ""))
        return found if found is not None else self.usernames.get(fold(values.get("username", "")))

    def taken(self, who: int, values: dict[str, Any]) -> list[tuple[str, int]]:
        """(column, by whom) of what belongs to somebody else (C-45)."""
        spaces = (
            ("unique_id", self.unique_ids, values.get("unique_id")),
            ("username", self.usernames, fold(values.get("username", ""))),
            ("email", self.emails, fold(values.get("email", ""))),
        )
        return [(column, holder) for column, names, key in spaces if key and (holder := names.get(key, who)) != who]

    def note(self, who: int, line: int, before: dict[str, Any], values: dict[str, Any]) -> None:
        """Take in what a row says of `who`, whose values were `before`."""
        self.lines[who] = line
        for column, names in (("unique_id", self.unique_ids), ("username", self.usernames), ("email", self.emails)):
            if column in values:
                if former := before.get(column):
                    names.pop(_key(column, former), None)
                names[_key(column, values[column])] = who


def _key(column: str, text: str) -> str:
    return text if column == "unique_id" else fold(text)
