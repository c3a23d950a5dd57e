"""Reads from the database what values and checks need to know: of a section once, of its items and scores from that.

What the SIS said about the class, its sessions and its roster comes from the staged records of the last sync.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_class, read_session
from consumer.client.shapes import ClassRecord, SessionRecord
from consumer.connections import Connection
from consumer.passback.checks import OpenFacts
from consumer.passback.tables import CategoryMapping, SisCategory
from consumer.passback.values import ItemFacts, Place, ScoreFacts, Term
from consumer.platform.models import AccountSisId, Enrollment, GradeCategory, GradeItem, School, Score, Section
from consumer.platform.sections import MEMBER
from consumer.platform.settings import OrganisationSettings
from consumer.sync.staged import read_all, read_these
from consumer.sync.tables import SchoolMapping, StagedEnrollment
from shared.database import chunks
from shared.oneroster.versions import Version

_PERIOD = "gradingPeriod"


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What is the same for all items of a synced section.

    terms       the sessions of its class that have both dates; periods: the grading periods among and below them
    students    account id -> sourcedId of the student as this section has them from the SIS (C-49, C-136)
    categories  category id -> (its name, sourcedId of the SIS category or None) of the whole book
    offered     sourcedIds of the categories that the SIS offered when it was last asked; None: it was not asked
    """

    section_id: int
    name: str
    place: Place
    open: OpenFacts
    terms: tuple[Term, ...]
    periods: tuple[Term, ...]
    students: Mapping[int, str]
    categories: Mapping[int, tuple[str, str | None]]
    offered: frozenset[str] | None
    settings: OrganisationSettings

    @property
    def version(self) -> Version:
        return self.place.version


def facts_of(session: Session, section_id: int, settings: OrganisationSettings) -> SectionFacts:
    """The facts of a synced section. Raises ValueError for one that is not synced (C-130)."""
    section = session.get_one(Section, section_id)
    if section.connection_id is None or section.sis_id is None:
        raise ValueError(f"Section {section_id} is not synced: nothing of it is sent")
    connection = session.get_one(Connection, section.connection_id)
    version = Version(connection.version)
    record = _class(session, connection.id, section.sis_id, version)
    terms, periods = _sessions(session, connection.id, record, version)
    return SectionFacts(
        section.id,
        section.name,
        Place(connection.base_url, version, section.sis_id, (record.school or None) if record else None),
        open_facts(session, section),
        terms,
        periods,
        _students(session, section.id, connection.id),
        _categories(session, section),
        _offered(session, section.id),
        settings,
    )


def item_facts(section: SectionFacts, item: GradeItem, sis_id: str, now: datetime) -> ItemFacts:
    """An item in the section, as line item `sis_id` (C-131)."""
    due_on = None if item.due_at is None else item.due_at.astimezone(ZoneInfo(section.settings.time_zone)).date()
    name, category = section.categories.get(item.category_id or 0, (None, None))
    return ItemFacts(
        sis_id=sis_id, place=section.place, title=item.title, description=item.description, points=item.points,
        published=item.published, assigned_at=item.created_at, due_at=item.due_at, due_on=due_on, sent_at=now,
        category_name=name, category=category,
        category_offered=section.offered is None or category in section.offered, terms=section.terms,
        session=_around(section.terms, due_on), grading_period=_around(section.periods, due_on),
        title_limit=section.settings.grade_title_limit, students=len(section.students),
    )  # fmt: skip


def score_facts(section: SectionFacts, line_item: str, score: Score, sis_id: str) -> ScoreFacts | None:
    """A score as result `sis_id` of a line item; None where its student is not in the section (C-130, C-136)."""
    student = section.students.get(score.account_id)
    if student is None:
        return None
    return ScoreFacts(
        sis_id, section.place, line_item, student, score.points, score.exempt, score.missing, score.late,
        score.comment, score.changed_at,
    )  # fmt: skip


def open_facts(session: Session, section: Section) -> OpenFacts:
    """What decides whether grades of a section can go anywhere (C-120, C-139)."""
    connection = session.get(Connection, section.connection_id) if section.connection_id else None
    mapped = select(SchoolMapping.sis_id).where(
        SchoolMapping.connection_id == section.connection_id, SchoolMapping.school_id == section.school_id
    )
    return OpenFacts(
        synced=connection is not None and section.sis_id is not None,
        frozen=section.frozen,
        school=session.scalar(select(School.name).where(School.id == section.school_id)) or "",
        school_mapped=session.scalar(mapped.limit(1)) is not None,
        school_year=section.school_year,
        active_year=connection.active_year if connection else None,
    )


def _class(session: Session, connection_id: int, class_id: str, version: Version) -> ClassRecord | None:
    """What the SIS said of a class; None where that is not here, or cannot be read."""
    for staged in read_these(session, connection_id, "classes", [class_id]):
        try:
            return read_class(staged.raw, version)
        except BadRecord:
            return None
    return None


def _sessions(
    session: Session, connection_id: int, record: ClassRecord | None, version: Version
) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """(the sessions of a class, the grading periods among and below them), each with both dates, in order of time."""
    if record is None:
        return (), ()
    own = set(record.terms)
    terms, periods = [], []
    for staged in read_all(session, connection_id, "academicSessions"):
        try:
            one = read_session(staged.raw, version) if staged.present else None
        except BadRecord:
            continue
        term = _term(one) if one is not None and one.active else None
        if one is None or term is None:
            continue
        if one.sourced_id in own:
            terms.append(term)
        if one.type == _PERIOD and (one.sourced_id in own or one.parent in own):
            periods.append(term)
    return _in_order(terms), _in_order(periods)


def _term(record: SessionRecord) -> Term | None:
    if record.start is None or record.end is None:
        return None
    return Term(record.sourced_id, record.title, record.start, record.end)


def _in_order(terms: list[Term]) -> tuple[Term, ...]:
    return tuple(sorted(terms, key=lambda term: (term.start, term.end, term.sis_id)))


def _around(terms: tuple[Term, ...], day: date | None) -> str | None:
    """The shortest session that a day is in; where it is in none, one that ends on it."""
    if day is None:
        return None
    inside = [term for term in terms if term.holds(day)] or [term for term in terms if term.may_hold(day)]
    return min(inside, key=lambda term: (term.end - term.start, term.sis_id)).sis_id if inside else None


def _students(session: Session, section_id: int, connection_id: int) -> dict[int, str]:
    """The students whom the SIS has enrolled in a section, by account: a person may have several SIS ids (C-49), and
    the one of the enrollment counts. Where that says nothing, the only one that the person has does.
    """
    rows = session.execute(
        select(Enrollment.account_id, StagedEnrollment.user_id)
        .outerjoin(
            StagedEnrollment,
            and_(StagedEnrollment.connection_id == connection_id, StagedEnrollment.sis_id == Enrollment.sis_id),
        )
        .where(Enrollment.section_id == section_id, Enrollment.role == MEMBER, Enrollment.sis_id.is_not(None))
        .order_by(Enrollment.account_id)
    ).all()
    found = {account_id: user_id for account_id, user_id in rows if user_id}
    return found | _only_ids(session, connection_id, [account_id for account_id, user_id in rows if not user_id])


def _only_ids(session: Session, connection_id: int, account_ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(account_ids):
        rows = (
            select(AccountSisId.account_id, func.min(AccountSisId.sis_id))
            .where(AccountSisId.connection_id == connection_id, AccountSisId.account_id.in_(chunk))
            .group_by(AccountSisId.account_id)
            .having(func.count() == 1)
        )
        found.update(dict(session.execute(rows).all()))
    return found


def _categories(session: Session, section: Section) -> dict[int, tuple[str, str | None]]:
    """The categories of the section's book, each with where it goes in this section (C-125, C-129)."""
    head = section.linked_to_id or section.id
    rows = session.execute(
        select(GradeCategory.id, GradeCategory.name, CategoryMapping.sis_id)
        .outerjoin(
            CategoryMapping,
            and_(CategoryMapping.category_id == GradeCategory.id, CategoryMapping.section_id == section.id),
        )
        .where(GradeCategory.section_id == head)
    )
    return {category_id: (name, sis_id) for category_id, name, sis_id in rows}


def _offered(session: Session, section_id: int) -> frozenset[str] | None:
    found = frozenset(session.scalars(select(SisCategory.sis_id).where(SisCategory.section_id == section_id)))
    return found or None
