"""How the grade book's changes are counted: a number for the district, and by collection and school that of the last.

Reads tell by it whether anything that a connection can see has changed since; writers queue behind it.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from provider.gradebook.lookups import fetch_among
from provider.sis import models
from provider.sis.models.gradebook import GradebookRevision, Graded

_KEY = ["collection", "school_id"]
#: Stands for what belongs to no school.
NO_SCHOOL = 0

#: The table of each collection.
TABLES: dict[str, type[Graded]] = {
    "categories": models.GradeCategory,
    "lineItems": models.LineItem,
    "results": models.Result,
    "scoreScales": models.ScoreScale,
    "assessmentLineItems": models.AssessmentLineItem,
    "assessmentResults": models.AssessmentResult,
}

_LAST = "SELECT coalesce(max(number), 0) FROM gradebook_revision WHERE collection {among}"
_LAST_AT = "SELECT school_id, number FROM gradebook_revision WHERE collection {among}"


def touch(session: Session, collection: str, school_ids: Iterable[int], now: datetime) -> datetime:
    """Count a change of a collection's rows at some schools (0: what belongs to none), before the rows are written.

    Returns the moment for their `modified_at`: `now` (UTC) in whole milliseconds, or just after the newest that any
    row of the collection has, so that no delta read can miss one. The counter's row is taken first and kept until the
    transaction ends: writers queue behind each other, and later numbers have later moments.
    """
    dialect = sqlite if session.get_bind(mapper=GradebookRevision).dialect.name == "sqlite" else postgresql
    insert = dialect.insert(GradebookRevision.__table__)
    count = insert.values(collection="", school_id=0, number=1).on_conflict_do_update(
        index_elements=_KEY, set_={"number": GradebookRevision.number + 1}
    )
    number = session.execute(count.returning(GradebookRevision.number)).scalar_one()
    # In one order always, so that no two writers wait for each other.
    rows = [{"collection": collection, "school_id": one, "number": number} for one in sorted(set(school_ids))]
    if rows:
        session.execute(
            insert.on_conflict_do_update(index_elements=_KEY, set_={"number": insert.excluded.number}), rows
        )
    return _moment(session, collection, now)


def _moment(session: Session, collection: str, now: datetime) -> datetime:
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    last: datetime | None = session.scalar(select(func.max(TABLES[collection].modified_at)))
    return moment if last is None or moment > last else last + timedelta(milliseconds=1)


def number_of(connection: Connection, collections: Collection[str], schools: frozenset[int] | None) -> int:
    """The number of the last change of some collections that a connection can see: `schools` are the ids of those in
    its scope, None for all. 0: nothing was ever written."""
    if schools is None:
        number: int = fetch_among(connection, _LAST, collections)[0][0]
        return number
    rows = fetch_among(connection, _LAST_AT, collections)
    return max((number for school, number in rows if school in schools or school == NO_SCHOOL), default=0)
