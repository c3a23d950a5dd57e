"""Saves a connection: cleans and checks what a person entered, seals the secrets (C-01 … C-08, C-11, C-12)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consumer.connections.checking import check
from consumer.connections.entered import BadConnection, Details
from consumer.connections.model import PAGE_LIMIT, Connection
from consumer.platform.audit import audit
from consumer.platform.models import Account
from consumer.platform.settings import read_settings
from shared.sealing import Sealer

#: What is kept of a connection in the audit trail; of a secret, that it is new.
_AUDITED = (
    "name", "base_url", "version", "oauth", "token_url", "client_id", "scope", "page_limit", "vendor_key",
    "delta_reads",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """The stored connection, whether it is new, and what was changed in what was entered, in plain sentences."""

    connection: Connection
    created: bool
    notes: tuple[str, ...]


def find_connection(session: Session, name: str) -> Connection | None:
    """The connection of that name; no database is asked for a name that none can have."""
    return session.scalar(select(Connection).where(Connection.name == name)) if name.isprintable() else None


def save_connection(
    session: Session,
    sealer: Sealer,
    details: Details,
    why_refused: Callable[[str], str | None],
    at: datetime,
    account: Account | None = None,
) -> Saved:
    """Create or change the connection of this name; the caller commits.

    why_refused   why an address may not be called, None when it may: `consumer.client.addresses.why_refused` (C-08)
    at            now, aware UTC; `account` is who saves it, None for a command: both go into the audit trail,
                  and who makes a connection becomes its Acting User (C-15)
    Raises BadConnection with a message for each field that cannot be saved; the caller rolls back then.
    """
    name = details.name.strip()
    stored = find_connection(session, name)
    checked = check(
        details,
        stored,
        why_refused,
        released=read_settings(session).release_1_2,
        taken=lambda other: find_connection(session, other) is not None,
    )
    if checked.wrong:
        raise BadConnection(checked.wrong)
    row = stored or Connection(name=name, page_limit=PAGE_LIMIT, oauth="oauth2")
    before = _kept(row) if stored else {}
    for column, value in checked.columns.items():
        setattr(row, column, value)
    secrets = {column: sealer.seal(secret) for column, secret in checked.secrets.items()}
    for column, sealed in secrets.items():
        setattr(row, column, sealed)
    if stored is None and account is not None:
        row.acting_account_id = account.id
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else has just taken the name
        field = "new_name" if stored else "name"
        raise BadConnection({field: "There is a connection of that name already"}) from error
    _remember(session, at, account, row, before, sorted(secrets))
    return Saved(row, stored is None, checked.notes)


def _kept(row: Connection) -> dict[str, object]:
    return {column: getattr(row, column) for column in _AUDITED}


def _remember(
    session: Session, at: datetime, account: Account | None, row: Connection, before: Mapping[str, object],
    secrets: list[str],
) -> None:  # fmt: skip
    """Audit what is now other than before; a save that changes nothing is not told."""
    now = _kept(row)
    changed = [column for column in _AUDITED if now[column] != before.get(column)]
    after = {column: now[column] for column in changed}
    after |= {column.removesuffix("_sealed"): "new" for column in secrets}
    if after:
        old = {column: before[column] for column in changed if column in before}
        audit(session, at, account, "change connection" if before else "add connection", row.name, old, after)
