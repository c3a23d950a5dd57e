"""The scale and the learning objectives of line items and results, from lineItemScoreScales.csv, resultScoreScales.csv,
lineItemLearningObjectiveIds.csv and resultLearningObjectiveIds.csv.

In bulk, what such a file says of a line item or result is all there is; of one that is in the package and that the file
does not name, there is nothing. A row with a status changes what is there.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any, NamedTuple

from provider.sis.importing.keys import KeySet
from provider.sis.importing.oneroster.source import Source, gone
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row


class Kind(NamedTuple):
    """A file, the table and column that it fills, and what its rows call their owner."""

    file: str
    table: str
    column: str
    owner: str


KINDS = (
    Kind("lineItemScoreScales", "line_item", "score_scale_id", "lineItem"),
    Kind("resultScoreScales", "result", "score_scale_id", "result"),
    Kind("lineItemLearningObjectiveIds", "line_item", "objectives", "lineItem"),
    Kind("resultLearningObjectiveIds", "result", "objectives", "result"),
)


def import_links(source: Source, store: Store, brought: dict[str, KeySet]) -> None:
    """`brought`: numbers of the line items and results in the package, by table."""
    for kind in KINDS:
        if source.has(kind.file):
            _Links(source, store, kind).run(brought[kind.table])


class _Links:
    def __init__(self, source: Source, store: Store, kind: Kind) -> None:
        self._source = source
        self._store = store
        self._kind = kind
        self._named = KeySet()
        self._is_bulk = False
        self._scales = store.every_number("score_scale") if kind.column == "score_scale_id" else {}

    def run(self, brought: KeySet) -> None:
        for rows in self._source.batches(self._kind.file):
            self._batch(rows)
        if self._is_bulk:
            self._clear(brought)

    def _batch(self, rows: list[Row]) -> None:
        kind = self._kind
        stored = {
            row["sourced_id"]: row
            for row in self._store.find(kind.table, "sourced_id", (row.values[kind.owner] for row in rows))
        }
        kept: list[tuple[dict[str, Any], list[Row]]] = []
        for owner, group in groupby(sorted(rows, key=lambda row: str(row.values[kind.owner])), _owner(kind)):
            its = [row for row in group if self._is_good(row, owner in stored)]
            if its:
                kept.append(({"id": stored[owner]["id"], kind.column: self._value(stored[owner], its)}, its))
        results = self._store.amend(kind.table, [row for row, _ in kept])
        for (_, its), result in zip(kept, results, strict=True):
            for row in its:
                told = result._replace(column="sourcedId") if isinstance(result, Rejected) else result
                self._source.count(kind.file, row, told)

    def _is_good(self, row: Row, has_owner: bool) -> bool:
        """Whether what the row names is there; it is refused or passed over otherwise."""
        owner, scale = row.values[self._kind.owner], row.values.get("scoreScale")
        missing = (self._kind.owner, owner) if not has_owner else ("scoreScale", scale)
        if has_owner and (scale is None or scale in self._scales):
            return True
        if gone(row):
            self._source.skip(self._kind.file, row, "tobedeleted, and not in the SIS")
        else:
            why = f"refers to a {missing[0]} that did not come in"
            self._source.refuse(self._kind.file, row, f"{missing[0]}SourcedId", missing[1], why)
        return False

    def _value(self, stored: Any, rows: list[Row]) -> Any:
        """The new value of the column, from the rows of one owner."""
        value = stored[self._kind.column]
        for row in rows:
            if "status" not in row.values and stored["id"] not in self._named:
                self._is_bulk, value = True, None
            self._named.add(stored["id"])
            if self._kind.column == "score_scale_id":
                scale = self._scales[row.values["scoreScale"]]
                value = (None if value == scale else value) if gone(row) else scale
            elif self._kind.table == "line_item":
                value = _with_objective(value, row, "learningObjectiveIds", row.values["learningObjectiveId"])
            else:
                names = ("learningObjectiveId", "score", "textScore")
                said = {name: row.values[name] for name in names if name in row.values}
                value = _with_objective(value, row, "learningObjectiveResults", said)
        return value

    def _clear(self, brought: KeySet) -> None:
        """Line items or results of the package that a file in bulk does not name have nothing of its kind."""
        filled = self._store.filled(self._kind.table, self._kind.column)
        over = [key for key in filled if key in brought and key not in self._named]
        self._store.amend(self._kind.table, [{"id": key, self._kind.column: None} for key in over])


def _owner(kind: Kind) -> Callable[[Row], str]:
    return lambda row: str(row.values[kind.owner])


def _with_objective(sets: list[dict[str, Any]] | None, row: Row, member: str, said: Any) -> list[dict[str, Any]] | None:
    """`learningObjectiveSet` with what a row says of one objective, or without it."""
    objective, found = row.values["learningObjectiveId"], False
    changed: list[dict[str, Any]] = []
    for one in sets or ():
        if one["source"] == row.values["source"]:
            others = [item for item in one[member] if _objective(item) != objective]
            one = {**one, member: others if gone(row) else [*others, said]}
            found = True
        if one[member]:
            changed.append(one)
    if not found and not gone(row):
        changed.append({"source": row.values["source"], member: [said]})
    return changed or None


def _objective(item: Any) -> str:
    return str(item["learningObjectiveId"] if isinstance(item, dict) else item)
