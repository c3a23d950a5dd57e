"""The files of a synthetic district: one CSV writer per SIS table, checked against the table's columns."""

import csv
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from provider.sis.importing.shapes import sis_shapes

#: The columns that are written of each table; everything else has a default or is made up on import.
COLUMNS: dict[str, tuple[str, ...]] = {
    "district": ("id", "number", "name", "time_zone"),
    "school_year": ("id", "district_id", "name", "start_year", "end_year", "start_date", "end_date", "active"),
    "school": ("id", "district_id", "number", "name"),
    "calendar": ("id", "school_id", "school_year_id", "name", "start_date", "end_date"),
    "schedule_structure": ("id", "calendar_id", "name"),
    "state_grade": ("code", "nces_grade"),
    "grade_level": ("id", "structure_id", "name", "state_grade_code"),
    "term_schedule": ("id", "structure_id", "name"),
    "term": ("id", "term_schedule_id", "sequence", "name", "start_date", "end_date"),
    "trial": ("id", "structure_id", "name", "active"),
    "course_master": ("id", "district_id", "number", "name"),
    "course": ("id", "calendar_id", "course_master_id", "number", "name", "subjects", "grades"),
    "section": ("id", "course_id", "trial_id", "number", "room", "homeroom"),
    "section_placement": ("section_id", "term_id", "period"),
    "person": ("id", "student_number", "staff_number"),
    "identity": ("id", "person_id", "first_name", "last_name", "birth_date", "sex", "white", "asian",
                 "black_or_african_american", "hispanic_or_latino"),
    "contact": ("person_id", "email", "secondary_email", "other_phone", "cell_phone"),
    "user_account": ("id", "person_id", "kind", "username", "disabled"),
    "employment": ("id", "person_id", "start_date"),
    "assignment": ("id", "person_id", "school_id", "title", "start_date", "teacher", "counselor", "program"),
    "enrollment": ("id", "person_id", "calendar_id", "grade_level_id", "start_date"),
    "relationship": ("id", "person_id", "student_id", "name", "guardian", "portal"),
    "section_staff": ("id", "section_id", "person_id", "role", "start_date"),
    "roster": ("id", "section_id", "person_id", "start_date", "end_date"),
}  # fmt: skip
#: Those of the grade book, where one is asked for.
GRADE_COLUMNS: dict[str, tuple[str, ...]] = {
    "grading_task": ("id", "code", "name"),
    "grade_category": ("id", "section_id", "name", "weight"),
    "line_item": ("id", "section_id", "category_id", "term_id", "grading_task_id", "title", "assigned_at", "due_at",
                  "value_min", "value_max"),
    "result": ("id", "line_item_id", "person_id", "status", "score", "scored_on", "missing"),
}  # fmt: skip


class DistrictFiles:
    """Open files of every table of `COLUMNS`, with `grades` of `GRADE_COLUMNS` too. `add` appends a row and numbers it
    where the table has an id."""

    def __init__(self, folder: Path, *, grades: bool = False) -> None:
        self._folder = folder
        self._columns = COLUMNS | GRADE_COLUMNS if grades else COLUMNS
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}
        self._last: dict[str, int] = dict.fromkeys(self._columns, 0)
        self.rows = 0

    def __enter__(self) -> Self:
        shapes = sis_shapes()
        self._folder.mkdir(parents=True, exist_ok=True)
        for table, columns in self._columns.items():
            unknown = set(columns) - set(shapes[table].header)
            if unknown:
                raise LookupError(f"Table {table} has no column {', '.join(sorted(unknown))}")
            stream = self._stack.enter_context((self._folder / f"{table}.csv").open("w", encoding="utf-8", newline=""))
            self._writers[table] = csv.writer(stream, lineterminator="\n")
            self._writers[table].writerow(columns)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, table: str, *values: Any) -> int:
        """Append a row to a table whose first column is `id`, which is given; returns it."""
        key = self._last[table] = self._last[table] + 1
        self._writers[table].writerow((key, *values))
        self.rows += 1
        return key

    def add_all(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Append rows as they are."""
        rows = list(rows)
        self._writers[table].writerows(rows)
        self.rows += len(rows)
