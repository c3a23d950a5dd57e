"""Finds lines of the log: what runs did with records, or would do, what they skipped, what failed (C-109 … C-113).

A plan row is the preview of a dry run, the log of a real one, and a failure at once. The lines of a run come in this
order: messages about the run, then its plan, what it skips and removes first, then what was skipped before. A page
ends with a cursor, from which the next one goes on; every page is found by an index, however long the plan is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from consumer.sync.lines import Detail, lines_of
from consumer.sync.subjects import Subjects, find_subjects, plan_rows_about, skipped_about
from consumer.sync.tables import Action, Entity, PlanChange, RunMessage, SkippedRecord, SyncRun

#: Lines of a page.
PAGE = 50
#: What a plan can do that people want to know, in this order.
SHOWN = (Action.SKIP, Action.REMOVE, Action.UPDATE, Action.CREATE, Action.CLEAR)


class BadCursor(ValueError):
    """A cursor that no page ended with."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines. `search` is a person, section or course; `school_id` one of the platform's schools."""

    connection_id: int | None = None
    run_id: int | None = None
    entity: Entity | None = None
    action: Action | None = None
    code: str | None = None
    school_id: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """A page of lines; `following` is the cursor of the next one, None on the last."""

    lines: tuple[Detail, ...]
    following: str | None


#: A part of the log: (its rows after a key, at most so many) -> (key, row).
_Part = Callable[[str, int], list[tuple[str, Any]]]


def find_details(session: Session, wanted: Wanted, cursor: str | None = None, limit: int = PAGE) -> Details:
    """A page of lines. Without a run the newest come first, and a search or a code has to be given.

    Raises BadCursor, and ValueError when neither run, search nor code is given.
    """
    parts = _parts(session, wanted)
    at, after = _position(cursor, len(parts))
    found: list[tuple[int, str, Any]] = []
    while at < len(parts) and len(found) <= limit:
        found += [(at, key, row) for key, row in parts[at](after, limit + 1 - len(found))]
        at, after = at + 1, ""
    more = len(found) > limit
    found = found[:limit]
    following = f"{found[-1][0]}.{found[-1][1]}" if more else None
    return Details(tuple(lines_of(session, [row for _, _, row in found])), following)


def run_details(
    session: Session,
    run_id: int,
    entity: Entity | None = None,
    action: Action | None = None,
    code: str | None = None,
    school_id: int | None = None,
    search: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Details:
    """A page of the lines of one run: of a dry run the preview, of a real one the log. Raises BadCursor."""
    wanted = Wanted(None, run_id, entity, action, code, school_id, search)
    return find_details(session, wanted, cursor, limit)


def every_detail(session: Session, wanted: Wanted, size: int = 1_000) -> Iterator[Detail]:
    """All lines, a page at a time."""
    cursor: str | None = None
    while True:
        page = find_details(session, wanted, cursor, size)
        yield from page.lines
        if (cursor := page.following) is None:
            return


def _position(cursor: str | None, parts: int) -> tuple[int, str]:
    if not cursor:
        return 0, ""
    number, _, after = cursor.partition(".")
    if "\0" in after or not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) < parts):
        raise BadCursor("There is no such page of the log")
    return int(number), after


def _parts(session: Session, wanted: Wanted) -> list[_Part]:
    if wanted.run_id is None and not wanted.search and not wanted.code:
        raise ValueError("Say which run, or whom or which code to look for")
    about = find_subjects(session, wanted.search, wanted.connection_id) if wanted.search else None
    parts: list[_Part] = []
    if not (wanted.entity or wanted.action or wanted.school_id or about):
        parts.append(_Messages(session, wanted))
    if wanted.run_id is None or wanted.code or about:
        parts.append(_Changes(session, wanted, about))
    else:
        entities = [wanted.entity] if wanted.entity else list(Entity)
        actions = [wanted.action] if wanted.action else SHOWN
        parts += [_Planned(session, wanted, entity, action) for action in actions for entity in entities]
    if wanted.action in (None, Action.SKIP) and wanted.school_id is None:
        parts.append(_Skipped(session, wanted, about))
    return parts


def _number(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise BadCursor("There is no such page of the log")
    return int(after)


@dataclass(frozen=True, slots=True)
class _Messages:
    """Messages about runs."""

    session: Session
    wanted: Wanted

    def __call__(self, after: str, limit: int) -> list[tuple[str, Any]]:
        rows = select(RunMessage).where(RunMessage.id > _number(after))
        if self.wanted.run_id is not None:
            rows = rows.where(RunMessage.run_id == self.wanted.run_id)
        elif self.wanted.connection_id is not None:
            rows = rows.where(RunMessage.run_id.in_(_runs_of(self.wanted.connection_id)))
        if self.wanted.code:
            rows = rows.where(RunMessage.code == self.wanted.code)
        return [(str(row.id), row) for row in self.session.scalars(rows.order_by(RunMessage.id).limit(limit))]


@dataclass(frozen=True, slots=True)
class _Planned:
    """A run's plan rows of one entity and action, in the order of the plan."""

    session: Session
    wanted: Wanted
    entity: Entity
    action: Action

    def __call__(self, after: str, limit: int) -> list[tuple[str, Any]]:
        rows = select(PlanChange).where(
            PlanChange.run_id == self.wanted.run_id,
            PlanChange.entity == self.entity,
            PlanChange.action == self.action,
            PlanChange.id > _number(after),
        )
        if self.wanted.school_id is not None:
            rows = rows.where(PlanChange.school_id == self.wanted.school_id)
        return [(str(row.id), row) for row in self.session.scalars(rows.order_by(PlanChange.id).limit(limit))]


@dataclass(frozen=True, slots=True)
class _Changes:
    """Plan rows about somebody or something, or with a code: of a run in the order of the plan, else of every run, the
    newest first.
    """

    session: Session
    wanted: Wanted
    about: Subjects | None

    def __call__(self, after: str, limit: int) -> list[tuple[str, Any]]:
        rows = select(PlanChange).where(PlanChange.action.in_(SHOWN))
        for condition in self._conditions():
            rows = rows.where(condition)
        run_id, _, last = after.partition("|")
        place = (_number(run_id), _number(last)) if after else None
        if self.wanted.run_id is not None:
            rows = rows.order_by(PlanChange.id)
            rows = rows.where(PlanChange.id > place[1]) if place else rows
        else:
            rows = rows.order_by(PlanChange.run_id.desc(), PlanChange.id.desc())
            rows = rows.where(tuple_(PlanChange.run_id, PlanChange.id) < place) if place else rows
        return [(f"{row.run_id}|{row.id}", row) for row in self.session.scalars(rows.limit(limit))]

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        """The row is found by its id, or by code and run: the rest must not lead the planner to another index, in which
        half of a plan is equal.
        """
        wanted = self.wanted
        run_id: Any = PlanChange.run_id
        if self.about is not None:
            yield PlanChange.id.in_(plan_rows_about(self.session, self.about))
            run_id = PlanChange.run_id + 0
        if wanted.code:
            yield PlanChange.code == wanted.code
        if wanted.run_id is not None:
            yield run_id == wanted.run_id
        elif wanted.connection_id is not None:
            yield run_id.in_(_runs_of(wanted.connection_id))
        if wanted.entity is not None:
            yield PlanChange.entity.concat("") == wanted.entity
        if wanted.action is not None:
            yield PlanChange.action.concat("") == wanted.action
        if wanted.school_id is not None:
            yield PlanChange.school_id + 0 == wanted.school_id


@dataclass(frozen=True, slots=True)
class _Skipped:
    """What is skipped at present and no plan row shown here tells: of a run, if it is the newest, what it found skipped
    already; of a search or code, what runs did that are forgotten.
    """

    session: Session
    wanted: Wanted
    about: Subjects | None

    def __call__(self, after: str, limit: int) -> list[tuple[str, Any]]:
        rows = select(SkippedRecord)
        if self.wanted.run_id is not None:
            run = self.session.get(SyncRun, self.wanted.run_id)
            if run is None or run.dry_run or not _is_newest(self.session, run):
                return []
            rows = rows.where(SkippedRecord.connection_id == run.connection_id, SkippedRecord.run_id != run.id)
        else:
            rows = rows.where(SkippedRecord.run_id.not_in(select(SyncRun.id)))
            if self.wanted.connection_id is not None:
                rows = rows.where(SkippedRecord.connection_id == self.wanted.connection_id)
        if self.wanted.entity is not None:
            rows = rows.where(SkippedRecord.entity == self.wanted.entity)
        if self.wanted.code:
            rows = rows.where(SkippedRecord.code == self.wanted.code)
        if self.about is not None:
            rows = rows.where(skipped_about(self.about))
        if after:
            rows = rows.where(_beyond(after))
        rows = rows.order_by(SkippedRecord.connection_id, SkippedRecord.entity, SkippedRecord.sis_id).limit(limit)
        return [(f"{row.connection_id}|{row.entity}|{row.sis_id}", row) for row in self.session.scalars(rows)]


def _beyond(after: str) -> ColumnElement[bool]:
    """Skipped records behind that of a cursor, in the order of their key."""
    connection, entity, sis_id = (*after.split("|", 2), "", "")[:3]
    number = _number(connection)
    here = SkippedRecord.connection_id == number
    return or_(
        SkippedRecord.connection_id > number,
        and_(here, SkippedRecord.entity > entity),
        and_(here, SkippedRecord.entity == entity, SkippedRecord.sis_id > sis_id),
    )


def _is_newest(session: Session, run: SyncRun) -> bool:
    """Whether no later run of the connection has ended: then what is skipped at present is what this run skipped."""
    ended = select(SyncRun.id).where(
        SyncRun.connection_id == run.connection_id, SyncRun.finished_at.is_not(None), SyncRun.dry_run.is_(False)
    )
    return session.scalar(ended.order_by(SyncRun.id.desc()).limit(1)) == run.id


def _runs_of(connection_id: int) -> Select[int]:
    return select(SyncRun.id).where(SyncRun.connection_id == connection_id)
