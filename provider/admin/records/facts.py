"""What the record editor says of a row beside its form: its title, what it is known as, what belongs to it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.admin.records.naming import is_named, words_of
from provider.sis.editing.checks import referred
from provider.sis.editing.editing import MODELS
from provider.sis.editing.keys import key_of, key_text
from provider.sis.editing.tables import EDITABLE
from provider.sis.editing.uses import uses_of
from provider.sis.importing.shapes import sis_shapes

_KNOWN_AS = {
    "id": "Number in the SIS",
    "guid": "GUID",
    "sourced_id": "sourcedId that it came in with",
    "grading_period_sourced_id": "sourcedId of its grading period",
    "imported_role": "Role that it came in with",
    "identifier": "Identifier that it came in with",
    "user_ids": "User ids that it came in with",
    "active": "Active",
}


class Belonging(NamedTuple):
    """Rows of another table that refer to a row by `column`; `editable`: people edit that table."""

    table: str
    column: str
    words: str
    number: int

    @property
    def editable(self) -> bool:
        return self.table in EDITABLE


def title_of(session: Session, row: Any, today: date) -> str:
    """What a row is, in a few words: "Enrollment of Lake, Ada (1001)"."""
    table = row.__tablename__
    editable = EDITABLE[table]
    what = editable.one[:1].upper() + editable.one[1:]
    key = key_of(row)
    if is_named(table):
        return f"{what}: {words_of(session, table, [key[0]], today).get(key[0], key[0])}"
    owner = referred(table, editable.owner)
    whose = words_of(session, owner, [getattr(row, editable.owner)], today).values()
    return f"{what} of {next(iter(whose), key_text(key))}"


def known_as(row: Any) -> list[tuple[str, str]]:
    """What nobody edits of a row: numbers and ids, and what an import brought."""
    editable, shape = EDITABLE[row.__tablename__], sis_shapes()[row.__tablename__]
    found = []
    for column in shape.header:
        value = getattr(row, column)
        if column not in editable.columns and value is not None:
            words = {True: "Yes", False: "No"}.get(value, value) if isinstance(value, bool) else value
            found.append((_KNOWN_AS[column], str(words)))
    return found


def belonging(session: Session, row: Any) -> Sequence[Belonging]:
    """The rows of other tables that refer to a row, counted."""
    table, key = row.__tablename__, key_of(row)
    found: list[Belonging] = []
    if len(key) > 1:
        return found
    for other, editable in EDITABLE.items():
        for column in editable.columns:
            if referred(other, column) == table:
                same = getattr(MODELS[other], column) == key[0]
                number = session.scalar(select(func.count()).select_from(MODELS[other]).where(same)) or 0
                label = editable.many[:1].upper() + editable.many[1:]
                beside = "" if column == editable.owner else f" ({editable.field_of(column).label.lower()})"
                found.append(Belonging(other, column, label + beside, number))
    return found


def uses_in_words(session: Session, row: Any) -> list[Belonging]:
    """Where a row is used, in any table of the provider."""
    found = []
    for (table, column), number in uses_of(session, row).items():
        many = EDITABLE[table].many if table in EDITABLE else table.replace("_", " ")
        found.append(Belonging(table, column, many[:1].upper() + many[1:], number))
    return found
