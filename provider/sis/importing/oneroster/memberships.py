"""Roles at schools → enrollments in school (students) and assignments (staff), in the active year."""

from datetime import date
from typing import Any

from provider.sis.importing.oneroster.departures import Departures
from provider.sis.importing.oneroster.levels import Levels
from provider.sis.importing.oneroster.roles import MARKS, STAFF, Role, RoleBook, User
from provider.sis.importing.oneroster.source import Result, Source, is_change
from provider.sis.importing.oneroster.store import Store, first_day, last_day
from provider.sis.importing.oneroster.timetable import Desk, read_timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from shared.oneroster.csv import Row
from shared.oneroster.versions import Version

FILE = "users"

#: Stored rows by (table, key): (person, calendar) of an enrollment, (person, school, mark) of an assignment.
Stored = dict[tuple[str, Any], Any]


class Memberships:
    """Writes, for batches of people, where they belong. People and schools are known already."""

    def __init__(self, source: Source, store: Store, roles: RoleBook, departures: Departures, today: date) -> None:
        self._source = source
        self._store = store
        self._roles = roles
        self._timetable = read_timetable(store)
        self._departures = departures
        self._today = today
        self._closed: dict[int, date] = {}
        self._levels = Levels(store)

    def write(self, users: list[User]) -> list[list[Result]]:
        """What became of each user's enrollments and assignments."""
        ids = [user.person for user in users]
        enrolled = {
            (row["person_id"], row["calendar_id"]): row for row in self._store.find("enrollment", "person_id", ids)
        }
        assigned = {
            (row["person_id"], row["school_id"], _mark_of(row)): row
            for row in self._store.find("assignment", "person_id", ids)
        }
        rows: dict[str, dict[Any, dict[str, Any]]] = {"enrollment": {}, "assignment": {}}
        wanted: list[tuple[int, Role, str, Any]] = []
        for n, (row, roles, _, person) in enumerate(users):
            # The grades stand in the order of the schools; the last one is that of all that follow.
            grades = list(row.values.get("grades", ()))
            for role in roles:
                place = self._place(row, role)
                if place is None:
                    continue
                desk, school = place
                if role.letter == "s":
                    key: Any = (person, desk.calendar_id)
                    grade = (grades.pop(0) if len(grades) > 1 else grades[0]) if grades else None
                    made = self._enrollment(grade, role, person, desk, enrolled.get(key))
                    table = "enrollment"
                else:
                    key = (person, school, role.mark)
                    made = self._assignment(role, person, desk, assigned.get(key))
                    table = "assignment"
                rows[table].setdefault(key, made)
                wanted.append((n, role, table, key))
        told = self._put(len(users), rows, wanted)
        stored = _by_person({"enrollment": enrolled, "assignment": assigned})
        kept: dict[int, set[Any]] = {}
        for n, _, _, key in wanted:
            kept.setdefault(n, set()).add(key)
        for n, user in enumerate(users):
            there, named = stored.get(user.person, {}), kept.get(n, set())
            if is_change(user.row) and not any(role.letter == "s" for role in user.roles):
                told[n] += self._regrade(user, there)
            told[n] += self._end(user, there, named)
        return told

    def _regrade(self, user: User, there: Stored) -> list[Result]:
        """The grades of a changed student whose roles have not changed."""
        grades = list(user.row.values.get("grades", ()))
        structures = {desk.calendar_id: desk.structure_id for desk in self._timetable.desks.values()}
        running = [row for (table, _), row in there.items() if table == "enrollment" and not row["end_date"]]
        running.sort(key=lambda row: (row["service_type"] != "P", row["start_date"], row["id"]))
        rows = [
            {"id": row["id"], "grade_level_id": self._levels.level(structures[row["calendar_id"]], grade)}
            for row, grade in zip(running, grades, strict=False) if row["calendar_id"] in structures
        ]  # fmt: skip
        return self._store.amend("enrollment", rows)

    def _end(self, user: User, there: Stored, named: set[Any]) -> list[Result]:
        """End roles that are to be deleted (1.2); in 1.1 what a changed row does not name: it names all schools of its
        role."""
        told: list[Result] = []
        for role in self._roles.gone(user.row.values["sourcedId"]):
            place = self._stored_place(user, role)
            ended = place in there and place[1] not in named and self._departures.end(place[0], [there[place]])
            # Of guardians and relatives the agents tell (`relationships`).
            self._roles.settle(role, None, Outcome.UPDATED if ended else Outcome.UNCHANGED)
            told += [Outcome.UPDATED] if ended else []
        if is_change(user.row) and self._source.version is Version.V1P1:
            over = [place for place in there if place[1] not in named and self._is_of(user, place)]
            told += [Outcome.UPDATED for place in over if self._departures.end(place[0], [there[place]])]
        return told

    def _is_of(self, user: User, place: tuple[str, Any]) -> bool:
        """Whether an enrollment or assignment of this year is one of the 1.1 record's role."""
        letter = user.roles[0].letter
        if place[0] == "enrollment":
            active = self._timetable.active_year
            return letter == "s" and place[1][1] in {
                desk.calendar_id for desk in self._timetable.desks.values() if desk.year_id == active
            }
        return letter == ("t" if place[1][2] == MARKS["teacher"] else STAFF)

    def _stored_place(self, user: User, role: Role) -> tuple[str, Any]:
        school = self._timetable.schools.get(role.org, 0)
        desk = self._timetable.desk(school)
        if role.letter == "s":
            return "enrollment", (user.person, desk.calendar_id if desk else 0)
        return "assignment", (user.person, school, role.mark)

    def close_calendars(self) -> None:
        """Nobody who has left is in a package, so of a student whose role has ended the calendar has (P-17, P-18)."""
        for calendar in self._store.find("calendar", "id", self._closed):
            day = self._closed[calendar["id"]]
            if calendar["start_date"] <= day < calendar["end_date"]:
                self._store.amend("calendar", [{"id": calendar["id"], "end_date": day}])

    def _put(
        self, size: int, rows: dict[str, dict[Any, dict[str, Any]]], wanted: list[tuple[int, Role, str, Any]]
    ) -> list[list[Result]]:
        found: dict[tuple[str, Any], Result] = {}
        for table, by_key in rows.items():
            groups: dict[tuple[str, ...], list[Any]] = {}
            for key, row in by_key.items():
                groups.setdefault(tuple(row), []).append(key)
            for keys in groups.values():
                results = self._store.put(table, [by_key[key] for key in keys])
                found |= {(table, key): result for key, result in zip(keys, results, strict=True)}
        told: list[list[Result]] = [[] for _ in range(size)]
        for n, role, table, key in wanted:
            result = found[table, key]
            refused = result.reason if isinstance(result, Rejected) else None
            self._roles.settle(role, refused, result if isinstance(result, Outcome) else Outcome.REFUSED)
            told[n] += [result] if isinstance(result, Outcome) else []
        return told

    def _place(self, row: Row, role: Role) -> tuple[Desk, int] | None:
        """The school's calendar; None, after saying why, for a role that leads to none."""
        school = self._timetable.schools.get(role.org)
        desk = self._timetable.desk(school) if school else None
        if role.letter in "gr":
            self._roles.settle(role, None, Outcome.UNCHANGED)
            return None
        if school is None or desk is None:
            why = (
                "no school came in under this id" if school is None else "the school has no calendar in the active year"
            )
            self._roles.settle(role, why, Outcome.REFUSED)
            if role.row is None:
                self._source.note(FILE, row, f"orgSourcedIds {role.org}: {why}; imported without it")
            return None
        begin, end = first_day(role.begin), last_day(role.end)
        if begin and end and end < begin:
            self._roles.settle(role, f"endDate {role.end} is not after beginDate {role.begin}", Outcome.REFUSED)
            return None
        return desk, school

    def _enrollment(self, grade: str | None, role: Role, person: int, desk: Desk, before: Any) -> dict[str, Any]:
        end = last_day(role.end)
        if end and end < self._today:
            self._closed[desk.calendar_id] = min(end, self._closed.get(desk.calendar_id, end))
        return {
            "id": before["id"] if before else self._store.new_id("enrollment"),
            "person_id": person,
            "calendar_id": desk.calendar_id,
            "grade_level_id": self._levels.level(desk.structure_id, grade),
            **self._dates(role, desk, before),
            "service_type": "P" if role.primary else "S",
        }

    def _assignment(self, role: Role, person: int, desk: Desk, before: Any) -> dict[str, Any]:
        return {
            "id": before["id"] if before else self._store.new_id("assignment"),
            "person_id": person,
            "school_id": desk.school_id,
            "title": role.role[:120],
            **self._dates(role, desk, before),
            role.mark: True,
        }

    def _dates(self, role: Role, desk: Desk, before: Any) -> dict[str, Any]:
        """The role's dates; without any those that are stored, or the calendar's first day and no end. Who comes back
        in a package of changes has not ended."""
        ended = before and role.is_change and before["end_date"] and before["end_date"] < self._today
        if role.begin is None and role.end is None and before:
            return {"start_date": before["start_date"], "end_date": None if ended else before["end_date"]}
        end = last_day(role.end)
        start = first_day(role.begin) or (before["start_date"] if before else desk.start)
        return {"start_date": min(start, end) if end else start, "end_date": end}


def _by_person(stored: dict[str, dict[Any, Any]]) -> dict[int, Stored]:
    """Stored enrollments and assignments of each person, by (table, key)."""
    found: dict[int, Stored] = {}
    for table, by_key in stored.items():
        for key, row in by_key.items():
            found.setdefault(key[0], {})[table, key] = row
    return found


def _mark_of(assignment: Any) -> str:
    return next((mark for mark in ("teacher", "counselor") if assignment[mark]), "program")
