"""The accounts that a connection's records are matched with, from the database."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.client.records import BadRecord, read_user
from consumer.connections import Connection
from consumer.platform.models import Account, AccountSisId, FormerSisId, IdentityMapping, School
from consumer.sync.staged import read_all
from consumer.upgrade.matching import Person
from shared.oneroster.versions import Version


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as a report shows it."""

    account_id: int
    unique_id: str
    username: str
    email: str
    given_name: str
    family_name: str
    role: str
    school: str
    sis_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody here who may be somebody in this SIS: accounts of this connection and those that people made, but not
    those of other connections alone. By account id, by name.
    """

    people: dict[int, Person]
    shown: dict[int, Shown]
    synced: frozenset[int]


_COLUMNS = (
    Account.id, Account.unique_id, Account.username_key, Account.email_key, Account.username, Account.email,
    Account.given_name, Account.family_name, Account.role,
)  # fmt: skip


def load_roster(session: Session, connection: Connection) -> Roster:
    """Accounts with the ids that they have, or had before an upgrade and have no successor of."""
    here, elsewhere = _sis_ids(session, connection.id)
    numbers = _numbers(session, connection)
    people, shown = {}, {}
    rows = select(*_COLUMNS, School.name).outerjoin(School, School.id == Account.school_id)
    by_name = rows.order_by(Account.family_key, Account.given_key, Account.id)
    for account_id, unique_id, username_key, email_key, *said, school in session.execute(by_name):
        username, email, given, family, role = said
        sis_ids = tuple(sorted(here.get(account_id, ())))
        if not sis_ids and account_id in elsewhere:
            continue
        known = frozenset(numbers[s] for s in sis_ids if s in numbers)
        names = frozenset(name for name in (username_key, email_key) if name)
        people[account_id] = Person(account_id, unique_id, sis_ids, known, names)
        shown[account_id] = Shown(
            account_id, unique_id or "", username, email or "", given, family, role, school or "", sis_ids
        )
    return Roster(people, shown, frozenset(here))


def load_mapping(session: Session, connection_id: int) -> dict[str, int]:
    """sourcedId -> account id, as people have said (C-46)."""
    rows = select(IdentityMapping.sis_id, IdentityMapping.account_id)
    return dict(session.execute(rows.where(IdentityMapping.connection_id == connection_id)).all())


def _sis_ids(session: Session, connection_id: int) -> tuple[dict[int, set[str]], set[int]]:
    """(account -> its ids in this connection, accounts that other connections know)."""
    here: dict[int, set[str]] = defaultdict(set)
    elsewhere: set[int] = set()
    for of, account_id, sis_id in session.execute(
        select(AccountSisId.connection_id, AccountSisId.account_id, AccountSisId.sis_id)
    ):
        if of == connection_id:
            here[account_id].add(sis_id)
        else:
            elsewhere.add(account_id)
    former = select(FormerSisId.account_id, FormerSisId.sis_id).where(FormerSisId.connection_id == connection_id)
    successors = set(here)
    for account_id, sis_id in session.execute(former):
        if account_id not in successors:
            here[account_id].add(sis_id)
    return here, elsewhere


def _numbers(session: Session, connection: Connection) -> dict[str, str]:
    """sourcedId -> the SIS's own number of the person, from the staged records."""
    return dict(_identifiers(session, connection))


def _identifiers(session: Session, connection: Connection) -> Iterator[tuple[str, str]]:
    version = Version(connection.version)
    for staged in read_all(session, connection.id, "users"):
        try:
            record = read_user(staged.raw, version)
        except BadRecord:
            continue
        if record.identifier:
            yield staged.sis_id, record.identifier
