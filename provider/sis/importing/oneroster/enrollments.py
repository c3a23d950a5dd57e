"""enrollments.csv → rosters (students) and Section Staff History (everybody else), in flat memory."""

from datetime import date
from typing import Any

from provider.sis.importing.oneroster.source import Result, Source, gone
from provider.sis.importing.oneroster.store import Store, first_day, last_day
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row

FILE = "enrollments"
TABLES = ("roster", "section_staff")


def import_enrollments(source: Source, store: Store, today: date) -> None:
    """A row whose class or user did not come in is refused; tobedeleted takes a row out of the SIS."""
    if not source.has(FILE):
        return
    sections, people = store.every_number("section"), store.every_number("person")
    for rows in source.batches(FILE):
        ids = [row.values["sourcedId"] for row in rows]
        stored = {table: store.numbers(table, ids) for table in TABLES}
        writing: dict[str, list[tuple[Row, dict[str, Any]]]] = {table: [] for table in TABLES}
        leaving: list[Row] = []
        for row in rows:
            if gone(row):
                leaving.append(row)
                continue
            table = "roster" if row.values["role"] == "student" else "section_staff"
            other = stored[TABLES[table == TABLES[0]]]
            if row.values["sourcedId"] in other:
                why = "is the id of an enrollment of another kind (student or staff)"
                source.refuse(FILE, row, "sourcedId", row.values["sourcedId"], why)
                continue
            values = _values(source, store, row, table, sections, people, stored[table])
            if values:
                writing[table].append((row, values))
        _open(store, [values for _, values in writing["section_staff"]], today)
        for table, pairs in writing.items():
            for (row, _), result in zip(pairs, store.put(table, [values for _, values in pairs]), strict=True):
                source.count(FILE, row, _told(result))
        _remove(source, store, leaving, stored)


def _values(
    source: Source, store: Store, row: Row, table: str, sections: dict[str, int], people: dict[str, int],
    stored: dict[str, int],
) -> dict[str, Any] | None:  # fmt: skip
    values = row.values
    section, person = sections.get(values["class"]), people.get(values["user"])
    if section is None:
        source.refuse(FILE, row, "classSourcedId", values["class"], "refers to a class that did not come in")
        return None
    if person is None:
        source.refuse(FILE, row, "userSourcedId", values["user"], "refers to a user that did not come in")
        return None
    start, end = first_day(values.get("beginDate")), last_day(values.get("endDate"))
    if start and end and end < start:
        source.refuse(FILE, row, "endDate", values["endDate"], f"is not after beginDate {values['beginDate']}")
        return None
    found: dict[str, Any] = {
        "id": store.number(table, stored, values["sourcedId"]),
        "section_id": section,
        "person_id": person,
        "start_date": start,
        "end_date": end,
        "sourced_id": values["sourcedId"],
    }
    if table == "section_staff":
        found["role"] = _staff_role(values)
    return found


def _open(store: Store, staff: list[dict[str, Any]], today: date) -> None:
    """Who is on the staff of a class although its last term is over has no end date of their own (P-77, P-80)."""
    over = [values for values in staff if values["end_date"] and values["end_date"] < today]
    ends = {row["id"]: row["end_date"] for row in store.all("term")} if over else {}
    last: dict[int, date] = {}
    for row in store.find("section_placement", "section_id", [values["section_id"] for values in over]):
        last[row["section_id"]] = max(last.get(row["section_id"], date.min), ends[row["term_id"]])
    for values in over:
        if values["end_date"] == last.get(values["section_id"]):
            values["end_date"] = None


def _staff_role(values: dict[str, Any]) -> str:
    """P-27 … P-29: only teachers are published; the rest is kept as section staff."""
    if values["role"] != "teacher":
        return "Section Staff"
    return "Primary Teacher" if values.get("primary") == "true" else "Teacher"


def _told(result: Result) -> Result:
    """A refusal in the words of the file."""
    if isinstance(result, Rejected) and result.column in ("start_date", "section_id", "person_id"):
        return result._replace(column="beginDate", value="", reason="the user is in this class from this day already")
    return result._replace(column="sourcedId") if isinstance(result, Rejected) else result


def _remove(source: Source, store: Store, rows: list[Row], stored: dict[str, dict[str, int]]) -> None:
    for row in rows:
        key = row.values["sourcedId"]
        table = next((table for table in TABLES if key in stored[table]), None)
        if table is None:
            source.skip(FILE, row, "tobedeleted, and not in the SIS")
            continue
        store.remove(table, [stored[table][key]])
        source.count(FILE, row, Outcome.UPDATED)
        source.note(FILE, row, "tobedeleted: taken out of the SIS")
