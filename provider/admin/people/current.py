"""Who people are on a day, asked of the database: their current identity, and the order that it gives a list.

`provider.eligibility.dates.current_identity` decides; lists cannot bring everybody's identities to it, so the same is
said here as a condition, and a test holds the two against each other.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from provider.sis.models import Identity
from provider.sis.models.people import sorted_name

#: Family and given name as lists are sorted by them: preferred where there is one. An index holds them.
SORTED = sorted_name(Identity)


def is_current(day: date) -> ColumnElement[bool]:
    """The condition that a row of Identity is its person's current one on a day: the latest in force, else the last
    that ended, else the next to come; of those that began on the same day the first."""
    other = aliased(Identity)
    return ~exists().where(other.person_id == Identity.person_id, other.id != Identity.id, _before(other, day))


def is_current_of_many(day: date) -> ColumnElement[bool]:
    """The same, for walking past many thousands of rows: who has one identity alone is known beforehand."""
    several = select(Identity.person_id).group_by(Identity.person_id).having(func.count() > 1)
    return or_(Identity.person_id.not_in(several), is_current(day))


def _before(other: Any, day: date) -> ColumnElement[bool]:
    """Whether another identity of the person comes before this one."""
    there, here = _standing(other, day), _standing(Identity, day)
    as_long = _start(other) == _start(Identity)
    sooner = case((here == 0, _start(other) < _start(Identity)), else_=_start(other) > _start(Identity))
    return or_(there > here, and_(there == here, or_(sooner, and_(as_long, other.id < Identity.id))))


def _standing(identity: Any, day: date) -> ColumnElement[int]:
    """2 in force, 1 ended, 0 to come."""
    begun = or_(identity.start_date.is_(None), identity.start_date <= day)
    running = or_(identity.end_date.is_(None), identity.end_date >= day)
    return case((~begun, 0), (running, 2), else_=1)


def _start(identity: Any) -> ColumnElement[date]:
    """The day on which an identity begins; blank: before every other."""
    return func.coalesce(identity.start_date, date.min)
