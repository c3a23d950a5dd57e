"""Grading tasks with the sections that have them, grading windows as a list, score groups with their scores."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from provider.admin.scheduling.choices import active_year, in_order, number, with_words
from provider.eligibility.grading_tasks import tasks_of
from provider.sis.models import (
    Calendar,
    Course,
    GradingTask,
    GradingWindow,
    ScheduleStructure,
    School,
    ScoreGroup,
    ScoreGroupItem,
    ScoreScale,
    Section,
    SectionGradingTask,
    Term,
    TermSchedule,
)  # fmt: skip
from shared.web.lists import SIZE, Asked

SORTS: Mapping[str, tuple[Any, ...]] = {
    "opens": (GradingWindow.opens_on, School.name, Term.start_date, GradingWindow.grading_task_id, Term.id),
    "closes": (GradingWindow.closes_on, School.name, Term.start_date, GradingWindow.grading_task_id, Term.id),
    "school": (School.name, Term.start_date, GradingWindow.grading_task_id, Term.id),
    "task": (GradingTask.name, School.name, Term.start_date, Term.id),
}
FILTERS = ("school", "year", "task", "state")
STATES = {"open": "Open", "later": "Opens later", "over": "Closed"}


class TaskRow(NamedTuple):
    """A grading task; `sections` of the year that have it as one of their own; `first`: that of all others (P-118);
    `excluded`: platforms are not offered it (P-74).
    """

    id: int
    code: str
    name: str
    first: bool
    excluded: bool
    sections: int


class WindowRow(NamedTuple):
    """A grading window, and what it is today: Open, Opens later or Closed."""

    task_id: int
    term_id: int
    task: str
    term: str
    calendar: str
    school: str
    opens: date
    closes: date
    state: str


class Group(NamedTuple):
    """A score group. `scores`: score and the percent from which on it is given, None by hand alone (P-120); `scales`:
    score scales of sections that have it."""

    id: int
    name: str
    kind: str
    scores: tuple[tuple[str, float | None], ...]
    scales: int


def tasks_in_use(session: Session, year_id: int | None) -> list[TaskRow]:
    """Every grading task, in the order in which one is the first of a section."""
    counted = (
        select(SectionGradingTask.grading_task_id, func.count())
        .join(Section, Section.id == SectionGradingTask.section_id)
        .join(Course, Course.id == Section.course_id)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .group_by(SectionGradingTask.grading_task_id)
    )
    if year_id is not None:
        counted = counted.where(Calendar.school_year_id == year_id)
    sections: dict[int, int] = dict(session.execute(counted).all())
    tasks = session.scalars(select(GradingTask).order_by(GradingTask.id)).all()
    first = tasks_of((), [task.id for task in tasks], {task.id for task in tasks if task.external_lms_exclude})
    return [
        TaskRow(task.id, task.code, task.name, task.id in first, task.external_lms_exclude, sections.get(task.id, 0))
        for task in tasks
    ]


def find_windows(session: Session, today: date, asked: Asked) -> tuple[list[WindowRow], int]:
    """(a page of grading windows, how many there are in all).

    asked.search   words, each a part of the name of a task, a term, a calendar or a school
    asked.filters  school, year and task by id, state by its name in `STATES`; without a year those of the active one
    """
    where = _where(session, today, asked)
    order = in_order(SORTS, asked)
    window = GradingWindow
    columns = (
        window.grading_task_id, window.term_id, GradingTask.name, Term.name, Calendar.name, School.name,
        window.opens_on, window.closes_on,
    )  # fmt: skip
    found = session.execute(_joined(*columns).where(*where).order_by(*order).offset(asked.offset).limit(SIZE))
    rows = [WindowRow._make((*row, _state(row[6], row[7], today))) for row in found]
    return rows, session.scalar(_joined(func.count()).where(*where)) or 0


def _state(opens: date, closes: date, today: date) -> str:
    return STATES["later" if today < opens else "over" if today > closes else "open"]


def _where(session: Session, today: date, asked: Asked) -> list[ColumnElement[bool]]:
    filters, texts = asked.filters, (GradingTask.name, Term.name, Calendar.name, School.name)
    year, school = active_year(session, filters.get("year")), number(filters.get("school"))
    chosen = (
        (Calendar.school_year_id, year), (School.id, school),
        (GradingWindow.grading_task_id, number(filters.get("task"))),
    )  # fmt: skip
    states = {
        "open": and_(GradingWindow.opens_on <= today, GradingWindow.closes_on >= today),
        "later": GradingWindow.opens_on > today,
        "over": GradingWindow.closes_on < today,
    }
    found = [column == value for column, value in chosen if value is not None]
    if filters.get("state", "") in states:
        found.append(states[filters["state"]])
    return found + with_words(asked.search, texts)


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(GradingWindow)
        .join(GradingTask, GradingTask.id == GradingWindow.grading_task_id)
        .join(Term, Term.id == GradingWindow.term_id)
        .join(TermSchedule, TermSchedule.id == Term.term_schedule_id)
        .join(ScheduleStructure, ScheduleStructure.id == TermSchedule.structure_id)
        .join(Calendar, Calendar.id == ScheduleStructure.calendar_id)
        .join(School, School.id == Calendar.school_id)
    )


def groups_of(session: Session) -> list[Group]:
    """Every score group by name, its scores from the best on."""
    scores: dict[int, list[tuple[str, float | None]]] = defaultdict(list)
    for key, score, least in session.execute(
        select(ScoreGroupItem.score_group_id, ScoreGroupItem.score, ScoreGroupItem.min_percent)
    ):
        scores[key].append((score, least))
    counted = select(ScoreScale.score_group_id, func.count()).where(ScoreScale.deleted.is_(False))
    scales = dict(session.execute(counted.group_by(ScoreScale.score_group_id)).all())
    groups = session.execute(select(ScoreGroup.id, ScoreGroup.name, ScoreGroup.kind).order_by(ScoreGroup.name))
    return [
        Group(key, name, kind, tuple(sorted(scores[key], key=_from_the_best)), scales.get(key, 0))
        for key, name, kind in groups
    ]


def _from_the_best(item: tuple[str, float | None]) -> tuple[bool, float, str]:
    score, least = item
    return least is None, -(least or 0.0), score
