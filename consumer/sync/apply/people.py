"""Applies accounts, each new one with a generated password (C-55), and parent links."""

from typing import Any

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from consumer.mapping.identity import fold
from consumer.platform.keys import with_keys
from consumer.platform.models import SYNC, Account, AccountSisId, ParentLink
from consumer.platform.passwords import give_passwords
from consumer.sync.apply.work import Ids, Row, set_values
from shared.sealing import Sealer


def create_accounts(sealer: Sealer, session: Session, ids: Ids, rows: list[Row]) -> None:
    """Accounts with their passwords and SIS ids; `username_key` tells which new id is whose."""
    made = [{**with_keys(_own(row.after)), "origin": SYNC} for row in rows]
    table: Any = Account.__table__
    found = session.connection().execute(insert(table).returning(table.c.username_key, table.c.id), made)
    by_key: dict[str, int] = dict(found.all())
    give_passwords(session, sealer, by_key.values())
    _attach(session, ids, [(by_key[fold(row.after["username"])], row.after["sis_ids"]) for row in rows])


def update_accounts(session: Session, ids: Ids, rows: list[Row]) -> None:
    set_values(session, Account, ((_target(row), with_keys(_own(row.after))) for row in rows))
    _attach(session, ids, [(_target(row), row.after.get("sis_ids", ())) for row in rows])


def vacate_names(session: Session, rows: list[Row]) -> None:
    """Take back the names of those who get others, so that two may swap theirs."""
    moving = [(row.target_id, row.after) for row in rows if row.target_id is not None]
    named = [(i, {"username_key": f"~{i}"}) for i, after in moving if "username" in after]
    mailed = [(i, {"email_key": None}) for i, after in moving if "email" in after]
    set_values(session, Account, [*named, *mailed])


def _own(after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name != "sis_ids"}


def _attach(session: Session, ids: Ids, accounts: list[tuple[int, Any]]) -> None:
    rows = [
        {"account_id": account_id, "connection_id": ids.connection_id, "sis_id": sis_id}
        for account_id, sis_ids in accounts
        for sis_id in sis_ids
    ]
    if rows:
        session.connection().execute(insert(AccountSisId.__table__), rows)


def _target(row: Row) -> int:
    assert row.target_id is not None  # noqa: S101 - an Update names its row
    return row.target_id


def create_links(session: Session, ids: Ids, rows: list[Row]) -> None:
    made = [
        {
            "parent_id": ids.account(row.after["parent"]),
            "child_id": ids.account(row.after["child"]),
            "connection_id": ids.connection_id,
            "origin": SYNC,
        }
        for row in rows
    ]
    session.connection().execute(insert(ParentLink.__table__), made)


def remove_links(session: Session, ids: Ids, rows: list[Row]) -> None:
    """Only while the link is still the sync's own (C-51)."""
    table: Any = ParentLink.__table__
    statement = delete(table).where(table.c.id == bindparam("row_id"), table.c.origin == SYNC)
    session.connection().execute(statement, [{"row_id": row.target_id} for row in rows])
