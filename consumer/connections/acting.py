"""The Acting User: the one system administrator who may change anything of a connection (C-15 … C-18)."""

from datetime import datetime

from sqlalchemy.orm import Session

from consumer.connections.model import Connection
from consumer.platform.audit import audit
from consumer.platform.models import Account


class NotAllowed(ValueError):
    """Somebody who cannot be the Acting User; the message says why."""


def is_system_administrator(account: Account) -> bool:
    """An account that may sign in and configure the platform."""
    return account.active and account.system_administrator


def may_change(account: Account, connection: Connection) -> bool:
    """Only the Acting User who is also a system administrator may change anything (C-15)."""
    return connection.acting_account_id == account.id and is_system_administrator(account)


def become_acting_user(session: Session, connection: Connection, account: Account, now: datetime) -> None:
    """Make a system administrator the Acting User; the audit trail says who was it before (C-17). The caller commits.

    Raises NotAllowed.
    """
    if not is_system_administrator(account):
        raise NotAllowed("Only an active system administrator can be the Acting User")
    former = session.get(Account, connection.acting_account_id) if connection.acting_account_id else None
    connection.acting_account_id = account.id
    session.flush()
    audit(
        session, now, account, "become Acting User", connection.name,
        {"acting user": former.username if former else None}, {"acting user": account.username},
    )  # fmt: skip


def warning(connection: Connection, acting: Account | None) -> str | None:
    """What is wrong about the Acting User, for all administrators to see; scheduled syncs go on all the same (C-18)."""
    if acting is None:
        return f"{connection.name} has no Acting User: nobody can change anything of it until somebody becomes one"
    if is_system_administrator(acting):
        return None
    why = "is no system administrator any more" if acting.active else "is deactivated"
    name = f"{acting.given_name} {acting.family_name}"
    return f"{name}, the Acting User, {why}: scheduled syncs go on, but somebody else should become Acting User"
