"""One person as their page shows them: the account, its schools, SIS ids, relatives and enrollments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.models import (
    Account,
    AccountPassword,
    AccountSchool,
    AccountSisId,
    FormerSisId,
    ParentLink,
    School,
)  # fmt: skip
from consumer.sync.standing import account_now
from consumer.sync.timeline import EnrollmentNow
from consumer.sync.wording import account_name


@dataclass(frozen=True, slots=True)
class SisId:
    """A SIS record that the account stands for; `former`: before its connection was upgraded."""

    connection_id: int
    connection: str
    sis_id: str
    former: bool


@dataclass(frozen=True, slots=True)
class Relative:
    """A parent or child, and whether the sync or people made the link (C-51)."""

    id: int
    name: str
    how: str
    origin: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a person's page shows.

    school     the one that the sync or an import gives; `further`: (id, name) of those added by hand (C-47)
    offered    (id, name) of schools that can be added
    password   "generated", "own" or "" for none
    """

    account: Account
    name: str
    school: str
    further: Sequence[tuple[int, str]]
    offered: Sequence[tuple[int, str]]
    sis_ids: Sequence[SisId]
    relatives: Sequence[Relative]
    enrollments: Sequence[EnrollmentNow]
    password: str


def load_card(session: Session, account: Account) -> Card:
    """Everything of a person, as it is stored."""
    schools = dict(session.execute(select(School.id, School.name).order_by(School.name, School.id)).all())
    added = set(_further(session, account))
    further = [(number, name) for number, name in schools.items() if number in added]
    offered = [(number, name) for number, name in schools.items() if number not in added | {account.school_id}]
    now = account_now(session, account)
    return Card(
        account, account_name(account.given_name, account.family_name), now.school, further, offered,
        tuple(_sis_ids(session, account)), tuple(_relatives(session, account)), now.enrollments,
        _password(session.get(AccountPassword, account.id)),
    )  # fmt: skip


def stored_person(session: Session, account: Account) -> dict[str, Any]:
    """What people can change of a person, for the stamp of their page."""
    password = session.get(AccountPassword, account.id)
    return {
        "active": account.active,
        "system_administrator": account.system_administrator,
        "school": account.school_id,
        "further": sorted(_further(session, account)),
        "password": [_password(password), password.series if password else None],
    }


def _password(row: AccountPassword | None) -> str:
    return "" if row is None else "generated" if row.sealed else "own"


def _further(session: Session, account: Account) -> Sequence[int]:
    return session.scalars(select(AccountSchool.school_id).where(AccountSchool.account_id == account.id)).all()


def _sis_ids(session: Session, account: Account) -> Iterator[SisId]:
    for table, former in ((AccountSisId, False), (FormerSisId, True)):
        rows = (
            select(Connection.id, Connection.name, table.sis_id)
            .join(Connection, Connection.id == table.connection_id)
            .where(table.account_id == account.id)
            .order_by(Connection.name, table.sis_id)
        )
        for connection_id, name, sis_id in session.execute(rows):
            yield SisId(connection_id, name, sis_id, former)


def _relatives(session: Session, account: Account) -> Iterator[Relative]:
    sides = (
        (ParentLink.parent_id, ParentLink.child_id, "Parent"),
        (ParentLink.child_id, ParentLink.parent_id, "Child"),
    )
    for other, own, how in sides:
        rows = (
            select(Account.id, Account.given_name, Account.family_name, ParentLink.origin)
            .join(ParentLink, other == Account.id)
            .where(own == account.id)
            .order_by(Account.family_key, Account.given_key, Account.id)
        )
        for number, given, family, origin in session.execute(rows):
            yield Relative(number, account_name(given, family), how, origin)
