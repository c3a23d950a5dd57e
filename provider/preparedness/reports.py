"""Keeping a report, and reading the last one: counts, a page of a check's records, all of them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from provider.eligibility.checks.check import Found, ReadinessCheck
from provider.eligibility.readiness import CHECKS, Finding
from provider.preparedness.tables import ReadinessCount, ReadinessRecord, ReadinessReport
from shared.database import chunks, insert_many, writing

#: Records written in one transaction.
_BATCH = 5_000
_COLUMNS = ("report_id", "name", "number", "of_table", "row_id", "text", "mend_table", "mend_id", "mend_column")

CHECK_OF: dict[str, ReadinessCheck] = {check.name: check for check in CHECKS}


class Report(NamedTuple):
    """The last report. `counts`: the checks that found something with how many records, in the order of `CHECKS`."""

    id: int
    made_at: datetime
    day: date
    seconds: float
    counts: Sequence[tuple[ReadinessCheck, int]]

    def of_weight(self, weight: str) -> list[tuple[ReadinessCheck, int]]:
        return [(check, count) for check, count in self.counts if check.weight == weight]

    def count(self, name: str) -> int:
        return next((count for check, count in self.counts if check.name == name), 0)


def keep(engine: Engine, findings: Sequence[Finding], day: date, made_at: datetime, seconds: float) -> int:
    """Store a report in short transactions, then show it, and forget the one before; its id."""
    with writing(engine) as connection:
        values = {"made_at": made_at, "day": day, "seconds": seconds, "finished": False}
        report_id: int = connection.execute(
            insert(ReadinessReport).values(values).returning(ReadinessReport.id)
        ).scalar_one()
    for batch in chunks(_rows(report_id, findings), _BATCH):
        with writing(engine) as connection:
            insert_many(connection, ReadinessRecord.__table__, _COLUMNS, batch)
    with writing(engine) as connection:
        for finding in findings:
            count = {"report_id": report_id, "name": finding.check.name, "count": len(finding.found)}
            connection.execute(insert(ReadinessCount).values(count))
        connection.execute(update(ReadinessReport).where(ReadinessReport.id == report_id).values(finished=True))
    _forget(engine, report_id)
    return report_id


def _rows(report_id: int, findings: Iterable[Finding]) -> Iterator[tuple[object, ...]]:
    for finding in findings:
        for number, found in enumerate(finding.found):
            mend = found.mend or (None, None, None)
            yield report_id, finding.check.name, number, found.table, found.id, found.text, *mend


def _forget(engine: Engine, but: int) -> None:
    """Delete every other report, a check at a time."""
    with engine.connect() as connection:
        others = select(ReadinessRecord.report_id, ReadinessRecord.name).where(ReadinessRecord.report_id != but)
        parts = connection.execute(others.distinct()).all()
    for report_id, name in parts:
        with writing(engine) as connection:
            connection.execute(
                delete(ReadinessRecord).where(ReadinessRecord.report_id == report_id, ReadinessRecord.name == name)
            )
    with writing(engine) as connection:
        connection.execute(delete(ReadinessReport).where(ReadinessReport.id != but))


def last_report(session: Session) -> Report | None:
    """The last finished report; None before there is one."""
    query = select(ReadinessReport).where(ReadinessReport.finished).order_by(ReadinessReport.id.desc()).limit(1)
    row = session.scalar(query)
    if row is None:
        return None
    found = select(ReadinessCount.name, ReadinessCount.count).where(ReadinessCount.report_id == row.id)
    counts: dict[str, int] = dict(session.execute(found).all())
    ordered = [(check, counts[check.name]) for check in CHECKS if check.name in counts]
    return Report(row.id, row.made_at, row.day, row.seconds, ordered)


def records_of(session: Session, report_id: int, name: str, search: str, offset: int, limit: int) -> list[Found]:
    """A part of the records of a check whose words contain `search`."""
    query = _asked(report_id, name, search).order_by(ReadinessRecord.number).offset(offset).limit(limit)
    return [_found(row) for row in session.scalars(query)]


def count_records(session: Session, report_id: int, name: str, search: str) -> int:
    """How many records of a check have words that contain `search`."""
    return session.scalar(select(func.count()).select_from(_asked(report_id, name, search).subquery())) or 0


def findings_of(session: Session, report: Report, names: Iterable[str]) -> list[Finding]:
    """The checks of these names with all of their records."""
    wanted = set(names)
    found = []
    for check, _ in report.counts:
        if check.name in wanted:
            query = _asked(report.id, check.name, "").order_by(ReadinessRecord.number)
            found.append(Finding(check, tuple(_found(row) for row in session.scalars(query))))
    return found


def _asked(report_id: int, name: str, search: str) -> Select[Any]:
    query = select(ReadinessRecord).where(ReadinessRecord.report_id == report_id, ReadinessRecord.name == name)
    return query.where(ReadinessRecord.text.icontains(search, autoescape=True)) if search else query


def _found(row: ReadinessRecord) -> Found:
    mend = (row.mend_table, row.mend_id, row.mend_column or "") if row.mend_table and row.mend_id else None
    return Found(row.of_table, row.row_id, row.text, mend)
