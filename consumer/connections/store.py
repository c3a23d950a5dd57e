"""Saves a connection: cleans and checks what a person entered, seals the secret (C-06, C-08, C-12)."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consumer.connections.domain import clean_domain
from consumer.connections.model import PAGE_LIMIT, Connection
from shared.oneroster.versions import Version
from shared.sealing import Sealer

#: A page larger than this is more than a provider has to give (real-clients 6).
LARGEST_PAGE = 50_000


class BadConnection(ValueError):
    """What was entered cannot be saved; the message says what to enter instead."""


@dataclass(frozen=True, slots=True)
class Details:
    """What a person enters. On a connection that exists, None keeps what is stored; so is a secret kept (C-12).

    scope   blank-separated scope URLs; "" for those of the version that a roster needs
    """

    name: str
    base_url: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    version: Version | None = None
    scope: str | None = None
    page_limit: int | None = None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Details({self.name!r}, {self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Saved:
    """The stored connection, whether it is new, and what was changed in what was entered, in plain sentences."""

    connection: Connection
    created: bool
    notes: tuple[str, ...]


def find_connection(session: Session, name: str) -> Connection | None:
    return session.scalar(select(Connection).where(Connection.name == name))


def save_connection(session: Session, sealer: Sealer, details: Details, check_url: Callable[[str], None]) -> Saved:
    """Create or change the connection of this name; the caller commits.

    check_url   raises an exception of its own for an address that may not be called (C-08)
    Raises BadConnection.
    """
    stored = find_connection(session, details.name)
    if stored is None:
        _require(details)
    notes = []
    row = stored or Connection(name=details.name, page_limit=PAGE_LIMIT, oauth="oauth2")
    if details.version is not None:
        row.version = _same_version(stored, details.version)
    if details.base_url is not None:
        domain = clean_domain(details.base_url)
        check_url(domain.url)
        row.base_url = domain.url
        if domain.cut:
            notes.append(f"The domain URL ends before the standard's own path: {domain.cut!r} was cut off")
    if details.token_url is not None:
        check_url(details.token_url.strip())
        row.token_url = details.token_url.strip()
    if details.client_id is not None:
        row.client_id = details.client_id.strip()
    if details.client_secret is not None:
        row.client_secret_sealed = sealer.seal(details.client_secret)
    if details.scope is not None:
        row.scope = details.scope.strip() or None
    if details.page_limit is not None:
        row.page_limit = _page_limit(details.page_limit)
    session.add(row)
    session.flush()
    return Saved(row, stored is None, tuple(notes))


def _require(details: Details) -> None:
    """A new connection needs all that OAuth 2 needs (C-01, C-02)."""
    if not details.name.strip():
        raise BadConnection("A connection needs a name")
    needed = {
        "domain URL": details.base_url,
        "token URL": details.token_url,
        "client id": details.client_id,
        "client secret": details.client_secret,
        "OneRoster version": details.version,
    }
    missing = [what for what, value in needed.items() if not value]
    if missing:
        raise BadConnection(f"There is no connection {details.name!r}; a new one needs: {', '.join(missing)}")


def _same_version(stored: Connection | None, version: Version) -> str:
    """User ids differ between the versions (C-100): another version is another connection."""
    if stored is not None and stored.version != version:
        raise BadConnection(
            f"Connection {stored.name!r} reads OneRoster {stored.version}, and its people are known here by the ids "
            f"of that version: make a new connection for {version}"
        )
    return str(version)


def _page_limit(limit: int) -> int:
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadConnection(f"A page has 1 to {LARGEST_PAGE} records, not {limit}")
    return limit
