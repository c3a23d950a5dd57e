"""The list of calendars, with what is to be mended about each (P-05, P-52, P-73)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from provider.admin.scheduling import standing
from provider.admin.scheduling.choices import active_year, in_order, number, with_words
from provider.eligibility import rows
from provider.eligibility.dates import text, year_window
from provider.publishing.loading.reading import read
from provider.sis.models import Calendar, ScheduleStructure, School, Term, TermSchedule, Trial
from shared.web.lists import SIZE, Asked

_KINDS: tuple[type[Any], ...] = (rows.Calendar, rows.School)

SORTS: Mapping[str, tuple[Any, ...]] = {
    "school": (School.name, Calendar.start_date, Calendar.id),
    "name": (Calendar.name, School.name, Calendar.id),
    "start": (Calendar.start_date, School.name, Calendar.id),
}
FILTERS = ("school", "year")


class CalendarRow(NamedTuple):
    """A line of the list; `trials`: names of the active ones; `warnings`: (rule, sentence)."""

    calendar: rows.Calendar
    school: rows.School
    structures: int
    terms: int
    trials: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]


def find_calendars(session: Session, asked: Asked) -> tuple[list[CalendarRow], int]:
    """(a page of calendars, how many there are in all).

    asked.search   words, each a part of a calendar's name, or of a school's name or number
    asked.filters  school and year by id; without a year those of the active one
    """
    where = _where(session, asked)
    order = in_order(SORTS, asked)
    joined = select(*standing.columns(_KINDS)).select_from(Calendar).join(School, School.id == Calendar.school_id)
    found = [
        standing.split(row, _KINDS)
        for row in session.execute(joined.where(*where).order_by(*order).offset(asked.offset).limit(SIZE))
    ]
    counted = select(func.count()).select_from(Calendar).join(School, School.id == Calendar.school_id)
    total = session.scalar(counted.where(*where)) or 0
    years = {year.id: year for year in read(session, rows.SchoolYear)}
    ids = [calendar.id for calendar, _ in found]
    trials, terms = trials_of(session, ids), _terms(session, ids)
    return [
        CalendarRow(
            calendar, school, len(trials[calendar.id]), terms.get(calendar.id, 0),
            tuple(trial for structure in trials[calendar.id].values() for trial, active in structure if active),
            (*warnings_of(calendar, school, years[calendar.school_year_id]), *_of_trials(trials[calendar.id])),
        )
        for calendar, school in found
    ], total  # fmt: skip


def _where(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    year, school = active_year(session, asked.filters.get("year")), number(asked.filters.get("school"))
    texts = (Calendar.name, School.name, School.number)
    found = with_words(asked.search, texts)
    chosen = ((Calendar.school_year_id, year), (School.id, school))
    return found + [column == value for column, value in chosen if value is not None]


def trials_of(session: Session, calendar_ids: Collection[int]) -> dict[int, dict[int, list[tuple[str, bool]]]]:
    """Name and activity of the trials of each structure (by its id) of some calendars."""
    found = session.execute(
        select(ScheduleStructure.calendar_id, ScheduleStructure.id, Trial.name, Trial.active)
        .outerjoin(Trial, Trial.structure_id == ScheduleStructure.id)
        .where(ScheduleStructure.calendar_id.in_(calendar_ids))
        .order_by(ScheduleStructure.id, Trial.id)
    )
    trials: dict[int, dict[int, list[tuple[str, bool]]]] = defaultdict(dict)
    for calendar, structure, trial, active in found:
        there = trials[calendar].setdefault(structure, [])
        if trial is not None:
            there.append((trial, active))
    return trials


def _of_trials(structures: Mapping[int, list[tuple[str, bool]]]) -> list[tuple[str, str]]:
    """P-05."""
    if not structures:
        return [("P-05", "It has no schedule structure, so no section of it can be published")]
    found = []
    if any(not any(active for _, active in trials) for trials in structures.values()):
        found.append(("P-05", "A structure has no active trial: its sections are not published"))
    if any(len(trials) > 1 for trials in structures.values()):
        found.append(("P-05", "A structure still has more than one trial"))
    return found


def warnings_of(calendar: rows.Calendar, school: rows.School, year: rows.SchoolYear) -> list[tuple[str, str]]:
    """What is to be known about a calendar itself: P-52, P-73."""
    found, window = [], year_window(year)
    if calendar.start_date < window[0] or calendar.end_date > window[1]:
        found.append(("P-52", f"Its days are not all in the school year, {text(*window)}"))
    if school.external_lms_exclude:
        found.append(("P-73", "Excluded, as its school is"))
    if calendar.external_lms_exclude:
        found.append(("P-73", "Excluded, with its courses, sections and enrollments"))
    return found


def _terms(session: Session, calendar_ids: Collection[int]) -> dict[int, int]:
    counted = (
        select(ScheduleStructure.calendar_id, func.count())
        .join(TermSchedule, TermSchedule.structure_id == ScheduleStructure.id)
        .join(Term, Term.term_schedule_id == TermSchedule.id)
        .where(ScheduleStructure.calendar_id.in_(calendar_ids))
        .group_by(ScheduleStructure.calendar_id)
    )
    return dict(session.execute(counted).all())
