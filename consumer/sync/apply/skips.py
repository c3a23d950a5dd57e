"""Applies the list of skipped records, and takes back marks of hand changes that the plan has looked at."""

from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from consumer.platform.models import Account, Course, Section
from consumer.sync.apply.work import Ids, Row
from consumer.sync.staged import chunks
from consumer.sync.tables import Entity, SkippedRecord

_TOUCHED: dict[Entity, Any] = {Entity.USER: Account, Entity.COURSE: Course, Entity.SECTION: Section}


def skip(session: Session, ids: Ids, entity: Entity, rows: list[Row]) -> None:
    clear(session, ids, entity, rows)
    made = [
        {
            "connection_id": ids.connection_id,
            "entity": entity,
            "sis_id": row.key,
            "code": row.code,
            "detail": row.detail or "",
            "name": row.name,
            "run_id": ids.run_id,
        }
        for row in rows
    ]
    session.connection().execute(insert(SkippedRecord.__table__), made)


def clear(session: Session, ids: Ids, entity: Entity, rows: list[Row]) -> None:
    for chunk in chunks(row.key for row in rows):
        session.execute(
            delete(SkippedRecord).where(
                SkippedRecord.connection_id == ids.connection_id,
                SkippedRecord.entity == entity,
                SkippedRecord.sis_id.in_(chunk),
            )
        )


def see(session: Session, entity: Entity, rows: list[Row]) -> None:
    """Unless it was changed by hand once more in the meantime."""
    table = _TOUCHED[entity].__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"), table.c.touched == bindparam("times"))
        .values(touched=0)
    )
    keys = [{"row_id": row.target_id, "times": row.before["touched"]} for row in rows]
    session.connection().execute(statement, keys)
