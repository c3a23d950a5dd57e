"""Writes batches of one table's rows by primary key: compares with what is there, inserts and updates what differs.

Each batch is a short transaction of its own, so that no reader or other writer waits long; a batch in which nothing
differs takes no write lock at all. A row that the database refuses is found by halving the batch, so that it never
costs its neighbours.
"""

import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, func, insert, select, text, tuple_, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from provider.sis.importing.keys import KeySet
from provider.sis.importing.report import Outcome
from provider.sis.importing.shapes import Shape
from provider.sis.models import District
from shared.database import writing

#: Rows in one transaction: some 100 ms on SQLite, so the write lock is never held for a second.
BATCH = 5_000

Values = tuple[Any, ...]


class Rejected(NamedTuple):
    """Why a row was not written. `column` may be "" where the reason concerns several."""

    column: str
    value: Any
    reason: str


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


class TableWriter:
    """Takes rows of one table. `columns` are those that the rows bring; others keep their value or get the default."""

    def __init__(self, engine: Engine, shape: Shape, columns: Sequence[str], known: Known) -> None:
        self._engine = engine
        self.shape = shape
        self.columns = tuple(columns)
        self._known = known
        self._seen = KeySet()
        self._key_at = tuple(self.columns.index(name) for name in shape.key)
        self._references = tuple(
            (self.columns.index(column), column, table) for column, table in shape.references if column in self.columns
        )
        self._guid_at = self.columns.index("guid") if "guid" in self.columns else -1
        self._wants_guid = "guid" in shape.table.columns
        self._district: str | None = None

    def write(self, rows: Sequence[Values]) -> list[Outcome | Rejected]:
        """Write rows (values in the order of `columns`) and tell what became of each, in the same order."""
        results: list[Outcome | Rejected] = [Outcome.UNCHANGED] * len(rows)
        candidates: dict[Any, int] = {}
        for index, row in enumerate(rows):
            rejected = self._check(row)
            if rejected is None:
                candidates[self._key(row)] = index
            else:
                results[index] = rejected
        new, changed = self._differences(rows, candidates)
        if new or changed:
            self._apply(rows, new, changed, results)
        self._remember(rows, results)
        return results

    def finish(self) -> None:
        """Let PostgreSQL's own numbering go on after the keys that came in."""
        if self._engine.dialect.name != "postgresql" or self.shape.key != ("id",):
            return
        table = self.shape.table
        with writing(self._engine) as connection:
            last = connection.scalar(select(func.max(table.c.id)))
            if last is not None:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": f'"{table.name}"', "last": last},
                )

    def _key(self, row: Values) -> Any:
        return row[self._key_at[0]] if len(self._key_at) == 1 else tuple(row[at] for at in self._key_at)

    def _check(self, row: Values) -> Rejected | None:
        """What can be told without the database: the key was in this import before, or a reference leads nowhere."""
        key = self._key(row)
        if key in self._seen:
            return Rejected(self.shape.key[0], key, "stands twice in the file; the first row counts")
        self._seen.add(key)
        for at, column, table in self._references:
            value = row[at]
            if value is not None and not self._known.has(table, value):
                why = "was refused" if self._known.was_refused(table, value) else "does not exist"
                return Rejected(column, value, f"refers to a {table} that {why}")
        return None

    def _differences(self, rows: Sequence[Values], candidates: dict[Any, int]) -> tuple[list[int], list[int]]:
        """Indexes of the rows that are new, and of those that differ from what is stored."""
        if not candidates:
            return [], []
        table = self.shape.table
        keys = [table.c[name] for name in self.shape.key]
        condition = tuple_(*keys).in_(candidates) if len(keys) > 1 else _among(keys[0], candidates)
        statement = select(*(table.c[name] for name in self.columns)).where(condition)
        changed = []
        missing = dict(candidates)
        with self._engine.connect() as connection:
            for stored in connection.execute(statement):
                index = missing.pop(self._key(tuple(stored)), None)
                if index is not None and self._differs(rows[index], tuple(stored)):
                    changed.append(index)
        return list(missing.values()), changed

    def _differs(self, row: Values, stored: Values) -> bool:
        if self._guid_at >= 0 and row[self._guid_at] is None:
            at = self._guid_at
            return row[:at] != stored[:at] or row[at + 1 :] != stored[at + 1 :]
        return row != stored

    def _apply(
        self, rows: Sequence[Values], new: list[int], changed: list[int], results: list[Outcome | Rejected]
    ) -> None:
        """Updates first, so that a mark of which there is only one (an active year) can move to a new row."""
        with writing(self._engine) as connection:
            late = self._attempt(connection, rows, changed, False, results)
            late += self._attempt(connection, rows, new, True, results)
            are_new = set(new)
            for index, _ in late:  # once more: what stood in their way may have been changed by a later row
                for _, error in self._attempt(connection, rows, [index], index in are_new, results):
                    results[index] = self._explain(connection, rows[index], error)

    def _attempt(
        self, connection: Connection, rows: Sequence[Values], indexes: list[int], is_new: bool,
        results: list[Outcome | Rejected],
    ) -> list[tuple[int, IntegrityError]]:  # fmt: skip
        """Write these rows; return those that the database refuses, each with its complaint."""
        if not indexes:
            return []
        try:
            with connection.begin_nested():
                self._execute(connection, [rows[index] for index in indexes], is_new)
        except IntegrityError as error:
            if len(indexes) == 1:
                return [(indexes[0], error)]
            middle = len(indexes) // 2
            return self._attempt(connection, rows, indexes[:middle], is_new, results) + self._attempt(
                connection, rows, indexes[middle:], is_new, results
            )
        for index in indexes:
            results[index] = Outcome.CREATED if is_new else Outcome.UPDATED
        return []

    def _execute(self, connection: Connection, rows: list[Values], is_new: bool) -> None:
        table = self.shape.table
        if is_new:
            connection.execute(insert(table), [self._new_row(connection, row) for row in rows])
            return
        names = [name for name in self.columns if name not in self.shape.key]
        keep_guid = self._guid_at >= 0
        for with_guid in (True, False) if keep_guid else (False,):
            group = [row for row in rows if not keep_guid or (row[self._guid_at] is not None) is with_guid]
            changing = [name for name in names if name != "guid" or with_guid]
            if not group or not changing:
                continue
            statement = update(table).values({name: bindparam(f"new_{name}") for name in changing})
            for name in self.shape.key:
                statement = statement.where(table.c[name] == bindparam(f"key_{name}"))
            connection.execute(statement, [self._parameters(row, changing) for row in group])

    def _parameters(self, row: Values, changing: list[str]) -> dict[str, Any]:
        values = dict(zip(self.columns, row, strict=True))
        return {f"new_{name}": values[name] for name in changing} | {
            f"key_{name}": values[name] for name in self.shape.key
        }

    def _new_row(self, connection: Connection, row: Values) -> dict[str, Any]:
        values = dict(zip(self.columns, row, strict=True))
        if self._wants_guid and values.get("guid") is None:
            if self._district is None:
                self._district = connection.scalar(select(District.number).order_by(District.id).limit(1)) or ""
            district = values["number"] if self.shape.name == "district" else self._district
            values["guid"] = derive_guid(district, self.shape.name, values["id"])
        return values

    def _remember(self, rows: Sequence[Values], results: list[Outcome | Rejected]) -> None:
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, Rejected):
                key = self._key(row)
                if not self._known.has(self.shape.name, key):
                    self._known.refuse(self.shape.name, key)
            elif result is Outcome.CREATED:
                self._known.add(self.shape.name, self._key(row))

    def _explain(self, connection: Connection, row: Values, error: IntegrityError) -> Rejected:
        """The database's complaint in words: which columns must be unique, or which check fails."""
        values = dict(zip(self.columns, row, strict=True))
        complaint = str(error.orig)
        for name, columns in self.shape.uniques.items():
            if self._is_taken(connection, columns, values):
                told = ", ".join(columns)
                return Rejected(columns[-1], values.get(columns[-1]), f"another row already has this {told} ({name})")
        for name, rule in self.shape.checks.items():
            if name in complaint:
                return Rejected("", "", f"breaks the rule {rule}")
        return Rejected("", "", "the database refuses the row: it breaks one of the table's constraints")

    def _is_taken(self, connection: Connection, columns: tuple[str, ...], values: dict[str, Any]) -> bool:
        table = self.shape.table
        if any(values.get(name) is None for name in columns):
            return False
        found = select(func.count()).where(*(table.c[name] == values[name] for name in columns))
        index = next((i for i in table.indexes if i.name and tuple(i.columns.keys()) == columns and i.unique), None)
        if index is not None:  # "one active …": only active rows are unique
            if not values.get("active"):
                return False
            found = found.where(table.c.active)
        others = tuple_(*(table.c[name] for name in self.shape.key)) != tuple(values[name] for name in self.shape.key)
        return bool(connection.scalar(found.where(others)))


def _among(column: Any, keys: dict[Any, int]) -> Any:
    """`column` is one of `keys`; a range where they lie close together, which every database answers fastest."""
    if all(type(key) is int for key in keys):
        low, high = min(keys), max(keys)
        if high - low < 4 * len(keys):
            return column.between(low, high)
    return column.in_(keys)


def derive_guid(district: str, table: str, key: int) -> str:
    """A GUID for a row that came without one: always the same for the same row, in the shape of a version-4 UUID
    (real-clients 21), different in every district."""
    digest = sha256(f"{district}\n{table}\n{key}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
