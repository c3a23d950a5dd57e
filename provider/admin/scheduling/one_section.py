"""What the page of a section says of the SIS: where and when it meets, who staffs it, who is on its roster, by which
grading tasks it is graded, and when."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.scheduling import standing
from provider.admin.scheduling.standing import OF_A_SECTION
from provider.eligibility import rows
from provider.eligibility.grading_tasks import tasks_of
from provider.sis.models import (
    GradingTask,
    GradingWindow,
    Roster,
    SchoolYear,
    Section,
    SectionGradingTask,
    SectionPlacement,
    SectionStaff,
    Term,
)  # fmt: skip

#: The roles of Section Staff History in the order in which they are shown.
_ROLES = ("Primary Teacher", "Teacher", "Section Staff")


class Placed(NamedTuple):
    """A term in which a section meets, and in which periods; "" for none that is known."""

    term_id: int
    term: str
    first: date
    last: date
    periods: tuple[str, ...]


class Staffed(NamedTuple):
    """A row of Section Staff History."""

    id: int
    person: Name
    role: str
    start: date | None
    end: date | None


class Rostered(NamedTuple):
    """A roster row; `here`: it holds today."""

    id: int
    person: Name
    start: date | None
    end: date | None
    here: bool


class Task(NamedTuple):
    """A grading task of a section. `windows`: term, first and last day on which it is graded, whether that is today; of
    a term without one it may always be (P-119). `first`: that of the line items that name none (P-118); `excluded`:
    platforms are not offered it (P-74)."""

    id: int
    name: str
    first: bool
    excluded: bool
    windows: tuple[tuple[str, date, date, bool], ...]


class OneSection(NamedTuple):
    """A section with the rows above it. `own_tasks`: its tasks are its own, not the district's first (P-118)."""

    section: rows.Section
    trial: rows.Trial
    course: rows.Course
    calendar: rows.Calendar
    school: rows.School
    master: rows.Master | None
    year: str
    placed: tuple[Placed, ...]
    staff: tuple[Staffed, ...]
    roster: tuple[Rostered, ...]
    tasks: tuple[Task, ...]
    own_tasks: bool

    @property
    def code(self) -> str:
        return f"{self.course.number}-{self.section.number}"

    @property
    def name(self) -> str:
        return self.section.name or self.course.name

    @property
    def marked_above(self) -> tuple[tuple[str, str, int, str], ...]:
        """What above it is marked External LMS Exclude: (words, table, id, name), from the top (P-73)."""
        above = (
            ("School", "school", self.school), ("Calendar", "calendar", self.calendar),
            ("Course master", "course_master", self.master), ("Course", "course", self.course),
        )  # fmt: skip
        return tuple(
            (words, table, row.id, row.name) for words, table, row in above if row and row.external_lms_exclude
        )


def read_one(session: Session, section_id: int, today: date) -> OneSection:
    """A section that is there."""
    query = standing.section_query(*standing.columns(OF_A_SECTION)).where(Section.id == section_id)
    section, trial, course, calendar, school, master = standing.split(session.execute(query).one(), OF_A_SECTION)
    staff, roster = _people(session, section_id, today)
    placed = _placed(session, section_id)
    tasks, own = _tasks(session, section_id, [one.term_id for one in placed], today)
    return OneSection(
        section, trial, course, calendar, school, master, session.get_one(SchoolYear, calendar.school_year_id).name,
        placed, staff, roster, tasks, own,
    )  # fmt: skip


def _placed(session: Session, section_id: int) -> tuple[Placed, ...]:
    found = session.execute(
        select(Term.id, Term.name, Term.start_date, Term.end_date, SectionPlacement.period)
        .join(SectionPlacement, SectionPlacement.term_id == Term.id)
        .where(SectionPlacement.section_id == section_id)
        .order_by(Term.start_date, Term.id, SectionPlacement.period)
    ).all()
    terms = dict.fromkeys(row[:4] for row in found)
    return tuple(Placed(*term, tuple(row[4] for row in found if row[0] == term[0])) for term in terms)


def _people(session: Session, section_id: int, today: date) -> tuple[tuple[Staffed, ...], tuple[Rostered, ...]]:
    staff = session.execute(
        select(*(getattr(SectionStaff, name) for name in ("id", "person_id", "role", "start_date", "end_date")))
        .where(SectionStaff.section_id == section_id)
        .order_by(SectionStaff.start_date.desc(), SectionStaff.id.desc())
    ).all()
    roster = session.execute(
        select(Roster.id, Roster.person_id, Roster.start_date, Roster.end_date).where(Roster.section_id == section_id)
    ).all()
    names = names_of(session, (row.person_id for row in (*staff, *roster)), today)
    staffed = [Staffed(key, names[person], role, start, end) for key, person, role, start, end in staff]
    rostered = [
        Rostered(key, names[person], start, end, (start is None or start <= today) and (end is None or end >= today))
        for key, person, start, end in roster
    ]
    return (
        tuple(sorted(staffed, key=lambda row: (row.end is not None, _ROLES.index(row.role)))),
        tuple(sorted(rostered, key=lambda row: (not row.here, *row.person.place, row.id))),
    )


def _tasks(session: Session, section_id: int, term_ids: Sequence[int], today: date) -> tuple[tuple[Task, ...], bool]:
    tasks = session.scalars(select(GradingTask)).all()
    every = {task.id: task.name for task in tasks}
    excluded = {task.id for task in tasks if task.external_lms_exclude}
    own = session.scalars(
        select(SectionGradingTask.grading_task_id).where(SectionGradingTask.section_id == section_id)
    ).all()
    chosen, offered = tasks_of(own, every, ()), tasks_of(own, every, excluded)
    chosen = sorted({*chosen, *offered})
    windows = session.execute(
        select(GradingWindow.grading_task_id, Term.name, GradingWindow.opens_on, GradingWindow.closes_on)
        .join(Term, Term.id == GradingWindow.term_id)
        .where(GradingWindow.term_id.in_(term_ids), GradingWindow.grading_task_id.in_(chosen))
        .order_by(Term.start_date, Term.id)
    ).all()
    return tuple(
        Task(key, every[key], key in offered[:1], key in excluded, tuple(
            (term, opens, closes, opens <= today <= closes) for task, term, opens, closes in windows if task == key
        ))
        for key in chosen
    ), bool(own)  # fmt: skip
