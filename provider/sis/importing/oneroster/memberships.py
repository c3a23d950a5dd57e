"""Roles at schools → enrollments in school (students) and assignments (staff), in the active year."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, update

from provider.sis.importing.oneroster.levels import Levels
from provider.sis.importing.oneroster.roles import Role, RoleBook
from provider.sis.importing.oneroster.source import Result, Source
from provider.sis.importing.oneroster.store import Store, first_day, last_day
from provider.sis.importing.oneroster.timetable import Desk, Timetable
from provider.sis.importing.report import Outcome
from provider.sis.importing.writer import Rejected
from provider.sis.models import Assignment, Enrollment
from shared.database import writing
from shared.oneroster.csv import Row

FILE = "users"


class Memberships:
    """Writes, for batches of people, where they belong. People and schools are known already."""

    def __init__(self, source: Source, store: Store, roles: RoleBook, timetable: Timetable, today: date) -> None:
        self._source = source
        self._store = store
        self._roles = roles
        self._timetable = timetable
        self._today = today
        self._levels = Levels(store)

    def write(self, people: list[tuple[Row, list[Role], int]]) -> list[list[Result]]:
        """What became of each person's enrollments and assignments."""
        ids = [person for _, _, person in people]
        enrolled = {
            (row["person_id"], row["calendar_id"]): row for row in self._store.find("enrollment", "person_id", ids)
        }
        assigned = {
            (row["person_id"], row["school_id"], _mark_of(row)): row
            for row in self._store.find("assignment", "person_id", ids)
        }
        rows: dict[str, dict[Any, dict[str, Any]]] = {"enrollment": {}, "assignment": {}}
        wanted: list[tuple[int, Role, str, Any]] = []
        for n, (row, roles, person) in enumerate(people):
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
        return self._put(len(people), rows, wanted)

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
        """The role's dates; without any those that are stored, or the calendar's first day and no end."""
        if role.begin is None and role.end is None and before:
            return {"start_date": before["start_date"], "end_date": before["end_date"]}
        end = last_day(role.end)
        start = first_day(role.begin) or (before["start_date"] if before else desk.start)
        return {"start_date": min(start, end) if end else start, "end_date": end}

    def end(self, person: int) -> Outcome:
        """End yesterday whatever the person is enrolled in or assigned to and what has begun."""
        yesterday = self._today - timedelta(days=1)
        ended = 0
        with writing(self._store.engine) as connection:
            for model in (Enrollment, Assignment):
                statement = update(model.__table__).where(
                    model.person_id == person,
                    model.start_date <= yesterday,
                    or_(model.end_date.is_(None), model.end_date > yesterday),
                )
                ended += connection.execute(statement.values(end_date=yesterday)).rowcount
        return Outcome.UPDATED if ended else Outcome.UNCHANGED


def _mark_of(assignment: Any) -> str:
    return next((mark for mark in ("teacher", "counselor") if assignment[mark]), "program")
