"""A row of a plan, what planning starts from, and the list of skipped records as part of the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from consumer.mapping.choices import Choices
from consumer.mapping.outcome import Code, Skipped
from consumer.sync.choices import Places
from consumer.sync.staged import changed_since, chunks
from consumer.sync.tables import Action, Entity, PlanChange, SkippedRecord, SyncRun
from shared.oneroster.versions import Version

Values = dict[str, Any]


class Change(NamedTuple):
    """One row of a plan (`consumer.sync.tables.PlanChange`). Values are JSON values. `person` and `school_id`: whom and
    which school it is about, for the log.
    """

    entity: Entity
    action: Action
    key: str
    target_id: int | None = None
    section_id: int | None = None
    name: str = ""
    before: Values | None = None
    after: Values | None = None
    code: str | None = None
    detail: str | None = None
    person: str | None = None
    school_id: int | None = None


class Marked(NamedTuple):
    """How far an entity was planned at the end of the last run that planned it."""

    pull_id: int
    choices: str
    day: date
    run_id: int


@dataclass(frozen=True, slots=True)
class Planning:
    """What a plan is made from. `digest` names choices and version; `marks` holds what was planned before."""

    session: Session
    connection_id: int
    version: Version
    run_id: int
    today: date
    choices: Choices
    places: Places
    digest: str
    marks: Mapping[Entity, Marked] = field(default_factory=dict)

    def everything(self, entity: Entity) -> bool:
        """Nothing of this kind was planned yet, or it was with other choices."""
        mark = self.marks.get(entity)
        return mark is None or mark.choices != self.digest

    def changed(self, entity: Entity, collection: str) -> set[str]:
        """sourcedIds of records that are new to this entity's planning."""
        mark = self.marks.get(entity)
        return changed_since(self.session, self.connection_id, collection, mark.pull_id if mark else 0)


def difference(before: Values, after: Values) -> tuple[Values, Values]:
    """(former, new) of the values that differ."""
    names = [name for name, value in after.items() if before.get(name) != value]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def seen(entity: Entity, target_id: int, touched: int) -> Change:
    """Take back the mark of a hand change that this plan has looked at."""
    return Change(entity, Action.SEEN, "", target_id, before={"touched": touched})


class Verdict(NamedTuple):
    """What became of a record: skipped or not, its display name, whom and which school it is about."""

    skipped: Skipped | None
    name: str
    person: str | None = None
    school_id: int | None = None


def skip_changes(planning: Planning, entity: Entity, verdicts: Mapping[str, Verdict]) -> Iterator[Change]:
    """What has to change in the list of skipped records; `verdicts` by sourcedId."""
    for chunk in chunks(verdicts):
        now = current_skips(planning, entity, chunk)
        for sis_id in chunk:
            skipped, name, person, school_id = verdicts[sis_id]
            if skipped is None:
                if sis_id in now:
                    yield Change(entity, Action.CLEAR, sis_id, name=name, person=person, school_id=school_id)
            elif now.get(sis_id) != (skipped.code.name, skipped.detail):
                yield Change(
                    entity, Action.SKIP, sis_id, name=name, code=skipped.code.name, detail=skipped.detail,
                    person=person, school_id=school_id,
                )  # fmt: skip


def current_skips(planning: Planning, entity: Entity, sis_ids: list[str]) -> dict[str, tuple[str, str]]:
    """(code, detail) of those of `sis_ids` that are skipped at present."""
    rows = select(SkippedRecord.sis_id, SkippedRecord.code, SkippedRecord.detail).where(
        SkippedRecord.connection_id == planning.connection_id,
        SkippedRecord.entity == entity,
        SkippedRecord.sis_id.in_(sis_ids),
    )
    return {sis_id: (code, detail) for sis_id, code, detail in planning.session.execute(rows)}


def skipped_with(planning: Planning, entity: Entity, *codes: Code) -> set[str]:
    """sourcedIds that are skipped at present for one of these reasons."""
    return set(
        planning.session.scalars(
            select(SkippedRecord.sis_id).where(
                SkippedRecord.connection_id == planning.connection_id,
                SkippedRecord.entity == entity,
                SkippedRecord.code.in_([code.name for code in codes]),
            )
        )
    )


def planned(planning: Planning, entity: Entity, *actions: Action) -> Select[str]:
    """Keys of this plan's rows of an entity so far."""
    return select(PlanChange.key).where(
        PlanChange.run_id == planning.run_id, PlanChange.entity == entity, PlanChange.action.in_(actions)
    )


def planned_since(planning: Planning, reader: Entity, entity: Entity, *actions: Action) -> Select[str]:
    """Keys of rows of an entity in this plan and in those made since `reader` was planned last."""
    mark = planning.marks.get(reader)
    runs = select(SyncRun.id).where(
        SyncRun.connection_id == planning.connection_id, SyncRun.id > (mark.run_id if mark else 0)
    )
    return select(PlanChange.key).where(
        PlanChange.run_id.in_(runs), PlanChange.entity == entity, PlanChange.action.in_(actions)
    )
