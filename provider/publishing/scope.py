"""Which published records a keyed refresh has to look at: those that might change, come or go; and what those that it
leaves alone tell about them."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, Engine, select

from provider.eligibility.context import nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.publishing.catalog import BuiltEdition
from provider.publishing.models import PublishedIndex, PublishedRecord
from provider.publishing.positions import record_id
from provider.publishing.project import InQuestion, in_question
from provider.publishing.records.ids import resource_id
from provider.publishing.texts import records_at

#: Positions read at a time, looking for one that will do.
_SOME = 100
_decode = msgspec.json.Decoder().decode


def ids_in_question(engine: Engine, built: BuiltEdition, facts: Facts, edition: Edition) -> dict[str, set[str]]:
    """sourcedIds by collection; enrollments are found through the index of their users and classes."""
    asked = in_question(facts, edition)
    with engine.connect() as connection:
        enrollments = built.collections["enrollments"]
        ids = _enrollments(connection, enrollments, "user.sourcedId", asked.enrollment_users)
        ids |= _enrollments(connection, enrollments, "class.sourcedId", asked.enrollment_classes)
    return {
        "resources": set(asked.resources), "courses": set(asked.courses), "classes": set(asked.classes),
        "users": set(asked.users), "demographics": set(asked.demographics), "enrollments": ids,
    }  # fmt: skip


def _enrollments(connection: Connection, collection_id: int, field: str, values: frozenset[str]) -> set[str]:
    """sourcedIds of enrollments that the index has under any of the values."""
    wanted = sorted(values)
    found: set[str] = set()
    for i in range(0, len(wanted), 500):
        for position in _positions(connection, collection_id, field, wanted[i : i + 500]):
            found.update(_ids_at(connection, collection_id, position))
    return found


def _positions(connection: Connection, collection_id: int, field: str, values: list[str]) -> list[int]:
    """Positions that the index has under any of the values, each once, in order."""
    positions = connection.execute(
        select(PublishedIndex.position).where(
            PublishedIndex.collection_id == collection_id, PublishedIndex.field == field,
            PublishedIndex.value.in_(values),
        )
    ).scalars()  # fmt: skip
    return sorted(set(positions))


def _ids_at(connection: Connection, collection_id: int, position: int) -> list[str]:
    low, high = record_id(collection_id, position, 0), record_id(collection_id, position + 1, 0)
    query = select(PublishedRecord.sourced_id).where(PublishedRecord.id >= low, PublishedRecord.id < high)
    return list(connection.execute(query).scalars())


def used_elsewhere(engine: Engine, built: BuiltEdition, facts: Facts, edition: Edition) -> Callable[[int], bool]:
    """Whether a resource (SIS id) is used by a published record that keyed facts do not answer for."""
    if not facts.resources:
        return nowhere
    asked = in_question(facts, edition)

    def used(key: int) -> bool:
        sourced_id = resource_id(facts.resources[key])
        with engine.connect() as connection:
            return any(_uses(connection, built, name, sourced_id, asked) for name in ("courses", "classes", "users"))

    return used


def _uses(connection: Connection, built: BuiltEdition, name: str, sourced_id: str, asked: InQuestion) -> bool:
    number, answered = built.collections[name], getattr(asked, name)
    positions = _positions(connection, number, "resources.sourcedId", [sourced_id])
    for i in range(0, len(positions), _SOME):
        for _, _, tail in records_at(connection, number, positions[i : i + _SOME], built.revision):
            record = _decode(b"{" + tail)
            # The index may hold too much: what a record once named.
            named = any(reference["sourcedId"] == sourced_id for reference in record.get("resources", ()))
            if named and record["sourcedId"] not in answered:
                return True
    return False
