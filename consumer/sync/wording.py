"""Plan rows in words: what people call them, and each value that changes, before and after (C-87, C-112)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.platform.models import Account, AccountSisId, Course, GradingPeriod, School
from consumer.sync.tables import Entity, PlanChange, SyncRun
from shared.database import chunks

#: What a value is called; one that is not here is called what its column is, without underscores.
_LABELS = {
    "given_name": "first name", "family_name": "last name", "school_id": "school", "left_sis": "left the SIS",
    "sis_ids": "SIS records", "sis_id": "SIS record", "is_primary": "primary", "origin": "made by",
    "code": "course code", "parent_id": "parent", "child_id": "child",
}  # fmt: skip
#: Values that say which row it is: its name says so already.
_IDENTITY = {Entity.ENROLLMENT: ("section", "user"), Entity.LINK: ("parent", "child", "parent_id", "child_id")}
_ORIGINS = {"sync": "the sync", "manual": "hand"}
#: Of a person without a SIS record of this connection: "account 17" (`consumer.sync.plan`).
_ACCOUNT = "account "


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that changes. None: there is none."""

    name: str
    before: str | None
    after: str | None


def account_name(given_name: str, family_name: str) -> str:
    """What people call the owner of an account."""
    return f"{given_name} {family_name}".strip()


@dataclass
class Wording:
    """Names of what a page of plan rows mentions. People and courses are by (connection, sourcedId)."""

    connections: Mapping[int, int]
    schools: Mapping[int, str]
    periods: Mapping[int, str]
    people: Mapping[tuple[int, str], str] = field(default_factory=dict)
    courses: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def name(self, row: PlanChange) -> str:
        """What people call the row: a person, a section, "person in section", "parent of child"."""
        if row.entity == Entity.LINK:
            parent, _, child = row.key.partition("|")
            return f"{self._person(row, parent)} of {self._person(row, child)}"
        if row.person is not None:
            return f"{self._person(row, row.person)} in {row.name or 'a section'}"
        return row.name

    def changes(self, row: PlanChange) -> tuple[FieldChange, ...]:
        """Each value that the row changes, in the row's order."""
        before, after = _decoded(row.before), _decoded(row.after)
        hidden = _IDENTITY.get(Entity(row.entity), ())
        shown = [n for n in {**before, **after} if n not in hidden and before.get(n) != after.get(n)]
        return tuple(
            FieldChange(
                _LABELS.get(name, name.replace("_", " ")),
                self._text(row, name, before.get(name)),
                self._text(row, name, after.get(name)),
            )
            for name in shown
        )

    def _person(self, row: PlanChange, sis_id: str) -> str:
        return self.people.get((self.connections.get(row.run_id, 0), sis_id), sis_id)

    def _text(self, row: PlanChange, name: str, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if name == "school_id":
            return self.schools.get(value, f"school {value}")
        if name == "grading_periods":
            return ", ".join(self.periods.get(period, f"grading period {period}") for period in value)
        if name == "course":
            return self.courses.get((self.connections.get(row.run_id, 0), value), value)
        if name == "origin":
            return _ORIGINS.get(value, str(value))
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def wording_of(session: Session, rows: Sequence[PlanChange]) -> Wording:
    """The names that these rows need, in a handful of questions."""
    run_ids = {row.run_id for row in rows}
    connections = dict(session.execute(select(SyncRun.id, SyncRun.connection_id).where(SyncRun.id.in_(run_ids))).all())
    people: dict[int, set[str]] = defaultdict(set)
    courses: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        connection_id = connections.get(row.run_id, 0)
        if row.entity == Entity.LINK:
            people[connection_id].update(row.key.split("|", 1))
        elif row.person is not None:
            people[connection_id].add(row.person)
        if row.entity == Entity.SECTION:
            said = (_decoded(row.before).get("course"), _decoded(row.after).get("course"))
            courses[connection_id].update(filter(None, said))
    return Wording(
        connections,
        dict(session.execute(select(School.id, School.name)).all()),
        dict(session.execute(select(GradingPeriod.id, GradingPeriod.name)).all()),
        {(c, sis_id): name for c, ids in people.items() for sis_id, name in person_names(session, c, ids).items()},
        {(c, sis_id): name for c, ids in courses.items() for sis_id, name in _course_names(session, c, ids).items()},
    )


def person_names(session: Session, connection_id: int, sis_ids: Iterable[str]) -> dict[str, str]:
    """Names of people by sourcedId or "account N": of their account, else what a plan called them."""
    wanted = set(sis_ids)
    found: dict[str, str] = {}
    numbers = {int(one.removeprefix(_ACCOUNT)) for one in wanted if _is_account(one)}
    for some in chunks(sorted(numbers)):
        named = select(Account.id, Account.given_name, Account.family_name).where(Account.id.in_(some))
        found.update({f"{_ACCOUNT}{key}": account_name(*name) for key, *name in session.execute(named)})
    for chunk in chunks(sorted(wanted)):
        rows = (
            select(AccountSisId.sis_id, Account.given_name, Account.family_name)
            .join(Account, Account.id == AccountSisId.account_id)
            .where(AccountSisId.connection_id == connection_id, AccountSisId.sis_id.in_(chunk))
        )
        found.update({sis_id: account_name(*name) for sis_id, *name in session.execute(rows)})
    for chunk in chunks(sorted(wanted - set(found))):
        planned = select(PlanChange.key, PlanChange.name).where(
            PlanChange.key.in_(chunk), PlanChange.entity == Entity.USER, PlanChange.name != ""
        )
        found.update(dict(session.execute(planned.order_by(PlanChange.id)).all()))
    return found


def _is_account(person: str) -> bool:
    number = person.removeprefix(_ACCOUNT)
    return person.startswith(_ACCOUNT) and number.isdecimal() and number.isascii() and len(number) < 10


def _course_names(session: Session, connection_id: int, sis_ids: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in chunks(sorted(sis_ids)):
        rows = select(Course.sis_id, Course.title).where(
            Course.connection_id == connection_id, Course.sis_id.in_(chunk)
        )
        found.update({sis_id: title for sis_id, title in session.execute(rows) if sis_id})
    return found


def _decoded(text: str | None) -> dict[str, Any]:
    values: dict[str, Any] = orjson.loads(text) if text else {}
    return values
