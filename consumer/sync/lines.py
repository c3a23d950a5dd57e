"""Lines of the log in words: what happened to a record, why, what to do and where (C-112)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from consumer.mapping.outcome import advice_of
from consumer.sync.tables import Action, PlanChange, RunMessage, SkippedRecord, State
from consumer.sync.wording import FieldChange, Wording, wording_of

_DONE = {
    Action.CREATE: "created", Action.UPDATE: "updated", Action.REMOVE: "removed", Action.SKIP: "skipped",
    Action.CLEAR: "no longer skipped",
}  # fmt: skip
_STATES = {
    State.PENDING: "to be {}", State.APPLIED: "{}", State.FAILED: "not {}: it failed",
    State.HELD: "not {} yet: it waits for approval", State.SUPERSEDED: "not {}: a later run planned anew",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Detail:
    """One line (C-112). `entity` is "run" for a message about the run as a whole; `event` says what happened in
    words, `text` why, `remedy` what to do and `where`; `changes` are the values before and after.
    """

    run: int
    entity: str
    sis_id: str
    person: str
    name: str
    action: str
    state: str
    event: str
    code: str
    text: str
    remedy: str
    where: str
    request_id: str
    changes: tuple[FieldChange, ...] = ()


def lines_of(session: Session, rows: Sequence[Any]) -> Iterator[Detail]:
    """Plan rows, skipped records and messages in words, in their order."""
    wording = wording_of(session, [row for row in rows if isinstance(row, PlanChange)])
    for row in rows:
        if isinstance(row, PlanChange):
            yield plan_line(row, wording)
        elif isinstance(row, SkippedRecord):
            yield skipped_line(row)
        else:
            yield message_line(row)


def plan_line(row: PlanChange, wording: Wording) -> Detail:
    """A plan row in words."""
    advice = advice_of(row.code)
    why = ": ".join(filter(None, (advice.words, row.detail or "")))
    return Detail(
        run=row.run_id, entity=row.entity, sis_id=row.key, person=row.person or "", name=wording.name(row),
        action=row.action, state=row.state, event=_STATES[State(row.state)].format(_DONE[Action(row.action)]),
        code=row.code or "", text=why, remedy=advice.remedy, where=advice.where, request_id="",
        changes=wording.changes(row),
    )  # fmt: skip


def skipped_line(row: SkippedRecord) -> Detail:
    """A record that is skipped at present, in words."""
    advice = advice_of(row.code)
    return Detail(
        run=row.run_id, entity=row.entity, sis_id=row.sis_id, person="", name=row.name, action=Action.SKIP.value,
        state=State.APPLIED.value, event=f"skipped since run {row.run_id}", code=row.code,
        text=": ".join(filter(None, (advice.words, row.detail))), remedy=advice.remedy, where=advice.where,
        request_id="",
    )  # fmt: skip


def message_line(row: RunMessage) -> Detail:
    """A message about a run is a sentence of its own: only what to do is added."""
    advice = advice_of(row.code)
    return Detail(
        run=row.run_id, entity="run", sis_id=row.sis_id or "", person="", name="", action="", state="",
        event=row.level, code=row.code, text=row.detail, remedy=advice.remedy, where=advice.where,
        request_id=row.request_id or "",
    )  # fmt: skip
