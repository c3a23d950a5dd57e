"""Asking for the rows of many keys at once, in the words of each database, through the driver (`shared.database`)."""

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Connection

from shared.database import fetch

#: Written in a statement as `column {among}`: the column has one of the keys.
_AMONG = {"sqlite": "IN (SELECT value FROM json_each(:keys))", "postgresql": "= ANY(:keys)"}


def fetch_among(
    connection: Connection, statement: str, keys: Collection[int] | Collection[str], **parameters: Any
) -> list[tuple[Any, ...]]:
    """The rows of a plain statement in which `{among}` follows a column. Other braces have no place in it."""
    if not keys:
        return []
    dialect = connection.dialect.name
    bound = orjson.dumps(list(keys)).decode() if dialect == "sqlite" else list(keys)
    return fetch(connection, statement.format(among=_AMONG[dialect]), {"keys": bound, **parameters})
