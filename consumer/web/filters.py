"""What the lists of the pages filter by, and what an address may say of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.platform.models import School

#: The choice that leaves nothing out.
ALL = ("", "All")


def school_options(session: Session) -> list[tuple[str, str]]:
    """Every school by name, after `ALL`."""
    rows = session.execute(select(School.id, School.name).order_by(School.name, School.id))
    return [ALL, *((str(school_id), name) for school_id, name in rows)]


def number_of(text: str | None) -> int | None:
    """A row's number as an address gives it; None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
