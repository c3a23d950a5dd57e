"""Writes batches of one table's rows by primary key: compares with what is there, inserts and updates what differs.

Each batch is a short transaction of its own, so that no reader or other writer waits long; a batch in which nothing
differs takes no write lock at all. A row that the database refuses is found by halving the batch, so that it never
costs its neighbours.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Engine, bindparam, func, insert, select, text, tuple_, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from provider.sis.importing.graded import Change, begin_change
from provider.sis.importing.keys import KeySet
from provider.sis.importing.known import Known
from provider.sis.importing.report import Outcome
from provider.sis.importing.shapes import Shape, Unique
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


class TableWriter:
    """Takes rows of one table. `columns` are those that the rows bring; others keep their value or get the default."""

    def __init__(self, engine: Engine, shape: Shape, columns: Sequence[str], known: Known, now: datetime) -> None:
        self._engine = engine
        self.shape = shape
        self.columns = tuple(columns)
        self._known = known
        self._now = now
        self._seen = KeySet()
        self._key_at = tuple(self.columns.index(name) for name in shape.key)
        self._references = tuple(
            (self.columns.index(column), column, table) for column, table in shape.references if column in self.columns
        )
        made_up = shape.made_up
        self._made_at = self.columns.index(made_up) if made_up in self.columns else -1
        self._district: str | None = None

    def write(self, rows: Sequence[Values]) -> list[Outcome | Rejected]:
        """Write rows (values in the order of `columns`) and tell what became of each, in the same order."""
        results: list[Outcome | Rejected] = [Outcome.UNCHANGED] * len(rows)
        candidates: dict[Any, int] = {}
        for index, row in enumerate(rows):
            rejected = self._check(row, candidates)
            if rejected is None:
                candidates[self._key(row)] = index
            else:
                results[index] = rejected
        new, changed = self._differences(rows, candidates, results)
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

    def _check(self, row: Values, before: Collection[Any]) -> Rejected | None:
        """What can be told without the database: the key was in this import before, or a reference leads nowhere.

        `before` are the keys of this batch so far: a row may refer to one of its own table that stands before it.
        """
        key = self._key(row)
        if key in self._seen:
            return Rejected(self.shape.key[0], key, "stands twice in the file; the first row counts")
        self._seen.add(key)
        for at, column, table in self._references:
            value = row[at]
            if value is not None and not (
                self._known.has(table, value) or (table == self.shape.name and value in before)
            ):
                why = "was refused" if self._known.was_refused(table, value) else "does not exist"
                return Rejected(column, value, f"refers to a {table} that {why}")
        return None

    def _differences(
        self, rows: Sequence[Values], candidates: dict[Any, int], results: list[Outcome | Rejected]
    ) -> tuple[list[int], list[int]]:
        """Indexes of the rows that are new, and of those that differ from what is stored. A row that a platform made
        is refused: nobody else may change it (P-125)."""
        if not candidates:
            return [], []
        table = self.shape.table
        keys = [table.c[name] for name in self.shape.key]
        condition = tuple_(*keys).in_(candidates) if len(keys) > 1 else _near(keys[0], candidates)
        names = (*self.columns, "connection_id") if self.shape.is_graded else self.columns
        statement = select(*(table.c[name] for name in names)).where(condition)
        changed = []
        missing = dict(candidates)
        with self._engine.connect() as connection:
            for stored in connection.execute(statement):
                index = missing.pop(self._key(tuple(stored)), None)
                if index is None:
                    continue
                if self.shape.is_graded and stored[-1] is not None:
                    results[index] = Rejected("id", stored.id, "is the row of a platform, which alone may change it")
                elif self._differs(rows[index], tuple(stored[: len(self.columns)])):
                    changed.append(index)
        return list(missing.values()), changed

    def _differs(self, row: Values, stored: Values) -> bool:
        at = self._made_at
        if at >= 0 and row[at] is None:
            return row[:at] != stored[:at] or row[at + 1 :] != stored[at + 1 :]
        return row != stored

    def _apply(
        self, rows: Sequence[Values], new: list[int], changed: list[int], results: list[Outcome | Rejected]
    ) -> None:
        """Updates first, so that a mark of which there is only one (an active year) can move to a new row."""
        with writing(self._engine) as connection:
            keys = [self._key(rows[index]) for index in (*changed, *new)]
            change = begin_change(connection, self.shape, keys, self._now)
            late = self._attempt(connection, rows, changed, False, results, change)
            late += self._attempt(connection, rows, new, True, results, change)
            are_new = set(new)
            for index, _ in late:  # once more: what stood in their way may have been changed by a later row
                for _, error in self._attempt(connection, rows, [index], index in are_new, results, change):
                    results[index] = self._explain(connection, rows[index], error)
            change.finish()

    def _attempt(
        self, connection: Connection, rows: Sequence[Values], indexes: list[int], is_new: bool,
        results: list[Outcome | Rejected], change: Change,
    ) -> list[tuple[int, IntegrityError]]:  # fmt: skip
        """Write these rows; return those that the database refuses, each with its complaint."""
        if not indexes:
            return []
        try:
            with connection.begin_nested():
                self._execute(connection, [rows[index] for index in indexes], is_new, change.stamp)
        except IntegrityError as error:
            if len(indexes) == 1:
                return [(indexes[0], error)]
            middle = len(indexes) // 2
            return [
                complaint
                for half in (indexes[:middle], indexes[middle:])
                for complaint in self._attempt(connection, rows, half, is_new, results, change)
            ]
        for index in indexes:
            results[index] = Outcome.CREATED if is_new else Outcome.UPDATED
        return []

    def _execute(self, connection: Connection, rows: list[Values], is_new: bool, stamp: dict[str, Any]) -> None:
        """Insert or update. `stamp` are values that the program itself gives each of these rows."""
        table = self.shape.table
        if is_new:
            connection.execute(insert(table), [self._new_row(connection, row) | stamp for row in rows])
            return
        names = [name for name in self.columns if name not in self.shape.key]
        for brought in (True, False):  # what was made up stays where the file leaves it blank
            group = [row for row in rows if (self._made_at < 0 or row[self._made_at] is not None) is brought]
            changing = [name for name in names if brought or name != self.shape.made_up]
            if not group or not changing:
                continue
            statement = update(table).values({name: bindparam(f"new_{name}") for name in changing} | stamp)
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
        made_up = self.shape.made_up
        if made_up and values.get(made_up) is None:
            if self._district is None:
                self._district = connection.scalar(select(District.number).order_by(District.id).limit(1)) or ""
            district = values["number"] if self.shape.name == "district" else self._district
            values[made_up] = derive_guid(district, self.shape.name, values["id"])
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
        for name, unique in self.shape.uniques.items():
            if self._is_taken(connection, unique, values):
                told, last = ", ".join(unique.columns), unique.columns[-1]
                return Rejected(last, values.get(last), f"another row already has this {told} ({name})")
        for name, rule in self.shape.checks.items():
            if name in complaint:
                return Rejected("", "", f"breaks the rule {rule}")
        return Rejected("", "", "the database refuses the row: it breaks one of the table's constraints")

    def _is_taken(self, connection: Connection, unique: Unique, values: dict[str, Any]) -> bool:
        table = self.shape.table
        if any(values.get(name) is None for name in unique.columns):
            return False
        found = select(func.count()).where(*(table.c[name] == values[name] for name in unique.columns))
        if unique.only:
            flag, state = unique.only
            if bool(values.get(flag)) is not state:
                return False
            found = found.where(table.c[flag] == state)
        others = tuple_(*(table.c[name] for name in self.shape.key)) != tuple(values[name] for name in self.shape.key)
        return bool(connection.scalar(found.where(others)))


def _near(column: Any, keys: Collection[Any]) -> Any:
    """`column` is one of `keys`; where they lie close together a range, which every database answers fastest, and
    which may hold others too."""
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
