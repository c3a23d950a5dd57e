"""Presses that sent grades, as the log shows them: rows of the list of runs, and lines (C-110, C-112, C-138)."""

from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.passback.closing import Counts, counts_of
from consumer.passback.log import ERROR, MESSAGES, Message, messages
from consumer.passback.tables import PassbackMessage, PassbackRun
from consumer.passback.wording import advice_of
from consumer.platform.models import School, Section
from consumer.runs.line import as_utc
from consumer.sync.details import BadCursor, Details
from consumer.sync.lines import Detail
from consumer.sync.log import RunRow, RunsWanted


def presses_where(wanted: RunsWanted) -> list[ColumnElement[bool]]:
    """The conditions on `PassbackRun` for what is wanted. Every press is by hand (C-118)."""
    asked: list[ColumnElement[bool]] = []
    if wanted.connection_id is not None:
        asked.append(PassbackRun.connection_id == wanted.connection_id)
    if wanted.status is not None:
        asked.append(PassbackRun.status == wanted.status)
    if wanted.school_id is not None:
        asked.append(PassbackRun.section_id.in_(select(Section.id).where(Section.school_id == wanted.school_id)))
    if wanted.trigger not in (None, "manual"):
        asked.append(false())
    return asked


def press_rows(session: Session, runs: Sequence[PassbackRun]) -> list[RunRow]:
    """The presses as the log shows them."""
    connections = dict(session.execute(select(Connection.id, Connection.name)).all())
    places = {
        section_id: (name, school)
        for section_id, name, school in session.execute(
            select(Section.id, Section.name, School.name)
            .join(School, School.id == Section.school_id)
            .where(Section.id.in_({run.section_id for run in runs}))
        )
    }
    broken = _why_broken(session, [run.id for run in runs])
    return [
        _row(run, connections.get(run.connection_id, ""), *places[run.section_id], broken.get(run.id, ""))
        for run in runs
    ]


def find_press_row(session: Session, run_id: int) -> RunRow | None:
    """One press."""
    run = session.get(PassbackRun, run_id)
    return press_rows(session, [run])[0] if run is not None else None


def press_details(session: Session, run_id: int, cursor: str | None = None, limit: int = MESSAGES) -> Details:
    """A page of the lines of a press, errors first. Raises BadCursor."""
    text = cursor or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadCursor("There is no such page of the log")
    page = messages(session, run_id, int(text), limit)
    following = int(text) + limit
    lines = tuple(_line(run_id, message) for message in page.rows)
    return Details(lines, str(following) if following < page.total else None)


def press_lines(session: Session, run_id: int) -> Iterator[Detail]:
    """Every line of a press, a page at a time."""
    cursor: str | None = "0"
    while cursor is not None:
        page = press_details(session, run_id, cursor, 500)
        yield from page.lines
        cursor = page.following


def _line(run_id: int, message: Message) -> Detail:
    """A message as a line: whose score of which item in which section; the SIS's own words in quotes."""
    about = (message.student, message.item, message.section)
    why = ": ".join(filter(None, (message.words, message.detail)))
    said = f'The SIS says: "{message.said}"' if message.said else ""
    return Detail(
        run=run_id, entity="grade" if message.item else "run", sis_id="", person="",
        name=", ".join(filter(None, about)), action="", state="", event=message.level, code=message.code,
        text=". ".join(filter(None, (why, said))), remedy=message.remedy, where=message.where,
        request_id=message.request_id,
    )  # fmt: skip


def _why_broken(session: Session, run_ids: Sequence[int]) -> dict[int, str]:
    """Why presses ended as a whole, by their ids."""
    rows = session.execute(
        select(PassbackMessage.run_id, PassbackMessage.code, PassbackMessage.detail)
        .where(PassbackMessage.run_id.in_(run_ids), PassbackMessage.item_id.is_(None), PassbackMessage.level == ERROR)
        .order_by(PassbackMessage.id)
    )
    return {run_id: ": ".join(filter(None, (advice_of(code).words, detail))) for run_id, code, detail in rows}


def _row(run: PassbackRun, connection: str, section: str, school: str, broken: str) -> RunRow:
    """In its numbers, items and scores are counted together; what the SIS took is updated there."""
    counts = counts_of(run)
    running = run.finished_at is None and run.progress is not None
    return RunRow(
        run=run.id, connection=connection, kind="grades", trigger="manual", started_by=run.started_by or "",
        status=run.status, dry_run=False, queued_at=as_utc(run.queued_at),
        started_at=as_utc(run.started_at) if run.started_at else None,
        finished_at=as_utc(run.finished_at) if run.finished_at else None, schools=(school,),
        created=0, updated=counts.items_sent + counts.scores_sent,
        unchanged=counts.items_unchanged + counts.scores_unchanged,
        removed=counts.items_removed + counts.scores_removed, skipped=counts.scores_skipped,
        failed=counts.items_failed + counts.scores_failed, held=0, message=broken or _not_arrived(counts),
        progress=tuple(orjson.loads(run.progress or "[]")) if running else None, section=section,
    )  # fmt: skip


def _not_arrived(counts: Counts) -> str:
    """How much the SIS did not take, in words."""
    parts = [
        f"{number:,} {what}{'' if number == 1 else 's'}"
        for number, what in ((counts.items_failed, "item"), (counts.scores_failed, "score"))
        if number
    ]
    return f"{' and '.join(parts)} did not arrive" if parts else ""
