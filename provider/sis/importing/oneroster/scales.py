"""scoreScales.csv → score scales of classes with their values."""

from typing import Any

from provider.sis.importing.oneroster.source import Result, Source, gone, whole
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.report import Outcome
from shared.oneroster.csv import Row

FILE = "scoreScales"
_VALUE = ("score_scale_id", "position")


def import_scales(source: Source, store: Store) -> None:
    """A scale whose values are those of a group of the district keeps them (P-120)."""
    sections = store.every_number("section")
    for rows in source.batches(FILE):
        stored = {row["sourced_id"]: row for row in store.find("score_scale", "sourced_id", _ids(rows))}
        numbers = {sourced_id: row["id"] for sourced_id, row in stored.items()}
        kept, written = [], []
        for row in rows:
            key = numbers.get(row.values["sourcedId"])
            if gone(row) and key is None:
                source.skip(FILE, row, "tobedeleted, and not in the SIS")
            elif gone(row):
                source.count(FILE, row, store.put("score_scale", [{"id": key, "deleted": True}])[0])
            elif row.values["class"] not in sections:
                why = "refers to a class that did not come in"
                source.refuse(FILE, row, "classSourcedId", row.values["class"], why)
            else:
                kept.append(row)
                written.append(_scale(store.number("score_scale", numbers, row.values["sourcedId"]), row, sections))
        results = store.put("score_scale", written)
        taken = zip(kept, written, results, strict=True)
        own = [
            (one["id"], row) for row, one, result in taken
            if isinstance(result, Outcome) and not _is_of_group(stored.get(one["sourced_id"]))
        ]  # fmt: skip
        changed = _values(store, own)
        for row, one, result in zip(kept, written, results, strict=True):
            source.count(FILE, row, whole(result, changed.get(one["id"], ())))


def _is_of_group(before: Any) -> bool:
    return before is not None and before["score_group_id"] is not None


def _ids(rows: list[Row]) -> list[str]:
    return [row.values["sourcedId"] for row in rows]


def _scale(key: int, row: Row, sections: dict[str, int]) -> dict[str, Any]:
    values = row.values
    return {
        "id": key,
        "sourced_id": values["sourcedId"],
        "section_id": sections[values["class"]],
        "title": values["title"][:255],
        "kind": values["type"][:255],
        "deleted": False,
    }


def _values(store: Store, scales: list[tuple[int, Row]]) -> dict[int, list[Result]]:
    """Write the values of scales, and take out those that they no longer have; what became of them, by scale."""
    rows = [
        {"score_scale_id": key, "position": position, "left": value["itemValueLHS"][:255],
         "right": value["itemValueRHS"][:255]}
        for key, row in scales for position, value in enumerate(row.values["scoreScaleValue"])
    ]  # fmt: skip
    wanted = {tuple(row[name] for name in _VALUE) for row in rows}
    stored = store.find("score_scale_value", "score_scale_id", [key for key, _ in scales])
    over = [key for key in (tuple(row[name] for name in _VALUE) for row in stored) if key not in wanted]
    store.remove("score_scale_value", over)
    changed: dict[int, list[Result]] = {}
    for scale, _ in over:
        changed.setdefault(scale, []).append(Outcome.UPDATED)
    for row, result in zip(rows, store.put("score_scale_value", rows), strict=True):
        changed.setdefault(row["score_scale_id"], []).append(result)
    return changed
