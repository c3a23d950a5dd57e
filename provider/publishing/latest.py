"""The latest version of records, what a refresh compares with; and those that are live at a revision, for others who
compare: a refresh may be writing the next one meanwhile."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from provider.publishing.models import PublishedRecord
from provider.publishing.positions import position_of, record_id
from provider.publishing.texts import LIVE, LIVE_SQL
from shared.database import chunks, fetch

#: sourcedId -> (record id, digest; None when the record is hidden).
Latest = dict[str, tuple[int, bytes | None]]
#: sourcedId -> (position, digest) of live records.
Live = dict[str, tuple[int, bytes]]
#: Rows fetched at a time, and sourcedIds asked for at a time.
_ROWS, _IDS = 4_000, 500

#: By the primary key: the records lie in its order, and to look each up from another index would take twice as long.
_RANGE = """SELECT id, sourced_id, digest, until FROM published_record
    WHERE id >= :low AND id < :high ORDER BY id LIMIT :rows"""
_LIVE_RANGE = f"""SELECT id, sourced_id, digest FROM published_record
    WHERE id >= :low AND id < :high AND {LIVE_SQL} ORDER BY id LIMIT :rows"""  # noqa: S608
_versions = select(
    PublishedRecord.collection_id, PublishedRecord.sourced_id, PublishedRecord.id, PublishedRecord.digest,
    PublishedRecord.until,
)  # fmt: skip


def all_latest(connection: Connection, collection_id: int) -> Latest:
    """Every record of a collection. Nobody but a refresh writes records: parts fit together."""
    latest: Latest = {}
    ended: list[tuple[int, str, int, bytes, int]] = []
    low, high = record_id(collection_id, 0, 0), record_id(collection_id + 1, 0, 0)
    while rows := fetch(connection, _RANGE, {"low": low, "high": high, "rows": _ROWS}):
        latest.update({sourced_id: (key, mark) for key, sourced_id, mark, until in rows if until is None})
        ended += [
            (collection_id, sourced_id, key, mark, until) for key, sourced_id, mark, until in rows if until is not None
        ]
        low = rows[-1][0] + 1
    return _latest(ended, {collection_id: latest})[collection_id]


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
    return _latest((row for row in rows if row[1] in asked[row[0]]), {number: {} for number in asked})


def _latest(rows: Iterable[Any], latest: dict[int, Latest]) -> dict[int, Latest]:
    """`latest`, by collection, with versions of more records: the one that is live, or else the one that ended last."""
    ended: dict[tuple[int, str], tuple[int, int]] = {}
    for number, sourced_id, key, mark, until in rows:
        if until is None:
            latest[number][sourced_id] = (key, mark)
        elif (number, sourced_id) not in ended or ended[number, sourced_id][1] < until:
            ended[number, sourced_id] = (key, until)
    for (number, sourced_id), (key, _) in ended.items():
        latest[number].setdefault(sourced_id, (key, None))
    return latest


def all_live(connection: Connection, collection_id: int, revision: int) -> Live:
    """Every live record of a collection at a revision that is published."""
    live: Live = {}
    low, high = record_id(collection_id, 0, 0), record_id(collection_id + 1, 0, 0)
    while rows := fetch(connection, _LIVE_RANGE, {"low": low, "high": high, "rows": _ROWS, "at": revision}):
        live.update({sourced_id: (position_of(key), mark) for key, sourced_id, mark in rows})
        low = rows[-1][0] + 1
    return live


def live_of(connection: Connection, collection_id: int, revision: int, sourced_ids: Iterable[str]) -> Live:
    """Some live records of a collection at a revision that is published."""
    record, live = PublishedRecord, Live()
    asked = select(record.sourced_id, record.id, record.digest).where(record.collection_id == collection_id, LIVE)
    for some in chunks(sorted(sourced_ids), _IDS):
        rows = connection.execute(asked.where(record.sourced_id.in_(some)), {"at": revision})
        live.update({sourced_id: (position_of(key), mark) for sourced_id, key, mark in rows})
    return live
