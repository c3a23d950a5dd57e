"""Runs of both kinds in one list, newest first: syncs, and presses that sent grades (C-110)."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from consumer.logs.presses import press_rows, presses_where
from consumer.passback.tables import PassbackRun
from consumer.sync.log import KINDS, RunRow, RunsWanted, every_run, rows_of, where_of
from consumer.sync.tables import SyncRun

#: Runs of a page.
PAGE = 50
#: The kind of a press (C-110).
GRADES = "grades"
#: What a run can be, as people call it.
ALL_KINDS = {**KINDS, GRADES: "Grades"}


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of a page, newest first, and how many there are in all."""

    rows: tuple[RunRow, ...]
    total: int


def find_runs(session: Session, wanted: RunsWanted, offset: int = 0, limit: int = PAGE) -> Runs:
    """A page of the list, newest first."""
    keys = union_all(*_keys(wanted)).subquery()
    total = session.scalar(select(func.count()).select_from(keys)) or 0
    newest = keys.c.queued_at.desc(), keys.c.press, keys.c.id.desc()
    page = session.execute(select(keys.c.press, keys.c.id).order_by(*newest).offset(offset).limit(limit)).all()
    found = {
        **{(False, row.run): row for row in rows_of(session, _load(session, SyncRun, page, press=False))},
        **{(True, row.run): row for row in press_rows(session, _load(session, PassbackRun, page, press=True))},
    }
    return Runs(tuple(found[bool(press), run_id] for press, run_id in page), total)


def every_row(session: Session, wanted: RunsWanted) -> Iterator[RunRow]:
    """The whole list."""
    syncs = every_run(session, wanted) if wanted.kind != GRADES else iter(())
    presses = _every_press(session, wanted) if wanted.kind in (None, GRADES) else iter(())
    yield from heapq.merge(syncs, presses, key=lambda row: row.queued_at, reverse=True)


def _keys(wanted: RunsWanted) -> list[Select[Any]]:
    """The runs that are wanted, by table."""
    keys: list[Select[Any]] = []
    if wanted.kind != GRADES:
        keys.append(_key(SyncRun, literal(0), where_of(wanted)))
    if wanted.kind in (None, GRADES):
        keys.append(_key(PassbackRun, literal(1), presses_where(wanted)))
    return keys


def _key(table: Any, press: ColumnElement[int], where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    return select(press.label("press"), table.id.label("id"), table.queued_at.label("queued_at")).where(*where)


def _load(session: Session, table: Any, page: Sequence[Any], press: bool) -> Sequence[Any]:
    ids = [run_id for number, run_id in page if bool(number) is press]
    return session.scalars(select(table).where(table.id.in_(ids))).all()


def _every_press(session: Session, wanted: RunsWanted, size: int = 500) -> Iterator[RunRow]:
    rows = select(PassbackRun).where(*presses_where(wanted)).order_by(PassbackRun.id.desc()).limit(size)
    runs = session.scalars(rows).all()
    while runs:
        yield from press_rows(session, runs)
        runs = session.scalars(rows.where(PassbackRun.id < runs[-1].id)).all()
