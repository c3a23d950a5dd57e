"""A SIS enrollment becomes a member or an admin of a section (C-68, C-70, C-73 … C-75)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from consumer.mapping.outcome import GONE, Code, Gone, Skipped

#: Role in the section for each SIS role; a proctor looks on like a teacher, but is never the primary one.
ROLES = {"student": "member", "teacher": "admin", "administrator": "admin", "proctor": "admin"}


class RosterLine(NamedTuple):
    """A SIS enrollment in short. Dates are inclusive; `active` is False when it is to be deleted or gone; `broken`
    says why its latest form cannot be read: the rest is what it said before.
    """

    sis_id: str
    user: str
    role: str
    primary: bool
    begin: date | None
    end: date | None
    active: bool
    broken: str | None = None


class MappedEnrollment(NamedTuple):
    """What the SIS says about one person in one section."""

    sis_id: str
    user: str
    role: str
    primary: bool
    begin: date | None
    end: date | None


def map_enrollment(line: RosterLine, ends: date, today: date) -> MappedEnrollment | Skipped | Gone:
    """`ends`: last day of the section's last grading period. `Gone` when ended before `today` (C-68).

    One that begins in the future is taken ahead, when within the section's grading periods (C-74).
    """
    if line.broken is not None:
        return Skipped(Code.BAD_DATA, line.broken)
    if not line.active or (line.end is not None and line.end < today):
        return GONE
    role = ROLES.get(line.role)
    if role is None:
        return Skipped(Code.ROLE_NOT_SYNCED, line.role)  # C-42
    if line.begin is not None and line.begin > ends:
        return Skipped(Code.OUTSIDE_TERM, line.begin.isoformat())
    return MappedEnrollment(line.sis_id, line.user, role, line.primary and role == "admin", line.begin, line.end)


def winner(several: Iterable[MappedEnrollment], today: date) -> MappedEnrollment:
    """Of several of one person in one section: an admin before a member, the one that is current today, the one
    that began last, then by sourcedId (C-75).
    """
    return min(
        several,
        key=lambda one: (
            one.role != "admin",
            one.begin is not None and one.begin > today,
            not one.primary,
            -(one.begin or date.min).toordinal(),
            one.sis_id,
        ),
    )
