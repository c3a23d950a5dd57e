"""Applies enrollments, by the thousand."""

from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from consumer.platform.models import Enrollment
from consumer.sync.apply.work import Ids, Row, day, set_values

_TABLE: Any = Enrollment.__table__


def create_enrollments(session: Session, ids: Ids, rows: list[Row]) -> None:
    made = []
    for row in rows:
        values = _dated(row.after)
        values["section_id"] = ids.section(values.pop("section"))
        values["account_id"] = ids.account(values.pop("user"))
        made.append(values)
    session.connection().execute(insert(_TABLE), made)


def update_enrollments(session: Session, ids: Ids, rows: list[Row]) -> None:
    set_values(session, Enrollment, ((row.target_id, _dated(row.after)) for row in rows if row.target_id is not None))


def remove_enrollments(session: Session, ids: Ids, rows: list[Row]) -> None:
    """Only what is still as it was planned: somebody may have enrolled the person by hand since (C-72)."""
    statement = delete(_TABLE).where(
        _TABLE.c.id == bindparam("row_id"), _TABLE.c.role == bindparam("as_role"),
        _TABLE.c.origin == bindparam("by_origin"),
    )  # fmt: skip
    keys = [{"row_id": r.target_id, "as_role": r.before["role"], "by_origin": r.before["origin"]} for r in rows]
    session.connection().execute(statement, keys)


def _dated(values: dict[str, Any]) -> dict[str, Any]:
    return {name: day(value) if name.endswith("_date") else value for name, value in values.items()}
