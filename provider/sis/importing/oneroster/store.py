"""The SIS side of a OneRoster import: finds rows that an earlier import made, numbers new ones, writes by table."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, RowMapping, delete, func, select, tuple_

from provider.sis.importing.known import Known
from provider.sis.importing.report import ImportReport
from provider.sis.importing.shapes import sis_shapes
from provider.sis.importing.writer import TableWriter
from shared.database import writing

Rows = Sequence[RowMapping]

#: Keys in one statement.
_KEYS = 1_000


class Store:
    """`put` writes rows given as dicts; `find` reads them; `new_id` numbers them."""

    def __init__(self, engine: Engine, report: ImportReport, now: datetime) -> None:
        self.engine = engine
        self.report = report
        self._now = now
        self._shapes = sis_shapes()
        self._known = Known(engine, self._shapes)
        self._writers: dict[tuple[str, tuple[str, ...]], TableWriter] = {}
        self._last: dict[str, int] = {}

    def new_id(self, table: str) -> int:
        """The next free number of a table."""
        if table not in self._last:
            with self.engine.connect() as connection:
                self._last[table] = connection.scalar(select(func.max(self._shapes[table].table.c.id))) or 0
        self._last[table] += 1
        return self._last[table]

    def number(self, table: str, numbers: dict[str, int], sourced_id: str) -> int:
        """The number in `numbers` of the row with this sourcedId, a new one if there is none. Twice the same sourcedId
        is twice the same number, which `put` refuses the second time."""
        if sourced_id not in numbers:
            numbers[sourced_id] = self.new_id(table)
        return numbers[sourced_id]

    def put(self, table: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
        """Write rows, all with the same columns; what became of each (an Outcome, or Rejected)."""
        if not rows:
            return []
        columns = tuple(rows[0])
        writer = self._writers.get((table, columns))
        if writer is None:
            writer = TableWriter(self.engine, self._shapes[table], columns, self._known, self._now)
            self._writers[table, columns] = writer
        return writer.write([tuple(row[column] for column in columns) for row in rows])

    def amend(self, table: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
        """As `put`, for rows of which this import may have written the same columns before."""
        if rows:
            self._writers.pop((table, tuple(rows[0])), None)
        return self.put(table, rows)

    def filled(self, table: str, column: str) -> Sequence[int]:
        """Numbers of the rows in which a column is not blank."""
        found = self._shapes[table].table
        with self.engine.connect() as connection:
            return connection.scalars(select(found.c.id).where(found.c[column].is_not(None))).all()

    def find(self, table: str, column: str, values: Iterable[Any]) -> Rows:
        """The stored rows whose `column` is one of `values`."""
        wanted = list({value for value in values if value is not None})
        found = self._shapes[table].table
        if not wanted:
            return []
        with self.engine.connect() as connection:
            return connection.execute(select(found).where(found.c[column].in_(wanted))).mappings().all()

    def all(self, table: str) -> Rows:
        """Every row of a small table."""
        found = self._shapes[table].table
        with self.engine.connect() as connection:
            return connection.execute(select(found).order_by(*found.primary_key.columns)).mappings().all()

    def numbers(self, table: str, sourced_ids: Iterable[str]) -> dict[str, int]:
        """Row numbers by the sourcedId that the rows came in with."""
        wanted = list(set(sourced_ids))
        return self._numbers(table, self._shapes[table].table.c.sourced_id.in_(wanted)) if wanted else {}

    def every_number(self, table: str) -> dict[str, int]:
        """All row numbers of a table by sourcedId."""
        return self._numbers(table, self._shapes[table].table.c.sourced_id.is_not(None))

    def _numbers(self, table: str, condition: ColumnElement[bool]) -> dict[str, int]:
        found = self._shapes[table].table
        with self.engine.connect() as connection:
            rows = connection.execute(select(found.c.sourced_id, found.c.id).where(condition))
            return {sourced_id: key for sourced_id, key in rows}  # noqa: C416  (rows are no tuples)

    def remove(self, table: str, keys: Iterable[Any]) -> None:
        """Take rows out, by primary key: a value, or a tuple of several."""
        found = self._shapes[table].table
        columns = list(found.primary_key.columns)
        wanted = list(keys)
        for start in range(0, len(wanted), _KEYS):
            with writing(self.engine) as connection:
                some = wanted[start : start + _KEYS]
                among = columns[0].in_(some) if len(columns) == 1 else tuple_(*columns).in_(some)
                connection.execute(delete(found).where(among))

    def finish(self) -> None:
        """After the last row."""
        for writer in self._writers.values():
            writer.finish()


def last_day(end: str | None) -> date | None:
    """The last day of a range whose endDate, as everywhere in OneRoster, is the first day after it."""
    return None if end is None else date.fromisoformat(end) - timedelta(days=1)


def first_day(begin: str | None) -> date | None:
    return None if begin is None else date.fromisoformat(begin)
