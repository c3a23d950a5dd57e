"""Finding accounts for Manage Users, and what people do to one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, union, update
from sqlalchemy.orm import Session

from consumer.folding import fold
from consumer.platform.audit import audit
from consumer.platform.models import Account, AccountPassword, AccountSchool, AccountSisId, School

#: Rows on a page of a list.
PER_PAGE = 50
#: Words of a search that are looked for; further ones change nothing.
MOST_WORDS = 5

#: What a list can be sorted by; a "-" in front turns it round.
SORTS: dict[str, tuple[Any, ...]] = {
    "name": (Account.family_key, Account.given_key, Account.id),
    "username": (Account.username_key, Account.id),
    "role": (Account.role, Account.family_key, Account.given_key, Account.id),
    "school": (School.name, Account.family_key, Account.given_key, Account.id),
}
_BEYOND = "\U0010ffff"


class AccountRow(NamedTuple):
    """A line of Manage Users. `password`: "generated" (it can be exported), "own", or "" for none."""

    id: int
    username: str
    email: str | None
    given_name: str
    family_name: str
    role: str
    school: str | None
    origin: str
    active: bool
    left_sis: bool
    system_administrator: bool
    password: str


def find_accounts(
    session: Session,
    search: str = "",
    role: str | None = None,
    school_id: int | None = None,
    page: int = 1,
    sort: str = "name",
    per_page: int = PER_PAGE,
) -> tuple[list[AccountRow], int]:
    """(a page of accounts, how many there are in all).

    search     words, each the beginning of a family name, given name, username or email address, or a whole unique id
               or SIS id; upper and lower case are alike
    school_id  a school of the account: its own or a further one (C-47)
    sort       one of SORTS, "-" in front for the other way round; anything else sorts by name
    """
    found = _where(select(Account.id), search, role, school_id)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    if sort.removeprefix("-") == "school":
        found = found.outerjoin(School, School.id == Account.school_id)
    wanted = found.order_by(*order_of(sort, SORTS)).limit(per_page).offset((max(page, 1) - 1) * per_page)
    ids = session.scalars(wanted).all()  # from an index alone, however far back the page is
    rows = session.execute(
        select(Account, School.name, AccountPassword.sealed, AccountPassword.hash)
        .outerjoin(School, School.id == Account.school_id)
        .outerjoin(AccountPassword, AccountPassword.account_id == Account.id)
        .where(Account.id.in_(ids))
    )
    shown = {row[0].id: _row(*row) for row in rows}
    return [shown[account_id] for account_id in ids if account_id in shown], total


def find_account_ids(
    session: Session, search: str = "", role: str | None = None, school_id: int | None = None
) -> Sequence[int]:
    """Everybody whom `find_accounts` would list on all its pages, by name: for an export."""
    return session.scalars(_where(select(Account.id), search, role, school_id).order_by(*order_of("name", SORTS))).all()


def order_of(sort: str, sorts: dict[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    """ORDER BY of a sort by its name; the first of `sorts` for a name that there is not."""
    columns = sorts.get(sort.removeprefix("-")) or next(iter(sorts.values()))
    return tuple(column.desc() for column in columns) if sort.startswith("-") else columns


def searched(search: str) -> list[Any]:
    """WHERE clauses: each word of a search must fit an account."""
    return [Account.id.in_(_fitting(word)) for word in search.split()[:MOST_WORDS]]


def _where(rows: Any, search: str, role: str | None, school_id: int | None) -> Any:
    rows = rows.where(*searched(search))
    if role is not None:
        rows = rows.where(Account.role == role)
    if school_id is not None:
        further = select(AccountSchool.account_id).where(AccountSchool.school_id == school_id)
        rows = rows.where((Account.school_id == school_id) | Account.id.in_(further))
    return rows


def _fitting(word: str) -> Any:
    """Ids of the accounts that a word fits: a look into one index for each place where it may stand."""
    key = fold(word)
    columns = (Account.family_key, Account.given_key, Account.username_key, Account.email_key)
    places = [select(Account.id).where(column >= key, column < key + _BEYOND) for column in columns]
    sis_ids = select(AccountSisId.account_id).where(AccountSisId.sis_id == word)
    return union(*places, select(Account.id).where(Account.unique_id == word), sis_ids)


def _row(account: Account, school: str | None, sealed: str | None, hashed: str | None) -> AccountRow:
    return AccountRow(
        account.id, account.username, account.email, account.given_name, account.family_name, account.role, school,
        account.origin, account.active, account.left_sis, account.system_administrator,
        "generated" if sealed else "own" if hashed else "",
    )  # fmt: skip


class NotAllowed(ValueError):
    """Something that may not be done to an account; the message says why."""


def set_active(session: Session, account: Account, active: bool, by: Account | None, now: datetime) -> None:
    """Close an account, or open it again: by a person, never by the sync (C-54). Nothing of it is lost; sessions that
    are open end. Writes into the audit trail. Raises NotAllowed.
    """
    if account.active == active:
        return
    if not active:
        if by is not None and by.id == account.id:
            raise NotAllowed("Nobody can deactivate the account they are signed in with")
        others = select(func.count()).where(Account.system_administrator, Account.active, Account.id != account.id)
        if account.system_administrator and not session.scalar(others):
            raise NotAllowed("This is the last active system administrator: make somebody else one first")
    session.execute(update(Account).where(Account.id == account.id).values(active=active))  # nothing for a sync to see
    if (password := session.get(AccountPassword, account.id)) is not None:
        password.series += 1
    audit(
        session, now, by, "activate account" if active else "deactivate account", account.username,
        {"active": not active}, {"active": active},
    )  # fmt: skip
    session.flush()
