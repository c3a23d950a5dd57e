"""Sensible choices for a whole district at once (C-26, C-27, C-29, C-33, C-36, C-38): every school, term and role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from consumer.client.shapes import OrgRecord, SessionRecord
from consumer.mapping.choices import Group
from consumer.mapping.years import year_of

#: The platform role of each group.
SUGGESTED_ROLES: dict[Group, str] = {
    Group.ADMINISTRATOR: "administrator",
    Group.STAFF: "teacher",
    Group.STUDENT: "student",
    Group.GUARDIAN: "parent",
}
BUILDING_TYPES = ("school", "department", "district")


@dataclass(frozen=True, slots=True)
class Period:
    """A grading period to be had: sessions with equal name and dates share one (C-36)."""

    name: str
    start: date
    end: date


def schools_to_map(orgs: Iterable[OrgRecord]) -> list[OrgRecord]:
    """Schools and the district, in whose building the guardians of 1.1 are (C-29, C-50)."""
    return [org for org in orgs if org.active and org.type in BUILDING_TYPES]


def terms_to_map(sessions: Iterable[SessionRecord], year: int) -> list[SessionRecord]:
    """The sessions of the year that sections can be in: terms of all kinds; whole years only where there is
    nothing else (C-32).
    """
    offered = [s for s in sessions if s.active and s.start and s.end and s.start <= s.end and year_of(s) == year]
    return [s for s in offered if s.type != "schoolYear"] or offered


def periods(sessions: Iterable[SessionRecord]) -> dict[str, Period]:
    """sourcedId -> the grading period to create for it, or to share (C-33, C-36)."""
    return {s.sourced_id: Period(s.title, s.start, s.end) for s in sessions if s.start and s.end}
