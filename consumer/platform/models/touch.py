"""What people change is marked, so that the next sync looks at it again without looking at everything (C-53, C-69).

People's changes go through the ORM, one object at a time; the sync writes with bulk statements, which these
listeners do not see. A change of an enrollment marks its section, a change of a stored SIS id or link its account.
"""

from typing import Any

from sqlalchemy import event, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper

from consumer.platform.models.courses import Course, Enrollment, Section, SectionGradingPeriod
from consumer.platform.models.people import Account, AccountSisId, ParentLink


def _mark(connection: Connection, model: Any, row_id: int) -> None:
    connection.execute(update(model).where(model.id == row_id).values(touched=model.touched + 1))


@event.listens_for(Account, "after_update")
@event.listens_for(Course, "after_update")
@event.listens_for(Section, "after_update")
def _own_row(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _mark(connection, type(target), target.id)


@event.listens_for(Enrollment, "after_insert")
@event.listens_for(Enrollment, "after_update")
@event.listens_for(Enrollment, "after_delete")
@event.listens_for(SectionGradingPeriod, "after_insert")
@event.listens_for(SectionGradingPeriod, "after_delete")
def _section_of(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _mark(connection, Section, target.section_id)


@event.listens_for(AccountSisId, "after_insert")
@event.listens_for(AccountSisId, "after_delete")
def _account_of(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _mark(connection, Account, target.account_id)


@event.listens_for(ParentLink, "after_insert")
@event.listens_for(ParentLink, "after_update")
@event.listens_for(ParentLink, "after_delete")
def _parent_of(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
    _mark(connection, Account, target.parent_id)
