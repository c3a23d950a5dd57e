"""Switches a connection from 1.1 to 1.2, for good (C-99, C-101).

1. read 1.2 whole, and match it anew with the accounts here: what was confirmed must still hold (C-104);
2. schools, terms, courses and sections keep their links (C-102);
3. every account that has a record gets its 1.2 id for the ids it had; those that have none go on the Leavers list;
4. roles that would be raised are held (C-107); guardians keep the district building as a further one (C-106);
5. what was staged and skipped in 1.1 is put aside, so that the first run plans everything;
6. version and credentials change. All of it in one transaction, which the caller commits.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.mapping.choices import Group
from consumer.mapping.users import MappedUser, leading, map_user
from consumer.platform.audit import audit
from consumer.platform.models import (
    ROLES,
    Account,
    AccountSchool,
    AccountSisId,
    FormerSisId,
    RoleHold,
    School,
    VersionUpgrade,
)
from consumer.sync.choices import Places, load_choices
from consumer.sync.former import keep_former
from consumer.sync.queue import discard
from consumer.sync.staged import last_pull
from consumer.sync.staging import StagedRecord
from consumer.sync.tables import Mark, SkippedRecord, StagedEnrollment, Status, SyncRun
from consumer.upgrade.gates import good_report, still_holds
from consumer.upgrade.matching import Matches, match
from consumer.upgrade.people import Roster, load_mapping, load_roster
from consumer.upgrade.places import move_places
from consumer.upgrade.prepare import target_of, upgrade_of
from consumer.upgrade.reading import Offer
from shared.database import chunks


@dataclass(frozen=True, slots=True)
class RoleChange:
    """An account whose role 1.2 sees differently. `held`: it would be raised, and stays (C-107)."""

    account_id: int
    name: str
    here: str
    offered: str
    held: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a switch did.

    kept        accounts that go on under their 1.2 id
    merged      of these, accounts that had several 1.1 records
    left        accounts without a 1.2 record, now on the Leavers list
    new         people in the SIS who get an account with the first sync
    moved       guardians who leave the district building for a school (C-106)
    lost        schools, terms, courses, sections without a successor, in plain sentences
    """

    kept: int
    merged: int
    left: int
    new: int
    moved: int
    roles: tuple[RoleChange, ...]
    lost: tuple[str, ...]


def outcome_of(session: Session, connection: Connection) -> Outcome | None:
    """What the switch of a connection did; None before it."""
    row = session.get(VersionUpgrade, connection.id)
    if row is None or row.outcome is None:
        return None
    said = orjson.loads(row.outcome)
    said["roles"] = tuple(RoleChange(**change) for change in said["roles"])
    return Outcome(**{**said, "lost": tuple(said["lost"])})


def switch(
    session: Session, connection: Connection, offer: Offer, now: datetime, today: date, by: Account | None = None
) -> Outcome:
    """Upgrade `connection`. Raises NotYet, and has then changed nothing."""
    session.refresh(connection, with_for_update=True)  # no run of it can be queued meanwhile
    report = good_report(session, connection)
    target = target_of(session, connection)
    roster = load_roster(session, connection)
    matches = match(roster.people.values(), offer.users.values(), load_mapping(session, connection.id))
    left = roster.synced - matches.matched()
    still_holds(report, matches, len(set(roster.shown) - matches.matched()))
    lost = move_places(session, connection, offer)
    _move_people(session, connection.id, roster, matches, left, now)
    mapped = _mapped(session, connection, offer, matches, today)
    outcome = Outcome(
        kept=len(matches.matched()),
        merged=sum(len(roster.people[a].sis_ids) > 1 for a in matches.matched() if a in roster.people),
        left=len(left),
        new=len(matches.new),
        moved=_keep_district(session, mapped),
        roles=tuple(_hold_roles(session, connection.id, mapped)),
        lost=tuple(lost),
    )
    _put_aside(session, connection.id, now)
    before = {"version": connection.version, "client_id": connection.client_id, "base_url": connection.base_url}
    for column, value in target.items():
        setattr(connection, column, value)
    row = upgrade_of(session, connection)
    row.switched_at, row.switched_by = now, by.username if by else ""
    row.outcome = orjson.dumps(asdict(outcome)).decode()
    audit(session, now, by, "upgrade connection", connection.name, before, {name: str(target[name]) for name in before})
    session.flush()
    return outcome


def _move_people(
    session: Session, connection_id: int, roster: Roster, matches: Matches, left: Iterable[int], now: datetime
) -> None:
    """Step 3."""
    own: dict[int, set[str]] = defaultdict(set)
    for sis_id, account_id in matches.accounts.items():
        own[account_id].add(sis_id)
    stored = select(AccountSisId.id, AccountSisId.account_id, AccountSisId.sis_id)
    ended, kept = [], set()
    for row_id, account_id, sis_id in session.execute(stored.where(AccountSisId.connection_id == connection_id)):
        if sis_id in own.get(account_id, ()):
            kept.add(sis_id)
        else:
            ended.append((row_id, account_id, sis_id))
    for chunk in chunks(row_id for row_id, _, _ in ended):
        session.execute(delete(AccountSisId).where(AccountSisId.id.in_(chunk)))
    _insert(session, FormerSisId, [
        {"connection_id": connection_id, "account_id": a, "sis_id": s, "ended_at": now} for _, a, s in ended
    ])  # fmt: skip
    _insert(session, AccountSisId, [
        {"connection_id": connection_id, "account_id": a, "sis_id": s}
        for s, a in matches.accounts.items() if s not in kept
    ])  # fmt: skip
    for chunk in chunks(sorted(left)):
        gone = update(Account).where(Account.id.in_(chunk)).values(left_sis=True)
        session.execute(gone.execution_options(synchronize_session=False))


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(model.__table__), rows)


class _Mapped(NamedTuple):
    """An account with what the choices make of its 1.2 records."""

    account_id: int
    name: str
    role: str
    school_id: int | None
    wanted: MappedUser


def _mapped(session: Session, connection: Connection, offer: Offer, matches: Matches, today: date) -> list[_Mapped]:
    """Accounts whose 1.2 records are synced, as the choices are now."""
    choices = load_choices(session, connection, Places(offer.orgs, offer.sessions), today)
    wanted: dict[int, list[MappedUser]] = defaultdict(list)
    for sis_id, account_id in matches.accounts.items():
        mapped = map_user(offer.users[sis_id], choices)
        if isinstance(mapped, MappedUser):
            wanted[account_id].append(mapped)
    found = []
    for chunk in chunks(sorted(wanted)):
        rows = select(Account.id, Account.given_name, Account.family_name, Account.role, Account.school_id)
        for account_id, given, family, role, school_id in session.execute(rows.where(Account.id.in_(chunk))):
            first = leading(wanted[account_id])
            found.append(_Mapped(account_id, f"{given} {family}".strip(), role, school_id, first))
    return found


def _hold_roles(session: Session, connection_id: int, mapped: list[_Mapped]) -> Iterable[RoleChange]:
    """Step 4, roles: those that 1.2 would raise are held, the others are listed (C-107)."""
    changes = [
        RoleChange(m.account_id, m.name, m.role, m.wanted.role, ROLES.index(m.wanted.role) < ROLES.index(m.role))
        for m in mapped
        if m.role != m.wanted.role
    ]
    _insert(session, RoleHold, [
        {"connection_id": connection_id, "account_id": c.account_id, "kept": c.here, "offered": c.offered}
        for c in changes if c.held
    ])  # fmt: skip
    return changes


def _keep_district(session: Session, mapped: list[_Mapped]) -> int:
    """Step 4, guardians: the first sync moves them to a school; the district building stays theirs (C-106)."""
    districts = set(session.scalars(select(School.id).where(School.kind == "district")))
    moving = [
        m
        for m in mapped
        if m.wanted.group is Group.GUARDIAN and m.school_id in districts and m.school_id not in m.wanted.schools
    ]
    for chunk in chunks(moving):
        has = select(AccountSchool.account_id, AccountSchool.school_id)
        present = set(session.execute(has.where(AccountSchool.account_id.in_([m.account_id for m in chunk]))).all())
        rows = [(m.account_id, m.school_id) for m in chunk if (m.account_id, m.school_id) not in present]
        _insert(session, AccountSchool, [{"account_id": a, "school_id": s} for a, s in rows])
    return len(moving)


def _put_aside(session: Session, connection_id: int, now: datetime) -> None:
    """Step 5. What people's records said last goes into the history; no 1.1 record may be read as one of 1.2, and no
    removal that a plan of 1.1 holds may be approved any more.
    """
    waiting = select(SyncRun).where(SyncRun.connection_id == connection_id, SyncRun.status == Status.WAITING)
    for run in session.scalars(waiting).all():
        discard(session, run, now)
    users = select(StagedRecord.sourced_id).where(
        StagedRecord.connection_id == connection_id, StagedRecord.collection == "users"
    )
    keep_former(
        session, connection_id, "users", session.scalars(users).all(), last_pull(session, connection_id, "users")
    )
    for model in (StagedRecord, StagedEnrollment, SkippedRecord, Mark):
        gone = delete(model).where(model.connection_id == connection_id)
        session.execute(gone.execution_options(synchronize_session=False))
