"""The way to the provider's 1.2, kept beside that of 1.1, which goes on until the switch."""

import time
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from consumer.client.caller import Client
from consumer.client.transport import Clock, Sleep, utc_now
from consumer.client.waits import WAITS
from consumer.connections import Connection
from consumer.connections.checking import ELSEWHERE, why_no_text
from consumer.connections.domain import clean_domain, is_elsewhere
from consumer.platform.models import VersionUpgrade
from consumer.runs.peer import open_client
from shared.oneroster.versions import Version
from shared.sealing import Sealer


class BadTarget(ValueError):
    """Something about the way to 1.2 cannot be stored; the message says what to enter instead, and `fields` by the
    name of each argument of `set_target` that is wrong.
    """

    def __init__(self, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


def upgrade_of(session: Session, connection: Connection) -> VersionUpgrade:
    """The connection's upgrade; begun by being asked for."""
    row = session.get(VersionUpgrade, connection.id)
    if row is None:
        row = VersionUpgrade(connection_id=connection.id)
        session.add(row)
        session.flush()
    return row


def set_target(
    session: Session,
    sealer: Sealer,
    connection: Connection,
    why_refused: Callable[[str], str | None],
    base_url: str | None = None,
    token_url: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
) -> None:
    """What differs in 1.2 from what the connection has; None keeps what was said before. Raises BadTarget.

    A secret, taken over from 1.1 or entered before, goes to no other server than it was for: where an address is on
    another one the secret is entered with it (C-12).

    why_refused   why an address may not be called, None when it may (C-08)
    """
    row = upgrade_of(session, connection)
    if row.switched_at is not None:
        raise BadTarget(f"{connection.name} reads 1.2 already: change the connection itself")
    said = {"base_url": base_url, "token_url": token_url, "client_id": client_id, "client_secret": client_secret}
    typed = {name: text.strip() for name, text in said.items() if text is not None}
    if "base_url" in typed:
        typed["base_url"] = clean_domain(typed["base_url"]).url
    wrong = {name: why for name, text in typed.items() if (why := _why_not(name, text, why_refused))}
    base, token = row.base_url or connection.base_url, row.token_url or connection.token_url
    moved = is_elsewhere(typed.get("base_url"), base) or is_elsewhere(typed.get("token_url"), token or base)
    if moved and not wrong and "client_secret" not in typed:
        wrong["client_secret"] = ELSEWHERE.format("client secret")
    if wrong:
        raise BadTarget("; ".join(wrong.values()), wrong)
    if secret := typed.pop("client_secret", None):
        row.client_secret_sealed = sealer.seal(secret)
        row.base_url, row.token_url = base, token  # it is for these, wherever 1.1 moves
    for name, text in typed.items():
        setattr(row, name, text)
    session.flush()


def _why_not(name: str, text: str, why_refused: Callable[[str], str | None]) -> str | None:
    if why := why_no_text(name, text) or (why_refused(text) if name.endswith("_url") else None):
        return why
    return None if text else "This cannot be empty: OneRoster 1.2 needs it"


def target_of(session: Session, connection: Connection) -> dict[str, object]:
    """What the connection's columns become with the switch. Raises BadTarget where something is missing."""
    row = session.get(VersionUpgrade, connection.id)
    target: dict[str, object] = {
        "version": str(Version.V1P2),
        "oauth": "oauth2",
        "scope": None,
        "base_url": (row and row.base_url) or connection.base_url,
        "token_url": (row and row.token_url) or connection.token_url,
        "client_id": (row and row.client_id) or connection.client_id,
        "client_secret_sealed": (row and row.client_secret_sealed) or connection.client_secret_sealed,
    }
    if target["token_url"] is None:
        raise BadTarget("OneRoster 1.2 uses OAuth 2: enter the SIS Authentication URL, client id and secret of 1.2")
    return target


def open_target(
    session: Session,
    connection: Connection,
    sealer: Sealer,
    allow_private: bool,
    sleep: Sleep = time.sleep,
    clock: Clock = utc_now,
    waits: Sequence[float] = WAITS,
) -> Client:
    """A client of the provider's 1.2; close it when done. Raises BadTarget, shared.sealing.CannotUnseal."""
    as_it_will_be = Connection(
        name=connection.name, page_limit=connection.page_limit, **target_of(session, connection)
    )  # never added to the session
    return open_client(as_it_will_be, sealer, allow_private, sleep, clock, waits)
