"""Changing what a connection may have (P-94 … P-104). Each change acts at once, in every process; what a change makes
visible is there after the next refresh. Nothing here commits."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from provider.access.connections import BadConnection, check, end_of_key
from provider.access.models import Connection

#: As the district says, instead of a connection's own limit (P-112).
DEFAULT_LIMIT = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """New values of a connection's options; None: as it was. `share` are data-to-share switches that are turned
    (P-104); a limit that is DEFAULT_LIMIT is taken away."""

    roster: bool | None = None
    gradebook: bool | None = None
    assessments: bool | None = None
    supported: bool | None = None
    secondary_email: bool | None = None
    share: frozenset[str] = frozenset()
    no_share: frozenset[str] = frozenset()
    at_a_time: int | None = None
    a_minute: int | None = None


def change_connection(session: Session, connection: Connection, changes: Changes) -> None:
    """Change options of a connection. Raises BadConnection for options that do not go together."""
    if both := changes.share & changes.no_share:
        raise BadConnection({"share": f"Share {', '.join(sorted(both))}, or do not share it"})
    with session.no_autoflush:
        for option in ("roster", "gradebook", "assessments", "supported", "secondary_email"):
            if (value := getattr(changes, option)) is not None:
                setattr(connection, option, value)
        for item in changes.share | changes.no_share:
            setattr(connection, f"share_{item}", item in changes.share)
        for limit in ("at_a_time", "a_minute"):
            if (value := getattr(changes, limit)) is not None:
                setattr(connection, limit, None if value == DEFAULT_LIMIT else value)
        check(connection)
    session.flush()


def renew(connection: Connection, now: datetime, last_day: date | None = None) -> None:
    """Let an OAuth 1 key and its secret be good for longer, counted from now (P-99). Raises BadConnection."""
    if connection.oauth != "oauth1":
        told = f"Connection {connection.name!r} is OAuth 2 and does not expire: only OAuth 1 keys do (P-99)"
        raise BadConnection({"last_day": told})
    connection.expires_at = end_of_key(connection.oauth, now, last_day)


def remove_vendor_key(connection: Connection) -> None:
    """Grade book and assessment calls need no vendor key any more (P-98)."""
    connection.vendor_key = connection.vendor_secret_hash = connection.vendor_secret_sealed = None
