"""What a batch of plan rows is to the code that carries it out: decoded rows, ids of what they name, bulk writes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from consumer.platform.models import AccountSisId, Course, Section


class Row(NamedTuple):
    """A plan row with its values decoded."""

    id: int
    key: str
    target_id: int | None
    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    code: str | None
    detail: str | None


class Missing(LookupError):
    """A plan row names something that is not there, because making it failed."""


@dataclass(frozen=True)
class Ids:
    """Platform ids by sourcedId, read when first asked for: what they name has been applied by then."""

    session: Session
    connection_id: int
    run_id: int

    @cached_property
    def accounts(self) -> dict[str, int]:
        rows = select(AccountSisId.sis_id, AccountSisId.account_id).where(
            AccountSisId.connection_id == self.connection_id
        )
        return dict(self.session.execute(rows).all())

    @cached_property
    def courses(self) -> dict[str, int]:
        rows = select(Course.sis_id, Course.id).where(Course.connection_id == self.connection_id)
        return {sis_id: course_id for sis_id, course_id in self.session.execute(rows) if sis_id}

    @cached_property
    def sections(self) -> dict[str, int]:
        rows = select(Section.sis_id, Section.id).where(Section.connection_id == self.connection_id)
        return {sis_id: section_id for sis_id, section_id in self.session.execute(rows) if sis_id}

    def account(self, sis_id: str) -> int:
        return _find(self.accounts, sis_id, "person")

    def course(self, sis_id: str) -> int:
        return _find(self.courses, sis_id, "course")

    def section(self, sis_id: str) -> int:
        return _find(self.sections, sis_id, "section")


def _find(ids: dict[str, int], sis_id: str, what: str) -> int:
    if (found := ids.get(sis_id)) is None:
        raise Missing(f"The {what} with SIS id {sis_id} is not here: see why it failed")
    return found


def set_values(session: Session, model: Any, changes: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Set columns of rows by id; rows that set the same columns go in one statement."""
    table: Table = model.__table__
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row_id, values in changes:
        if values:
            alike[tuple(values)].append({"row_id": row_id, **{f"to_{name}": v for name, v in values.items()}})
    for names, rows in alike.items():
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values({name: bindparam(f"to_{name}") for name in names})
        )
        session.connection().execute(statement, rows)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
