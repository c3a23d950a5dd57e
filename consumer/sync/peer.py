"""From a stored connection to a client of its provider: the one place where a stored secret is unsealed."""

import time
from collections.abc import Sequence

from consumer.client.caller import Client, Target, roster_scope
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
) -> Client:
    """A client for `connection`; close it when done. `allow_private` is the operator's setting (C-08).

    Raises shared.sealing.CannotUnseal.
    """
    version = Version(connection.version)
    credentials = Credentials(
        connection.token_url,
        connection.client_id,
        sealer.unseal(connection.client_secret_sealed),
        connection.scope or roster_scope(version),
    )
    target = Target(connection.base_url, version, credentials, connection.page_limit)
    return Client(target, Transport(allow_private, sleep, clock, waits))
