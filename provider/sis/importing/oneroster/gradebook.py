"""categories.csv, scoreScales.csv, lineItems.csv, results.csv → the district's own grade book.

What is to be deleted stays as a tombstone, as in a DELETE, so that delta reads can tell (P-122). Rows that a platform
made stay its own (P-125), whatever a package says of them.
"""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from provider.sis.importing.keys import KeySet
from provider.sis.importing.oneroster.scales import import_scales
from provider.sis.importing.oneroster.source import Result, Source, cut, gone
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.oneroster.timetable import Timetable, read_timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row
from shared.oneroster.versions import Version

#: What a day means where the grade book keeps moments: assigned as it begins, due as it ends, in the district's zone.
_BEGIN, _END = time(0, 0), time(23, 59, 59)
_FLAGS = {"in_progress": "inProgress", "incomplete": "incomplete", "late": "late", "missing": "missing"}


class GradeBook:
    """The import of one package. `line_items` and `results`: numbers of the rows that it holds."""

    def __init__(self, source: Source, store: Store) -> None:
        self._source = source
        self._store = store
        self.line_items = KeySet()
        self.results = KeySet()
        self._categories: set[int] = set()

    def run(self) -> None:
        """Classes and users are known already."""
        if self._source.has("categories"):
            self._import_categories()
        if self._source.has("scoreScales"):
            import_scales(self._source, self._store)
        if self._source.has("lineItems"):
            self._import_line_items()
            self._place_categories()
        if self._source.has("results"):
            self._import_results()

    def _import_categories(self) -> None:
        for rows in self._source.batches("categories"):
            numbers = self._store.numbers("grade_category", (row.values["sourcedId"] for row in rows))
            self._write("categories", "grade_category", rows, numbers, [
                None if gone(row) else {"name": row.values["title"][:255], **self._weight(row)} for row in rows
            ])  # fmt: skip

    def _weight(self, row: Row) -> dict[str, Any]:
        return {} if self._source.version is Version.V1P1 else {"weight": row.values.get("weight")}

    def _import_line_items(self) -> None:
        sections, timetable = self._store.every_number("section"), read_timetable(self._store)
        zone = ZoneInfo(self._store.all("district")[0]["time_zone"])
        for rows in self._source.batches("lineItems"):
            numbers = self._store.numbers("line_item", (row.values["sourcedId"] for row in rows))
            categories = self._store.numbers("grade_category", (row.values["category"] for row in rows))
            kept = [row for row in rows if gone(row) or self._has_places(row, sections, categories)]
            written = [
                None if gone(row) else {
                    "section_id": sections[row.values["class"]],
                    "category_id": categories[row.values["category"]],
                    "term_id": self._term(row, timetable),
                    **_line_item(row.values, zone),
                }
                for row in kept
            ]  # fmt: skip
            self._categories.update(row["category_id"] for row in written if row)
            self._write("lineItems", "line_item", kept, numbers, written, self.line_items)

    def _has_places(self, row: Row, sections: dict[str, int], categories: dict[str, int]) -> bool:
        for name, known in (("class", sections), ("category", categories)):
            if row.values[name] not in known:
                why = f"refers to a {name} that did not come in"
                self._source.refuse("lineItems", row, f"{name}SourcedId", row.values[name], why)
                return False
        return True

    def _term(self, row: Row, timetable: Timetable) -> int | None:
        """The term of a line item's session; None for one of the whole year."""
        named = row.values.get("academicSession") or row.values.get("gradingPeriod")
        if named in timetable.terms:
            return timetable.terms[named][0]
        if named not in timetable.years:
            self._source.note("lineItems", row, f"session {named} is no term here: it is one of the whole year")
        return None

    def _place_categories(self) -> None:
        """A category whose line items are all of one class is that class's (P-118); else it belongs to none."""
        found: dict[int, set[int]] = {}
        for row in self._store.find("line_item", "category_id", self._categories):
            if not row["deleted"]:
                found.setdefault(row["category_id"], set()).add(row["section_id"])
        stored = self._store.find("grade_category", "id", self._categories)
        self._store.amend("grade_category", [
            {"id": row["id"], "section_id": min(found[row["id"]]) if len(found[row["id"]]) == 1 else None}
            for row in stored if row["connection_id"] is None and row["id"] in found
        ])  # fmt: skip

    def _import_results(self) -> None:
        people = self._store.every_number("person")
        for rows in self._source.batches("results"):
            numbers = self._store.numbers("result", (row.values["sourcedId"] for row in rows))
            items = self._store.numbers("line_item", (row.values["lineItem"] for row in rows))
            kept = [row for row in rows if gone(row) or self._has_owners(row, items, people)]
            written = [
                None if gone(row) else {
                    "line_item_id": items[row.values["lineItem"]],
                    "person_id": people[row.values["student"]],
                    **_result(row.values),
                    **(_result_12(row.values) if self._source.version is Version.V1P2 else {}),
                }
                for row in kept
            ]  # fmt: skip
            self._write("results", "result", kept, numbers, written, self.results)

    def _has_owners(self, row: Row, items: dict[str, int], people: dict[str, int]) -> bool:
        for name, what, known in (("lineItem", "line item", items), ("student", "user", people)):
            if row.values[name] not in known:
                why = f"refers to a {what} that did not come in"
                self._source.refuse("results", row, f"{name}SourcedId", row.values[name], why)
                return False
        return True

    def _write(
        self, file: str, table: str, rows: list[Row], numbers: dict[str, int],
        written: list[dict[str, Any] | None], brought: KeySet | None = None,
    ) -> None:  # fmt: skip
        """Write rows and tombstones (None). Tombstones first: what follows may take the place of what is gone."""
        for row, values in zip(rows, written, strict=True):
            if values is None:
                _bury(self._source, self._store, file, table, row, numbers)
        kept = [(row, values) for row, values in zip(rows, written, strict=True) if values is not None]
        whole = [
            {"id": self._store.number(table, numbers, row.values["sourcedId"]), "sourced_id": row.values["sourcedId"],
             "deleted": False, **values}
            for row, values in kept
        ]  # fmt: skip
        for (row, _), one, result in zip(kept, whole, self._store.put(table, whole), strict=True):
            self._source.count(file, row, _told(result))
            if brought is not None and isinstance(result, Outcome):
                brought.add(one["id"])


def _bury(source: Source, store: Store, file: str, table: str, row: Row, numbers: dict[str, int]) -> None:
    key = numbers.get(row.values["sourcedId"])
    if key is None:
        source.skip(file, row, "tobedeleted, and not in the SIS")
    else:
        source.count(file, row, store.put(table, [{"id": key, "deleted": True}])[0])


def _told(result: Result) -> Result:
    """A refusal in the words of the file."""
    if isinstance(result, Rejected) and result.column == "person_id":
        return result._replace(column="studentSourcedId", value="", reason="the student has a result of this line item")
    return result._replace(column="sourcedId") if isinstance(result, Rejected) else result


def _line_item(values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "title": values["title"][:255],
        "description": values.get("description"),
        "assigned_at": _moment(values["assignDate"], _BEGIN, zone),
        "due_at": _moment(values["dueDate"], _END, zone),
        "value_min": values.get("resultValueMin"),
        "value_max": values.get("resultValueMax"),
    }


def _moment(day: str, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), clock, zone).astimezone(UTC)


def _result(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": values["scoreStatus"][:60],
        "score": values.get("score"),
        "scored_on": date.fromisoformat(values["scoreDate"]),
        "comment": values.get("comment"),
    }


def _result_12(values: dict[str, Any]) -> dict[str, Any]:
    flags = {column: _flag(values.get(name)) for column, name in _FLAGS.items()}
    return {"text_score": cut(values.get("textScore"), 255), **flags}


def _flag(word: str | None) -> bool | None:
    return None if word is None else word == "true"
