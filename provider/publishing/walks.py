"""What a client's walk over many pages holds on to: the revision it began with, and the list of what it asked for.

Kept in the traffic database, seen by every worker process, for two hours (DESIGN section 2, P-92).
"""

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from provider.publishing.models import KeptChunk, KeptList, KeptText, KeptWalk
from provider.publishing.positions import BLOCK, CHUNK, unpack
from provider.publishing.rendering import expand, squeeze
from provider.publishing.sweeping import WALK_LIFETIME
from shared.database import Readers, fetch, insert_many, writing

#: A walk that is pinned to the present revision and lives this long still need not be pinned again.
_LONG_ENOUGH = WALK_LIFETIME / 2

_PINNED = """SELECT revision, expires_at FROM kept_walk
    WHERE connection_id = :client AND query = :asked AND expires_at > :now"""
_LIST = """SELECT id, total FROM kept_list
    WHERE collection_id = :collection AND revision = :at AND query = :asked AND expires_at > :now"""
_CHUNKS = "SELECT positions FROM kept_chunk WHERE list_id = :list AND number BETWEEN :low AND :high ORDER BY number"
_TEXTS = "SELECT body FROM kept_text WHERE list_id = :list AND number BETWEEN :low AND :high ORDER BY number"


def pin(traffic: Readers, client: int, query: bytes, revision: int, now: datetime) -> None:
    """A client's walk over a query begins at a revision; an earlier one over the same query is forgotten."""
    with traffic.connection() as connection:
        there = _walk(connection, client, query, now)
    if there and there[0] == revision and there[1] > _seconds(now + _LONG_ENOUGH):
        return
    with writing(traffic.engine) as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        values = {"revision": revision, "expires_at": _seconds(now + WALK_LIFETIME)}
        statement = dialect.insert(KeptWalk.__table__).values(connection_id=client, query=query, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["connection_id", "query"], set_=values))


def pinned(traffic: Readers, client: int, query: bytes, now: datetime) -> int | None:
    """The revision that a client's walk began with, or None."""
    with traffic.connection() as connection:
        there = _walk(connection, client, query, now)
    return there[0] if there else None


def _walk(connection: Connection, client: int, query: bytes, now: datetime) -> tuple[int, int] | None:
    """(revision, end) of a client's walk over a query."""
    rows = fetch(connection, _PINNED, {"client": client, "asked": query, "now": _seconds(now)})
    return (rows[0][0], rows[0][1]) if rows else None


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


class Kept(NamedTuple):
    """A kept list: how many positions it has; `slice` reads some."""

    id: int
    total: int


def find_list(connection: Connection, collection_id: int, revision: int, query: bytes, now: datetime) -> Kept | None:
    """The kept answer of a query at a revision, if there is one."""
    asked = {"collection": collection_id, "at": revision, "asked": query, "now": _seconds(now)}
    rows = fetch(connection, _LIST, asked)
    return Kept(rows[0][0], rows[0][1]) if rows else None


def slice_list(connection: Connection, kept: Kept, offset: int, limit: int) -> list[int]:
    """Positions offset … offset + limit - 1 of a kept list."""
    stop = min(offset + limit, kept.total)
    if stop <= offset:
        return []
    low, high = offset // CHUNK, (stop - 1) // CHUNK
    numbers = array("I")
    for (packed,) in fetch(connection, _CHUNKS, {"list": kept.id, "low": low, "high": high}):
        numbers.extend(unpack(packed))
    return numbers[offset - low * CHUNK : stop - low * CHUNK].tolist()


def texts_of(connection: Connection, kept: Kept, offset: int, limit: int) -> list[bytes] | None:
    """The text of entries offset … offset + limit - 1 in pieces, where it is kept whole; None where it is not."""
    stop = min(offset + limit, kept.total)
    if offset % BLOCK or (stop % BLOCK and stop != kept.total) or stop <= offset:
        return None
    low, high = offset // BLOCK, (stop - 1) // BLOCK
    found = fetch(connection, _TEXTS, {"list": kept.id, "low": low, "high": high})
    return [expand(body) for (body,) in found] if len(found) == high - low + 1 else None


def keep_texts(engine: Engine, kept: Kept, first: int, bodies: Sequence[bytes]) -> None:
    """Keep the texts of some of a list's blocks, from block `first` on."""
    with writing(engine) as connection:
        rows = [(kept.id, number, squeeze(body)) for number, body in enumerate(bodies, first)]
        insert_many(connection, KeptText.__table__, ("list_id", "number", "body"), rows)


def keep_list(
    engine: Engine, collection_id: int, revision: int, query: bytes, positions: "array[int]", now: datetime
) -> Kept | None:
    """Keep the answer of a query. None: another process has kept the same first."""
    try:
        with writing(engine) as connection:
            _forget(connection, now)
            number = connection.execute(
                insert(KeptList)
                .values(collection_id=collection_id, revision=revision, query=query, total=len(positions),
                        expires_at=_seconds(now + WALK_LIFETIME))
                .returning(KeptList.id)
            ).scalar_one()  # fmt: skip
            insert_many(connection, KeptChunk.__table__, ("list_id", "number", "positions"), _chunks(number, positions))
    except IntegrityError:
        return None
    return Kept(number, len(positions))


def _chunks(number: int, positions: "array[int]") -> Iterator[tuple[int, int, bytes]]:
    for i in range(0, len(positions), CHUNK):
        yield number, i // CHUNK, positions[i : i + CHUNK].tobytes()


def forget_expired(engine: Engine, now: datetime) -> None:
    """Delete walks and lists whose time is over."""
    with writing(engine) as connection:
        _forget(connection, now)


def _forget(connection: Connection, now: datetime) -> None:
    over = select(KeptList.id).where(KeptList.expires_at <= _seconds(now))
    connection.execute(delete(KeptChunk).where(KeptChunk.list_id.in_(over)))
    connection.execute(delete(KeptText).where(KeptText.list_id.in_(over)))
    connection.execute(delete(KeptList).where(KeptList.expires_at <= _seconds(now)))
    connection.execute(delete(KeptWalk).where(KeptWalk.expires_at <= _seconds(now)))
