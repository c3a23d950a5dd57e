"""What of staff the HR system controls: it cannot be changed by hand until an administrator releases the person
(B-131 … B-137, B-139). Role marks, excludes, accounts and staff history are the district's (B-133).
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from provider.sis.editing.refusals import Managed
from provider.sis.editing.tables import EDITABLE
from provider.sis.models import Person


def is_managed(session: Session, table: str, row: Any) -> bool:
    """Whether the HR system manages the person whose row this is, as far as it controls rows of this table."""
    column = EDITABLE[table].person
    person_id = getattr(row, column) if column else None
    person = session.get(Person, person_id) if person_id is not None else None
    return person is not None and person.hr_managed_since is not None


def controlled(table: str) -> frozenset[str]:
    """The columns of a table that HR controls."""
    return frozenset(one.column for one in EDITABLE[table].fields if one.hr)


def check_change(session: Session, row: Any, changed: Collection[str]) -> None:
    """Raises Managed when a column that HR controls would change."""
    table = row.__tablename__
    if (refused := controlled(table) & set(changed)) and is_managed(session, table, row):
        raise Managed(tuple(column for column in EDITABLE[table].columns if column in refused))


def check_new(session: Session, row: Any) -> None:
    """Raises Managed when the row, or a value in it, is the HR system's to give."""
    table = row.__tablename__
    if is_managed(session, table, row):
        if EDITABLE[table].hr_rows:
            raise Managed
        filled = tuple(column for column in EDITABLE[table].columns
                       if column in controlled(table) and getattr(row, column) is not None)  # fmt: skip
        if filled:
            raise Managed(filled)


def check_removal(session: Session, row: Any) -> None:
    """Raises Managed when the row holds what HR controls."""
    if is_managed(session, row.__tablename__, row):
        raise Managed
