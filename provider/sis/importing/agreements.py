"""Rows of a grade book that must belong to the same section: what a platform can read names nothing that it cannot
(P-81), and sections are what it can see. For SIS files; a OneRoster package says no section of a category.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine, Table, select

from provider.sis.models import AssessmentLineItem, GradeCategory, LineItem, ScoreScale


class Agreement(NamedTuple):
    """What `column` refers to belongs to the section of the row: `section_id`, or that of the line item which
    `section_of` names. `or_none`: what it refers to may belong to none."""

    column: str
    target: Table
    or_none: bool = False
    section_of: tuple[str, Table] | None = None


_SCALE = Agreement("score_scale_id", ScoreScale.__table__)
AGREEMENTS: dict[str, tuple[Agreement, ...]] = {
    "line_item": (Agreement("category_id", GradeCategory.__table__, or_none=True), _SCALE),
    "result": (_SCALE._replace(section_of=("line_item_id", LineItem.__table__)),),
    "assessment_line_item": (_SCALE,),
    "assessment_result": (_SCALE._replace(section_of=("assessment_line_item_id", AssessmentLineItem.__table__)),),
}


def disagreements(
    engine: Engine, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, str]]:
    """The places of rows in `rows` that disagree, each with the column. Rows of files that lack a column of the two are
    taken at their word."""
    for agreement in AGREEMENTS.get(table, ()):
        own = agreement.section_of[0] if agreement.section_of else "section_id"
        if agreement.column not in columns or own not in columns:
            continue
        at, own_at = columns.index(agreement.column), columns.index(own)
        named = [(place, row[at], row[own_at]) for place, row in enumerate(rows) if row[at] is not None]
        theirs = _sections(engine, agreement.target, {key for _, key, _ in named})
        via = agreement.section_of and _sections(engine, agreement.section_of[1], {key for _, _, key in named})
        for place, key, own_key in named:
            if key not in theirs or (via is not None and own_key not in via):
                continue  # it refers to nothing, which is told elsewhere
            section, ours = theirs[key], own_key if via is None else via[own_key]
            if section != ours and not (section is None and agreement.or_none):
                yield place, agreement.column


def _sections(engine: Engine, table: Table, keys: set[Any]) -> dict[int, int | None]:
    if not keys:
        return {}
    with engine.connect() as connection:
        found = connection.execute(select(table.c.id, table.c.section_id).where(table.c.id.in_(keys)))
        return {row.id: row.section_id for row in found}
