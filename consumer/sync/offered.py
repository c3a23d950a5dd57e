"""How much the SIS offers, by what was read last: what each choice of the mapping tabs brings in.

Counting reads every staged record once, and is remembered until something new was read.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_class, read_course, read_user
from consumer.connections import Connection
from consumer.mapping.choices import Group
from consumer.mapping.users import GROUPS
from consumer.sync.staged import last_pull, read_all
from shared.oneroster.versions import Version

Record = TypeVar("Record")

_COUNTED = ("users", "courses", "classes")
#: connection -> the last pulls that were counted, and what was found.
_remembered: dict[int, tuple[tuple[int, ...], "Offered"]] = {}


@dataclass(frozen=True, slots=True)
class Offered:
    """Numbers of active records by sourcedId of their org or term; a person counts once for each org and role group.

    read   whether users and classes were ever read: before, nothing can be counted
    """

    read: bool
    people: Mapping[tuple[str, Group], int] = field(default_factory=dict)
    courses: Mapping[str, int] = field(default_factory=dict)
    sections_of_school: Mapping[str, int] = field(default_factory=dict)
    sections_of_term: Mapping[str, int] = field(default_factory=dict)
    schools_of_term: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def people_of(self, org: str) -> int:
        """People with any role that can be synced."""
        return sum(self.people.get((org, group), 0) for group in Group)


def count_offered(session: Session, connection: Connection) -> Offered:
    """What the SIS offered when it was read last."""
    pulls = tuple(last_pull(session, connection.id, collection) for collection in _COUNTED)
    known = _remembered.get(connection.id)
    if known is not None and known[0] == pulls:
        return known[1]
    found = _count(session, connection) if any(pulls) else Offered(False)
    _remembered[connection.id] = pulls, found
    return found


def _count(session: Session, connection: Connection) -> Offered:
    version = Version(connection.version)
    people: Counter[tuple[str, Group]] = Counter()
    for user in _records(session, connection, "users", lambda raw: read_user(raw, version)):
        if user.active:
            people.update({(role.org, GROUPS[role.role]) for role in user.roles if role.role in GROUPS})
    courses: Counter[str] = Counter()
    for course in _records(session, connection, "courses", lambda raw: read_course(raw, version)):
        courses.update([course.org] if course.active and course.org else [])
    schools: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    held: dict[str, set[str]] = defaultdict(set)
    for section in _records(session, connection, "classes", lambda raw: read_class(raw, version)):
        if section.active:
            schools[section.school] += 1
            terms.update(set(section.terms))
            for term in section.terms:
                held[term].add(section.school)
    at = {term: frozenset(found) for term, found in held.items()}
    return Offered(True, people, courses, schools, terms, at)


def _records(
    session: Session, connection: Connection, collection: str, read: Callable[[bytes], Record]
) -> Iterator[Record]:
    for staged in read_all(session, connection.id, collection):
        if staged.present:
            try:
                yield read(staged.raw)
            except BadRecord:
                continue
