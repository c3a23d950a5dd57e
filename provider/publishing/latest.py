"""The latest version of records as they are published: what a refresh compares with."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from provider.publishing.models import PublishedRecord

#: sourcedId -> (record id, digest; None when the record is hidden).
Latest = dict[str, tuple[int, bytes | None]]
#: Rows fetched at a time, and sourcedIds asked for at a time.
_ROWS, _IDS = 4_000, 500

_versions = select(
    PublishedRecord.collection_id, PublishedRecord.sourced_id, PublishedRecord.id, PublishedRecord.digest,
    PublishedRecord.until,
)  # fmt: skip


def all_latest(connection: Connection, collection_id: int) -> Latest:
    """Every record of a collection."""
    query = _versions.where(PublishedRecord.collection_id == collection_id)
    found = connection.execute(query, execution_options={"yield_per": _ROWS})
    return _latest(found, [collection_id])[collection_id]


def latest_of(connection: Connection, asked: Mapping[int, set[str]]) -> dict[int, Latest]:
    """Some records of some collections, asked for by their sourcedIds, by collection."""
    ids = sorted(set().union(*asked.values()))
    rows: list[Any] = []
    for i in range(0, len(ids), _IDS):
        # All at once: few ids more are found in a collection than are asked of it, and fewer queries are asked.
        rows += connection.execute(
            _versions.where(
                PublishedRecord.collection_id.in_([number for number, some in asked.items() if some]),
                PublishedRecord.sourced_id.in_(ids[i : i + _IDS]),
            )
        )
    return _latest((row for row in rows if row[1] in asked[row[0]]), asked)


def _latest(rows: Iterable[Any], collections: Iterable[int]) -> dict[int, Latest]:
    """Of all versions of records the one that is live, or else the one that ended last."""
    latest: dict[int, Latest] = {number: {} for number in collections}
    ended: dict[tuple[int, str], tuple[int, int]] = {}
    for number, sourced_id, key, mark, until in rows:
        if until is None:
            latest[number][sourced_id] = (key, mark)
        elif (number, sourced_id) not in ended or ended[number, sourced_id][1] < until:
            ended[number, sourced_id] = (key, until)
    for (number, sourced_id), (key, _) in ended.items():
        latest[number].setdefault(sourced_id, (key, None))
    return latest
