"""Making a trial the schedule in force of its structure: what appears and disappears, and the change itself (P-04)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.admin.scheduling import standing
from provider.admin.scheduling.standing import OF_A_SECTION
from provider.eligibility import rows
from provider.publishing.loading.reading import read
from provider.sis.changes import changes_of
from provider.sis.models import Calendar, Course, Roster, ScheduleStructure, School, Section, Trial
from shared.database import chunks


class Moved(NamedTuple):
    """A section that appears or disappears, with the number of its roster rows."""

    id: int
    code: str
    name: str
    rosters: int


class Switch(NamedTuple):
    """What making a trial the active one does to what the rules let out: `held`: sections of it that stay hidden for
    other reasons."""

    appear: tuple[Moved, ...]
    disappear: tuple[Moved, ...]
    held: int


def structure_of(session: Session, trial_id: int) -> tuple[Trial, ScheduleStructure, Calendar, School] | None:
    """A trial with what it belongs to; None when there is none of this id."""
    found = session.execute(
        select(Trial, ScheduleStructure, Calendar, School)
        .join(ScheduleStructure, ScheduleStructure.id == Trial.structure_id)
        .join(Calendar, Calendar.id == ScheduleStructure.calendar_id)
        .join(School, School.id == Calendar.school_id)
        .where(Trial.id == trial_id)
    ).first()
    return None if found is None else (found[0], found[1], found[2], found[3])


def stored_active(session: Session, structure_id: int) -> dict[str, str]:
    """The trial that is active in a structure, as a form's stamp knows it. Of two who want another one at once, the
    second waits here, and is told."""
    session.execute(select(ScheduleStructure.id).where(ScheduleStructure.id == structure_id).with_for_update())
    active = session.scalars(select(Trial.id).where(Trial.structure_id == structure_id, Trial.active)).all()
    return {"active": ",".join(map(str, active))}


def preview(session: Session, trial: Trial, today: date) -> Switch:
    """What comes of making a trial the active one, by the rules themselves: three statements however many sections."""
    found = _sections(session, trial.structure_id)
    years = read(session, rows.SchoolYear)
    after = [(section, one._replace(active=one.id == trial.id), *rest) for section, one, *rest in found]
    before_context = standing.context_of(today, years, found)
    after_context = standing.context_of(today, years, after)
    out_now = {line[0].id for line in found if not standing.of_section(before_context, line[0]).words}
    out_then = {line[0].id for line in found if not standing.of_section(after_context, line[0]).words}
    rosters = _rosters(session, out_now ^ out_then)
    moved = {
        section.id: Moved(section.id, f"{course.number}-{section.number}", section.name or course.name,
                          rosters.get(section.id, 0))
        for section, _trial, course, *_ in found
        if section.id in out_now ^ out_then
    }  # fmt: skip
    return Switch(
        tuple(one for key, one in moved.items() if key in out_then),
        tuple(one for key, one in moved.items() if key in out_now),
        sum(section.trial_id == trial.id and section.id not in out_then for section, *_ in found),
    )


def activate(session: Session, trial: Trial, now: datetime, by: tuple[int, str]) -> None:
    """Make a trial the active one of its structure. Of two at once the database takes one alone."""
    active = session.scalars(select(Trial).where(Trial.structure_id == trial.structure_id, Trial.active)).all()
    before = _named(active)
    for one in active:
        one.active = False
    session.flush()
    trial.active = True
    session.flush()
    about = changes_of(trial, session.connection())
    audit(session, now, by, "activate trial", trial.name, before, {"trial": trial.name, "id": trial.id}, about)


def _named(trials: Sequence[Trial]) -> Mapping[str, object] | None:
    return {"trial": trials[0].name, "id": trials[0].id} if trials else None


def _sections(session: Session, structure_id: int) -> list[list[Any]]:
    """The sections of all trials of a structure, with what decides about each."""
    found = session.execute(
        standing.section_query(*standing.columns(OF_A_SECTION))
        .where(Trial.structure_id == structure_id)
        .order_by(Course.number, Section.number, Section.id)
    )
    return [standing.split(row, OF_A_SECTION) for row in found]


def _rosters(session: Session, section_ids: set[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for chunk in chunks(sorted(section_ids)):
        counted = select(Roster.section_id, func.count()).where(Roster.section_id.in_(chunk))
        counts.update(session.execute(counted.group_by(Roster.section_id)).all())
    return counts
