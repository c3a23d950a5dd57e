"""Where a row is used: the rows of any table of the provider that refer to it."""

from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from provider.database import db


def uses_of(session: Session, row: Any) -> dict[tuple[str, str], int]:
    """How many rows refer to a row, by (table, column); what its removal would take along counts too."""
    own: Table = row.__table__
    found = {}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            targets = [key.column for key in column.foreign_keys if key.column.table is own]
            if targets:
                same = select(func.count()).select_from(table).where(column == getattr(row, targets[0].name))
                if count := session.scalar(same):
                    found[table.name, column.name] = count
    return found
