"""Ends of what people are enrolled in and assigned to: for rows that are to be deleted, and for what a changed row no
longer names. Nothing that others refer to is removed."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from provider.sis.importing.oneroster.store import Store

_DAY = timedelta(days=1)


class Departures:
    """Everything ends yesterday; what has not begun by then is taken out."""

    def __init__(self, store: Store, today: date) -> None:
        self._store = store
        self._yesterday = today - _DAY

    def end(self, table: str, rows: Iterable[Any]) -> bool:
        """End stored rows of `enrollment` or `assignment`; whether any was still running."""
        running = [row for row in rows if row["end_date"] is None or row["end_date"] > self._yesterday]
        last = {row["id"]: self._last_day(table, row) for row in running}
        over = [row["id"] for row in running if last[row["id"]] < row["start_date"]]
        ended = [{"id": row["id"], "end_date": last[row["id"]]} for row in running if row["id"] not in over]
        self._store.amend(table, ended)
        self._store.remove(table, over)
        return bool(running)

    def end_all(self, person: int) -> bool:
        """End whatever a person is enrolled in or assigned to; whether there was anything."""
        enrolled = self.end("enrollment", self._store.find("enrollment", "person_id", [person]))
        assigned = self.end("assignment", self._store.find("assignment", "person_id", [person]))
        return enrolled or assigned

    def _last_day(self, table: str, row: Any) -> date:
        """An enrollment that ends with its calendar or after it would count as finished, not as ended (P-17, P-18)."""
        if table != "enrollment":
            return self._yesterday
        (calendar,) = self._store.find("calendar", "id", [row["calendar_id"]])
        return min(self._yesterday, calendar["end_date"] - _DAY)
