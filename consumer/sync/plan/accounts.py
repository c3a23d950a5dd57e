"""The accounts that a plan of users looks at: who they stand for, what they are now, who holds a name."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.mapping.identity import Known, legacy_forms
from consumer.platform.models import Account, AccountSisId, FormerSisId, IdentityMapping, RoleHold
from consumer.sync.plan.change import Values
from consumer.sync.staged import chunks

#: Values of an account that the SIS decides (C-53).
SYNCED = (
    "username", "email", "given_name", "family_name", "middle_name", "preferred_first_name", "role", "school_id",
    "left_sis",
)  # fmt: skip
_COLUMNS = [getattr(Account, name) for name in SYNCED]

Name = tuple[str, str]


class Present(NamedTuple):
    """An account as it is: the values that the SIS decides, and how often it was changed by hand."""

    values: Values
    touched: int


def stored_ids(session: Session, connection_id: int) -> dict[str, int]:
    """sourcedId -> account id."""
    rows = select(AccountSisId.sis_id, AccountSisId.account_id).where(AccountSisId.connection_id == connection_id)
    return dict(session.execute(rows).all())


def ids_by_account(stored: dict[str, int]) -> dict[int, list[str]]:
    """Account id -> the sourcedIds of its records."""
    found: dict[int, list[str]] = defaultdict(list)
    for sis_id, account_id in stored.items():
        found[account_id].append(sis_id)
    return found


def known_accounts(session: Session, connection_id: int, stored: dict[str, int]) -> Known:
    """How the records of this connection are matched to accounts (C-46)."""
    prepared = select(IdentityMapping.sis_id, IdentityMapping.account_id).where(
        IdentityMapping.connection_id == connection_id
    )
    free = select(Account.unique_id, Account.id).where(
        Account.unique_id.is_not(None),
        Account.id.not_in(select(AccountSisId.account_id).where(AccountSisId.connection_id == connection_id)),
    )
    unique = {unique_id: account_id for unique_id, account_id in session.execute(free) if unique_id is not None}
    return Known(stored, dict(session.execute(prepared).all()), unique, _legacy(session, connection_id, stored))


def _legacy(session: Session, connection_id: int, stored: dict[str, int]) -> dict[str, int]:
    """Former 1.1 ids of accounts without a record, in the forms in which 1.2 may name them; none of two people."""
    present = set(stored.values())
    found: dict[str, set[int]] = defaultdict(set)
    rows = select(FormerSisId.sis_id, FormerSisId.account_id).where(FormerSisId.connection_id == connection_id)
    for sis_id, account_id in session.execute(rows):
        if account_id not in present:
            for form in legacy_forms(sis_id):
                found[form].add(account_id)
    return {form: next(iter(accounts)) for form, accounts in found.items() if len(accounts) == 1}


def held_roles(session: Session, connection_id: int) -> dict[int, tuple[str, str]]:
    """Account id -> (the role it keeps, the role of 1.2 that is not to raise it) (C-107)."""
    rows = select(RoleHold.account_id, RoleHold.kept, RoleHold.offered).where(RoleHold.connection_id == connection_id)
    return {account_id: (kept, offered) for account_id, kept, offered in session.execute(rows)}


def touched_accounts(session: Session) -> dict[int, int]:
    """Account id -> how often it was changed by hand since a sync looked at it."""
    return dict(session.execute(select(Account.id, Account.touched).where(Account.touched > 0)).all())


def present_accounts(session: Session, account_ids: Iterable[int]) -> dict[int, Present]:
    """These accounts as they are."""
    found = {}
    for chunk in chunks(account_ids):
        for account_id, touched, *values in session.execute(
            select(Account.id, Account.touched, *_COLUMNS).where(Account.id.in_(chunk))
        ):
            found[account_id] = Present(dict(zip(SYNCED, values, strict=True)), touched)
    return found


def holders(session: Session, names: Iterable[Name]) -> dict[Name, int]:
    """Which account carries each of these ("username" or "email", folded name), as far as somebody does."""
    found: dict[Name, int] = {}
    columns = {"username": Account.username_key, "email": Account.email_key}
    wanted: dict[str, list[str]] = {space: [] for space in columns}
    for space, name in names:
        wanted[space].append(name)
    for space, column in columns.items():
        for chunk in chunks(wanted[space]):
            rows = session.execute(select(column, Account.id).where(column.in_(chunk)))
            found.update({(space, name): account_id for name, account_id in rows if name is not None})
    return found
