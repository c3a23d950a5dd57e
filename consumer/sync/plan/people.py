"""Who is there once the plan of users is applied: what enrollments and parent links can name."""

from dataclasses import dataclass

import orjson
from sqlalchemy import select

from consumer.mapping.outcome import Code, Skipped
from consumer.sync.plan.accounts import stored_ids
from consumer.sync.plan.change import Planning, planned_since
from consumer.sync.tables import Action, Entity, PlanChange, SkippedRecord

#: An account: its id, or the key of the plan row that creates it.
Person = int | str


@dataclass(frozen=True, slots=True)
class People:
    """By sourcedId: the account of everybody who has one, and why a record is skipped."""

    accounts: dict[str, Person]
    skipped: dict[str, tuple[str, str]]

    def why_not(self, sis_id: str) -> Skipped | None:
        """Why nothing may be done with this person's enrollment (C-73); None when it may."""
        if (skip := self.skipped.get(sis_id)) is not None:
            return Skipped(Code[skip[0]], skip[1])
        return None if sis_id in self.accounts else Skipped(Code.USER_NOT_FOUND, sis_id)


def people_after(planning: Planning) -> People:
    """From what is stored and from the plan so far."""
    found: dict[str, Person] = {**stored_ids(planning.session, planning.connection_id)}
    skipped = {
        sis_id: (code, detail)
        for sis_id, code, detail in planning.session.execute(
            select(SkippedRecord.sis_id, SkippedRecord.code, SkippedRecord.detail).where(
                SkippedRecord.connection_id == planning.connection_id, SkippedRecord.entity == Entity.USER
            )
        )
    }
    rows = select(
        PlanChange.action, PlanChange.key, PlanChange.target_id, PlanChange.after, PlanChange.code, PlanChange.detail
    ).where(
        PlanChange.run_id == planning.run_id,
        PlanChange.entity == Entity.USER,
        PlanChange.action.in_((Action.CREATE, Action.UPDATE, Action.SKIP, Action.CLEAR)),
    )
    for action, key, target_id, after, code, detail in planning.session.execute(rows.execution_options(yield_per=2000)):
        if action == Action.SKIP:
            skipped[key] = (code or "", detail or "")
        elif action == Action.CLEAR:
            skipped.pop(key, None)
        else:
            for sis_id in orjson.loads(after or "{}").get("sis_ids", ()):
                found[sis_id] = target_id if target_id is not None else key
    return People(found, skipped)


def newly_known(planning: Planning, reader: Entity) -> set[str]:
    """sourcedIds whose account or skipping has changed since `reader` was planned last: what names them has to be
    looked at again.
    """
    moved: set[str] = set()
    actions = (Action.CREATE, Action.UPDATE, Action.SKIP, Action.CLEAR)
    rows = planned_since(planning, reader, Entity.USER, *actions).add_columns(PlanChange.action, PlanChange.after)
    for key, action, after in planning.session.execute(rows.execution_options(yield_per=2000)):
        if action in (Action.SKIP, Action.CLEAR):
            moved.add(key)
        else:
            moved.update(orjson.loads(after or "{}").get("sis_ids", ()))
    return moved
