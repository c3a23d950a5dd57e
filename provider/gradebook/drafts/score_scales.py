"""Score scales of sections (1.2)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from provider.gradebook.bodies import Body
from provider.gradebook.drafts.draft import Drafts, Row, mismatch
from provider.gradebook.lookups import fetch_among
from provider.gradebook.writer import Writer
from provider.publishing.records.ids import course_id
from provider.sis.models import ScoreScale, ScoreScaleValue
from shared.oneroster.resources.gradebook import score_scales

_VALUES = """SELECT score_scale_id, "left", "right" FROM score_scale_value
    WHERE score_scale_id {among} ORDER BY score_scale_id, position"""
_IN_USE = (
    "SELECT 1 FROM line_item WHERE score_scale_id {among} AND NOT deleted LIMIT 1",
    "SELECT 1 FROM result WHERE score_scale_id {among} AND NOT deleted LIMIT 1",
    "SELECT 1 FROM assessment_line_item WHERE score_scale_id {among} AND NOT deleted LIMIT 1",
    "SELECT 1 FROM assessment_result WHERE score_scale_id {among} AND NOT deleted LIMIT 1",
)


class ScoreScales(Drafts):
    resource = score_scales
    table = ScoreScale.__table__

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        self.learn_sections(row["section_id"] for row in rows)
        self.learn_classes(body.values["class"] for body in bodies)
        self._values: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for scale, left, right in fetch_among(writer.connection, _VALUES, {row["id"] for row in rows}):
            self._values[scale].append((left, right))

    def section_of(self, row: Row) -> int | None:
        section: int | None = row["section_id"]
        return section

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        section = self.section_named(body)
        if body.values["course"] not in (None, course_id(section.course)):
            raise mismatch(body, "course", "the course of the class")
        if before is not None and before["section_id"] != section.id and not before["deleted"] and self._used(before):
            raise body.refuse("class", "the score scale is in use in another class: make a new one")
        for number, (left, right) in enumerate(_pairs(body)):
            if not 1 <= len(left) <= 255 or not 1 <= len(right) <= 255:
                raise body.refuse(f"scoreScaleValue[{number}]", "each of its texts has 1 to 255 characters")
        return {
            "section_id": section.id, "score_group_id": None,
            "title": body.values["title"], "kind": body.values["type"],
        }  # fmt: skip

    def same(self, body: Body, before: Row, columns: Row) -> bool:
        return super().same(body, before, columns) and self._values[before["id"]] == _pairs(body)

    def stored(self, bodies: Sequence[Body]) -> None:
        """The values of the scales, instead of those of before."""
        connection = self.writer.connection
        for body in bodies:
            number = connection.execute(
                select(ScoreScale.id).where(ScoreScale.sourced_id == body.sourced_id)
            ).scalar_one()
            connection.execute(delete(ScoreScaleValue).where(ScoreScaleValue.score_scale_id == number))
            connection.execute(insert(ScoreScaleValue.__table__), [
                {"score_scale_id": number, "position": position, "left": left, "right": right}
                for position, (left, right) in enumerate(_pairs(body))
            ])  # fmt: skip

    def dependents(self, row: Row) -> str | None:
        return "line items or results are scored with it" if self._used(row) else None

    def _used(self, row: Row) -> bool:
        return any(self.any(statement, row) for statement in _IN_USE)


def _pairs(body: Body) -> list[tuple[str, str]]:
    return [(value["itemValueLHS"], value["itemValueRHS"]) for value in body.values["scoreScaleValue"]]
