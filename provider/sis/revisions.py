"""How the grade book's changes are counted: a number for the district, and by collection and school that of the last.

Writers queue behind the count; reads tell by it whether anything that a connection can see has changed since.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session, scoped_session

from provider.sis import models
from provider.sis.models.gradebook import Graded
from shared.database import fetch

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

# Plain SQL: every single write comes through here, and SQLAlchemy's layers would cost more than the database does.
_COUNT = """INSERT INTO gradebook_revision (collection, school_id, number) VALUES ('', 0, 1)
    ON CONFLICT (collection, school_id) DO UPDATE SET number = gradebook_revision.number + 1 RETURNING number"""
_NOTE = """INSERT INTO gradebook_revision (collection, school_id, number) VALUES (:collection, :school, :number)
    ON CONFLICT (collection, school_id) DO UPDATE SET number = excluded.number RETURNING number"""


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
    number = fetch(connection, _COUNT, {})[0][0]
    # In one order always, so that no two writers wait for each other.
    for school in sorted(set(school_ids)):
        fetch(connection, _NOTE, {"collection": collection, "school": school, "number": number})
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    last = _last_moment(connection, collection)
    return moment if last is None or moment > last else last + timedelta(milliseconds=1)


def _last_moment(connection: Connection, collection: str) -> datetime | None:
    """The newest moment of a collection; either driver has it without its zone."""
    model: Any = TABLES[collection]
    last = fetch(connection, f"SELECT max(modified_at) FROM {model.__tablename__}", {})[0][0]  # noqa: S608
    if last is None:
        return None
    return (datetime.fromisoformat(last) if isinstance(last, str) else last).replace(tzinfo=UTC)
