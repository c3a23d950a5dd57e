"""From a stored connection to a client of its provider: the one place where a stored secret is unsealed."""

import time
from collections.abc import Sequence

from consumer.client.caller import Client, Target, VendorKey, gradebook_scope, roster_scope
from consumer.client.limits import Limits
from consumer.client.oauth1 import KeyPair
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Clock, Sleep, Transport, utc_now
from consumer.client.waits import WAITS
from consumer.connections import Connection
from shared.oneroster.versions import Version
from shared.sealing import Sealer


def open_client(
    connection: Connection,
    sealer: Sealer,
    allow_private: bool,
    sleep: Sleep = time.sleep,
    clock: Clock = utc_now,
    waits: Sequence[float] = WAITS,
    service: str = "rostering",
    limits: Limits | None = None,
) -> Client:
    """A client for `connection`, of its rostering or "gradebook" service; close it when done. `allow_private` is the
    operator's setting (C-08); `limits` are given where somebody waits for the answer.

    Raises shared.sealing.CannotUnseal.
    """
    target = Target(
        connection.base_url,
        Version(connection.version),
        _credentials(connection, sealer, service),
        connection.page_limit,
        service,
        _vendor(connection, sealer) if service == "gradebook" else None,
    )
    return Client(target, Transport(allow_private, sleep, clock, waits, limits))


def _credentials(connection: Connection, sealer: Sealer, service: str) -> Credentials | KeyPair:
    """What the connection proves itself with (C-02)."""
    secret = sealer.unseal(connection.client_secret_sealed)
    if connection.oauth == "oauth1":
        return KeyPair(connection.client_id, secret)
    if connection.token_url is None:
        raise ValueError(f"Connection {connection.name!r} uses OAuth 2 and has no token URL")
    wanted = {"rostering": roster_scope, "gradebook": gradebook_scope}[service]
    scope = connection.scope or wanted(Version(connection.version))
    return Credentials(connection.token_url, connection.client_id, secret, scope)


def _vendor(connection: Connection, sealer: Sealer) -> VendorKey | None:
    """The vendor's key for grade book calls (C-11)."""
    if connection.vendor_key is None or connection.vendor_secret_sealed is None:
        return None
    return VendorKey(connection.vendor_key, sealer.unseal(connection.vendor_secret_sealed))
