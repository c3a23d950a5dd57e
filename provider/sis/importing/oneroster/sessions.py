"""academicSessions.csv → school years, a calendar for each school, and terms.

OneRoster's sessions belong to the whole district, SIS terms to a school's calendar: the terms hang on the first
school's calendar of their year, and the sections of every school are placed in them.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provider.sis.importing.days import start_year
from provider.sis.importing.oneroster.source import Source, gone, is_change
from provider.sis.importing.oneroster.store import Store, last_day
from provider.sis.importing.oneroster.timetable import add_desk, read_timetable
from provider.sis.importing.report import Outcome
from shared.oneroster.csv import Row

FILE = "academicSessions"
#: The kinds of session that can be the SIS's terms: the first of these that the package has.
TERM_TYPES = ("term", "semester", "gradingPeriod")
PERIOD = "gradingPeriod"


def import_sessions(source: Source, store: Store, today: date) -> None:
    """Years first, then calendars for every school, then terms."""
    rows = []
    for row in source.rows(FILE):
        if gone(row):
            _leave(source, store, row)
        elif last_day(row.values["endDate"]) < date.fromisoformat(row.values["startDate"]):  # type: ignore[operator]
            source.refuse(FILE, row, "endDate", row.values["endDate"], "is not after startDate")
        else:
            rows.append(row)
    spans = set(store.every_number("term")) | {
        row.values["sourcedId"] for row in rows if row.values["type"] in TERM_TYPES[:2]
    }
    periods = [row for row in rows if row.values["type"] == PERIOD and row.values.get("parent") in spans]
    others = [row for row in rows if row not in periods]
    kind = next((kind for kind in TERM_TYPES if any(row.values["type"] == kind for row in others)), None)
    terms = [row for row in others if row.values["type"] == kind]
    _years(source, store, rows, today)
    _calendars(store, rows, today)
    _terms(source, store, terms)
    _periods(source, store, periods)
    for row in others:
        if row.values["type"] not in ("schoolYear", kind):
            source.skip(FILE, row, f"a {row.values['type']} has no place here: terms are made from each {kind}")


def _years(source: Source, store: Store, rows: list[Row], today: date) -> None:
    """A school year for every year that a session names; the one around today, or the latest, becomes active."""
    stored = {row["end_year"]: dict(row) for row in store.all("school_year")}
    district = store.all("district")[0]["id"]
    given: dict[int, Row] = {}
    for row in rows:
        if row.values["type"] != "schoolYear":
            continue
        if given.setdefault(int(row.values["schoolYear"]), row) is not row:
            source.skip(FILE, row, f"the school year {row.values['schoolYear']} is there already")
    wanted = sorted({int(row.values["schoolYear"]) for row in rows})
    years = {end: _year(store, district, end, given.get(end), stored.get(end)) for end in wanted}
    active = _active(set(years), stored, today)
    for end, year in {**{e: _only(y) for e, y in stored.items() if e not in years}, **years}.items():
        year["active"] = end == active
        years[end] = year
    ordered = [years[end] for end in sorted(years)]
    results = dict(zip((year["end_year"] for year in ordered), store.put("school_year", ordered), strict=True))
    for end, row in given.items():
        source.count(FILE, row, results[end])


def _only(year: dict[str, Any]) -> dict[str, Any]:
    columns = ("id", "district_id", "name", "start_year", "end_year", "start_date", "end_date", "sourced_id")
    return {name: year[name] for name in columns}


def _year(store: Store, district: int, end: int, row: Row | None, stored: dict[str, Any] | None) -> dict[str, Any]:
    if row is None and stored:
        return _only(stored)
    return {
        "id": stored["id"] if stored else store.new_id("school_year"),
        "district_id": district,
        "name": row.values["title"][:40] if row else f"{end - 1}-{end}",
        "start_year": end - 1,
        "end_year": end,
        "start_date": date.fromisoformat(row.values["startDate"]) if row else None,
        "end_date": last_day(row.values["endDate"]) if row else None,
        "sourced_id": row.values["sourcedId"] if row else None,
    }


def _active(years: set[int], stored: dict[int, dict[str, Any]], today: date) -> int | None:
    """The year around today where the package has it; else the one that is active; else the latest."""
    around = start_year(today) + 1
    if around in years:
        return around
    present = next((end for end, year in stored.items() if year["active"]), None)
    return present if present is not None else max(years | set(stored), default=None)


def _calendars(store: Store, rows: list[Row], today: date) -> None:
    """Every school has a calendar in each year of the package and in the active one; it spans the year's sessions. A
    package of changes does not open a calendar again that has ended."""
    timetable = read_timetable(store)
    whole_truth = any(not is_change(row) for row in rows)
    spans: dict[int, tuple[date, date]] = {}
    for row in rows:
        start, end = date.fromisoformat(row.values["startDate"]), last_day(row.values["endDate"]) or date.max
        year = int(row.values["schoolYear"])
        first, last = spans.get(year, (start, end))
        spans[year] = min(first, start), max(last, end)
    for stored in store.all("school_year"):
        if stored["end_year"] not in spans and not stored["active"]:
            continue
        whole = (stored["start_date"] or date(stored["start_year"], 8, 1),
                 stored["end_date"] or date(stored["end_year"], 7, 31))  # fmt: skip
        start, end = spans.get(stored["end_year"], whole)
        for school in timetable.schools.values():
            desk = timetable.desk(school, stored["id"])
            if desk is None:
                add_desk(store, school, stored, start, end)
            elif (start < desk.start or end > desk.end) and (whole_truth or desk.end >= today):
                store.put("calendar", [{"id": desk.calendar_id, "start_date": min(start, desk.start),
                                        "end_date": max(end, desk.end)}])  # fmt: skip


def _terms(source: Source, store: Store, rows: Sequence[Row]) -> None:
    timetable = read_timetable(store)
    years = {row["end_year"]: row["id"] for row in store.all("school_year")}
    schedules = {row["structure_id"]: row["id"] for row in reversed(store.all("term_schedule"))}
    stored = {row["sourced_id"]: row for row in store.all("term")}
    last = dict.fromkeys(schedules.values(), 0)
    for term in store.all("term"):
        last[term["term_schedule_id"]] = max(last.get(term["term_schedule_id"], 0), term["sequence"])
    for row in sorted(rows, key=lambda row: (row.values["startDate"], row.line)):
        year = years[int(row.values["schoolYear"])]
        desks = [desk for desk in timetable.desks.values() if desk.year_id == year]
        before = stored.get(row.values["sourcedId"])
        if before is None and not desks:
            source.refuse(FILE, row, "", "", "no school came in whose calendar could have this term")
            continue
        schedule = before["term_schedule_id"] if before else schedules[min(desks).structure_id]
        if before is None:
            last[schedule] += 1
        (result,) = store.put("term", [{
            "id": before["id"] if before else store.new_id("term"),
            "term_schedule_id": schedule,
            "sequence": before["sequence"] if before else last[schedule],
            "name": row.values["title"][:120],
            "start_date": date.fromisoformat(row.values["startDate"]),
            "end_date": last_day(row.values["endDate"]),
            "sourced_id": row.values["sourcedId"],
        }])  # fmt: skip
        source.count(FILE, row, result)


def _periods(source: Source, store: Store, rows: Sequence[Row]) -> None:
    """A term's only grading period gives its id to the one that is derived from the term (P-56, P-83b)."""
    terms = {row["sourced_id"]: row for row in store.all("term") if row["sourced_id"]}
    named: dict[str, set[str]] = {
        sourced_id: {term["grading_period_sourced_id"]} - {None} for sourced_id, term in terms.items()
    }
    for row in rows:
        named.setdefault(row.values["parent"], set()).add(row.values["sourcedId"])
    for row in rows:
        parent = row.values["parent"]
        if parent not in terms or len(named[parent]) > 1:
            source.skip(FILE, row, "a gradingPeriod that is not the only one of a term has no place here")
            continue
        period = {"id": terms[parent]["id"], "grading_period_sourced_id": row.values["sourcedId"]}
        source.count(FILE, row, store.put("term", [period])[0])


def _leave(source: Source, store: Store, row: Row) -> None:
    """tobedeleted: a term is taken out, with its sections' placements; its line items become those of the year. Years
    stay, and a grading period goes with its term."""
    term = store.every_number("term").get(row.values["sourcedId"])
    if term is None:
        source.skip(FILE, row, "tobedeleted, and no term of the SIS")
        return
    keys = ("section_id", "term_id", "period")
    placed = store.find("section_placement", "term_id", [term])
    store.remove("section_placement", [tuple(one[key] for key in keys) for one in placed])
    windows = store.find("grading_window", "term_id", [term])
    store.remove("grading_window", [(one["grading_task_id"], term) for one in windows])
    items = store.find("line_item", "term_id", [term])
    store.amend("line_item", [{"id": item["id"], "term_id": None} for item in items])
    store.remove("term", [term])
    source.count(FILE, row, Outcome.UPDATED)
