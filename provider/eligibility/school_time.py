"""Years, calendars and what hangs on them, looked up in the facts: no decision is made here, no edition matters."""

from datetime import date
from functools import cached_property

from provider.eligibility import dates, rows
from provider.eligibility.facts import Facts
from provider.eligibility.rule import Holder

#: The column that marks a row External LMS Exclude, in every table that has it.
EXCLUDE = "external_lms_exclude"


class SchoolTime:
    """The school time of one `Facts`. `window`: first and last day of the active year, None when there is none."""

    facts: Facts
    window: tuple[date, date] | None

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.window = dates.year_window(facts.year) if facts.year else None

    @property
    def year_name(self) -> str:
        return self.facts.year.name if self.facts.year else "none: no school year is active"

    @property
    def window_text(self) -> str:
        return f"school year {dates.text(*self.window)}" if self.window else "no school year is active"

    @cached_property
    def schools_with_calendar(self) -> frozenset[int]:
        return frozenset(c.school_id for c in self.facts.calendars.values() if self.in_active_year(c.id))

    def in_active_year(self, calendar_id: int | None) -> bool:
        """P-01."""
        calendar, year = self.facts.calendars.get(calendar_id or 0), self.facts.year
        return calendar is not None and year is not None and calendar.school_year_id == year.id

    def calendar_text(self, calendar_id: int | None) -> str:
        calendar = self.facts.calendars.get(calendar_id or 0)
        if calendar is None:
            return f"calendar {calendar_id} is not in the active year ({self.year_name})"
        year = self.facts.years.get(calendar.school_year_id)
        return f"calendar {calendar.name} of {year.name if year else 'another year'}; active year {self.year_name}"

    def school_of(self, calendar_id: int | None) -> int | None:
        calendar = self.facts.calendars.get(calendar_id or 0)
        return calendar.school_id if calendar else None

    def calendar_mark(self, calendar_id: int | None) -> Holder | None:
        """The school or calendar that is marked External LMS Exclude, None when neither is (P-73)."""
        calendar = self.facts.calendars.get(calendar_id or 0)
        if calendar is None:
            return None
        school = self.facts.schools.get(calendar.school_id)
        if school is not None and school.external_lms_exclude:
            return Holder("school", school.id, EXCLUDE, f"school {school.name}")
        if calendar.external_lms_exclude:
            return Holder("calendar", calendar.id, EXCLUDE, f"calendar {calendar.name}")
        return None

    def calendar_excluded(self, calendar_id: int | None) -> bool:
        return self.calendar_mark(calendar_id) is not None

    def exclude_text(self, calendar_id: int | None) -> str:
        mark = self.calendar_mark(calendar_id)
        return mark.words if mark else "neither is marked"

    def structure_calendar(self, structure_id: int | None) -> int | None:
        structure = self.facts.structures.get(structure_id or 0)
        return structure.calendar_id if structure else None

    def calendar_of_term(self, term: rows.Term) -> int | None:
        schedule = self.facts.term_schedules.get(term.term_schedule_id)
        return self.structure_calendar(schedule.structure_id) if schedule else None

    @cached_property
    def _levels(self) -> dict[tuple[int | None, str], rows.GradeLevel]:
        found: dict[tuple[int | None, str], rows.GradeLevel] = {}
        for level in self.facts.grade_levels.values():
            found.setdefault((self.structure_calendar(level.structure_id), level.name), level)
        return found

    def level(self, calendar_id: int, name: str) -> rows.GradeLevel | None:
        """The grade level of this local name in a calendar."""
        return self._levels.get((calendar_id, name))
