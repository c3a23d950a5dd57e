"""What rows of the SIS are called, for choosing among them and for referring to them: in one statement for a page.

Tables that nobody chooses from (enrollments, rosters …) have no names; they are told by what they belong to.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import Session

from provider.admin.names import names_of
from provider.admin.people.searching import search_people
from provider.sis.models import (
    Calendar,
    Course,
    CourseMaster,
    District,
    GradeLevel,
    GradingTask,
    Identity,
    Person,
    ScheduleStructure,
    School,
    SchoolYear,
    ScoreGroup,
    Section,
    StateGrade,
    Term,
    TermSchedule,
    Trial,
)  # fmt: skip
from shared.database import chunks

Option = tuple[Any, str]

#: Words of a search that are looked for.
MOST_WORDS = 5


class Naming(NamedTuple):
    """How rows of a table are called.

    key, words   expressions; `words` need the joins of `rows`
    rows         joins that lead to what the words are made of
    order        of a list to choose from
    calendar     the calendar that a row belongs to, where it belongs to one
    """

    key: Any
    words: Any
    rows: tuple[tuple[Any, Any], ...]
    order: tuple[Any, ...]
    calendar: Any = None


_CALENDAR = (
    (School, School.id == Calendar.school_id),
    (SchoolYear, SchoolYear.id == Calendar.school_year_id),
)
_OF_CALENDAR = School.name + ", " + SchoolYear.name
_NEWEST = (SchoolYear.end_year.desc(), School.name)
_STRUCTURE = ((Calendar, Calendar.id == ScheduleStructure.calendar_id), *_CALENDAR)
_OF_COURSE = ((Calendar, Calendar.id == Course.calendar_id), *_CALENDAR)


def _of_structure(model: Any, place: Any) -> Naming:
    rows = ((ScheduleStructure, ScheduleStructure.id == model.structure_id), *_STRUCTURE)
    words = model.name + ", " + _OF_CALENDAR
    return Naming(model.id, words, rows, (*_NEWEST, place, model.id), ScheduleStructure.calendar_id)


NAMINGS: Mapping[str, Naming] = {
    "district": Naming(District.id, District.name, (), (District.name,)),
    "school": Naming(School.id, School.name + " (" + School.number + ")", (), (School.name, School.id)),
    "school_year": Naming(SchoolYear.id, SchoolYear.name, (), (SchoolYear.end_year.desc(),)),
    "calendar": Naming(Calendar.id, _OF_CALENDAR + " (" + Calendar.name + ")", _CALENDAR, (*_NEWEST, Calendar.id),
                       Calendar.id),
    "schedule_structure": Naming(ScheduleStructure.id, ScheduleStructure.name + ", " + _OF_CALENDAR, _STRUCTURE,
                                 (*_NEWEST, ScheduleStructure.id), ScheduleStructure.calendar_id),
    "grade_level": _of_structure(GradeLevel, GradeLevel.id),
    "term_schedule": _of_structure(TermSchedule, TermSchedule.id),
    "trial": _of_structure(Trial, Trial.id),
    "term": Naming(Term.id, Term.name + ", " + TermSchedule.name + ", " + _OF_CALENDAR,
                   ((TermSchedule, TermSchedule.id == Term.term_schedule_id),
                    (ScheduleStructure, ScheduleStructure.id == TermSchedule.structure_id), *_STRUCTURE),
                   (*_NEWEST, Term.start_date, Term.id), ScheduleStructure.calendar_id),
    "state_grade": Naming(StateGrade.code, StateGrade.code, (), (StateGrade.code,)),
    "course_master": Naming(CourseMaster.id, CourseMaster.number + " " + CourseMaster.name, (),
                            (CourseMaster.number, CourseMaster.id)),
    "course": Naming(Course.id, Course.number + " " + Course.name + ", " + _OF_CALENDAR, _OF_COURSE,
                     (SchoolYear.end_year.desc(), Course.number, Course.id), Course.calendar_id),
    "section": Naming(Section.id,
                      Course.number + "-" + Section.number + " " + func.coalesce(Section.name, Course.name) + ", "
                      + _OF_CALENDAR,
                      ((Course, Course.id == Section.course_id), *_OF_COURSE),
                      (SchoolYear.end_year.desc(), Course.number, Section.number, Section.id), Course.calendar_id),
    "grading_task": Naming(GradingTask.id, GradingTask.name + " (" + GradingTask.code + ")", (), (GradingTask.id,)),
    "score_group": Naming(ScoreGroup.id, ScoreGroup.name, (), (ScoreGroup.name,)),
}  # fmt: skip


def words_of(session: Session, table: str, keys: Collection[Any], today: date) -> dict[Any, str]:
    """What rows are called, by key; people as lists have them, with their number."""
    if table == "person":
        names = names_of(session, keys, today)
        return {key: f"{name.sorted} ({name.number})" if name.number else name.sorted for key, name in names.items()}
    naming = NAMINGS.get(table)
    if naming is None:
        return {}
    found: dict[Any, str] = {}
    for chunk in chunks(sorted(set(keys))):
        found |= {row[0]: row[1] for row in session.execute(_all(naming).where(naming.key.in_(chunk)))}
    return found


def is_named(table: str) -> bool:
    """Whether rows of a table can be chosen from and searched by what they are called."""
    return table == "person" or table in NAMINGS


def count(session: Session, table: str) -> int:
    """How many rows there are to choose from."""
    return session.scalar(select(func.count()).select_from(NAMINGS[table].key.class_)) or 0


def keys_found(session: Session, table: str, search: str) -> Select[Any]:
    """A query of the keys of the rows that a search finds."""
    found = _found(session, table, search, None).order_by(None)
    return found if table == "person" else found.with_only_columns(NAMINGS[table].key)


def options(session: Session, table: str, calendar: int | None = None, limit: int = 50) -> list[Option]:
    """Rows to choose from: key and words, in the order of their list; of one calendar, or of all."""
    found = session.execute(_found(session, table, "", calendar).limit(limit))
    return [(row[0], row[1]) for row in found]


def page_of(
    session: Session, table: str, today: date, search: str, limit: int, offset: int
) -> tuple[list[Option], int]:
    """A page of the rows that a search finds, and how many there are in all; in one statement, as people are searched
    for in large tables. All words stand in what a row is called; people are found as their list finds them.
    """
    query = _found(session, table, search, None).add_columns(func.count().over().label("total"))
    found = session.execute(query.limit(limit).offset(offset)).all()
    total = found[0].total if found else 0
    if table == "person":
        words = words_of(session, table, [row[0] for row in found], today)
        return [(row[0], words[row[0]]) for row in found], total
    return [(row[0], row[1]) for row in found], total


def _found(session: Session, table: str, search: str, calendar: int | None) -> Select[Any]:
    if table == "person":
        return _people(session, search)
    naming = NAMINGS[table]
    query = _all(naming).order_by(*naming.order)
    for word in search.split()[:MOST_WORDS]:
        query = query.where(naming.words.icontains(word, autoescape=True))
    return query if calendar is None or naming.calendar is None else query.where(naming.calendar == calendar)


def _all(naming: Naming) -> Select[Any]:
    query = select(naming.key, naming.words)
    first = naming.key.class_
    query = query.select_from(first)
    for model, condition in naming.rows:
        query = query.join(model, condition)
    return query


def _people(session: Session, search: str) -> Select[Any]:
    """People by their first identity's family name; nobody before something is searched for."""
    found = search_people(session, search)
    query = select(Person.id).where(Person.id.in_(found.people) if found is not None else false())
    family = select(func.min(Identity.last_name)).where(Identity.person_id == Person.id).scalar_subquery()
    return query.order_by(family, Person.id)
