"""Categories. A platform's are its own, open to all its line items; the district's belong to sections (P-117)."""

from collections.abc import Collection, Sequence
from typing import Any

from provider.gradebook.bodies import Body
from provider.gradebook.drafts.draft import Drafts, Row
from provider.gradebook.writer import Writer
from provider.sis.models import GradeCategory
from shared.oneroster.resources.gradebook import categories

_IN_USE = "SELECT 1 FROM line_item WHERE category_id {among} AND NOT deleted LIMIT 1"


class Categories(Drafts):
    """OneRoster's category names no class, so what a platform makes hangs on no section."""

    resource = categories
    table = GradeCategory.__table__

    def __init__(self, writer: Writer, bodies: Sequence[Body], rows: Collection[Row]) -> None:
        super().__init__(writer, bodies, rows)
        self.learn_sections(row["section_id"] for row in rows)

    def section_of(self, row: Row) -> int | None:
        section: int | None = row["section_id"]
        return section

    def columns(self, body: Body, before: Row | None) -> dict[str, Any]:
        columns = self.keep_unknown(body, before, {"title": "name", "weight": "weight"})
        if columns["weight"] is not None and columns["weight"] < 0:
            raise body.refuse("weight", f"{columns['weight']:g} is less than nothing")
        return {"section_id": None, "uncategorized": False, **columns}

    def dependents(self, row: Row) -> str | None:
        return "it has line items: delete them first, or give them another category" if self.any(_IN_USE, row) else None
