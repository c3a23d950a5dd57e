"""The active year of a connection: which may be chosen, choosing one, and what that would bring (C-19 … C-23)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_class
from consumer.connections import Connection
from consumer.mapping.choices import Choices
from consumer.mapping.outcome import Gone, Skipped
from consumer.mapping.sections import map_section
from consumer.mapping.suggest import terms_to_map
from consumer.mapping.years import years_by_session
from consumer.platform.models import Enrollment, GradingPeriod, Section
from consumer.sync.choices import Places, load_choices, load_places
from consumer.sync.staged import chunks, read_all
from consumer.sync.tables import StagedEnrollment, TermMapping
from shared.oneroster.versions import Version


class BadYear(ValueError):
    """A year that cannot be chosen; the message says which can."""


@dataclass(frozen=True, slots=True)
class Year:
    """A school year by the year in which it ends: whether the SIS offers it now, whether sections of it are here."""

    year: int
    offered: bool
    used: bool
    active: bool

    @property
    def name(self) -> str:
        return f"{self.year - 1}–{self.year}"


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term of the SIS, and the grading period that it is mapped to, None for none."""

    sis_id: str
    title: str
    start: date | None
    end: date | None
    period: str | None


@dataclass(frozen=True, slots=True)
class YearPreview:
    """What the next sync of all data would do with `year` active, by what was read last.

    created, updated    sections that would be new here, and those that are here already, which follow the SIS
    skipped             sections that the SIS has and that nothing is mapped for: by code of C-114
    enrollments         active enrollments that the SIS has in the sections created and updated
    left_sections, left_enrollments   of other years: they stay here and are updated no more (C-21)
    """

    year: int
    offered: bool
    terms: tuple[TermLine, ...]
    created: int
    updated: int
    skipped: dict[str, int]
    enrollments: int
    left_sections: int
    left_enrollments: int


def years_offered(session: Session, connection: Connection) -> list[Year]:
    """The years that may be chosen, latest first: those in the SIS's sessions, and those used here already (C-22)."""
    offered = set(years_by_session(load_places(session, connection).sessions.values()).values())
    rows = select(Section.school_year).where(Section.connection_id == connection.id).distinct()
    used = {year for year in session.scalars(rows) if year is not None}
    active = connection.active_year
    years = offered | used | ({active} if active else set())
    return [Year(year, year in offered, year in used, year == active) for year in sorted(years, reverse=True)]


def choose_year(session: Session, connection: Connection, year: int) -> bool:
    """Make `year` the active one, at any time and also back (C-20); whether it was another before. The next sync works
    on it. Raises BadYear.
    """
    years = years_offered(session, connection)
    if year not in {each.year for each in years}:
        if not years:
            raise BadYear("No year is known yet: read the schools and terms of the SIS first")
        raise BadYear(f"The SIS offers no year {year}; there is {', '.join(str(each.year) for each in years)}")
    changed = connection.active_year != year
    connection.active_year = year
    session.flush()
    return changed


def preview_year(session: Session, connection: Connection, year: int, today: date) -> YearPreview:
    """What choosing `year` would bring, before it is chosen. Reads what is staged; asks the SIS nothing."""
    places = load_places(session, connection)
    choices = load_choices(session, connection, places, today, year)
    known = set(session.scalars(select(Section.sis_id).where(Section.connection_id == connection.id)))
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    taken = []
    for sis_id, code in _classes(session, connection, choices):
        if code is not None:
            skipped[code] += 1
            continue
        counts["updated" if sis_id in known else "created"] += 1
        taken.append(sis_id)
    left_sections, left_enrollments = _left(session, connection, year)
    return YearPreview(
        year, year in choices.years.values(), _terms(session, connection, places, year), counts["created"],
        counts["updated"], dict(skipped), _enrollments(session, connection, taken), left_sections, left_enrollments,
    )  # fmt: skip


def _classes(session: Session, connection: Connection, choices: Choices) -> Iterator[tuple[str, str | None]]:
    """The classes of the choices' year: sourcedId, and why it would be skipped, or None."""
    version = Version(connection.version)
    for staged in read_all(session, connection.id, "classes"):
        try:
            outcome = map_section(read_class(staged.raw, version), choices) if staged.present else None
        except BadRecord:
            continue
        if outcome is not None and not isinstance(outcome, Gone):
            yield staged.sis_id, outcome.code.name if isinstance(outcome, Skipped) else None


def _terms(session: Session, connection: Connection, places: Places, year: int) -> tuple[TermLine, ...]:
    rows = (
        select(TermMapping.sis_id, GradingPeriod.name)
        .join(GradingPeriod, GradingPeriod.id == TermMapping.grading_period_id)
        .where(TermMapping.connection_id == connection.id)
    )
    mapped: dict[str, str] = dict(session.execute(rows).all())
    terms = sorted(terms_to_map(places.sessions.values(), year), key=lambda term: (str(term.start), term.sourced_id))
    return tuple(TermLine(t.sourced_id, t.title, t.start, t.end, mapped.get(t.sourced_id)) for t in terms)


def _enrollments(session: Session, connection: Connection, class_ids: list[str]) -> int:
    found = 0
    for chunk in chunks(class_ids):
        rows = select(func.count()).where(
            StagedEnrollment.connection_id == connection.id,
            StagedEnrollment.class_id.in_(chunk),
            StagedEnrollment.active,
        )
        found += session.scalar(rows) or 0
    return found


def _left(session: Session, connection: Connection, year: int) -> tuple[int, int]:
    """(sections, enrollments) here that come from this connection and are of other years."""
    others = (Section.connection_id == connection.id, Section.school_year != year)
    sections = session.scalar(select(func.count(Section.id)).where(*others)) or 0
    rows = select(func.count(Enrollment.id)).join(Section, Section.id == Enrollment.section_id).where(*others)
    return sections, session.scalar(rows) or 0
