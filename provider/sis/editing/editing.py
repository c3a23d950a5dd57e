"""Adding, changing and removing a row of the SIS by hand.

1. Read what was typed (`values`).
2. Refuse what the HR system controls (`control`), and what the row must not be (`checks`).
3. Write through the ORM, so that change tracking notices by itself; rows that platforms see within score scales are
   counted as an import counts them.

Nothing here commits. `now` is aware UTC; what day it is, is the district's matter.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from provider.sis import models
from provider.sis.changes import Change, changes_of
from provider.sis.editing.checks import check_row
from provider.sis.editing.control import check_change, check_new, check_removal
from provider.sis.editing.keys import Key, key_of, key_text
from provider.sis.editing.refusals import InUse, Managed, NotEdited, Wrong
from provider.sis.editing.tables import EDITABLE
from provider.sis.editing.uses import uses_of
from provider.sis.editing.values import Reader, Texts, texts_of
from provider.sis.importing.graded import begin_change
from provider.sis.importing.shapes import sis_shapes
from provider.sis.models import District, Person

__all__ = [
    "Edited", "InUse", "Managed", "NotEdited", "Texts", "Wrong", "add", "change", "find", "release", "remove",
    "texts_of", "today_of",
]  # fmt: skip

#: The model of each table.
MODELS: dict[str, Any] = {getattr(models, name).__tablename__: getattr(models, name) for name in models.__all__}

_INTERRUPTED = "Somebody else has changed what this row belongs to: look at it again."


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit that was made. `before` and `after` are the values that differ, {} where there was or is no row; `about`
    is whom it concerns: what is refreshed, and the row itself. `also`: rows that a mark was taken from."""

    table: str
    key: Key
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    about: frozenset[Change]
    also: tuple["Edited", ...] = ()


def find(session: Session, table: str, key: Key, lock: bool = False) -> Any:
    """A row by its key, None where there is none. `lock`: nobody else changes it until the transaction ends."""
    return session.get(MODELS[table], key if len(key) > 1 else key[0], with_for_update=lock, populate_existing=lock)


def today_of(session: Session, now: datetime) -> date:
    """The day in the district."""
    zone = session.scalar(select(District.time_zone).order_by(District.id).limit(1))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def add(session: Session, table: str, texts: Texts, now: datetime, used: int = 0) -> Edited:
    """Make a row of what was typed; columns that `texts` lacks get their defaults.

    used   no row of the table ever had a larger number than this or than those there are: a number is never given to
           a second row, as it names the record on the wire (P-83b)

    Raises Wrong, Managed.
    """
    values = Reader(table, today_of(session, now)).read_new(texts)
    if EDITABLE[table].alone:
        raise Wrong({"": f"There is one {EDITABLE[table].one}, and there is no other."})
    row = MODELS[table](**values)
    check_new(session, row)
    check_row(session, table, values, values, None)
    if sis_shapes()[table].made_up:
        row.guid = str(uuid.uuid4())
    if sis_shapes()[table].key == ("id",):
        _number(session, row, used)
    also = _take_mark(session, row)
    _write(session, row, now, lambda: session.add(row))
    return _edited(session, row, {}, values, also)


def change(session: Session, row: Any, texts: Texts, now: datetime) -> Edited:
    """Give a row the values that were typed; columns that `texts` lacks stay. Raises Wrong, Managed."""
    table = row.__tablename__
    after = Reader(table, today_of(session, now)).read_changes(row, texts)
    before = {column: getattr(row, column) for column in after}
    if not after:
        return Edited(table, key_of(row), _subject(row), {}, {}, frozenset())
    check_change(session, row, after)
    merged = {column: getattr(row, column) for column in EDITABLE[table].columns} | after
    check_row(session, table, merged, after, {name: getattr(row, name) for name in sis_shapes()[table].key})
    also = _take_mark(session, row, after)

    def set_values() -> None:
        for column, value in after.items():
            setattr(row, column, value)

    _write(session, row, now, set_values)
    return _edited(session, row, before, after, also)


def remove(session: Session, row: Any, now: datetime) -> Edited:
    """Remove a row. Raises InUse, Managed, Wrong."""
    table = row.__tablename__
    if EDITABLE[table].alone:
        raise Wrong({"": f"A {EDITABLE[table].one} cannot be removed."})
    check_removal(session, row)
    if uses := uses_of(session, row):
        raise InUse(uses)
    before = {column: getattr(row, column) for column in EDITABLE[table].columns}
    edited = _edited(session, row, before, {})
    _write(session, row, now, lambda: session.delete(row))
    return edited


def release(session: Session, person: Person) -> Edited:
    """Take a person out of the control of the HR system (B-139)."""
    before = {"hr_managed_since": person.hr_managed_since}
    person.hr_managed_since = None
    session.flush()
    return _edited(session, person, before, {"hr_managed_since": None})


def _edited(
    session: Session, row: Any, before: dict[str, Any], after: dict[str, Any], also: tuple[Edited, ...] = ()
) -> Edited:
    key, table = key_of(row), row.__tablename__
    about = set(changes_of(row, session.connection()))
    if sis_shapes()[table].key in (("id",), ("person_id",)):
        about.add((table, key[0]))
    return Edited(table, key, _subject(row), before, after, frozenset(about), also)


def _subject(row: Any) -> str:
    return f"{EDITABLE[row.__tablename__].one} {key_text(key_of(row))}"


def _number(session: Session, row: Any, used: int) -> None:
    """Give a new row a number that no row had, where the database would give one again."""
    table = row.__table__
    last = max(session.scalar(select(func.max(table.c.id))) or 0, used)
    if session.connection().dialect.name == "sqlite":
        row.id = last + 1
    else:
        # The sequence may lie behind what an import brought, or what was removed; it never goes back.
        sequence = {"name": f'"{table.name}"', "last": max(last, 1)}
        row.id = session.scalar(
            text(
                "SELECT setval(pg_get_serial_sequence(:name, 'id'), "
                "greatest(nextval(pg_get_serial_sequence(:name, 'id')), :last + 1))"
            ),
            sequence,
        )


def _take_mark(session: Session, row: Any, values: dict[str, Any] | None = None) -> tuple[Edited, ...]:
    """A mark that one row of several has, such as that of the active trial, moves in one transaction: in between there
    is no moment without one, in which nothing would be published."""
    table, taken = row.__tablename__, []
    model = MODELS[table]
    for unique in sis_shapes()[table].uniques.values():
        flag, marked = unique.only or ("", True)
        given = values.get(flag) if values is not None else getattr(row, flag, None) if flag else None
        if not flag or given is not marked:
            continue
        same = [getattr(model, name) == getattr(row, name) for name in unique.columns]
        for other in session.scalars(select(model).where(*same, getattr(model, flag).is_(marked))):
            if other is not row:
                setattr(other, flag, not marked)
                session.flush()
                taken.append(_edited(session, other, {flag: marked}, {flag: not marked}))
    return tuple(taken)


def _write(session: Session, row: Any, now: datetime, act: Callable[[], None]) -> None:
    """Write an edit, and count it where platforms see the row within others."""
    counted = begin_change(session.connection(), sis_shapes()[row.__tablename__], [key_of(row)], now)
    try:
        with session.begin_nested():
            act()
            session.flush()
    except IntegrityError as error:
        raise Wrong({"": _INTERRUPTED}) from error
    counted.finish()
