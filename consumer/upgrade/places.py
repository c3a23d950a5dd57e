"""Schools, terms, courses and sections keep their links through an upgrade (C-102): by id where ids stay, else by what
they are: number or name of a school, title and dates of a term, code, school and year of a course or section.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from consumer.client.records import (
    BadRecord,
    ClassRecord,
    CourseRecord,
    OrgRecord,
    SessionRecord,
    read_class,
    read_course,
)
from consumer.connections import Connection
from consumer.mapping.choices import Group
from consumer.mapping.years import year_of, years_by_session
from consumer.platform.models import Course, GradingPeriod, School, Section
from consumer.sync.choices import load_places
from consumer.sync.staged import read_all
from consumer.sync.tables import RoleMapping, SchoolMapping, TermMapping
from consumer.upgrade.reading import Offer
from shared.oneroster.versions import Version

#: former sourcedId -> the one that has taken its place
Successors = dict[str, str]


def move_places(session: Session, connection: Connection, offer: Offer) -> list[str]:
    """Give mappings and what was made from SIS records the ids of `offer`; returns what found no successor, in plain
    sentences. Nothing is removed: what has no successor keeps its former id and is not synced any more (C-30, C-67).
    """
    places = load_places(session, connection)
    orgs = _orgs(places.orgs, offer.orgs)
    classes, courses = _staged(session, connection, "classes"), _staged(session, connection, "courses")
    years = (years_by_session(places.sessions.values()), years_by_session(offer.sessions.values()))
    moved_courses = _by_id_or(
        courses, offer.courses, lambda c: _course(c, orgs, years[0]), lambda c: _course(c, {}, years[1])
    )
    moved_classes = _by_id_or(
        classes, offer.classes, lambda c: _class(c, orgs, years[0]), lambda c: _class(c, {}, years[1])
    )
    terms = _sessions(places.sessions, offer.sessions, classes, offer.classes, moved_classes)
    _move_mappings(session, connection.id, orgs, terms, offer)
    for model, successors in (
        (School, orgs),
        (GradingPeriod, terms),
        (Course, moved_courses),
        (Section, moved_classes),
    ):
        _move_rows(session, connection.id, model, successors)
    return _lost(session, connection.id, offer)


def _orgs(former: Mapping[str, OrgRecord], offered: Mapping[str, OrgRecord]) -> Successors:
    keys = (
        lambda org: (org.type, org.identifier) if org.identifier else None,
        lambda org: (org.type, org.name.casefold()),
    )
    found: Successors = {}
    for key in keys:
        found = {**_by_id_or(former, offered, key, key), **found}
    return found


def _sessions(
    former: Mapping[str, SessionRecord],
    offered: Mapping[str, SessionRecord],
    classes: Mapping[str, ClassRecord],
    offered_classes: Mapping[str, ClassRecord],
    moved: Successors,
) -> Successors:
    """By title, dates and year; where several schools have the same term, by the classes that are in it, and what lies
    in that term with it.
    """
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for sis_id, record in classes.items():
        successor = offered_classes.get(moved.get(sis_id, ""))
        for term in record.terms if successor else ():
            for other in successor.terms if successor else ():
                if term in former and other in offered and _session(former[term]) == _session(offered[other]):
                    votes[term][other] += 1
    elected = {term: counter.most_common(1)[0][0] for term, counter in votes.items()}
    found = {**elected, **_by_id_or(former, offered, _session, _session)}
    inside = _by_id_or(
        former,
        offered,
        lambda record: (_session(record), found.get(record.parent or "", record.parent)),
        lambda record: (_session(record), record.parent),
    )
    return {**inside, **found}


def _session(record: SessionRecord) -> Hashable:
    return record.type, record.title.casefold(), record.start, record.end, year_of(record)


def _course(record: CourseRecord, orgs: Successors, years: Mapping[str, int]) -> Hashable:
    code = record.code.casefold() if record.code else None
    return code and (code, orgs.get(record.org or "", record.org), years.get(record.school_year or ""))


def _class(record: ClassRecord, orgs: Successors, years: Mapping[str, int]) -> Hashable:
    code = record.code.casefold() if record.code else None
    return code and (
        code,
        orgs.get(record.school, record.school),
        max((years.get(t, 0) for t in record.terms), default=0),
    )


def _by_id_or(former: Mapping[str, Any], offered: Mapping[str, Any], key: Any, offered_key: Any) -> Successors:
    """By the same id; of the rest, those whose key only one has on either side."""
    same = {sis_id: sis_id for sis_id in former if sis_id in offered}
    old = _unique({s: key(record) for s, record in former.items() if s not in same})
    new = _unique({s: offered_key(record) for s, record in offered.items() if s not in same})
    return {**same, **{old[k]: new[k] for k in old if k in new}}


def _unique(keys: Mapping[str, Hashable]) -> dict[Hashable, str]:
    times = Counter(keys.values())
    return {key: sis_id for sis_id, key in keys.items() if key is not None and times[key] == 1}


def _staged(session: Session, connection: Connection, collection: str) -> dict[str, Any]:
    """What the provider offered in the version before."""
    read: Any = {"classes": read_class, "courses": read_course}[collection]
    found = {}
    for staged in read_all(session, connection.id, collection):
        try:
            found[staged.sis_id] = read(staged.raw, Version(connection.version))
        except BadRecord:
            continue
    return found


def _move_mappings(session: Session, connection_id: int, orgs: Successors, terms: Successors, offer: Offer) -> None:
    """School, role and term mappings. A term that takes the place of several alike ones takes what they agree on."""
    for row in session.scalars(select(SchoolMapping).where(SchoolMapping.connection_id == connection_id)).all():
        row.sis_id = orgs.get(row.sis_id, row.sis_id)
    for role in session.scalars(select(RoleMapping).where(RoleMapping.connection_id == connection_id)).all():
        role.sis_id = orgs.get(role.sis_id, role.sis_id)
    session.flush()
    _map_guardians(session, connection_id, offer)
    former = {
        row.sis_id: row
        for row in session.scalars(select(TermMapping).where(TermMapping.connection_id == connection_id))
    }
    for sis_id, row in former.items():
        successor = terms.get(sis_id, sis_id)
        if successor == sis_id or successor in former:
            continue
        taken = session.get(TermMapping, (connection_id, successor))
        if taken is None:
            row.sis_id = successor
        elif taken.grading_period_id == row.grading_period_id:
            session.delete(row)
        session.flush()


def _map_guardians(session: Session, connection_id: int, offer: Offer) -> None:
    """Guardians belong to school buildings in 1.2, so what was chosen for them at the district holds for its schools,
    where nobody chose anything (C-50, C-106).
    """
    chosen = {
        row.sis_id: row.role
        for row in session.scalars(
            select(RoleMapping).where(
                RoleMapping.connection_id == connection_id, RoleMapping.role_group == Group.GUARDIAN.value
            )
        )
    }
    mapped = session.scalars(select(SchoolMapping.sis_id).where(SchoolMapping.connection_id == connection_id)).all()
    for sis_id in mapped:
        if sis_id in chosen or sis_id not in offer.orgs:
            continue
        role = next((chosen[above] for above in _above(sis_id, offer.orgs) if above in chosen), None)
        if role is not None:
            session.add(
                RoleMapping(connection_id=connection_id, sis_id=sis_id, role_group=Group.GUARDIAN.value, role=role)
            )
    session.flush()


def _above(sis_id: str, orgs: Mapping[str, OrgRecord]) -> Iterable[str]:
    """The orgs above one, from the nearest; every district for one that names no parent."""
    seen = {sis_id}
    parent = orgs[sis_id].parent
    if parent is None:
        yield from (org.sourced_id for org in orgs.values() if org.type == "district")
    while parent is not None and parent not in seen:
        seen.add(parent)
        yield parent
        parent = orgs[parent].parent if parent in orgs else None


def _move_rows(session: Session, connection_id: int, model: Any, successors: Successors) -> None:
    changes = [{"former": old, "successor": new} for old, new in successors.items() if old != new]
    if changes:
        table = model.__table__
        statement = (
            update(table)
            .where(table.c.connection_id == connection_id, table.c.sis_id == bindparam("former"))
            .values(sis_id=bindparam("successor"))
        )
        session.connection().execute(statement, changes)
        session.expire_all()


def _lost(session: Session, connection_id: int, offer: Offer) -> list[str]:
    """Mapped or synced things that 1.2 does not offer."""
    checks: tuple[tuple[str, Any, Mapping[str, Any]], ...] = (
        ("school mapping", SchoolMapping, offer.orgs),
        ("term mapping", TermMapping, offer.sessions),
        ("course", Course, offer.courses),
        ("section", Section, offer.classes),
    )
    lost = []
    for what, model, offered in checks:
        ids = session.scalars(select(model.sis_id).where(model.connection_id == connection_id)).all()
        missing = sorted(sis_id for sis_id in ids if sis_id and sis_id not in offered)
        if missing:
            some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            lost.append(f"{len(missing)} {what}{'s' if len(missing) > 1 else ''} without a successor in 1.2: {some}")
    return lost
