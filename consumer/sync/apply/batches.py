"""Takes a plan's pending rows batch by batch to the code that applies them, and marks them in the same transaction.

1. names and codes that change are vacated, so that they can be swapped;
2. updates and creations, parents first: schools, grading periods, users, courses, sections, enrollments, links;
3. removals, children first;
4. the list of skipped records, and marks of hand changes.
"""

from collections.abc import Callable, Iterator
from functools import partial

import orjson
from sqlalchemy import select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from consumer.mapping.outcome import Code
from consumer.sync.apply import enrollments, people, places, skips
from consumer.sync.apply.work import Ids, Missing, Row
from consumer.sync.tables import Action, Entity, PlanChange, State
from shared.sealing import Sealer

#: Plan rows in one transaction.
BATCH = 5_000

Work = Callable[[Session, Ids, list[Row]], None]


def _order(sealer: Sealer) -> tuple[tuple[Entity, Action, Work], ...]:
    return (
        (Entity.SCHOOL, Action.UPDATE, places.update_schools),
        (Entity.PERIOD, Action.UPDATE, places.update_periods),
        (Entity.USER, Action.UPDATE, people.update_accounts),
        (Entity.USER, Action.CREATE, partial(people.create_accounts, sealer)),
        (Entity.COURSE, Action.UPDATE, places.update_courses),
        (Entity.COURSE, Action.CREATE, places.create_courses),
        (Entity.SECTION, Action.UPDATE, places.update_sections),
        (Entity.SECTION, Action.CREATE, places.create_sections),
        (Entity.ENROLLMENT, Action.UPDATE, enrollments.update_enrollments),
        (Entity.ENROLLMENT, Action.CREATE, enrollments.create_enrollments),
        (Entity.LINK, Action.CREATE, people.create_links),
        (Entity.LINK, Action.REMOVE, people.remove_links),
        (Entity.ENROLLMENT, Action.REMOVE, enrollments.remove_enrollments),
    )


_VACATE = ((Entity.USER, people.vacate_names), (Entity.COURSE, places.vacate_codes))


def apply_plan(session: Session, sealer: Sealer, connection_id: int, run_id: int) -> Iterator[int]:
    """Apply what is pending of a plan. Yields the number of rows done, where the work so far is to be committed.
    `sealer` seals the passwords of new accounts.

    A row that the database refuses is marked failed, the others of its batch go on.
    """
    ids = Ids(session, connection_id, run_id)
    for entity, vacate in _VACATE:
        rows = [row for batch in _pending(session, run_id, entity, Action.UPDATE) for row in batch]
        vacate(session, rows)
        yield 0
    for entity, action, work in _order(sealer):
        yield from _each(session, run_id, entity, action, partial(work, session, ids))
    for entity in Entity:
        yield from _each(session, run_id, entity, Action.SKIP, partial(skips.skip, session, ids, entity))
        yield from _each(session, run_id, entity, Action.CLEAR, partial(skips.clear, session, ids, entity))
        yield from _each(session, run_id, entity, Action.SEEN, partial(skips.see, session, entity))


def _each(
    session: Session, run_id: int, entity: Entity, action: Action, work: Callable[[list[Row]], None]
) -> Iterator[int]:
    for batch in _pending(session, run_id, entity, action):
        _do(session, batch, work)
        session.execute(
            update(PlanChange)
            .where(
                PlanChange.run_id == run_id,
                PlanChange.entity == entity,
                PlanChange.action == action,
                PlanChange.state == State.PENDING,
                PlanChange.id.between(batch[0].id, batch[-1].id),
            )
            .values(state=State.APPLIED)
        )
        yield len(batch)


def _do(session: Session, batch: list[Row], work: Callable[[list[Row]], None]) -> None:
    """The whole batch at once; when the database refuses it, half by half, down to the row that is to blame."""
    try:
        with session.begin_nested():
            work(batch)
    except (DataError, IntegrityError, Missing) as error:
        if len(batch) > 1:
            middle = len(batch) // 2
            _do(session, batch[:middle], work)
            _do(session, batch[middle:], work)
            return
        why = str(error) if isinstance(error, Missing) else str(error.orig)
        session.execute(
            update(PlanChange)
            .where(PlanChange.id == batch[0].id)
            .values(state=State.FAILED, code=Code.NOT_APPLIED.name, detail=why)
        )


def _pending(session: Session, run_id: int, entity: Entity, action: Action) -> Iterator[list[Row]]:
    after = 0
    while True:
        rows = session.execute(
            select(
                PlanChange.id, PlanChange.key, PlanChange.target_id, PlanChange.name, PlanChange.before,
                PlanChange.after, PlanChange.code, PlanChange.detail,
            )
            .where(
                PlanChange.run_id == run_id, PlanChange.entity == entity, PlanChange.action == action,
                PlanChange.state == State.PENDING, PlanChange.id > after,
            )
            .order_by(PlanChange.id)
            .limit(BATCH)
        ).all()  # fmt: skip
        if not rows:
            return
        after = rows[-1][0]
        yield [Row(*row[:4], _decoded(row[4]), _decoded(row[5]), *row[6:]) for row in rows]


def _decoded(text: str | None) -> dict[str, object]:
    return orjson.loads(text) if text else {}
