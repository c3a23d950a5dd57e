"""Adding, changing and removing a row of the SIS by hand. Nothing here commits; change tracking notices by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from provider.sis.changes import Change
from provider.sis.editing.keys import Key

#: Values of a form by column: a date as 2026-08-18, a flag as "1" or "", what is blank as "".
Texts = Mapping[str, str]


class NotEdited(Exception):
    """An edit that was refused; nothing was changed."""


class Wrong(NotEdited):
    """What is wrong, by column in sentences; "" for the row as a whole."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(fields.values()))
        self.fields = dict(fields)


class Managed(NotEdited):
    """The HR system manages these columns of this person (B-131, B-134); () for the row as a whole."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        super().__init__("managed by the HR system")
        self.columns = columns


class InUse(NotEdited):
    """A row cannot be removed: how many rows of which tables refer to it."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        super().__init__("; ".join(f"{number} × {table}" for table, number in uses.items()))
        self.uses = dict(uses)


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit that was made: `before` and `after` are the values that differ, `about` whom it concerns (changes_of)."""

    table: str
    key: Key
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    about: frozenset[Change]


def texts_of(row: Any) -> dict[str, str]:
    """The values of a row's editable columns as a form shows them."""
    raise NotImplementedError


def add(session: Session, table: str, texts: Texts, today: date) -> Edited:
    """Make a row of what was typed; columns that `texts` lacks are blank. Raises Wrong, Managed."""
    raise NotImplementedError


def change(session: Session, row: Any, texts: Texts, today: date) -> Edited:
    """Give a row the values that were typed; columns that `texts` lacks stay. Raises Wrong, Managed."""
    raise NotImplementedError


def remove(session: Session, row: Any) -> Edited:
    """Remove a row. Raises InUse, Managed."""
    raise NotImplementedError
