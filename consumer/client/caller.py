"""The client of one provider: authorised requests below its base path, and walks of its collections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from consumer.client.errors import AuthFailed, BadAnswer, ServerFault
from consumer.client.oauth2 import Credentials, Tokens
from consumer.client.spoken import spoken
from consumer.client.transport import Answer, Transport
from consumer.client.walk import Walk
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import BASE_PATHS, Version

#: The scopes of a roster pull, asked for unless a connection names others.
ROSTER_SCOPES = ("roster-core.readonly", "roster.readonly")


@dataclass(frozen=True, slots=True)
class Target:
    """What is needed to call a provider. `base_url`: everything before /ims/oneroster (C-06, C-07)."""

    base_url: str
    version: Version
    credentials: Credentials
    page_limit: int


def roster_scope(version: Version) -> str:
    """The `scope` parameter of a roster pull."""
    return " ".join(scope_url(name, version) for name in ROSTER_SCOPES)


class Client:
    """Calls one provider, as one connection. Not for several threads at once."""

    def __init__(self, target: Target, transport: Transport) -> None:
        self.target = target
        self.transport = transport
        self.tokens = Tokens(transport, target.credentials)

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.transport.clock

    def close(self) -> None:
        self.transport.close()

    def url(self, *path: str, query: Mapping[str, str | int] | None = None, service: str = "rostering") -> str:
        """The URL of a path below the service's base path; each part is percent-encoded (C-07)."""
        base = self.target.base_url + BASE_PATHS[self.target.version, service]
        parts = "/".join(quote(part, safe="") for part in path)
        return f"{base}/{parts}" + (f"?{urlencode(query)}" if query else "")

    def get(self, *path: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """GET below the rostering base path. Raises as `get_url`."""
        return self.get_url(self.url(*path, query=query))

    def get_url(self, url: str) -> Answer:
        """The 200 answer to a GET. A 401 renews the token once and asks again: tokens end in the middle of walks.

        Raises AuthFailed (401, 403), BadAnswer (other 4xx, 3xx), ServerFault (5xx) and what Transport raises.
        """
        answer = self._authorised("GET", url, self.tokens.bearer())
        if answer.status == 401:
            answer = self._authorised("GET", url, self.tokens.renew())
        if answer.status != 200:
            raise _refusal(answer, url)
        return answer

    def walk(self, collection: str, limit: int | None = None) -> Walk:
        """Every page of a collection, in pages of `limit` records: see `consumer.client.walk`."""
        size = limit or self.target.page_limit
        return Walk(self.get_url, self.url(collection), collection, size, self.transport.pause)

    def _authorised(self, method: str, url: str, token: str) -> Answer:
        return self.transport.send(method, url, {"Authorization": f"Bearer {token}"})


def _refusal(answer: Answer, url: str) -> AuthFailed | BadAnswer | ServerFault:
    """The exception for an answer that is not 200."""
    place = url.partition("?")[0].partition("/ims/oneroster")[2] or url
    said = spoken(answer)
    if answer.status == 401:
        return AuthFailed(f"The provider does not accept its own new token for {place}: {said}")
    if answer.status == 403:
        return AuthFailed(f"The provider does not let this connection read {place}: {said}")
    if answer.status >= 500:
        return ServerFault(f"The provider fails to answer for {place}: {said}")
    if 300 <= answer.status < 400:
        return BadAnswer(f"The provider sends {place} elsewhere ({answer.status}), the domain URL is out of date")
    return BadAnswer(f"The provider refuses to answer for {place}: {said}")
