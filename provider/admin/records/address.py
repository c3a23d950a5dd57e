"""Addresses of the record editor, for the pages that link to it."""

from collections import deque
from collections.abc import Iterator
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.sis.editing.checks import referred
from provider.sis.editing.editing import MODELS, find
from provider.sis.editing.keys import Key, key_of, key_text
from provider.sis.editing.tables import EDITABLE
from provider.sis.importing.shapes import sis_shapes

#: Of a row that refers to two of a kind, the column that leads to what is wanted.
_THROUGH = {("relationship", "enrollment"): "student_id"}


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
    refer to one of these (person → user account): the only one, the form for a new one where there is none, or else
    their list. None for what is no record: settings, connections.
    """
    wanted, _, field = column.partition(",")[0].strip().partition(".")
    if wanted not in EDITABLE or table not in EDITABLE:
        return None
    if (wanted, field) == ("school_year", "active"):
        return url_for("years.show")
    for near, key in _upwards(session, table, id, wanted):
        if near == wanted:
            return record_address(wanted, key, field)
        if refers := _referring(wanted, near):
            return _of_one(session, wanted, refers, key, field)
    return None


def _upwards(session: Session, table: str, key: Any, wanted: str) -> Iterator[tuple[str, Any]]:
    """A row and those that it refers to, the nearest first."""
    waiting, seen = deque([(table, key)]), set()
    while waiting:
        near, key = waiting.popleft()
        row = find(session, near, (key,)) if len(sis_shapes()[near].key) == 1 else None
        if row is None or (near, key) in seen:
            continue
        seen.add((near, key))
        yield near, key
        first = _THROUGH.get((near, wanted), "")
        columns = sorted(EDITABLE[near].columns, key=lambda column: column != first)
        waiting += [(referred(near, one), value) for one in columns if referred(near, one)
                    and (value := getattr(row, one)) is not None]  # fmt: skip


def _referring(table: str, target: str) -> str:
    """The column by which rows of `table` belong to those of `target`, "" for none."""
    owner = EDITABLE[table].owner
    columns = [owner, *EDITABLE[table].columns] if owner else EDITABLE[table].columns
    return next((column for column in columns if referred(table, column) == target), "")


def _of_one(session: Session, table: str, column: str, key: Any, field: str) -> str:
    """The only row that refers to another by `column`, the form for one where there is none, or their list."""
    model = MODELS[table]
    rows = session.scalars(select(model).where(getattr(model, column) == key).limit(2)).all()
    if len(rows) == 1:
        return record_address(table, key_of(rows[0]), field)
    return list_address(table, **{column: key}) if rows else add_address(table, **{column: key})
