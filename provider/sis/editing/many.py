"""One column of many rows changed at once: flags, and the State Grade Level Code. Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.sis.changes import Change, changes_of
from provider.sis.editing.checks import referred
from provider.sis.editing.editing import MODELS, find, today_of
from provider.sis.editing.refusals import Wrong
from provider.sis.editing.tables import EDITABLE
from provider.sis.editing.values import Reader
from shared.database import chunks


@dataclass(frozen=True, slots=True)
class Changed:
    """How many rows were changed, and whom that concerns."""

    number: int
    about: frozenset[Change]


def value_for_many(session: Session, table: str, column: str, text: str, now: datetime) -> Any:
    """The value that many rows are to have. Raises Wrong for a column that is not changed so, and for a bad value."""
    if column not in EDITABLE[table].many_at_once:
        raise Wrong({"": f"{EDITABLE[table].many} are not changed so"})
    value = Reader(table, today_of(session, now)).read_one(column, text)
    target = referred(table, column)
    if target and value is not None and find(session, target, (value,)) is None:
        raise Wrong({column: f"there is no such {EDITABLE[target].one}"})
    return value


def differing(session: Session, table: str, ids: Collection[int], column: str, value: Any) -> list[int]:
    """Of these rows, those that have another value now, by id."""
    model = MODELS[table]
    found: list[int] = []
    for chunk in chunks(sorted(set(ids))):
        other = getattr(model, column).is_distinct_from(value)
        found += session.scalars(select(model.id).where(model.id.in_(chunk), other).order_by(model.id))
    return found


def change_many(session: Session, table: str, ids: Collection[int], column: str, value: Any) -> Changed:
    """Give these rows a value (`value_for_many`). Rows that have it, or are gone, stay as they are."""
    model, number = MODELS[table], 0
    about: set[Change] = set()
    for chunk in chunks(differing(session, table, ids, column, value)):
        rows = session.scalars(select(model).where(model.id.in_(chunk)).with_for_update()).all()
        for row in rows:
            setattr(row, column, value)
        session.flush()
        connection = session.connection()
        for row in rows:
            about |= {(table, row.id), *changes_of(row, connection)}
        number += len(rows)
        session.expunge_all()
    return Changed(number, frozenset(about))
