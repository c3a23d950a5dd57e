"""What results and assessment results share: a student, a score, a scale (P-120), one that lives for each item."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from provider.gradebook.bodies import Body
from provider.gradebook.checks import SCORE, ScoreFacts, require
from provider.gradebook.drafts.draft import Drafts, Row, unknown
from provider.gradebook.facts import Scales
from provider.gradebook.lookups import fetch_among
from provider.gradebook.scores import Scale, named, percent_of
from provider.gradebook.writer import Writer

#: Columns by field.
_PLAIN = {
    "scoreStatus": "status", "score": "score", "scoreDate": "scored_on", "comment": "comment",
    "inProgress": "in_progress", "incomplete": "incomplete", "late": "late", "missing": "missing",
    "learningObjectiveSet": "objectives",
}  # fmt: skip

#: As the partial indexes have it, so that the planner sees that they serve.
_LIVE = {"sqlite": "deleted = 0", "postgresql": "NOT deleted"}


class Scored(Drafts):
    """`item` is the field that names what was scored, `item_column` its column."""

    item: ClassVar[str]
    item_column: ClassVar[str]

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        self.people = writer.visible.people_of({body.values["student"] for body in bodies})
        self._seen_people = writer.visible.people({row["person_id"] for row in rows})
        self._sent_scales = [body.values.get("scoreScale") for body in bodies]

    def learn_scales(self, of_items: Collection[int | None]) -> None:
        """Look up the scales that bodies name and those of the items."""
        self.scales = Scales(self.writer.connection, self._sent_scales, of_items)

    def learn_live(self, items: Collection[int]) -> None:
        """Look up who has a live result for which of some items: (item, person) -> sourcedId."""
        connection = self.writer.connection
        statement = f"""SELECT {self.item_column}, person_id, sourced_id FROM {self.table.name}
            WHERE {self.item_column} {{among}} AND {_LIVE[connection.dialect.name]}"""  # noqa: S608
        if len(self.people) == 1:
            # A single PUT must not read the results of the whole class.
            statement += f" AND person_id = {next(iter(self.people.values()))}"
        found = fetch_among(connection, statement, items)
        self._live = {(item, person): sourced_id for item, person, sourced_id in found}

    def sees(self, row: Row) -> bool:
        return super().sees(row) and row["person_id"] in self._seen_people

    def person_of(self, body: Body) -> int:
        """The student. Raises OneRosterError."""
        person = self.people.get(body.values["student"])
        if person is None:
            raise unknown(body, "student", "student")
        return person

    def claim(self, body: Body, item: int, person: int) -> None:
        """One result lives for each student and item: raises OneRosterError when there is another one."""
        there = self._live.get((item, person))
        if there not in (None, body.sourced_id):
            raise body.refuse(
                "student",
                f"the student has a result for this {self.item} already, with sourcedId {there!r}: write to that one",
            )
        self._live[item, person] = body.sourced_id

    def score_columns(
        self, body: Body, before: Row | None, section: int | None, scale: Scale | None, range_: tuple[Any, Any]
    ) -> dict[str, Any]:
        """The columns of the score; `scale` is that of the item, `range_` its least and greatest result."""
        columns = self.keep_unknown(body, before, _PLAIN)
        own = self._own_scale(body, before, section)
        counts = own or scale
        sent = self.keep_unknown(body, before, {"textScore": "text_score"})["text_score"]
        if "textScore" not in body.values and counts is not None and columns["score"] is not None:
            sent = None  # 1.1 knows no textScore: what was derived from the former score is derived again.
        require(SCORE, ScoreFacts(columns["score"], sent, counts), body.place)
        percent = None if columns["score"] is None else percent_of(columns["score"], *range_)
        text = named(columns["score"], sent, counts, percent)
        return columns | {"text_score": text, "score_scale_id": None if own is None else own.id}

    def _own_scale(self, body: Body, before: Row | None, section: int | None) -> Scale | None:
        """The scale that the result itself names."""
        if "scoreScale" not in body.values:
            kept = None if before is None else before["score_scale_id"]
            return self.scales.by_id.get(kept) if kept is not None else None
        if body.values["scoreScale"] is None:
            return None
        scale = self.scales.named.get(body.values["scoreScale"])
        if (
            scale is None
            or (section is not None and scale.section_id != section)
            or scale.section_id not in self._visible
        ):
            raise unknown(body, "scoreScale", "score scale of the class")
        return scale

    @abstractmethod
    def columns(self, body: Body, before: Row | None) -> dict[str, Any]: ...
