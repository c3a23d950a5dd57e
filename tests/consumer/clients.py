"""A consumer's client for a test provider, whose waits are noted down instead of waited for."""

from datetime import UTC, datetime

from consumer.client.caller import Client, Target, roster_scope
from consumer.client.limits import Limits
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Transport
from tests.faults.provider import FaultProvider

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved, and the waits that were asked of it."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def client_of(
    provider: FaultProvider, limit: int = 4, clock: Clock | None = None, limits: Limits | None = None
) -> Client:
    """A client with the right credentials, in pages of `limit`."""
    clock = clock or Clock()
    scope = roster_scope(provider.version)
    credentials = Credentials(provider.token_url, provider.client_id, provider.client_secret, scope)
    target = Target(provider.base_url, provider.version, credentials, limit)
    return Client(target, Transport(allow_private=True, sleep=clock.sleep, clock=clock, limits=limits))
