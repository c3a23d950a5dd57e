"""Writes a run's plan: asks each entity's planner, in order, and stores its rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.mapping.choices import Choices
from consumer.sync.choices import Places
from consumer.sync.places import PLACES
from consumer.sync.plan.change import Change, Marked, Planning
from consumer.sync.plan.courses import plan_courses
from consumer.sync.plan.enrollments import plan_enrollments
from consumer.sync.plan.links import plan_links
from consumer.sync.plan.places import plan_places
from consumer.sync.plan.sections import plan_sections
from consumer.sync.plan.users import plan_users
from consumer.sync.rosters import refresh_rosters
from consumer.sync.staged import chunks
from consumer.sync.staging import Pull
from consumer.sync.tables import Entity, Mark, PlanChange, State, SyncRun
from shared.oneroster.versions import Version

#: Plan rows in one transaction.
BATCH = 5_000

#: Entities of each kind of run, parents first (C-82).
KINDS: dict[str, tuple[Entity, ...]] = {
    "users": (Entity.SCHOOL, Entity.PERIOD, Entity.USER, Entity.LINK),
    "courses": (Entity.SCHOOL, Entity.PERIOD, Entity.COURSE),
    "sections": (Entity.SCHOOL, Entity.PERIOD, Entity.SECTION, Entity.ENROLLMENT),
    "all": tuple(Entity),
}
#: What has to be read to its end before an entity may be planned (C-84).
NEEDS: dict[Entity, tuple[str, ...]] = {
    Entity.SCHOOL: ("orgs", "academicSessions"),
    Entity.PERIOD: ("orgs", "academicSessions"),
    Entity.USER: ("users",),
    Entity.LINK: ("users",),
    Entity.COURSE: ("courses",),
    Entity.SECTION: ("classes",),
    Entity.ENROLLMENT: ("classes", "enrollments"),
}
_PLANNERS: dict[Entity, Callable[[Planning], Iterator[Change]]] = {
    Entity.SCHOOL: plan_places,
    Entity.USER: plan_users,
    Entity.COURSE: plan_courses,
    Entity.SECTION: plan_sections,
    Entity.ENROLLMENT: plan_enrollments,
    Entity.LINK: plan_links,
}


def collections_of(kind: str, choices: Choices | None = None) -> tuple[str, ...]:
    """What a kind of run reads, places first. Courses need the classes only when those without are left out (C-63)."""
    names = list(dict.fromkeys(name for entity in KINDS[kind] for name in NEEDS[entity]))
    if kind == "courses" and choices is not None and not choices.options.courses_without_sections:
        names.append("classes")
    return tuple(names)


def read_completely(session: Session, run_id: int, collection: str) -> bool:
    """Whether a run has read a collection to its end; its latest read counts."""
    latest = select(Pull.complete).where(Pull.run_id == run_id, Pull.collection == collection)
    return bool(session.scalar(latest.order_by(Pull.id.desc()).limit(1)))


def plannable(session: Session, run: SyncRun) -> list[Entity]:
    """The run's entities whose collections were read to their end (C-84), none without schools and terms."""
    complete = {name: read_completely(session, run.id, name) for name in collections_of(run.kind)}
    if not all(complete[collection] for collection in PLACES):
        return []
    return [entity for entity in KINDS[run.kind] if all(complete[name] for name in NEEDS[entity])]


def digest_of(choices: Choices, connection: Connection) -> str:
    """Names what a plan depends on besides the records: choices and version."""
    return f"{choices.digest()}:{connection.version}"


def start_planning(
    session: Session, run: SyncRun, connection: Connection, places: Places, choices: Choices
) -> Planning:
    """Everything that the planners are given."""
    marks = session.scalars(select(Mark).where(Mark.connection_id == connection.id))
    return Planning(
        session=session,
        connection_id=connection.id,
        version=Version(connection.version),
        run_id=run.id,
        today=run.today,
        choices=choices,
        places=places,
        digest=digest_of(choices, connection),
        marks={Entity(m.entity): Marked(m.pull_id, m.choices, m.day, m.run_id) for m in marks},
    )


def write_plan(planning: Planning, entities: Sequence[Entity], begin: Callable[[], None]) -> Iterator[int]:
    """Write the plan of `entities`. `begin` is called before each piece of writing, so that nobody is kept from
    writing while records are read and compared; yields the number of rows written, where they are to be committed.
    """
    session = planning.session
    begin()
    session.execute(delete(PlanChange).where(PlanChange.run_id == planning.run_id))
    yield 0
    if Entity.ENROLLMENT in entities:
        mark = planning.marks.get(Entity.ENROLLMENT)
        since = mark.pull_id if mark else 0
        for _ in refresh_rosters(session, planning.connection_id, planning.version, since, begin):
            yield 0
    for entity in entities:
        if entity in _PLANNERS:
            for changes in chunks(_PLANNERS[entity](planning), BATCH):
                begin()
                session.connection().execute(insert(PlanChange.__table__), [_row(planning, c) for c in changes])
                yield len(changes)


def _row(planning: Planning, change: Change) -> dict[str, Any]:
    return {
        "run_id": planning.run_id,
        "entity": change.entity.value,
        "action": change.action.value,
        "key": change.key,
        "target_id": change.target_id,
        "section_id": change.section_id,
        "person": change.person,
        "school_id": change.school_id,
        "name": change.name,
        "before": _text(change.before),
        "after": _text(change.after),
        "state": State.PENDING.value,
        "code": change.code,
        "detail": change.detail,
    }


def _text(values: dict[str, Any] | None) -> str | None:
    return orjson.dumps(values).decode() if values else None


def set_marks(session: Session, run: SyncRun, entities: Sequence[Entity]) -> None:
    """Note that `entities` are planned and applied as far as the run has pulled. Where a row failed, all is planned
    anew next time. A mark that a later run has set stays.
    """
    pulled = session.scalar(select(func.max(Pull.id)).where(Pull.run_id == run.id)) or 0
    failed = select(PlanChange.id).where(PlanChange.run_id == run.id, PlanChange.state == State.FAILED).limit(1)
    choices = "" if session.scalar(failed) is not None else run.choices or ""
    for entity in entities:
        mark = session.get(Mark, (run.connection_id, entity.value))
        if mark is None:
            mark = Mark(connection_id=run.connection_id, entity=entity.value, run_id=0)
            session.add(mark)
        if mark.run_id < run.id:
            mark.pull_id, mark.choices, mark.day, mark.run_id = pulled, choices, run.today, run.id
