"""The client of one service of one provider: authorised requests below its base path, walks of its collections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from consumer.client.errors import AuthFailed, BadAnswer, ClientError, ServerFault
from consumer.client.oauth1 import KeyPair, Signatures
from consumer.client.oauth2 import Credentials, Tokens
from consumer.client.spoken import spoken
from consumer.client.transport import Answer, Transport
from consumer.client.walk import Walk
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import BASE_PATHS, Version

#: The scopes of a roster pull, and of grade passback (C-09), asked for unless a connection names others.
ROSTER_SCOPES = ("roster-core.readonly", "roster.readonly")
GRADEBOOK_SCOPES: dict[Version, tuple[str, ...]] = {
    Version.V1P1: ("gradebook.readonly", "gradebook.createput", "gradebook.delete"),
    Version.V1P2: ("gradebook.readonly", "gradebook.createput", "gradebook.createpost", "gradebook.delete"),
}

#: Providers let a signature's time differ from theirs by five minutes or more (`oneroster-1.1.md` 8.1).
SKEW = timedelta(minutes=4)


class Forbidden(AuthFailed):
    """The provider knows who we are, and does not let us read this."""

    advice = (
        "Ask the district which data this connection may read: it needs the scopes of the service, the schools, and "
        "the OneRoster version that is chosen here"
    )


class NotSigned(AuthFailed):
    """A signature that the provider does not accept."""

    advice = (
        "Check consumer ID and consumer secret key letter by letter; ask the district whether the key is still valid, "
        "and whether its public address is the domain URL entered here"
    )


class ClockWrong(NotSigned):
    """A signature whose time is too far from the provider's."""

    advice = "Set the clock of this host by a time server; if it is right, tell the district that its clock is wrong"


class NotFound(BadAnswer):
    """Nothing is at this address."""

    advice = (
        "Check the domain URL: it ends before /ims/oneroster; ask the district for it, and which OneRoster versions it "
        "offers"
    )


@dataclass(frozen=True, slots=True)
class VendorKey:
    """The vendor's own key and secret (C-11)."""

    key: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret (C-12)."""
        return f"VendorKey({self.key!r})"


@dataclass(frozen=True, slots=True)
class Target:
    """What is needed to call a provider.

    base_url      everything before /ims/oneroster (C-06, C-07)
    credentials   of OAuth 2, or the key pair of OAuth 1 (C-02)
    service       "rostering" or "gradebook"
    vendor        sent with every call when there is one: for the grade book alone (C-11)
    """

    base_url: str
    version: Version
    credentials: Credentials | KeyPair
    page_limit: int
    service: str = "rostering"
    vendor: VendorKey | None = None


def roster_scope(version: Version) -> str:
    """The `scope` parameter of a roster pull."""
    return " ".join(scope_url(name, version) for name in ROSTER_SCOPES)


def gradebook_scope(version: Version) -> str:
    """The `scope` parameter of grade passback."""
    return " ".join(scope_url(name, version) for name in GRADEBOOK_SCOPES[version])


class Client:
    """Calls one service of one provider, as one connection. Not for several threads at once.

    access   the tokens of OAuth 2, or the signatures of OAuth 1
    """

    def __init__(self, target: Target, transport: Transport) -> None:
        self.target = target
        self.transport = transport
        credentials = target.credentials
        self.access: Tokens | Signatures = (
            Signatures(transport, credentials) if isinstance(credentials, KeyPair) else Tokens(transport, credentials)
        )

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.transport.clock

    def close(self) -> None:
        self.transport.close()

    def url(self, *path: str, query: Mapping[str, str | int] | None = None) -> str:
        """The URL of a path below the service's base path; each part is percent-encoded (C-07)."""
        base = self.target.base_url + BASE_PATHS[self.target.version, self.target.service]
        parts = "/".join(quote(part, safe="") for part in path)
        return f"{base}/{parts}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")

    def get(self, *path: str, query: Mapping[str, str | int] | None = None) -> Answer:
        """GET below the service's base path. Raises as `get_url`."""
        return self.get_url(self.url(*path, query=query))

    def get_url(self, url: str) -> Answer:
        """The 200 answer to a GET.

        Raises AuthFailed (401), Forbidden (403), NotFound (404), BadAnswer (other 4xx, 3xx), ServerFault (5xx) and
        what Transport raises.
        """
        answer = self.access.send("GET", url, self._headers())
        if answer.status != 200:
            raise self._refusal(answer, url)
        return answer

    def write(self, method: str, *path: str, body: bytes | None = None) -> Answer:
        """The answer to a PUT, POST or DELETE below the service's base path, with a JSON body where there is one; of
        whatever status but those that are raised: what another 4xx means is for the caller to say.

        A POST is not sent again where the first may have been done. Raises AuthFailed (401), BadAnswer (3xx),
        ServerFault (5xx) and what Transport raises.
        """
        url = self.url(*path)
        headers = self._headers() | ({} if body is None else {"Content-Type": "application/json"})
        answer = self.access.send(method, url, headers, body, repeatable=method != "POST")
        if answer.status == 401 or answer.status >= 500 or 300 <= answer.status < 400:
            raise self._refusal(answer, url)
        return answer

    def _headers(self) -> dict[str, str]:
        """What every call of the service carries (C-11)."""
        vendor = self.target.vendor
        return {"X-Vendor-Authorization": f"{vendor.key}:{vendor.secret}"} if vendor else {}

    def walk(self, collection: str, limit: int | None = None, wanted: str | None = None) -> Walk:
        """Every page of a collection, in pages of `limit` records; with `wanted`, of the records that this filter lets
        pass: see `consumer.client.walk`.
        """
        size = limit or self.target.page_limit
        most = self.transport.limits.most
        return Walk(self.get_url, self.url(collection), collection, size, self.transport.pause, most, wanted)

    def _refusal(self, answer: Answer, url: str) -> ClientError:
        """The exception for an answer that refuses."""
        refusal = self._refused(answer, url)
        refusal.status = answer.status
        return refusal

    def _refused(self, answer: Answer, url: str) -> ClientError:
        place = url.partition("?")[0].partition("/ims/oneroster")[2] or url
        said = spoken(answer)
        if answer.status == 401:
            return self._unknown(answer, place, said)
        if answer.status == 403:
            return Forbidden(f"The provider does not let this connection read {place}: {said}")
        if answer.status == 404:
            return NotFound(f"The provider has nothing at {place}: {said}")
        if answer.status >= 500:
            return ServerFault(f"The provider fails to answer for {place}: {said}")
        if 300 <= answer.status < 400:
            return BadAnswer(f"The provider sends {place} elsewhere ({answer.status}), the domain URL is out of date")
        return BadAnswer(f"The provider refuses to answer for {place}: {said}")

    def _unknown(self, answer: Answer, place: str, said: str) -> AuthFailed:
        """The exception for a 401."""
        if isinstance(self.access, Tokens):
            return AuthFailed(f"The provider does not accept its own new token for {place}: {said}")
        ahead = self.clock() - answer.date if answer.date else timedelta()
        if abs(ahead) > SKEW:
            minutes = abs(ahead).total_seconds() / 60
            where = "ahead of" if ahead > timedelta() else "behind"
            return ClockWrong(f"The clock of this host is {minutes:,.0f} minutes {where} that of the provider: {said}")
        return NotSigned(f"The provider does not accept the signature of a request for {place}: {said}")
