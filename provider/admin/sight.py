"""Which sections somebody may see: an administrator every one, a teacher those that they staff today."""

from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from provider.access.user_tables import ADMINISTRATOR, SisUser
from provider.gradebook.facts import time_zone
from provider.sis.models import Section, SectionStaff


class Sight(NamedTuple):
    """Who looks, and on which day in the district. `person_id`: who a teacher is in the SIS; None: nobody."""

    everything: bool
    person_id: int | None
    today: date
    zone: ZoneInfo

    def of_sections(self) -> ColumnElement[bool]:
        """The condition that a section may be seen."""
        return true() if self.everything else Section.id.in_(self._staffed())

    def sees(self, session: Session, section_id: int) -> bool:
        """Whether there is this section, and it may be seen."""
        return session.scalar(select(Section.id).where(Section.id == section_id, self.of_sections())) is not None

    def _staffed(self) -> Select[Any]:
        return select(SectionStaff.section_id).where(
            SectionStaff.person_id == self.person_id, *in_force(SectionStaff, self.today)
        )


def in_force(model: Any, day: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a row with dates (of Section Staff History, of a roster …) holds on a day."""
    return (
        or_(model.start_date.is_(None), model.start_date <= day),
        or_(model.end_date.is_(None), model.end_date >= day),
    )


def sight_of(session: Session, user_id: int, now: datetime) -> Sight:
    """What a user sees now."""
    user = session.get_one(SisUser, user_id)
    zone = time_zone(session.connection())
    return Sight(user.role == ADMINISTRATOR, user.person_id, now.astimezone(zone).date(), zone)
