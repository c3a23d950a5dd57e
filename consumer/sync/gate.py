"""The safety stop: holds a plan's removals where they are too many at once (C-86). Additions go on."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consumer.mapping.choices import Options
from consumer.mapping.outcome import Code
from consumer.platform.models import Enrollment, School, Section
from consumer.sync.staged import chunks
from consumer.sync.tables import Action, Entity, PlanChange, State


@dataclass(frozen=True, slots=True)
class Stop:
    """A school or section that would lose too many: how many of how many."""

    place: str
    removed: int
    of: int

    def __str__(self) -> str:
        return f"{self.place} would lose {self.removed} of {self.of} enrollments"


def too_many_of_school(removed: int, present: int, options: Options) -> bool:
    """More than the share, and more than the floor."""
    return removed > options.school_floor and removed > present * options.school_share


def too_many_of_section(removed: int, present: int, options: Options) -> bool:
    """More than the share of a section that has at least the floor."""
    return present >= options.section_floor and removed > present * options.section_share


def hold_removals(session: Session, run_id: int, options: Options) -> list[Stop]:
    """Hold the removals of every school and section that would lose too many; returns these."""
    removed = _removed(session, run_id)
    if not removed:
        return []
    sections = _sections(session, removed)
    schools: dict[int, int] = defaultdict(int)
    for section_id, count in removed.items():
        schools[sections[section_id].school_id] += count
    stops: list[Stop] = []
    stopped_schools = set()
    for school_id, count in sorted(schools.items()):
        present = _present_in_school(session, school_id)
        if too_many_of_school(count, present, options):
            stopped_schools.add(school_id)
            stops.append(Stop(session.get_one(School, school_id).name, count, present))
    held = {section_id for section_id in removed if sections[section_id].school_id in stopped_schools}
    for section_id, count in sorted(removed.items()):
        section = sections[section_id]
        if section_id not in held and too_many_of_section(count, section.present, options):
            held.add(section_id)
            stops.append(Stop(section.name, count, section.present))
    _hold(session, run_id, held)
    return stops


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    school_id: int
    present: int


def _removed(session: Session, run_id: int) -> dict[int, int]:
    rows = (
        select(PlanChange.section_id, func.count())
        .where(
            PlanChange.run_id == run_id,
            PlanChange.entity == Entity.ENROLLMENT,
            PlanChange.action == Action.REMOVE,
            PlanChange.section_id.is_not(None),
        )
        .group_by(PlanChange.section_id)
    )
    return {section_id: count for section_id, count in session.execute(rows) if section_id is not None}


def _sections(session: Session, section_ids: Mapping[int, int]) -> dict[int, _Section]:
    found = {}
    for chunk in chunks(sorted(section_ids)):
        rows = (
            select(Section.id, Section.name, Section.school_id, func.count(Enrollment.id))
            .join(Enrollment, Enrollment.section_id == Section.id)
            .where(Section.id.in_(chunk))
            .group_by(Section.id, Section.name, Section.school_id)
        )
        for section_id, name, school_id, present in session.execute(rows):
            found[section_id] = _Section(name, school_id, present)
    return found


def _present_in_school(session: Session, school_id: int) -> int:
    """Enrollments in the synced sections of a school."""
    rows = select(func.count(Enrollment.id)).join(Section, Section.id == Enrollment.section_id).where(
        Section.school_id == school_id, Section.connection_id.is_not(None)
    )  # fmt: skip
    return session.scalar(rows) or 0


def _hold(session: Session, run_id: int, section_ids: set[int]) -> None:
    for chunk in chunks(sorted(section_ids)):
        session.execute(
            update(PlanChange)
            .where(
                PlanChange.run_id == run_id,
                PlanChange.entity == Entity.ENROLLMENT,
                PlanChange.action == Action.REMOVE,
                PlanChange.section_id.in_(chunk),
            )
            .values(state=State.HELD, code=Code.SAFETY_STOP.name)
        )
