"""Which published records a keyed refresh has to look at: those that might change, come or go."""

from sqlalchemy import Connection, Engine, select

from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.publishing.catalog import BuiltEdition
from provider.publishing.models import PublishedIndex, PublishedRecord
from provider.publishing.positions import record_id
from provider.publishing.project import in_question


def ids_in_question(engine: Engine, built: BuiltEdition, facts: Facts, edition: Edition) -> dict[str, set[str]]:
    """sourcedIds by collection; enrollments are found through the index of their users and classes."""
    asked = in_question(facts, edition)
    with engine.connect() as connection:
        enrollments = built.collections["enrollments"]
        ids = _enrollments(connection, enrollments, "user.sourcedId", asked.enrollment_users)
        ids |= _enrollments(connection, enrollments, "class.sourcedId", asked.enrollment_classes)
    return {
        "courses": set(asked.courses), "classes": set(asked.classes), "users": set(asked.users),
        "demographics": set(asked.demographics), "enrollments": ids,
    }  # fmt: skip


def _enrollments(connection: Connection, collection_id: int, field: str, values: frozenset[str]) -> set[str]:
    """sourcedIds of enrollments that the index has under any of the values."""
    wanted = sorted(values)
    found: set[str] = set()
    for i in range(0, len(wanted), 500):
        positions = connection.execute(
            select(PublishedIndex.position).where(
                PublishedIndex.collection_id == collection_id, PublishedIndex.field == field,
                PublishedIndex.value.in_(wanted[i : i + 500]),
            )
        ).scalars()  # fmt: skip
        for position in set(positions):
            found.update(_ids_at(connection, collection_id, position))
    return found


def _ids_at(connection: Connection, collection_id: int, position: int) -> list[str]:
    low, high = record_id(collection_id, position, 0), record_id(collection_id, position + 1, 0)
    query = select(PublishedRecord.sourced_id).where(PublishedRecord.id >= low, PublishedRecord.id < high)
    return list(connection.execute(query).scalars())
