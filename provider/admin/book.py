"""The grade book of a section as the SIS has it, read in a few statements however large it is.

1. the section and its terms;
2. its line items with category, term, grading task and the platform that made each;
3. the scores of those line items;
4. who is on the roster, and what they are called.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from provider.access.models import Connection
from provider.admin.names import Name, names_of
from provider.admin.scheduling.finding import teachers_of
from provider.admin.scoring import MARKS, Score, marks_of, number, shown, words_of
from provider.admin.sight import Sight
from provider.eligibility.grading_tasks import tasks_of
from provider.sis.models import (
    Calendar,
    Course,
    GradeCategory,
    GradingTask,
    LineItem,
    Result,
    Roster,
    School,
    SchoolYear,
    Section,
    SectionGradingTask,
    SectionPlacement,
    Term,
)  # fmt: skip

#: Assignments in one table: so many fit on a sheet of paper that lies on its side.
COLUMNS = 20


class SectionFacts(NamedTuple):
    """The section that a page is about. `terms` in order: (id, name, first day, last day)."""

    id: int
    code: str
    name: str
    school: str
    year: str
    teachers: tuple[str, ...]
    terms: tuple[tuple[int, str, date, date], ...]


class Item(NamedTuple):
    """A line item. `platform` is the name of the connection that made it, "" for the district."""

    id: int
    sourced_id: str
    title: str
    description: str
    category: str
    term_id: int | None
    term: str
    task: str
    assigned_at: datetime
    due_at: datetime
    least: str
    points: str
    note: str
    platform: str
    connection_id: int | None
    modified_at: datetime


class Cell(NamedTuple):
    """A score in the table; `words` say what its marks mean, "" where there are none."""

    id: int
    shown: str
    words: str


Cells = Mapping[tuple[int, int], Cell]


class Book(NamedTuple):
    """A grade book. `cells` by (person, item); `left`: students with scores who are not on the roster (any more)."""

    section: SectionFacts
    items: Sequence[Item]
    students: Sequence[Name]
    left: Sequence[Name]
    cells: Cells
    marks: Sequence[tuple[str, str]]

    @property
    def parts(self) -> list[Sequence[Item]]:
        """The assignments by tables."""
        return [self.items[start : start + COLUMNS] for start in range(0, len(self.items), COLUMNS)]


def read_section(session: Session, section_id: int, sight: Sight) -> SectionFacts:
    """What a page says of a section. It must be there."""
    found = (
        select(Section.number, Section.name, Course.number, Course.name, School.name, SchoolYear.name)
        .join(Course, Course.id == Section.course_id)
        .join(Calendar, Calendar.id == Course.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .join(SchoolYear, SchoolYear.id == Calendar.school_year_id)
        .where(Section.id == section_id)
    )
    section_number, name, course, course_name, school, year = session.execute(found).one()
    terms = session.execute(
        select(Term.id, Term.name, Term.start_date, Term.end_date)
        .where(Term.id.in_(select(SectionPlacement.term_id).where(SectionPlacement.section_id == section_id)))
        .order_by(Term.start_date, Term.id)
    )
    teachers = teachers_of(session, [section_id], sight.today)[section_id]
    return SectionFacts(
        section_id, f"{course}-{section_number}", name or course_name, school, year, teachers,
        tuple((term_id, term, first, last) for term_id, term, first, last in terms),
    )  # fmt: skip


def read_book(session: Session, section_id: int, sight: Sight, term_id: int | None = None) -> Book:
    """The grade book of a section, or that of one of its terms."""
    section = read_section(session, section_id, sight)
    items = [item for item in read_items(session, section_id) if term_id in (None, item.term_id)]
    makers = {item.id: item.connection_id for item in items}
    cells, marks, scored = _cells(session, section_id, makers)
    rostered = _rostered(session, section, sight.today)
    names = names_of(session, rostered | scored, sight.today)
    students = sorted((names[one] for one in rostered), key=lambda name: name.place)
    left = sorted((names[one] for one in scored - rostered), key=lambda name: name.place)
    return Book(section, items, students, left, cells, [(mark, MARKS[mark]) for mark in MARKS if mark in marks])


def read_items(session: Session, section_id: int) -> list[Item]:
    """The line items of a section, as they are due."""
    own = session.scalars(
        select(SectionGradingTask.grading_task_id).where(SectionGradingTask.section_id == section_id)
    ).all()
    every = session.scalars(select(GradingTask)).all()
    tasks = {task.id: task.name for task in every}
    usual = next(iter(tasks_of(own, tasks, {task.id for task in every if task.external_lms_exclude})), None)
    rows = session.execute(
        select(LineItem, GradeCategory.name, Term.name, Connection.name)
        .join(GradeCategory, GradeCategory.id == LineItem.category_id)
        .outerjoin(Term, Term.id == LineItem.term_id)
        .outerjoin(Connection, Connection.id == LineItem.connection_id)
        .where(LineItem.section_id == section_id, LineItem.deleted.is_(False))
        .order_by(LineItem.due_at, LineItem.id)
    )
    return [
        _item(row, category, term or "", tasks.get(row.grading_task_id or usual or 0, ""), platform or "")
        for row, category, term, platform in rows
    ]


def _item(row: LineItem, category: str, term: str, task: str, platform: str) -> Item:
    return Item(
        row.id, row.sourced_id, row.title, row.description or "", category, row.term_id, term, task, row.assigned_at,
        row.due_at, number(row.value_min) if row.value_min else "", number(row.value_max), row.note or "", platform,
        row.connection_id, row.modified_at,
    )  # fmt: skip


_SCORE = (
    Result.status, Result.score, Result.text_score, Result.comment, Result.in_progress, Result.incomplete, Result.late,
    Result.missing,
)  # fmt: skip


def _cells(session: Session, section_id: int, makers: Mapping[int, int | None]) -> tuple[Cells, set[str], set[int]]:
    """The scores of items whose makers are given, which marks they have, and whose they are."""
    rows: Any = session.execute(
        select(Result.id, Result.person_id, Result.line_item_id, Result.connection_id, *_SCORE)
        .join(LineItem, LineItem.id == Result.line_item_id)
        .where(LineItem.section_id == section_id, LineItem.deleted.is_(False), Result.deleted.is_(False))
    )
    cells: dict[tuple[int, int], Cell] = {}
    marks: set[str] = set()
    for result_id, person_id, item_id, maker, *values in rows:
        if item_id in makers:
            score = Score._make((*values, maker is not None and maker != makers[item_id]))
            there = marks_of(score)
            marks.update(there)
            cells[person_id, item_id] = Cell(result_id, shown(score), ", ".join(words_of(score)) if there else "")
    return cells, marks, {person_id for person_id, _ in cells}


def _rostered(session: Session, section: SectionFacts, today: date) -> set[int]:
    """Who is on the roster, or will be: of a section whose terms are over, who was at its end."""
    day = min(today, max((last for *_, last in section.terms), default=today))
    return set(
        session.scalars(
            select(Roster.person_id).where(
                Roster.section_id == section.id, or_(Roster.end_date.is_(None), Roster.end_date >= day)
            )
        )
    )
