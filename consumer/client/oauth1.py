"""OAuth 1 without tokens, for OneRoster 1.1 (C-02): each request is signed with the consumer key and its secret.

Servers differ here too. HMAC-SHA256 comes first, as most ask for it; a server that refuses it is asked once with
HMAC-SHA1, and what worked is remembered. The query is part of what is signed, and servers decode it in different ways:
it is sent in the one spelling that all of them read alike.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256
from requests import PreparedRequest
from requests.auth import AuthBase
from requests_oauthlib import OAuth1

from consumer.client.transport import Answer, Body, Clock, Transport


@dataclass(frozen=True, slots=True)
class KeyPair:
    """As whom requests are signed."""

    key: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret, which must not come into logs (C-12)."""
        return f"KeyPair({self.key!r})"


class Signatures:
    """The signed requests of one connection. Each further try, and each redirect, has a signature of its own."""

    def __init__(self, transport: Transport, pair: KeyPair) -> None:
        self._transport = transport
        self._signer = _Signer(pair, transport.clock)
        self._proven = False
        transport.sign_with(self._signer)

    def send(
        self, method: str, url: str, headers: dict[str, str], data: Body = None, repeatable: bool = True
    ) -> Answer:
        """The answer to a signed request. Raises what Transport raises."""
        answer = self._transport.send(method, url, headers, data, repeatable)
        if self._proven or answer.status not in (400, 401):
            self._proven = True
            return answer
        self._signer.method = SIGNATURE_HMAC_SHA1
        second = self._transport.send(method, url, headers, data, repeatable)
        if second.status in (400, 401):
            self._signer.method = SIGNATURE_HMAC_SHA256
            return answer
        self._proven = True
        return second


class _Signer(AuthBase):
    def __init__(self, pair: KeyPair, clock: Clock) -> None:
        self._pair, self._clock = pair, clock
        self.method: str = SIGNATURE_HMAC_SHA256

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.url = strict(str(request.url))
        now = str(int(self._clock().timestamp()))
        sign = OAuth1(self._pair.key, client_secret=self._pair.secret, signature_method=self.method, timestamp=now)
        signed: PreparedRequest = sign(request)
        return signed


def strict(url: str) -> str:
    """The URL with its query spelt as RFC 3986 has it: a blank is %20 and a plus sign %2B, for those who read "+" as
    it stands and for those who read a blank; empty pairs are left out."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode(pairs, safe="", quote_via=quote)))
