"""What of the SIS decides about a write: the sections' schools and terms, rosters, grading windows, score scales, the
school year. Many rows in a few queries; each is asked when the write lock is held, so that nothing is out of date.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from provider.eligibility import rows
from provider.eligibility.dates import year_window
from provider.eligibility.grading_tasks import tasks_of
from provider.gradebook.checks import Window
from provider.gradebook.lookups import fetch_among
from provider.gradebook.scores import Scale
from provider.gradebook.terms import Term
from provider.publishing.records.ids import grading_period_id, org_id, term_id
from shared.database import fetch
from shared.oneroster.versions import Version

Days = tuple[date | None, date | None]

_SECTIONS = """SELECT s.id, c.id, c.sourced_id, o.id, o.sourced_id, o.guid FROM section s
    JOIN course c ON c.id = s.course_id JOIN calendar k ON k.id = c.calendar_id JOIN school o ON o.id = k.school_id
    WHERE s.id {among}"""
_TERMS = """SELECT DISTINCT p.section_id, t.id, t.name, t.start_date, t.end_date, t.guid, t.sourced_id,
    t.grading_period_sourced_id FROM section_placement p JOIN term t ON t.id = p.term_id WHERE p.section_id {among}"""
_ROSTERS = "SELECT section_id, person_id, start_date, end_date FROM roster WHERE section_id {among}"
_ROSTERS_OF = "SELECT section_id, person_id, start_date, end_date FROM roster WHERE person_id {among}"
_TASKS = "SELECT id, name, external_lms_exclude FROM grading_task"
_SECTION_TASKS = "SELECT section_id, grading_task_id FROM section_grading_task WHERE section_id {among}"
_WINDOWS = """SELECT w.grading_task_id, w.term_id, k.name, t.name, w.opens_on, w.closes_on FROM grading_window w
    JOIN grading_task k ON k.id = w.grading_task_id JOIN term t ON t.id = w.term_id WHERE w.term_id {among}"""
_SCALES = """SELECT id, sourced_id, section_id, title, score_group_id FROM score_scale
    WHERE sourced_id {among} AND NOT deleted"""
_SCALES_BY_ID = "SELECT id, sourced_id, section_id, title, score_group_id FROM score_scale WHERE id {among}"
_GROUP_SCORES = "SELECT score_group_id, score, min_percent FROM score_group_item WHERE score_group_id {among}"
_OWN_SCORES = """SELECT score_scale_id, "right" FROM score_scale_value
    WHERE score_scale_id {among} ORDER BY score_scale_id, position"""
_YEAR = """SELECT id, name, start_year, end_year, start_date, end_date, guid, sourced_id FROM school_year
    WHERE active"""
_ZONE = "SELECT time_zone FROM district"

#: People beyond whom the rosters of few sections are read by section.
_MANY = 50


class _Named(NamedTuple):
    """A course (guid "") or a school, as `publishing.records.ids` asks for it."""

    id: int
    sourced_id: str | None
    guid: str


class Year(NamedTuple):
    """The active school year: first and last day, and the sourcedId of its session."""

    first: date
    last: date
    session: str


class Section(NamedTuple):
    """Where a section stands."""

    id: int
    course: _Named
    school: _Named
    terms: tuple[Term, ...]


def sections(connection: Connection, ids: Collection[int]) -> dict[int, Section]:
    """Sections by id, with their terms in order."""
    terms: dict[int, list[Term]] = defaultdict(list)
    for section, key, name, start, end, *names in fetch_among(connection, _TERMS, ids):
        terms[section].append(Term(key, name, _day(start), _day(end), *names))
    return {
        section: Section(
            section, _Named(course, course_sourced, ""), _Named(*school),
            tuple(sorted(terms[section], key=lambda term: (term.start_date, term.id))),
        )
        for section, course, course_sourced, *school in fetch_among(connection, _SECTIONS, ids)
    }  # fmt: skip


def rosters(
    connection: Connection, sections: Collection[int], people: Collection[int]
) -> dict[tuple[int, int], list[Days]]:
    """From when to when people are on the rosters of sections, by (section, person)."""
    by_section = len(people) > _MANY * len(sections)
    found = fetch_among(connection, _ROSTERS, sections) if by_section else fetch_among(connection, _ROSTERS_OF, people)
    days: dict[tuple[int, int], list[Days]] = defaultdict(list)
    for section, person, start, end in found:
        days[section, person].append((_day_or_none(start), _day_or_none(end)))
    return days


class Windows:
    """The grading windows of line items in some sections and terms (P-119), and which tasks platforms are not offered
    (P-74). A line item without a task is of the first of its section that they are offered (P-118).
    """

    def __init__(self, connection: Connection, places: Iterable[tuple[int, int | None]]) -> None:
        """`places`: section and term of each line item."""
        placed = set(places)
        found = fetch_among(connection, _WINDOWS, {term for _, term in placed if term is not None})
        tasks = fetch(connection, _TASKS, {})
        self._excluded: dict[int, str] = {task: name for task, name, excluded in tasks if excluded}
        of_sections = {section for section, _ in placed} if found or self._excluded else set()
        self._first = _first_tasks(connection, of_sections, [task for task, *_ in tasks], self._excluded)
        self._windows = {
            (task, term): Window(task_name, term_name, _day(opens), _day(closes))
            for task, term, task_name, term_name, opens, closes in found
        }

    def of(self, task: int | None, section: int, term: int | None) -> Window | None:
        """The window of a line item; None: it may always be graded."""
        task = self._first.get(section) if task is None else task
        return None if task is None or term is None else self._windows.get((task, term))

    def excluded(self, task: int | None, section: int) -> str | None:
        """The name of a line item's task, where platforms are not offered it (P-74): "" where they are offered none of
        the section's; None where the line item can be graded.
        """
        if task is None:
            return "" if self._excluded and self._first[section] is None else None
        return self._excluded.get(task)


def _first_tasks(
    connection: Connection, sections: Collection[int], every: Collection[int], excluded: Collection[int]
) -> dict[int, int | None]:
    """The first grading task of each of some sections; None where there is none."""
    own: dict[int, list[int]] = defaultdict(list)
    for section, task in fetch_among(connection, _SECTION_TASKS, sections):
        own[section].append(task)
    return {section: next(iter(tasks_of(own[section], every, excluded)), None) for section in sections}


class Scales:
    """The score scales that some objects name by sourcedId or have by row id, with the scores that each knows."""

    def __init__(self, connection: Connection, named: Iterable[str | None], ids: Iterable[int | None] = ()) -> None:
        found = fetch_among(connection, _SCALES, {name for name in named if name is not None})
        found += fetch_among(connection, _SCALES_BY_ID, {number for number in ids if number is not None})
        scores = _scores_of(connection, found)
        self.by_id: dict[int, Scale] = {}
        self.named: dict[str, Scale] = {}
        for number, sourced_id, section, title, _group in found:
            self.by_id[number] = self.named[sourced_id] = Scale(number, section, title, scores[number])


def _scores_of(connection: Connection, scales: list[tuple[Any, ...]]) -> dict[int, dict[str, float | None]]:
    groups: dict[int, dict[str, float | None]] = defaultdict(dict)
    of_groups = {group for *_, group in scales if group is not None}
    for group, score, least in fetch_among(connection, _GROUP_SCORES, of_groups):
        groups[group][score] = least
    own: dict[int, dict[str, float | None]] = defaultdict(dict)
    for scale, score in fetch_among(connection, _OWN_SCORES, {number for number, *_, group in scales if group is None}):
        own[scale][score] = None
    return {number: own[number] if group is None else groups[group] for number, *_, group in scales}


def school_year(connection: Connection) -> Year | None:
    """The active school year; None when none is active."""
    for key, name, first, last, start, end, *names in fetch(connection, _YEAR, {}):
        row = rows.SchoolYear(key, name, first, last, _day_or_none(start), _day_or_none(end), True, *names)
        return Year(*year_window(row), org_id(row))
    return None


def sessions_of(term: Term, version: Version) -> set[str]:
    """The sourcedIds of the academic sessions that a term is published as (P-55, P-56)."""
    return {term_id(term, version), grading_period_id(term, version)}


def time_zone(connection: Connection) -> ZoneInfo:
    """The district's time zone: it decides what today is."""
    found = fetch(connection, _ZONE, {})
    return ZoneInfo(found[0][0] if found else "UTC")


def _day(value: str | date) -> date:
    """A day as either driver has it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day_or_none(value: str | date | None) -> date | None:
    return None if value is None else _day(value)
