"""Categories of the platform and of the SIS, section by section (C-124, C-125, C-129): what the SIS offers, and which
category goes to which. Nothing here commits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.errors import ClientError
from consumer.client.values import Unreadable, alive, text
from consumer.client.walk import Walk
from consumer.passback.tables import CategoryMapping, SisCategory
from consumer.platform.models import GradeCategory, GradeItem, Section
from shared.oneroster.versions import Version

#: What a provider answers that has no categories of a class, which 1.1 does not know.
_NOT_THERE = frozenset({400, 404, 405, 501})
#: Characters of a title that are kept.
_LONGEST = 255


class BadMapping(ValueError):
    """A category that cannot be mapped so; the message says why."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A category of the SIS."""

    sis_id: str
    title: str


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category of the platform and where it goes in one section.

    items    how many items have it; one without need not be mapped
    mapped   None: not yet; `gone`: the SIS did not offer it any more when it was last asked
    """

    id: int
    name: str
    items: int
    mapped: Offered | None
    gone: bool


@dataclass(frozen=True, slots=True)
class CategoryLines:
    """A section's part of the Configuration. `read_at` None: the SIS was not asked yet."""

    lines: tuple[CategoryLine, ...]
    offered: tuple[Offered, ...]
    read_at: datetime | None

    @property
    def to_map(self) -> int:
        """How many categories have items and go nowhere yet: their items cannot be sent (C-125)."""
        return sum(1 for line in self.lines if line.items and (line.mapped is None or line.gone))


def read_categories(session: Session, client: Client, section: Section, now: datetime) -> tuple[Offered, ...]:
    """Ask the SIS for the categories of a section and keep them: its own ones, or all that there are where the provider
    has no categories of a class. In 1.1 nothing is asked, as nothing is mapped (C-124).

    client   of the grade book service

    Raises ClientError; then what was kept stays.
    """
    if client.target.version is Version.V1P1 or section.sis_id is None:
        return ()
    try:
        found = _read(client, "classes", section.sis_id, "categories")
    except ClientError as error:
        if error.status not in _NOT_THERE:
            raise
        found = _read(client, "categories")
    session.execute(delete(SisCategory).where(SisCategory.section_id == section.id))
    session.add_all(SisCategory(section_id=section.id, sis_id=c.sis_id, title=c.title, read_at=now) for c in found)
    for mapping in session.scalars(select(CategoryMapping).where(CategoryMapping.section_id == section.id)):
        mapping.sis_title = next((c.title for c in found if c.sis_id == mapping.sis_id), mapping.sis_title)
    session.flush()
    return found


def map_category(session: Session, section: Section, category_id: int, sis_id: str | None) -> None:
    """Let a category of the section's book go to this one of the SIS, in this section alone (C-129); several may share
    one. None: to none. Raises BadMapping.
    """
    category = session.get(GradeCategory, category_id)
    if category is None or category.section_id != (section.linked_to_id or section.id):
        raise BadMapping("This category is not in the grade book any more")
    mapping = session.get(CategoryMapping, (section.id, category_id))
    if sis_id is None:
        if mapping is not None:
            session.delete(mapping)
        session.flush()
        return
    offered = session.get(SisCategory, (section.id, sis_id))
    if offered is None:
        raise BadMapping("The SIS does not offer this category for the section: read its categories again")
    if mapping is None:
        mapping = CategoryMapping(section_id=section.id, category_id=category_id)
        session.add(mapping)
    mapping.sis_id, mapping.sis_title = sis_id, offered.title
    session.flush()


def category_lines(session: Session, section: Section) -> CategoryLines:
    """Every category of the section's book by name, and what the SIS offers for the section by title."""
    rows = session.scalars(
        select(SisCategory).where(SisCategory.section_id == section.id).order_by(SisCategory.title, SisCategory.sis_id)
    ).all()
    offered = {row.sis_id: Offered(row.sis_id, row.title) for row in rows}
    lines = tuple(_lines(session, section, frozenset(offered)))
    return CategoryLines(lines, tuple(offered.values()), rows[0].read_at if rows else None)


def _lines(session: Session, section: Section, offered: frozenset[str]) -> Iterator[CategoryLine]:
    items = (
        select(func.count(GradeItem.id))
        .where(GradeItem.category_id == GradeCategory.id, GradeItem.deleted_at.is_(None))
        .scalar_subquery()
    )
    here = (CategoryMapping.category_id == GradeCategory.id) & (CategoryMapping.section_id == section.id)
    rows = session.execute(
        select(GradeCategory.id, GradeCategory.name, items, CategoryMapping.sis_id, CategoryMapping.sis_title)
        .outerjoin(CategoryMapping, here)
        .where(GradeCategory.section_id == (section.linked_to_id or section.id))
        .order_by(GradeCategory.name_key)
    )
    for category_id, name, count, sis_id, title in rows:
        mapped = None if sis_id is None else Offered(sis_id, title)
        yield CategoryLine(category_id, name, count, mapped, bool(sis_id and offered and sis_id not in offered))


def _read(client: Client, *path: str) -> tuple[Offered, ...]:
    """Every active category at a path, by its sourcedId once."""
    transport = client.transport
    url, size = client.url(*path), client.target.page_limit
    walk = Walk(client.get_url, url, "categories", size, transport.pause, transport.limits.most)
    found: dict[str, Offered] = {}
    for page in walk:
        for record in page.records:
            category = _category(record.sourced_id, msgspec.json.decode(record.raw))
            if category is not None:
                found[category.sis_id] = category
    return tuple(found.values())


def _category(sis_id: str, record: Any) -> Offered | None:
    """A category as it came; None for one that is to be deleted, or that has no title to choose it by."""
    title = record.get("title")
    try:
        said = text(title) if isinstance(title, (str, int, float)) else None
        lives = alive(record.get("status"))
    except (Unreadable, TypeError, AttributeError):
        return None
    return Offered(sis_id, said.replace("\x00", "")[:_LONGEST]) if lives and said else None
