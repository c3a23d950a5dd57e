"""Changes of connections: what each leaves in the audit trail, from what to what, without a secret, and that what it
asks for is published. Nothing here commits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.access.awaited import publish_soon
from provider.access.description import options_of
from provider.access.models import Connection

#: Who changes something: id and username; None for a command.
By = tuple[int, str] | None


def recorded_values(session: Session, connection: Connection) -> dict[str, Any]:
    """What the audit trail tells of a connection. Of its secret only which one it is, counted from 1."""
    return {
        **options_of(session, connection),
        "client_id": connection.client_id,
        "vendor_key": connection.vendor_key,
        "secret_number": connection.secret_generation,
    }


@contextmanager
def recorded(session: Session, connection: Connection, now: datetime, by: By, action: str) -> Iterator[None]:
    """Note what the block changes of a connection, as `action`; nothing where nothing changes. A worker sees to it that
    what it asks for now is published.
    """
    before = recorded_values(session, connection)
    yield
    session.flush()
    after = recorded_values(session, connection)
    changed = [name for name in after if before[name] != after[name]]
    if changed:
        old, new = ({name: values[name] for name in changed} for values in (before, after))
        audit(session, now, by, action, connection.name, old, new)
        publish_soon(session, connection)


def record_added(session: Session, connection: Connection, now: datetime, by: By) -> None:
    """Note a new connection. A worker sees to it that what it asks for is published."""
    audit(session, now, by, "add connection", connection.name, None, recorded_values(session, connection))
    publish_soon(session, connection)


def record_removed(session: Session, connection: Connection, now: datetime, by: By) -> None:
    """Note that a connection is removed, before it is."""
    audit(session, now, by, "remove connection", connection.name, recorded_values(session, connection))


def record_shown(session: Session, connection: Connection, now: datetime, by: By, what: str) -> None:
    """Note that somebody was shown a secret; `what`: "secret" or "vendor secret"."""
    audit(session, now, by, f"show {what}", connection.name)
