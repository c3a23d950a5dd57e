"""Finding sections, who is in one, and what people do to one (C-67 … C-71)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.models import (
    MANUAL,
    Account,
    Course,
    Enrollment,
    GradingPeriod,
    School,
    Section,
    SectionGradingPeriod,
)  # fmt: skip

#: Rows on a page of a list.
PER_PAGE = 50

MEMBER, ADMIN = "member", "admin"


class Show(StrEnum):
    """Which sections a list shows: all, those that the SIS has ended (C-67), those with students put in by hand."""

    ALL = "all"
    FROZEN = "frozen"
    BY_HAND = "by hand"


class BadRoster(ValueError):
    """Somebody who cannot be put in or taken out; the message says why."""


class SectionRow(NamedTuple):
    """A line of the list."""

    id: int
    name: str
    course: str
    school: str
    school_year: int | None
    frozen: bool
    synced: bool
    members: int


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a section; `by_hand` for who was not put there by the sync."""

    enrollment_id: int
    account_id: int
    name: str
    username: str
    role: str
    primary: bool
    by_hand: bool


_ADDED = exists().where(
    Enrollment.section_id == Section.id, Enrollment.origin == MANUAL, Enrollment.role == MEMBER,
)  # fmt: skip


def find_sections(
    session: Session, connection_id: int, search: str = "", school_id: int | None = None, show: Show = Show.ALL,
    offset: int = 0,
) -> tuple[list[SectionRow], int]:  # fmt: skip
    """(a page of the sections of a connection and of those linked to them, how many there are in all), by name.

    search   a part of the section's name, or its whole section school code
    """
    own = select(Section.id).where(Section.connection_id == connection_id)
    where: list[ColumnElement[bool]] = [Section.id.in_(own) | Section.linked_to_id.in_(own)]
    if search:
        where.append(Section.name.icontains(search, autoescape=True) | (Section.sis_id == search))
    if school_id is not None:
        where.append(Section.school_id == school_id)
    if show is Show.FROZEN:
        where.append(Section.frozen.is_(True))
    elif show is Show.BY_HAND:
        where += [_ADDED, Section.connection_id.is_not(None)]
    members = select(func.count(Enrollment.id)).where(Enrollment.section_id == Section.id).scalar_subquery()
    rows = (
        select(Section, Course.title, School.name, members)
        .join(Course, Course.id == Section.course_id)
        .join(School, School.id == Section.school_id)
        .where(*where)
        .order_by(Section.name, Section.id)
        .offset(offset)
        .limit(PER_PAGE)
    )
    total = session.scalar(select(func.count(Section.id)).where(*where)) or 0
    return [_row(*row) for row in session.execute(rows)], total


def _row(section: Section, course: str, school: str, members: int) -> SectionRow:
    return SectionRow(
        section.id, section.name, course, school, section.school_year, section.frozen,
        section.connection_id is not None, members,
    )  # fmt: skip


def roster(session: Session, section_id: int) -> list[Place]:
    """Who is in a section: course admins first, the primary one before all (C-70), then members by name."""
    rows = session.execute(
        select(Enrollment, Account)
        .join(Account, Account.id == Enrollment.account_id)
        .where(Enrollment.section_id == section_id)
        .order_by(Enrollment.role, Enrollment.is_primary.desc(), Account.family_key, Account.given_key, Account.id)
    )
    return [
        Place(
            one.id, who.id, f"{who.given_name} {who.family_name}", who.username, one.role, one.is_primary,
            one.origin == MANUAL,
        )
        for one, who in rows
    ]  # fmt: skip


def grading_periods(session: Session, section_id: int) -> list[str]:
    """Names of a section's grading periods."""
    rows = select(GradingPeriod.name).join(
        SectionGradingPeriod, SectionGradingPeriod.grading_period_id == GradingPeriod.id
    )
    where = SectionGradingPeriod.section_id == section_id
    return list(session.scalars(rows.where(where).order_by(GradingPeriod.start_date)))


def put_in(session: Session, section: Section, username: str, role: str) -> Account:
    """Enroll somebody by hand. Raises BadRoster."""
    account = session.scalar(select(Account).where(Account.username_key == fold(username.strip())))
    if account is None:
        raise BadRoster(f"Nobody here has the username {username.strip()!r}")
    there = select(Enrollment.id).where(Enrollment.section_id == section.id, Enrollment.account_id == account.id)
    if session.scalar(there) is not None:
        raise BadRoster(f"{account.given_name} {account.family_name} is in this section already")
    session.add(Enrollment(section_id=section.id, account_id=account.id, role=role, origin=MANUAL))
    session.flush()
    return account


def take_out(session: Session, section: Section, enrollment_id: int) -> Account:
    """End an enrollment that was made by hand. Raises BadRoster for one that the SIS made."""
    row = session.get(Enrollment, enrollment_id)
    if row is None or row.section_id != section.id:
        raise BadRoster("This enrollment is not there any more")
    if row.origin != MANUAL:
        raise BadRoster("The SIS has enrolled this person: end the enrollment there")
    account = session.get_one(Account, row.account_id)
    session.delete(row)
    session.flush()
    return account


def make_linked(session: Session, section: Section) -> Section:
    """An unsynced section beside a synced one, with its course admins and with the students who were added by hand; the
    next sync takes these out of the synced one (C-69). Raises BadRoster for a section that is no synced one.
    """
    if section.connection_id is None:
        raise BadRoster("This section is not synced: put people into it as it is")
    linked = Section(
        course_id=section.course_id, school_id=section.school_id, name=f"{section.name} (not synced)"[:600],
        school_year=section.school_year, linked_to_id=section.linked_to_id or section.id,
    )  # fmt: skip
    session.add(linked)
    session.flush()
    periods = select(SectionGradingPeriod.grading_period_id).where(SectionGradingPeriod.section_id == section.id)
    session.add_all(
        SectionGradingPeriod(section_id=linked.id, grading_period_id=period) for period in session.scalars(periods)
    )
    taken = (Enrollment.role == ADMIN) | (Enrollment.origin == MANUAL)
    rows: Any = session.scalars(select(Enrollment).where(Enrollment.section_id == section.id, taken)).all()
    session.add_all(
        Enrollment(
            section_id=linked.id, account_id=row.account_id, role=row.role, is_primary=row.is_primary, origin=MANUAL
        )
        for row in rows
    )
    session.flush()
    return linked
