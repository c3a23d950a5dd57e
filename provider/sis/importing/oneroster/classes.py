"""courses.csv → courses; classes.csv → sections with their placements.

A SIS course belongs to one school's calendar. A course of the district hangs on the first school's; a class at another
school than its course's gets a copy of the course at its own.
"""

from typing import Any, NamedTuple

from provider.sis.importing.oneroster.levels import Levels
from provider.sis.importing.oneroster.source import Result, Source, cut, gone, whole
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.oneroster.timetable import Desk, Timetable, read_timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row


class CourseText(NamedTuple):
    """What a course says of itself."""

    number: str
    name: str
    subjects: str | None
    subject_codes: str | None
    grades: str | None


def import_courses(source: Source, store: Store) -> None:
    """Every course into the calendar of its org and year."""
    if not source.has("courses"):
        return
    timetable, levels = read_timetable(store), Levels(store)
    structures = {desk.calendar_id: desk.structure_id for desk in timetable.desks.values()}
    for rows in source.batches("courses"):
        stored = {row["sourced_id"]: row for row in store.find("course", "sourced_id", _ids(rows))}
        numbers = {sourced_id: row["id"] for sourced_id, row in stored.items()}
        written, kept = [], []
        for row in rows:
            before = stored.get(row.values["sourcedId"])
            if gone(row):
                _close(source, store, "courses", "course", row, before)
                continue
            calendar = _calendar(timetable, row) or (before["calendar_id"] if before else None)
            if calendar is None:
                where = row.values["org"]
                source.refuse("courses", row, "orgSourcedId", where, "no school with a calendar came in for it")
                continue
            # The grades of a course are published by way of its calendar's grade levels.
            for grade in row.values.get("grades", ()):
                levels.level(structures[calendar], grade)
            key = store.number("course", numbers, row.values["sourcedId"])
            written.append(_course(key, calendar, _text(row), row.values["sourcedId"]))
            kept.append(row)
        for row, result in zip(kept, store.put("course", written), strict=True):
            source.count("courses", row, result)


def _ids(rows: list[Row]) -> list[str]:
    return [row.values["sourcedId"] for row in rows]


def _text(row: Row) -> CourseText:
    values = row.values
    return CourseText(
        number=cut(values.get("courseCode"), 40) or values["sourcedId"][:40],
        name=values["title"][:255],
        subjects=cut(",".join(values.get("subjects", ())), 255),
        subject_codes=cut(",".join(values.get("subjectCodes", ())), 255),
        grades=cut(",".join(values.get("grades", ())), 120),
    )


def _course(key: int, calendar: int, text: CourseText, sourced_id: str | None) -> dict[str, Any]:
    return {"id": key, "calendar_id": calendar, **text._asdict(), "active": True, "sourced_id": sourced_id}


def _calendar(timetable: Timetable, row: Row) -> int | None:
    """The calendar of the course's school, or of the first school for a course of the district."""
    year = timetable.years.get(row.values.get("schoolYear", "")) or timetable.active_year
    school = timetable.schools.get(row.values["org"])
    if school is not None:
        desk = timetable.desk(school, year)
        return desk.calendar_id if desk else None
    return min((desk.calendar_id for desk in timetable.desks.values() if desk.year_id == year), default=None)


def _close(source: Source, store: Store, file: str, table: str, row: Row, before: Any) -> None:
    """tobedeleted: a course or section that is there becomes inactive."""
    if before is None:
        source.skip(file, row, "tobedeleted, and not in the SIS")
    else:
        source.count(file, row, store.put(table, [{"id": before["id"], "active": False}])[0])


def import_classes(source: Source, store: Store) -> None:
    """Every class into the active trial of its school in the year of its terms."""
    if source.has("classes"):
        _Classes(source, store).run()


class _Classes:
    def __init__(self, source: Source, store: Store) -> None:
        self.source = source
        self.store = store
        self.timetable = read_timetable(store)
        self.years_of_calendars = {desk.calendar_id: desk for desk in self.timetable.desks.values()}
        self.courses: dict[str, Any] = {row["sourced_id"]: row for row in store.all("course") if row["sourced_id"]}
        self.copies = {
            (row["calendar_id"], row["number"], row["name"]): row["id"]
            for row in store.all("course") if not row["sourced_id"]
        }  # fmt: skip
        self.makes_courses = source.marks_absent("courses")

    def run(self) -> None:
        for rows in self.source.batches("classes"):
            stored = {row["sourced_id"]: row for row in self.store.find("section", "sourced_id", _ids(rows))}
            numbers = {sourced_id: row["id"] for sourced_id, row in stored.items()}
            sections, kept = [], []
            for row in rows:
                before = stored.get(row.values["sourcedId"])
                if gone(row):
                    _close(self.source, self.store, "classes", "section", row, before)
                    continue
                section = self._section(row, numbers)
                if section:
                    sections.append(section)
                    kept.append(row)
            results = self.store.put("section", sections)
            self._place(kept, sections, results)

    def _section(self, row: Row, numbers: dict[str, int]) -> dict[str, Any] | None:
        """The section of a class, or None after refusing it."""
        values = row.values
        school = self.timetable.schools.get(values["school"])
        if school is None:
            self._refuse(row, "schoolSourcedId", values["school"], "refers to a school that did not come in")
            return None
        # A class of the whole year has no placement in a term.
        terms, years = self.timetable.terms, self.timetable.years
        known = [
            terms[term][1] if term in terms else years[term] for term in values["terms"] if term in {**terms, **years}
        ]
        missing = [term for term in values["terms"] if term not in terms and term not in years]
        if not known:
            self._refuse(row, "termSourcedIds", ",".join(missing), "refers to sessions that are no terms here")
            return None
        if missing:
            self.source.note("classes", row, f"termSourcedIds {','.join(missing)}: no terms here; passed over")
        desk = self.timetable.desk(school, known[0])
        if desk is None:
            self._refuse(row, "schoolSourcedId", values["school"], "the school has no calendar in that year")
            return None
        course = self._course_of(row, desk)
        if course is None:
            why = "refers to a course that did not come in"
            self._refuse(row, "courseSourcedId", values["course"], why)
            return None
        code = values.get("classCode") or values["sourcedId"]
        return {
            "id": self.store.number("section", numbers, values["sourcedId"]),
            "course_id": course["id"],
            "trial_id": desk.trial_id,
            "number": code.removeprefix(f"{course['number']}-")[:40],
            "name": values["title"][:255],
            "active": True,
            "homeroom": values.get("classType") == "homeroom",
            "room": cut(values.get("location"), 60),
            "sourced_id": values["sourcedId"],
        }

    def _refuse(self, row: Row, column: str, value: str, reason: str) -> None:
        self.source.refuse("classes", row, column, value, reason)

    def _course_of(self, row: Row, desk: Desk) -> Any:
        """The course of a class at this school: the one that came in, a copy of it, or one made from the class."""
        course = self.courses.get(row.values["course"])
        if course is None and self.makes_courses:
            text = _text(row)._replace(number=row.values["course"][:40])
            made = _course(self.store.new_id("course"), desk.calendar_id, text, row.values["course"])
            if isinstance(self.store.put("course", [made])[0], Rejected):
                return None
            self.courses[row.values["course"]] = course = made
            self.source.note(
                "classes", row, f"no courses in the package: course {made['number']} is made from the class"
            )
        if course is None or course["calendar_id"] == desk.calendar_id:
            return course
        place = (desk.calendar_id, course["number"], course["name"])
        if place not in self.copies:
            text = CourseText(*(course[name] for name in CourseText._fields))
            copy = _course(self.store.new_id("course"), desk.calendar_id, text, None)
            self.store.put("course", [copy])
            self.copies[place] = copy["id"]
            self.source.note("classes", row, f"course {course['number']} is another school's: this one gets a copy")
        return {"id": self.copies[place], "number": course["number"]}

    def _place(self, rows: list[Row], sections: list[dict[str, Any]], results: list[Result]) -> None:
        """Placements in each term and period, for sections that were taken."""
        terms = self.timetable.terms
        placements = [
            {"section_id": section["id"], "term_id": term, "period": period}
            for row, section, result in zip(rows, sections, results, strict=True) if isinstance(result, Outcome)
            for term in dict.fromkeys(terms[named][0] for named in row.values["terms"] if named in terms)
            for period in dict.fromkeys(text[:20] for text in row.values.get("periods", ("",)))
        ]  # fmt: skip
        pairs = zip(sections, results, strict=True)
        placed: dict[int, list[Result]] = {one["id"]: [] for one, result in pairs if isinstance(result, Outcome)}
        for key in self._displace(placements, set(placed)):
            placed[key].append(Outcome.UPDATED)
        for placement, result in zip(placements, self.store.put("section_placement", placements), strict=True):
            placed[placement["section_id"]].append(result)
        for row, section, result in zip(rows, sections, results, strict=True):
            self.source.count("classes", row, whole(result, placed.get(section["id"], ())))

    def _displace(self, placements: list[dict[str, Any]], sections: set[int]) -> set[int]:
        """Take out placements that a class no longer has; the sections that had some."""
        wanted = {tuple(placement.values()) for placement in placements}
        stored = self.store.find("section_placement", "section_id", sections)
        there = [(row["section_id"], row["term_id"], row["period"]) for row in stored]
        over = [key for key in there if key not in wanted]
        self.store.remove("section_placement", over)
        return {key[0] for key in over}
