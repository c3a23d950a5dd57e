"""Plans sections: created, updated and frozen, never deleted (C-34, C-35, C-64 … C-67)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from consumer.client.records import BadRecord, ClassRecord, read_class, read_user
from consumer.mapping.choices import SectionName
from consumer.mapping.outcome import GONE, Code, Gone, Skipped
from consumer.mapping.sections import MappedSection, map_section
from consumer.platform.models import Course, Section, SectionGradingPeriod
from consumer.sync.plan.change import (
    Change,
    Planning,
    Values,
    Verdict,
    difference,
    planned,
    planned_since,
    seen,
    skip_changes,
    skipped_with,
)
from consumer.sync.staged import Staged, chunks, is_changed, read_all, read_these
from consumer.sync.tables import Action, Entity, StagedEnrollment

Outcome = MappedSection | Skipped | Gone


class _Present(NamedTuple):
    id: int
    school_year: int | None
    values: Values


def plan_sections(planning: Planning) -> Iterator[Change]:
    """In chunks of classes: map, compare with the platform, freeze what is gone."""
    touched = _touched(planning)
    courses = known_courses(planning)
    for chunk in chunks(_records(planning, touched)):
        outcomes, names, schools = map_classes(planning, chunk, courses)
        present = _present(planning, outcomes)
        for sis_id, outcome in outcomes.items():
            yield from _compare(planning, sis_id, outcome, present.get(sis_id), names[sis_id])
        verdicts = {
            k: Verdict(o if isinstance(o, Skipped) else None, names[k], None, schools.get(k))
            for k, o in outcomes.items()
        }
        yield from skip_changes(planning, Entity.SECTION, verdicts)
    yield from (seen(Entity.SECTION, section_id, times) for section_id, times in touched.values())


def _touched(planning: Planning) -> dict[str, tuple[int, int]]:
    """sourcedId -> (section, how often changed by hand), of synced sections."""
    rows = select(Section.sis_id, Section.id, Section.touched).where(
        Section.connection_id == planning.connection_id, Section.touched > 0
    )
    return {sis_id: (section_id, times) for sis_id, section_id, times in planning.session.execute(rows) if sis_id}


def _records(planning: Planning, touched: Iterable[str]) -> Iterable[Staged]:
    session, connection_id = planning.session, planning.connection_id
    if planning.everything(Entity.SECTION) or _names_moved(planning):
        return read_all(session, connection_id, "classes")
    keys = planning.changed(Entity.SECTION, "classes") | set(touched)
    new_course = planned_since(planning, Entity.SECTION, Entity.COURSE, Action.CREATE).limit(1)
    if session.scalar(new_course) is not None:
        keys |= skipped_with(planning, Entity.SECTION, Code.COURSE_NOT_FOUND)
    return read_these(session, connection_id, "classes", keys)


def _names_moved(planning: Planning) -> bool:
    """Names that hold a teacher may change with any enrollment or user (C-66)."""
    mark = planning.marks.get(Entity.SECTION)
    since = mark.pull_id if mark else 0
    return planning.choices.options.section_name is SectionName.PERIOD_TEACHER and any(
        is_changed(planning.session, planning.connection_id, c, since) for c in ("enrollments", "users")
    )


def known_courses(planning: Planning) -> set[str]:
    """sourcedIds of the courses that there are once this plan is applied."""
    rows = select(Course.sis_id).where(Course.connection_id == planning.connection_id)
    stored = {sis_id for sis_id in planning.session.scalars(rows) if sis_id}
    return stored | set(planning.session.scalars(planned(planning, Entity.COURSE, Action.CREATE)))


def map_classes(
    planning: Planning, staged: Iterable[Staged], courses: set[str]
) -> tuple[dict[str, Outcome], dict[str, str], dict[str, int]]:
    """Outcome, title and mapped school by sourcedId."""
    outcomes: dict[str, Outcome] = {}
    records: dict[str, ClassRecord] = {}
    for one in staged:
        try:
            records[one.sis_id] = read_class(one.raw, planning.version)
            outcomes[one.sis_id] = GONE
        except BadRecord as bad:
            outcomes[one.sis_id] = Skipped(Code.BAD_DATA, str(bad))
            continue
        if not one.present:
            del records[one.sis_id]
    teachers = _teachers(planning, list(records))
    for sis_id, record in records.items():
        outcome = map_section(record, planning.choices, teachers.get(sis_id))
        if isinstance(outcome, MappedSection) and outcome.course not in courses:
            outcome = Skipped(Code.COURSE_NOT_FOUND, outcome.course)
        outcomes[sis_id] = outcome
    titles = {sis_id: records[sis_id].title if sis_id in records else "" for sis_id in outcomes}
    mapped = ((sis_id, planning.choices.schools.get(record.school)) for sis_id, record in records.items())
    return outcomes, titles, {sis_id: school.school_id for sis_id, school in mapped if school}


def _teachers(planning: Planning, class_ids: list[str]) -> dict[str, str]:
    """Family name of each class's primary teacher, when section names want it (C-66)."""
    if planning.choices.options.section_name is not SectionName.PERIOD_TEACHER or not class_ids:
        return {}
    rows = planning.session.execute(
        select(StagedEnrollment.class_id, StagedEnrollment.user_id)
        .where(
            StagedEnrollment.connection_id == planning.connection_id,
            StagedEnrollment.class_id.in_(class_ids),
            StagedEnrollment.role == "teacher",
            StagedEnrollment.active,
        )
        .order_by(StagedEnrollment.is_primary, StagedEnrollment.sis_id.desc())
    )
    users = dict(rows.all())
    names = {}
    for staged in read_these(planning.session, planning.connection_id, "users", set(users.values())):
        try:
            names[staged.sis_id] = read_user(staged.raw, planning.version).family_name
        except BadRecord:
            continue
    return {class_id: names[user] for class_id, user in users.items() if user in names}


def _present(planning: Planning, sis_ids: Iterable[str]) -> dict[str, _Present]:
    found: dict[str, _Present] = {}
    here = Section.connection_id == planning.connection_id
    for chunk in chunks(sis_ids):
        periods: dict[int, list[int]] = defaultdict(list)
        for section_id, period_id in planning.session.execute(
            select(SectionGradingPeriod.section_id, SectionGradingPeriod.grading_period_id)
            .join(Section, Section.id == SectionGradingPeriod.section_id)
            .where(here, Section.sis_id.in_(chunk))
            .order_by(SectionGradingPeriod.grading_period_id)
        ):
            periods[section_id].append(period_id)
        rows = select(
            Section.sis_id, Section.id, Section.name, Section.school_id, Section.school_year, Section.frozen,
            Course.sis_id.label("course"),
        ).join(Course, Course.id == Section.course_id).where(here, Section.sis_id.in_(chunk))  # fmt: skip
        for row in planning.session.execute(rows):
            values = {
                "name": row.name, "course": row.course, "school_id": row.school_id, "school_year": row.school_year,
                "grading_periods": periods.get(row.id, []), "frozen": row.frozen,
            }  # fmt: skip
            found[row.sis_id] = _Present(row.id, row.school_year, values)
    return found


def _compare(
    planning: Planning, sis_id: str, outcome: Outcome, now: _Present | None, title: str
) -> Iterator[Change]:
    """A section of another year stays as it is (C-21), until its class is offered in the active one."""
    if isinstance(outcome, MappedSection):
        values = {
            "name": outcome.name, "course": outcome.course, "school_id": outcome.school_id,
            "school_year": outcome.school_year, "grading_periods": list(outcome.grading_periods), "frozen": False,
        }  # fmt: skip
        if now is None:
            yield Change(
                Entity.SECTION, Action.CREATE, sis_id, name=outcome.name, after=values, school_id=outcome.school_id
            )
            return
        before, after = difference(now.values, values)
        if after:
            yield Change(
                Entity.SECTION, Action.UPDATE, sis_id, now.id, None, outcome.name, before, after,
                school_id=outcome.school_id,
            )  # fmt: skip
    elif isinstance(outcome, Gone) and now is not None and now.school_year == planning.choices.active_year:
        before, after = difference(now.values, {"frozen": True})  # C-67
        if after:
            name = title or now.values["name"]
            school_id = now.values["school_id"]
            yield Change(
                Entity.SECTION, Action.UPDATE, sis_id, now.id, None, name, before, after, school_id=school_id
            )
