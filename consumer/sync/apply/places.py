"""Applies schools, grading periods, courses and sections: nothing of this is ever removed (section 12)."""

from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from consumer.mapping.identity import fold
from consumer.platform.models import Course, GradingPeriod, School, Section, SectionGradingPeriod
from consumer.sync.apply.work import Ids, Row, day, set_values


def update_schools(session: Session, ids: Ids, rows: list[Row]) -> None:
    set_values(session, School, _targets(rows))


def update_periods(session: Session, ids: Ids, rows: list[Row]) -> None:
    dates = ("start_date", "end_date")
    changes = [(i, {n: day(v) if n in dates else v for n, v in values.items()}) for i, values in _targets(rows)]
    set_values(session, GradingPeriod, changes)


def create_courses(session: Session, ids: Ids, rows: list[Row]) -> None:
    made = [{**_with_key(row.after), "connection_id": ids.connection_id, "sis_id": row.key} for row in rows]
    session.connection().execute(insert(Course.__table__), made)


def update_courses(session: Session, ids: Ids, rows: list[Row]) -> None:
    set_values(session, Course, ((row_id, _with_key(values)) for row_id, values in _targets(rows)))


def vacate_codes(session: Session, rows: list[Row]) -> None:
    """Take back the codes of courses that get others, so that two may swap theirs."""
    changes = [(row_id, {"code_key": f"~{row_id}"}) for row_id, values in _targets(rows) if "code" in values]
    set_values(session, Course, changes)


def _with_key(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "code_key": fold(values["code"])} if "code" in values else values


def create_sections(session: Session, ids: Ids, rows: list[Row]) -> None:
    made = [
        {**_section(ids, row.after), "connection_id": ids.connection_id, "sis_id": row.key} for row in rows
    ]
    found = dict(session.execute(insert(Section).returning(Section.sis_id, Section.id), made).all())
    _place(session, [(found[row.key], row.after["grading_periods"]) for row in rows])


def update_sections(session: Session, ids: Ids, rows: list[Row]) -> None:
    set_values(session, Section, ((row_id, _section(ids, values)) for row_id, values in _targets(rows)))
    moved = [(i, values["grading_periods"]) for i, values in _targets(rows) if "grading_periods" in values]
    if moved:
        table: Any = SectionGradingPeriod.__table__
        statement = delete(table).where(table.c.section_id == bindparam("of_section"))
        session.connection().execute(statement, [{"of_section": section_id} for section_id, _ in moved])
        _place(session, moved)


def _section(ids: Ids, values: dict[str, Any]) -> dict[str, Any]:
    """A section's own columns."""
    own = {name: value for name, value in values.items() if name not in ("course", "grading_periods")}
    if "course" in values:
        own["course_id"] = ids.course(values["course"])
    return own


def _place(session: Session, sections: list[tuple[int, list[int]]]) -> None:
    rows = [{"section_id": s, "grading_period_id": period} for s, periods in sections for period in periods]
    if rows:
        session.connection().execute(insert(SectionGradingPeriod.__table__), rows)


def _targets(rows: list[Row]) -> list[tuple[int, dict[str, Any]]]:
    return [(row.target_id, row.after) for row in rows if row.target_id is not None]
