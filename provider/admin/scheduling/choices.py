"""What the lists of scheduling are asked for: an order, words, a school, a school year, a grading task."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from provider.sis.models import GradingTask, School, SchoolYear
from shared.web.lists import Asked

#: Words of a search that are looked for.
MOST_WORDS = 5
#: Value and words of each choice of a filter.
Options = list[tuple[str, str]]


def in_order(sorts: Mapping[str, tuple[Any, ...]], asked: Asked) -> list[Any]:
    """What a list is sorted by, one way or the other."""
    return [column.desc() if asked.descending else column for column in sorts[asked.sort]]


def with_words(search: str, texts: Iterable[Any]) -> list[ColumnElement[bool]]:
    """The conditions that each word of a search is a part of one of some texts."""
    texts = tuple(texts)
    return [or_(*(text.icontains(word, autoescape=True) for text in texts)) for word in words_of(search)]


def words_of(search: str) -> list[str]:
    """The words of a search that are looked for; further ones change nothing."""
    return search.split()[:MOST_WORDS]


def number(text: str | None) -> int | None:
    """A row's number as an address gives it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def active_year(session: Session, chosen: str | None) -> int | None:
    """The school year that is chosen, by id; else the active one; None where none is active."""
    return number(chosen) or session.scalar(select(SchoolYear.id).where(SchoolYear.active))


def school_options(session: Session) -> Options:
    """Every school by name, after all of them."""
    rows = session.execute(select(School.id, School.name).order_by(School.name, School.id))
    return [("", "All"), *((str(school_id), name) for school_id, name in rows)]


def year_options(session: Session) -> Options:
    """The active school year, then the others, the newest first."""
    columns = (SchoolYear.id, SchoolYear.name, SchoolYear.active)
    rows = session.execute(select(*columns).order_by(SchoolYear.end_year.desc()))
    years = [(str(year_id), name, active) for year_id, name, active in rows]
    active = [("", f"{name} (active)") for _, name, active in years if active] or [("", "All")]
    return active + [(year_id, name) for year_id, name, active in years if not active]


def task_options(session: Session) -> Options:
    """Every grading task, after all of them."""
    rows = session.execute(select(GradingTask.id, GradingTask.name).order_by(GradingTask.id))
    return [("", "All"), *((str(task_id), name) for task_id, name in rows)]
