"""The two caches as administrators know them (P-84, P-89): when each was last refreshed, and what stopped it since."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from provider.publishing.models import RefreshRun

#: Cache (`catalog.cache_of`) -> what people call it, and what is in it.
CACHES = {
    "class": ("Class-related data", "Schools, terms, resources, courses and sections"),
    "student": ("Student-related data", "People, demographics and enrollments"),
}


class Cache(NamedTuple):
    """A cache: when it was last refreshed successfully, and the state and message of a later attempt that was not."""

    name: str
    words: str
    contents: str
    last_success: datetime | None
    state: str
    message: str


def caches(connection: Connection) -> tuple[Cache, ...]:
    """Both of them. They are published together, so that they have one success, but either can be what stopped it."""
    full = RefreshRun.trigger != "keyed", RefreshRun.finished_at.is_not(None)
    success = connection.scalar(
        select(RefreshRun.finished_at).where(RefreshRun.state == "done", *full).order_by(RefreshRun.id.desc()).limit(1)
    )
    last = connection.execute(
        select(RefreshRun.state, RefreshRun.message, RefreshRun.cache)
        .where(*full)
        .order_by(RefreshRun.id.desc())
        .limit(1)
    ).first()

    def of(name: str) -> Cache:
        stopped = last is not None and last.state != "done" and last.cache in (None, name)
        state, message = (last.state, last.message or "") if last is not None and stopped else ("", "")
        return Cache(name, *CACHES[name], success, state, message)

    return tuple(map(of, CACHES))
