"""Which published records a keyed refresh has to look at: those that might change, come or go; and what those that it
leaves alone tell about them."""

import json
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, Engine, select

from provider.eligibility.context import nowhere
from provider.eligibility.edition import Edition
from provider.eligibility.facts import Facts
from provider.publishing.catalog import BuiltEdition
from provider.publishing.models import PublishedIndex
from provider.publishing.positions import VERSIONS, record_id
from provider.publishing.project import InQuestion, in_question
from provider.publishing.records.ids import resource_id
from provider.publishing.texts import records_at
from shared.database import fetch

#: Values asked for at a time.
_VALUES = 500
_INDEXED = {
    "sqlite": f"""SELECT DISTINCT r.sourced_id FROM json_each(:values) AS v
        CROSS JOIN published_index AS i ON i.collection_id = :collection AND i.field = :field AND i.value = v.value
        CROSS JOIN published_record AS r
        ON r.id >= :start + i.position * {VERSIONS} AND r.id < :start + (i.position + 1) * {VERSIONS}""",  # noqa: S608
    "postgresql": f"""SELECT DISTINCT r.sourced_id FROM published_index AS i CROSS JOIN LATERAL (
        SELECT sourced_id FROM published_record
        WHERE id >= :start + i.position::bigint * {VERSIONS} AND id < :start + (i.position::bigint + 1) * {VERSIONS}
        ORDER BY id OFFSET 0) AS r
        WHERE i.collection_id = :collection AND i.field = :field AND i.value = ANY(:values)""",  # noqa: S608
}
#: Positions read at a time, looking for one that will do.
_SOME = 100
_decode = msgspec.json.Decoder().decode


def ids_in_question(
    connection: Connection, built: BuiltEdition, facts: Facts, edition: Edition
) -> dict[str, set[str]]:  # fmt: skip
    """sourcedIds by collection; enrollments are found through the index of their users and classes."""
    asked = in_question(facts, edition)
    enrollments = built.collections["enrollments"]
    ids = _indexed(connection, enrollments, "user.sourcedId", asked.enrollment_users)
    ids |= _indexed(connection, enrollments, "class.sourcedId", asked.enrollment_classes)
    return {
        "resources": set(asked.resources), "courses": set(asked.courses), "classes": set(asked.classes),
        "users": set(asked.users), "demographics": set(asked.demographics), "enrollments": ids,
    }  # fmt: skip


def _indexed(connection: Connection, collection_id: int, field: str, values: frozenset[str]) -> set[str]:
    """sourcedIds of records that the index has under any of the values, of all their versions, hidden ones too."""
    wanted, found = sorted(values), set()
    sqlite = connection.dialect.name == "sqlite"
    for i in range(0, len(wanted), _VALUES):
        some = wanted[i : i + _VALUES]
        asked = {
            "collection": collection_id,
            "field": field,
            "values": json.dumps(some) if sqlite else some,
            "start": record_id(collection_id, 0, 0),
        }
        found |= {row[0] for row in fetch(connection, _INDEXED[connection.dialect.name], asked)}
    return found


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
    positions = sorted(
        connection.execute(
            select(PublishedIndex.position).where(
                PublishedIndex.collection_id == number,
                PublishedIndex.field == "resources.sourcedId",
                PublishedIndex.value == sourced_id,
            )
        ).scalars()
    )
    for i in range(0, len(positions), _SOME):
        for _, _, tail in records_at(connection, number, positions[i : i + _SOME], built.revision):
            record = _decode(b"{" + tail)
            # The index may hold too much: what a record once named.
            named = any(reference["sourcedId"] == sourced_id for reference in record.get("resources", ()))
            if named and record["sourcedId"] not in answered:
                return True
    return False
