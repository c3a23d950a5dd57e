"""The nonces of OAuth 1 requests: each is used once, in every worker process (RFC 5849 section 3.3)."""

from datetime import datetime, timedelta
from threading import Lock

from shared.database import Readers, fetch

#: How far a request's clock may be behind ours, and ahead of it (`oneroster-1.1.md` section 8.1).
PAST = timedelta(minutes=10)
FUTURE = timedelta(minutes=5)

#: Nonces are kept this much longer than a request can be old: the hosts that share the table have clocks of their own.
_MARGIN = timedelta(minutes=1)
_SWEEP_EVERY = timedelta(minutes=1)

_USE = {
    "sqlite": """INSERT INTO oauth_nonce (connection_id, timestamp, nonce) VALUES (:client, :at, :nonce)
        ON CONFLICT DO NOTHING RETURNING 1""",
    # Not waiting for the disk is enough here: what was used in the last moment before a power failure could be used
    # once more, in its ten minutes, by somebody who can read what TLS hides.
    "postgresql": """WITH haste AS (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO oauth_nonce (connection_id, timestamp, nonce) SELECT :client, :at, :nonce FROM haste
        ON CONFLICT DO NOTHING RETURNING 1""",
}  # fmt: skip
_SWEEP = "DELETE FROM oauth_nonce WHERE timestamp < :before RETURNING 1"


class Nonces:
    """The used nonces of one district, in its traffic database (`provider.access.models.OAuthNonce`)."""

    def __init__(self, traffic: Readers) -> None:
        self._traffic = traffic
        self._swept_at: datetime | None = None
        # Threads that find SQLite busy sleep for milliseconds; waiting for each other here takes a tenth of one.
        self._lock = Lock()

    def use(self, connection_id: int, timestamp: int, nonce: str, now: datetime) -> bool:
        """Note that a connection's request has used a nonce; False when one has used it before.

        `timestamp` is in seconds since 1970, as the request said. Those that the clock refuses by now are swept.
        """
        asked = {"client": connection_id, "at": timestamp, "nonce": nonce}
        with self._lock, self._traffic.connection() as connection:
            # One statement, one transaction: the write lock is held for some microseconds.
            fresh = bool(fetch(connection, _USE[connection.dialect.name], asked))
            driver = connection.connection.driver_connection
            driver.commit()  # type: ignore[union-attr]
            if self._swept_at is None or now - self._swept_at >= _SWEEP_EVERY:
                self._swept_at = now
                fetch(connection, _SWEEP, {"before": int((now - PAST - _MARGIN).timestamp())})
                driver.commit()  # type: ignore[union-attr]
        return fresh
