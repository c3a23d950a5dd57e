"""Deletes old rows in portions, so that nobody waits long for the database (C-115)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from shared.database import will_write

#: Rows deleted in one transaction: others wait for it.
BATCH = 2_000


def delete_in_batches(session: Session, table: Any, where: ColumnElement[bool]) -> Iterator[int]:
    """Delete the rows in the order in which they came; yields their number where the work so far is to be committed."""
    while True:
        will_write(session)
        ids = session.scalars(select(table.id).where(where).order_by(table.id).limit(BATCH)).all()
        if ids:
            session.execute(delete(table).where(table.id.in_(ids)).execution_options(synchronize_session=False))
        yield len(ids)
        if len(ids) < BATCH:
            return
