"""How the grade book's changes are counted: a number for the district, and by collection and school that of the last.

Writers queue behind the count; reads tell by it whether anything that a connection can see has changed since.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

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


def touch(
    database: Connection | Session | scoped_session[Session],
    collection: str,
    school_ids: Iterable[int],
    now: datetime,
) -> datetime:
    """Count a change of a collection's rows at some schools (0: what belongs to none), before the rows are written.

    Returns the moment for their `modified_at`: `now` (UTC) in whole milliseconds, or just after the newest that any
    row of the collection has, so that no delta read can miss one. The counter's row is taken first and kept until the
    transaction ends: writers queue behind each other, and later numbers have later moments.
    """
    connection = database if isinstance(database, Connection) else database.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(GradebookRevision.__table__)
    count = insert.values(collection="", school_id=0, number=1).on_conflict_do_update(
        index_elements=_KEY, set_={"number": GradebookRevision.number + 1}
    )
    number = connection.execute(count.returning(GradebookRevision.number)).scalar_one()
    # In one order always, so that no two writers wait for each other.
    rows = [{"collection": collection, "school_id": one, "number": number} for one in sorted(set(school_ids))]
    if rows:
        connection.execute(
            insert.on_conflict_do_update(index_elements=_KEY, set_={"number": insert.excluded.number}), rows
        )
    return _moment(connection, collection, now)


def _moment(connection: Connection, collection: str, now: datetime) -> datetime:
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    last: datetime | None = connection.scalar(select(func.max(TABLES[collection].modified_at)))
    return moment if last is None or moment > last else last + timedelta(milliseconds=1)
