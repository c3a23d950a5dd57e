"""What classes and people hang on: years, calendars, structures, trials, terms and grade levels, as they are stored."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from provider.sis.importing.oneroster.store import Store


class Desk(NamedTuple):
    """A school's calendar in a year with its one structure."""

    school_id: int
    year_id: int
    calendar_id: int
    structure_id: int
    trial_id: int
    start: date
    end: date


@dataclass(slots=True)
class Timetable:
    """`schools` by sourcedId, `desks` by (school, year). `terms`: (term, year) by sourcedId of the term and of its
    gradingPeriod; `years` by sourcedId."""

    schools: dict[str, int]
    active_year: int | None
    desks: dict[tuple[int, int], Desk]
    terms: dict[str, tuple[int, int]]
    years: dict[str, int]

    def desk(self, school_id: int, year_id: int | None = None) -> Desk | None:
        """The school's calendar in a year, the active one unless told."""
        year = year_id or self.active_year
        return self.desks.get((school_id, year)) if year else None


def read_timetable(store: Store) -> Timetable:
    """All of it, from the database: a delta package refers to what came earlier."""
    calendars = {row["id"]: row for row in store.all("calendar")}
    trials = {row["structure_id"]: row["id"] for row in store.all("trial") if row["active"]}
    desks: dict[tuple[int, int], Desk] = {}
    years: dict[int, int] = {}
    for structure in store.all("schedule_structure"):
        calendar = calendars[structure["calendar_id"]]
        years[structure["id"]] = calendar["school_year_id"]
        place = (calendar["school_id"], calendar["school_year_id"])
        if structure["id"] in trials:
            desks.setdefault(place, Desk(*place, calendar["id"], structure["id"], trials[structure["id"]],
                                         calendar["start_date"], calendar["end_date"]))  # fmt: skip
    schedules = {row["id"]: row["structure_id"] for row in store.all("term_schedule")}
    return Timetable(
        schools=store.every_number("school"),
        active_year=next((row["id"] for row in store.all("school_year") if row["active"]), None),
        desks=desks,
        terms={
            sourced_id: (row["id"], years[schedules[row["term_schedule_id"]]])
            for row in store.all("term")
            for sourced_id in (row["grading_period_sourced_id"], row["sourced_id"]) if sourced_id
        },
        years=store.every_number("school_year"),
    )  # fmt: skip


def add_desk(store: Store, school_id: int, year: Any, start: date, end: date) -> None:
    """A calendar with structure, active trial and term schedule for a school that has none in this year."""
    calendar, structure = store.new_id("calendar"), store.new_id("schedule_structure")
    name = year["name"]
    store.put("calendar", [{"id": calendar, "school_id": school_id, "school_year_id": year["id"], "name": name,
                            "start_date": start, "end_date": end}])  # fmt: skip
    store.put("schedule_structure", [{"id": structure, "calendar_id": calendar, "name": "Main"}])
    store.put("trial", [{"id": store.new_id("trial"), "structure_id": structure, "name": "Imported", "active": True}])
    store.put("term_schedule", [{"id": store.new_id("term_schedule"), "structure_id": structure, "name": "Terms"}])
