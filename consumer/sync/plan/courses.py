"""Plans courses: created and updated, never deleted (C-59 … C-63)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import select

from consumer.client.records import BadRecord, read_class, read_course
from consumer.mapping.courses import MappedCourse, map_course, unique_codes
from consumer.mapping.identity import fold
from consumer.mapping.logins import Wish, settle
from consumer.mapping.outcome import GONE, Code, Gone, Skipped
from consumer.mapping.sections import MappedSection, map_section
from consumer.platform.models import Course
from consumer.sync.plan.change import Change, Planning, Values, Verdict, difference, seen, skip_changes
from consumer.sync.staged import chunks, read_all
from consumer.sync.tables import Action, Entity


class _Present(NamedTuple):
    id: int
    values: Values


def plan_courses(planning: Planning) -> Iterator[Change]:
    """All courses at once, when any changed: their codes must be unique together (C-62)."""
    touched = dict(planning.session.execute(select(Course.id, Course.touched).where(Course.touched > 0)).all())
    if not (planning.everything(Entity.COURSE) or touched or _moved(planning)):
        return
    outcomes, names = _map(planning)
    mapped = {k: outcome for k, outcome in outcomes.items() if isinstance(outcome, MappedCourse)}
    codes = unique_codes(mapped.values())
    present = _present(planning)
    desired: dict[str, Values] = {
        sis_id: {"title": course.title, "code": codes[sis_id], "school_id": course.school_id}
        for sis_id, course in mapped.items()
    }
    for sis_id, why in _conflicts(planning, desired, present).items():
        outcomes[sis_id] = why
        del desired[sis_id]
    for sis_id, values in desired.items():
        now = present.get(sis_id)
        if now is None:
            yield Change(
                Entity.COURSE, Action.CREATE, sis_id, name=values["title"], after=values, school_id=values["school_id"]
            )
            continue
        before, after = difference(now.values, values)
        if after:
            yield Change(
                Entity.COURSE, Action.UPDATE, sis_id, now.id, name=values["title"], before=before, after=after,
                school_id=values["school_id"],
            )  # fmt: skip
    verdicts = {k: Verdict(o if isinstance(o, Skipped) else None, names[k]) for k, o in outcomes.items()}
    yield from skip_changes(planning, Entity.COURSE, verdicts)
    yield from (seen(Entity.COURSE, course_id, times) for course_id, times in sorted(touched.items()))


def _moved(planning: Planning) -> bool:
    return bool(
        planning.changed(Entity.COURSE, "courses")
        or (not planning.choices.options.courses_without_sections and planning.changed(Entity.COURSE, "classes"))
    )


def _map(planning: Planning) -> tuple[dict[str, MappedCourse | Skipped | Gone], dict[str, str]]:
    """(outcome, title) of every staged course by sourcedId."""
    used = None if planning.choices.options.courses_without_sections else _used(planning)
    outcomes: dict[str, MappedCourse | Skipped | Gone] = {}
    names: dict[str, str] = {}
    for staged in read_all(planning.session, planning.connection_id, "courses"):
        names[staged.sis_id] = ""
        try:
            record = read_course(staged.raw, planning.version)
        except BadRecord as bad:
            outcomes[staged.sis_id] = Skipped(Code.BAD_DATA, str(bad))
            continue
        names[staged.sis_id] = record.title
        wanted = staged.present and (used is None or staged.sis_id in used)
        outcomes[staged.sis_id] = map_course(record, planning.choices) if wanted else GONE
    return outcomes, names


def _used(planning: Planning) -> set[str]:
    """Courses with a section in a mapped term (C-63)."""
    used = set()
    for staged in read_all(planning.session, planning.connection_id, "classes"):
        try:
            section = map_section(read_class(staged.raw, planning.version), planning.choices)
        except BadRecord:
            continue
        if staged.present and isinstance(section, MappedSection):
            used.add(section.course)
    return used


def _present(planning: Planning) -> dict[str, _Present]:
    rows: Any = planning.session.execute(
        select(Course.sis_id, Course.id, Course.title, Course.code, Course.school_id).where(
            Course.connection_id == planning.connection_id
        )
    )
    return {
        sis_id: _Present(course_id, {"title": title, "code": code, "school_id": school_id})
        for sis_id, course_id, title, code, school_id in rows
    }


def _conflicts(
    planning: Planning, desired: dict[str, Values], present: dict[str, _Present]
) -> dict[str, Skipped]:
    """Courses whose code belongs to a course that is not of this plan (C-62)."""
    wishes = {k: Wish((("code", fold(desired[k]["code"])),)) for k in sorted(desired)}
    held = {k: Wish((("code", fold(now.values["code"])),)) for k, now in present.items() if k in wishes}
    mine = {now.id for k, now in present.items() if k in wishes}
    others: dict[tuple[str, str], str] = {}
    for chunk in chunks({wish.names[0][1] for wish in wishes.values()}):
        rows = planning.session.execute(select(Course.code_key, Course.id).where(Course.code_key.in_(chunk)))
        others.update({("code", code): f"course {course_id}" for code, course_id in rows if course_id not in mine})
    return {
        sis_id: Skipped(Code.DUPLICATE_CODE, f"{desired[sis_id]['code']} belongs to {taker}")
        for sis_id, (_, taker) in settle(held, wishes, others).items()
    }
