"""Which school years a SIS offers, and whether the active one is among them (C-19, C-22, C-23)."""

from collections.abc import Iterable
from datetime import date

from consumer.client.shapes import SessionRecord


def year_of(session: SessionRecord) -> int | None:
    """The year in which the session's school year ends: as the SIS says, else the year of its last day."""
    return session.school_year or (session.end.year if session.end else None)


def years_by_session(sessions: Iterable[SessionRecord]) -> dict[str, int]:
    """sourcedId -> year, of the sessions that are offered now."""
    return {s.sourced_id: year for s in sessions if s.active and (year := year_of(s)) is not None}


def current_year(sessions: Iterable[SessionRecord], today: date) -> int | None:
    """The year to start with when nobody chose: the one with a session around `today`, else the latest offered."""
    offered = [session for session in sessions if session.active and year_of(session) is not None]
    around = [s for s in offered if s.start and s.end and s.start <= today <= s.end]
    return max(filter(None, map(year_of, around or offered)), default=None)
