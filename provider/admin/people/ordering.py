"""A page of rows that belong to people, in the order of the people's names. The ids of the rows come back; whoever
asks reads what it shows of them.

Few rows are sorted as they are. Of many, the index of names is walked until the page is full, from whichever end is
nearer. People without any identity, and so without a name, come last either way.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from provider.admin.people.current import SORTED, is_current, is_current_of_many
from provider.admin.people.searching import is_sqlite
from provider.sis.models import Identity, Person
from shared.web.lists import SIZE, Asked

#: More rows than this are not sorted for a page of fifty.
MANY = 5_000
#: The order by name.
NAME = "name"

Conditions = Callable[[Any], Sequence[ColumnElement[bool]]]


class Rows(NamedTuple):
    """The rows of a list.

    table    the table that they are in
    id       the column of a row's id
    person   the column of its person; of people themselves the same as `id`
    where    the conditions that the rows meet, given the column of the person
    walked   the same, in a form that is cheap to ask of one row after the other; None: they are
    """

    table: Any
    id: Any
    person: Any
    where: Conditions
    walked: Conditions | None = None

    def select(self, *columns: Any) -> Select[Any]:
        return select(*columns).select_from(self.table).where(*self.where(self.person))


class Blank(NamedTuple):
    """A column to sort by that may be blank."""

    column: Any


def count(session: Session, rows: Rows) -> int:
    return session.scalar(rows.select(func.count())) or 0


def page_of(
    session: Session, rows: Rows, day: date, asked: Asked, sorts: Mapping[str, Sequence[Any]]
) -> tuple[list[int], int]:
    """(the ids of a page, how many rows there are in all). `sorts`: the columns of each order that a list has; of
    NAME, none are needed."""
    total = count(session, rows)
    if asked.sort == NAME:
        return page_by_name(session, rows, day, asked, total), total
    return page_by(session, rows, sorts[asked.sort], asked), total


def page_by(session: Session, rows: Rows, keys: Sequence[Any], asked: Asked) -> list[int]:
    """The ids of a page in the order of some columns; blank ones last."""
    order: list[Any] = []
    for key in keys:
        order += [key.column.is_(None)] if isinstance(key, Blank) else []
        column = key.column if isinstance(key, Blank) else key
        order.append(column.desc() if asked.descending else column)
    order.append(rows.id.desc() if asked.descending else rows.id)
    return list(session.scalars(rows.select(rows.id).order_by(*order).offset(asked.offset).limit(SIZE)))


def page_by_name(session: Session, rows: Rows, day: date, asked: Asked, total: int) -> list[int]:
    """The ids of a page in the order of the names that people have on a day. `total`: how many rows there are."""
    if total <= MANY:
        return _sorted(session, rows, day, asked)
    if asked.offset < total // 2:
        return _walked(session, rows, day, asked.descending, asked.offset, SIZE)
    nameless = _nameless(session, rows, asked.descending)
    named = total - len(nameless)
    last = max(0, min(asked.offset + SIZE, named))
    first = min(asked.offset, last)
    ids = _walked(session, rows, day, not asked.descending, named - last, last - first)[::-1]
    return ids + nameless[max(0, asked.offset - named) : max(0, asked.offset + SIZE - named)]


def _sorted(session: Session, rows: Rows, day: date, asked: Asked) -> list[int]:
    named = and_(Identity.person_id == rows.person, is_current(day))
    found = rows.select(rows.id).outerjoin(Identity, named)
    order = (Identity.id.is_(None), *_order(rows.person, rows, asked.descending))
    return list(session.scalars(found.order_by(*order).offset(asked.offset).limit(SIZE)))


def _walked(session: Session, rows: Rows, day: date, descending: bool, offset: int, limit: int) -> list[int]:
    """Along the index of names."""
    own = rows.id is rows.person
    person = Identity.person_id if own else rows.person
    conditions = [_asked_last(session, one) for one in (rows.walked or rows.where)(person)]
    walk = select(person if own else rows.id).select_from(Identity)
    if not own:
        walk = walk.join(rows.table, rows.person == Identity.person_id)
    order = _order(Identity.person_id, rows, descending)
    current = is_current_of_many(day) if offset > MANY else is_current(day)
    walk = walk.where(*conditions, current).order_by(*order)
    return list(session.scalars(walk.offset(offset).limit(limit)))


def _asked_last(session: Session, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that SQLite takes for nothing to begin with: it would find all rows by it, and sort them."""
    return case((condition, 1), else_=0) == 1 if is_sqlite(session) else condition


def _nameless(session: Session, rows: Rows, descending: bool) -> list[int]:
    """The rows of people who have no identity; there is hardly ever one, which two counts tell quickly."""
    people = select(func.count(Person.id)).scalar_subquery()
    named = select(func.count(Identity.person_id.distinct())).scalar_subquery()
    if session.scalar(select(people == named)):
        return []
    nobody = rows.person.in_(select(Person.id).where(~exists().where(Identity.person_id == Person.id)))
    order = [key.desc() if descending else key for key in (rows.person, rows.id)]
    return list(session.scalars(rows.select(rows.id).where(nobody).order_by(*order)))


def _order(person: Any, rows: Rows, descending: bool) -> list[Any]:
    keys = (*SORTED, person, *(() if rows.id is rows.person else (rows.id,)))
    return [key.desc() if descending else key for key in keys]
