"""School years as the pages show them: the dates in force (P-51), their calendars, what the dates leave out (P-52)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.eligibility.dates import year_window
from provider.sis.models import Calendar, School, SchoolYear
from shared.web.forms import stamp


class CalendarLine(NamedTuple):
    """A calendar. `outside`: the dates in force do not cover it (P-52)."""

    id: int
    school: str
    name: str
    first: date
    last: date
    excluded: bool
    outside: bool


class Year(NamedTuple):
    """A school year. `first` and `last`: the dates in force; `school_first` and `school_last`: the first and the last
    day of school in the whole district, None without a calendar."""

    row: SchoolYear
    first: date
    last: date
    calendars: tuple[CalendarLine, ...]

    @property
    def school_first(self) -> date | None:
        return min((one.first for one in self.calendars), default=None)

    @property
    def school_last(self) -> date | None:
        return max((one.last for one in self.calendars), default=None)

    @property
    def warnings(self) -> list[str]:
        """What the dates in force leave out (P-52)."""
        found = []
        if self.school_first is not None and self.school_first < self.first:
            found.append(f"It starts on {self.first}, after the first day of school, {self.school_first}.")
        if self.school_last is not None and self.school_last > self.last:
            found.append(f"It ends on {self.last}, before the last day of school, {self.school_last}.")
        return found


def years(session: Session, year_id: int | None = None) -> list[Year]:
    """Every school year, the latest first, or one alone; two statements."""
    wanted = select(SchoolYear).order_by(SchoolYear.end_year.desc())
    if year_id is not None:
        wanted = wanted.where(SchoolYear.id == year_id)
    rows = session.scalars(wanted).all()
    calendars = _calendars(session, [row.id for row in rows])
    return [_year(row, calendars[row.id]) for row in rows]


def standing(session: Session, year_id: int) -> str | None:
    """A stamp of what a preview of a year rests on, which another year's or other dates have not; None: no such year.

    That is the active year, and the dates, the name and the calendars of the year.
    """
    found = next(iter(years(session, year_id)), None)
    if found is None:
        return None
    active = session.scalar(select(SchoolYear.id).where(SchoolYear.active))
    row = found.row
    return stamp(
        {"active": active, "name": row.name, "dates": [row.start_year, row.end_year, row.start_date, row.end_date],
         "calendars": [list(calendar) for calendar in found.calendars]}
    )  # fmt: skip


def _calendars(session: Session, year_ids: Sequence[int]) -> dict[int, list[tuple[Calendar, str]]]:
    found: dict[int, list[tuple[Calendar, str]]] = defaultdict(list)
    rows = (
        select(Calendar, School.name)
        .join(School, School.id == Calendar.school_id)
        .where(Calendar.school_year_id.in_(year_ids))
        .order_by(School.name, Calendar.name, Calendar.id)
    )
    for calendar, school in session.execute(rows):
        found[calendar.school_year_id].append((calendar, school))
    return found


def _year(row: SchoolYear, calendars: Sequence[tuple[Calendar, str]]) -> Year:
    first, last = year_window(row)
    return Year(row, first, last, tuple(
        CalendarLine(one.id, school, one.name, one.start_date, one.end_date, one.external_lms_exclude,
                     one.start_date < first or one.end_date > last)
        for one, school in calendars
    ))  # fmt: skip
