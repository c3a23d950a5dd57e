"""Keeps what records said before a pull replaced it, in the database alone: no record is read for it."""

from collections.abc import Sequence

from sqlalchemy import case, func, insert, literal, null, select
from sqlalchemy.orm import Session

from consumer.sync.staging import FormerRecord, StagedRecord
from shared.database import chunks

_KEPT = ("connection_id", "collection", "sourced_id", "brought_in", "replaced_in", "raw")


def keep_former(
    session: Session, connection_id: int, collection: str, sourced_ids: Sequence[str], pull_id: int
) -> None:
    """Remember what these staged records say now, before pull `pull_id` changes them or marks them absent."""
    present = StagedRecord.absent_since.is_(None)
    for chunk in chunks(sourced_ids):
        now = select(
            StagedRecord.connection_id,
            StagedRecord.collection,
            StagedRecord.sourced_id,
            func.coalesce(StagedRecord.absent_since, StagedRecord.changed_in),
            literal(pull_id),
            case((present, StagedRecord.raw), else_=null()),
        ).where(
            StagedRecord.connection_id == connection_id,
            StagedRecord.collection == collection,
            StagedRecord.sourced_id.in_(chunk),
        )
        session.execute(insert(FormerRecord).from_select(_KEPT, now))
