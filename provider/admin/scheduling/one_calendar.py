"""What the page of a calendar says: its structures, each with grade levels, term schedules and trials."""

from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from provider.admin.scheduling.finding_calendars import warnings_of
from provider.eligibility import rows
from provider.publishing.loading.reading import by_id, grouped, read, read_in
from provider.sis import models


class Schedule(NamedTuple):
    """A term schedule with its terms in order."""

    id: int
    name: str
    terms: tuple[rows.Term, ...]


class Trialed(NamedTuple):
    """A trial; `sections` in it, `empty` of which have nobody on the roster (P-05)."""

    trial: rows.Trial
    sections: int
    empty: int


class Structured(NamedTuple):
    """A schedule structure with what hangs on it."""

    structure: rows.Structure
    levels: tuple[rows.GradeLevel, ...]
    schedules: tuple[Schedule, ...]
    trials: tuple[Trialed, ...]


class OneCalendar(NamedTuple):
    """A calendar with its school and year; `courses` and `enrollments` are numbers."""

    calendar: rows.Calendar
    school: rows.School
    year: rows.SchoolYear
    warnings: tuple[tuple[str, str], ...]
    structures: tuple[Structured, ...]
    courses: int
    enrollments: int

    def outside(self, term: rows.Term) -> bool:
        """Whether a term has days on which there is no school."""
        return term.start_date < self.calendar.start_date or term.end_date > self.calendar.end_date


def read_calendar(session: Session, calendar_id: int) -> OneCalendar | None:
    """A calendar; None when there is none of this id."""
    found = read_in(session, rows.Calendar, models.Calendar.id, [calendar_id])
    if not found:
        return None
    (calendar,) = found
    (school,) = read_in(session, rows.School, models.School.id, [calendar.school_id])
    year = by_id(read(session, rows.SchoolYear))[calendar.school_year_id]
    return OneCalendar(
        calendar, school, year, tuple(warnings_of(calendar, school, year)), _structures(session, calendar_id),
        _count(session, models.Course.calendar_id, calendar_id),
        _count(session, models.Enrollment.calendar_id, calendar_id),
    )  # fmt: skip


def _count(session: Session, column: Any, value: int) -> int:
    return session.scalar(select(func.count()).where(column == value)) or 0


def _structures(session: Session, calendar_id: int) -> tuple[Structured, ...]:
    structures = read_in(session, rows.Structure, models.ScheduleStructure.calendar_id, [calendar_id])
    ids = [structure.id for structure in structures]
    levels = grouped(read_in(session, rows.GradeLevel, models.GradeLevel.structure_id, ids), _structure_of)
    schedules, trials = _schedules(session, ids), _trials(session, ids)
    return tuple(
        Structured(row, tuple(levels.get(row.id, ())), tuple(schedules[row.id]), tuple(trials[row.id]))
        for row in structures
    )


def _structure_of(row: Any) -> int:
    key: int = row.structure_id
    return key


def _schedules(session: Session, structure_ids: list[int]) -> dict[int, list[Schedule]]:
    made = session.execute(
        select(models.TermSchedule.id, models.TermSchedule.structure_id, models.TermSchedule.name)
        .where(models.TermSchedule.structure_id.in_(structure_ids))
        .order_by(models.TermSchedule.id)
    ).all()
    terms = grouped(
        read_in(session, rows.Term, models.Term.term_schedule_id, [key for key, *_ in made]),
        lambda term: term.term_schedule_id,
    )
    found: dict[int, list[Schedule]] = defaultdict(list)
    for key, structure, name in made:
        found[structure].append(Schedule(key, name, tuple(sorted(terms.get(key, ()), key=lambda term: term.sequence))))
    return found


def _trials(session: Session, structure_ids: list[int]) -> dict[int, list[Trialed]]:
    rostered = exists().where(models.Roster.section_id == models.Section.id)
    counted = session.execute(
        select(models.Section.trial_id, func.count(), func.sum(case((rostered, 0), else_=1)))
        .join(models.Trial, models.Trial.id == models.Section.trial_id)
        .where(models.Trial.structure_id.in_(structure_ids))
        .group_by(models.Section.trial_id)
    )
    numbers = {trial: (sections, int(empty)) for trial, sections, empty in counted}
    found: dict[int, list[Trialed]] = defaultdict(list)
    for trial in read_in(session, rows.Trial, models.Trial.structure_id, structure_ids):
        found[trial.structure_id].append(Trialed(trial, *numbers.get(trial.id, (0, 0))))
    return found
