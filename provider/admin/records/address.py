"""Addresses of the record editor, for the pages that link to it."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from provider.sis.editing.keys import Key, key_text


def record_address(table: str, key: Key | int | str, field: str = "") -> str:
    """The form of a row. `key`: its id, or the columns of its key; `field`: a column, at which the form opens."""
    return url_for("records.show", table=table, key=key_text(key), _anchor=f"field-{field}" if field else None)


def add_address(table: str, **given: Any) -> str:
    """The form for a new row; `given` are columns that are known already: person_id=12."""
    return url_for("records.add", table=table, **given)


def list_address(table: str, **given: Any) -> str:
    """The list of a table's rows, of all or of one owner: person_id=12."""
    return url_for("records.rows", table=table, **given)


def mend_address(session: Session, column: str, table: str, id: int) -> str | None:
    """Where the value that a rule looked at is changed.

    column   `Where.column`: "table.column", or "table" alone; of several the first
    table    the row that the rule looked at, with its id

    From that row the way leads to the rows that it refers to (enrollment → calendar → school …), or to the rows that
    refer to it (person → user account): the only one, the form for a new one where there is none, or else their list.
    None for what is no record: settings, connections.
    """
    return None
