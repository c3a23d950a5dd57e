"""The list of District Assignments: found by person, school, role and state; a page at a time."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, not_, or_
from sqlalchemy.orm import Session

from provider.admin.names import Name, names_of
from provider.admin.people.ordering import NAME, Blank, Rows, page_of
from provider.admin.people.rulings import Roles, context_of_assignments, of_assignment
from provider.admin.people.searching import Found, among
from provider.admin.scheduling.choices import number
from provider.eligibility import rows
from provider.publishing.loading.reading import read_in
from provider.sis.editing.tables import ROLE_MARKS
from provider.sis.models import Assignment
from shared.web.lists import Asked

FILTERS = ("school", "role", "state")
#: No role at all is marked: such an assignment gives none (P-34).
NO_ROLE = "none"
ROLES = (("", "All"), *ROLE_MARKS.items(), (NO_ROLE, "No role marked"))
STATES = (("", "All"), ("current", "Not ended"), ("ended", "Ended"), ("excluded", "External LMS Exclude"))
SORTS: dict[str, tuple[Any, ...]] = {
    NAME: (),
    "title": (Blank(Assignment.title),),
    "start": (Assignment.start_date,),
    "end": (Blank(Assignment.end_date),),
}


class AssignmentRow(NamedTuple):
    """A line of the list. `marks`: the roles that are marked; `roles`: what they give."""

    id: int
    person: Name
    school: str
    title: str
    start: date
    end: date | None
    marks: tuple[str, ...]
    roles: Roles


def rows_of(session: Session, today: date, asked: Asked, found: Found | None) -> Rows:
    """The assignments that search and filters leave."""
    fixed: list[ColumnElement[bool]] = []
    if school := number(asked.filters.get("school")):
        fixed.append(Assignment.school_id == school)
    role, state = asked.filters.get("role", ""), asked.filters.get("state", "")
    if role == NO_ROLE:
        fixed.append(not_(or_(*(getattr(Assignment, mark) for mark in ROLE_MARKS))))
    elif role in ROLE_MARKS:
        fixed.append(getattr(Assignment, role))
    if state == "current":
        fixed.append(or_(Assignment.end_date.is_(None), Assignment.end_date >= today))
    elif state == "ended":
        fixed.append(Assignment.end_date < today)
    elif state == "excluded":
        fixed.append(Assignment.external_lms_exclude.is_(True))

    def where(person: Any) -> Sequence[ColumnElement[bool]]:
        return fixed if found is None else [*fixed, among(session, person, found.people)]

    return Rows(Assignment, Assignment.id, Assignment.person_id, where)


def find_assignments(
    session: Session, today: date, asked: Asked, found: Found | None
) -> tuple[list[AssignmentRow], int]:
    """(a page of the assignments, how many there are in all)."""
    wanted = rows_of(session, today, asked, found)
    ids, total = page_of(session, wanted, today, asked, SORTS)
    return _read(session, today, ids), total


def marked(row: rows.Assignment) -> tuple[str, ...]:
    """The roles that are marked on an assignment, in words."""
    return tuple(words for mark, words in ROLE_MARKS.items() if getattr(row, mark))


def _read(session: Session, today: date, ids: Collection[int]) -> list[AssignmentRow]:
    found = {row.id: row for row in read_in(session, rows.Assignment, Assignment.id, ids)}
    names = names_of(session, (row.person_id for row in found.values()), today)
    context = context_of_assignments(session, today)
    return [
        AssignmentRow(
            row.id, names[row.person_id], context.facts.schools[row.school_id].name, row.title or "", row.start_date,
            row.end_date, marked(row), of_assignment(context, row),
        )
        for row in (found[one] for one in ids)
    ]  # fmt: skip
