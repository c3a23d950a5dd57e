"""The Leavers list: accounts whose every SIS record is to be deleted or no longer sent (C-54). The sync puts them on it
and does nothing else to them; what becomes of them is for people to say (`consumer.platform.accounts.set_active`).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.accounts import PER_PAGE, SORTS, order_of, searched
from consumer.platform.models import Account, AccountSchool, AccountSisId, FormerSisId, School
from consumer.sync.staging import Pull, StagedRecord


class LastWord(NamedTuple):
    """What the SIS said last of one record of a leaver.

    how      "tobedeleted"; "absent": a complete read no longer contained it; "former": an id of OneRoster 1.1 that the
             upgrade found nobody for
    pull_id  the read that said so, `at` when it was; None where no record is kept any more
    """

    connection: str
    sis_id: str
    how: str
    pull_id: int | None
    at: datetime | None


class Leaver(NamedTuple):
    """A line of the list. `since`: when the last of the records went."""

    id: int
    username: str
    given_name: str
    family_name: str
    role: str
    school: str | None
    active: bool
    since: datetime | None
    said: tuple[LastWord, ...]


def find_leavers(
    session: Session,
    search: str = "",
    school_id: int | None = None,
    page: int = 1,
    sort: str = "name",
    per_page: int = PER_PAGE,
) -> tuple[list[Leaver], int]:
    """(a page of the list, how many there are in all). Search and sorts are those of `find_accounts`, and "since"."""
    wanted = [Account.left_sis, *searched(search)]
    if school_id is not None:
        further = select(AccountSchool.account_id).where(AccountSchool.school_id == school_id)
        wanted.append((Account.school_id == school_id) | Account.id.in_(further))
    total = session.scalar(select(func.count()).select_from(Account).where(*wanted)) or 0
    since = _since()
    found: Any = session.execute(
        select(Account, School.name)
        .outerjoin(School, School.id == Account.school_id)
        .where(*wanted)
        .order_by(*order_of(sort, {**SORTS, "since": (since, *SORTS["name"])}))
        .limit(per_page)
        .offset((max(page, 1) - 1) * per_page)
    ).all()
    said = _last_words(session, [account.id for account, _ in found])
    return [_leaver(account, school, said[account.id]) for account, school in found], total


def _record() -> ColumnElement[bool]:
    """The staged record that a stored SIS id names."""
    return and_(
        StagedRecord.connection_id == AccountSisId.connection_id,
        StagedRecord.collection == "users",
        StagedRecord.sourced_id == AccountSisId.sis_id,
    )


def _pull_id() -> ColumnElement[int]:
    """The read that said last what became of a record."""
    return func.coalesce(StagedRecord.absent_since, StagedRecord.changed_in)


def _since() -> Any:
    return (
        select(func.max(Pull.started_at))
        .select_from(AccountSisId)
        .join(StagedRecord, _record())
        .join(Pull, Pull.id == _pull_id())
        .where(AccountSisId.account_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )


def _last_words(session: Session, account_ids: Iterable[int]) -> dict[int, list[LastWord]]:
    found: dict[int, list[LastWord]] = defaultdict(list)
    ids = list(account_ids)
    how = case(
        (StagedRecord.id.is_(None), "former"), (StagedRecord.absent_since.is_(None), "tobedeleted"), else_="absent"
    )
    rows = (
        select(AccountSisId.account_id, Connection.name, AccountSisId.sis_id, how, _pull_id(), Pull.started_at)
        .join(Connection, Connection.id == AccountSisId.connection_id)
        .outerjoin(StagedRecord, _record())
        .outerjoin(Pull, Pull.id == _pull_id())
        .where(AccountSisId.account_id.in_(ids))
        .order_by(AccountSisId.sis_id)
    )
    for account_id, *word in session.execute(rows):
        found[account_id].append(LastWord(*word))
    former = (
        select(FormerSisId.account_id, Connection.name, FormerSisId.sis_id, FormerSisId.ended_at)
        .join(Connection, Connection.id == FormerSisId.connection_id)
        .where(FormerSisId.account_id.in_(set(ids) - set(found)))
        .order_by(FormerSisId.sis_id)
    )
    for account_id, connection, sis_id, ended_at in session.execute(former):
        found[account_id].append(LastWord(connection, sis_id, "former", None, ended_at))
    return found


def _leaver(account: Account, school: str | None, said: list[LastWord]) -> Leaver:
    since = max((word.at for word in said if word.at is not None), default=None)
    return Leaver(
        account.id, account.username, account.given_name, account.family_name, account.role, school, account.active,
        since, tuple(said),
    )  # fmt: skip
