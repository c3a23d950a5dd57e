"""The primary keys that exist while an import runs: what a row may refer to."""

from typing import Any

from sqlalchemy import Engine, select

from provider.sis.importing.keys import KeySet
from provider.sis.importing.shapes import Shape


class Known:
    """The primary keys that exist, per table: what a row may refer to. Loaded when first asked for."""

    def __init__(self, engine: Engine, shapes: dict[str, Shape]) -> None:
        self._engine = engine
        self._shapes = shapes
        self._keys: dict[str, KeySet] = {}
        self._refused: dict[str, KeySet] = {}

    def has(self, table: str, key: Any) -> bool:
        keys = self._keys.get(table)
        if keys is None:
            keys = self._keys[table] = self._load(table)
        return key in keys

    def add(self, table: str, key: Any) -> None:
        if table in self._keys:
            self._keys[table].add(key)

    def refuse(self, table: str, key: Any) -> None:
        """Remember that a row with this key was refused, for clearer words about rows that refer to it."""
        self._refused.setdefault(table, KeySet()).add(key)

    def was_refused(self, table: str, key: Any) -> bool:
        return table in self._refused and key in self._refused[table]

    def _load(self, table: str) -> KeySet:
        keys = KeySet()
        column = next(iter(self._shapes[table].table.primary_key.columns))
        with self._engine.connect() as connection:
            for key in connection.execution_options(yield_per=10_000).scalars(select(column)):
                keys.add(key)
        return keys
