"""OAuth 2 client credentials (C-02): one bearer token, fetched when first needed, renewed when it ends.

Servers differ, so the first try is what RFC 6749 says (HTTP Basic, with scope), and each refusal that points at one
of the two leads to one try without it; what worked is remembered.
"""

import base64
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote_plus

import msgspec

from consumer.client.errors import AuthFailed, BadAnswer, ClientError, ServerFault
from consumer.client.spoken import spoken
from consumer.client.transport import Answer, Body, Transport

#: A token is renewed this long before it ends.
EARLY = timedelta(seconds=30)


class UnknownClient(AuthFailed):
    """The provider does not know the client id, or not with this secret: servers do not say which."""

    advice = (
        "Enter client id and client secret again: one of them is wrong, or the district has made a new secret since; "
        "ask the district whether the connection is enabled, and whether the token URL is that of this district"
    )


class NoToken(BadAnswer):
    """The token URL leads to something that gives no tokens."""

    advice = "Ask the district for the SIS Authentication URL (token URL): the one entered here leads to something else"


@dataclass(frozen=True, slots=True)
class Credentials:
    """As whom a token is asked for. `scope`: blank-separated URLs, or None for none."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str | None

    def __repr__(self) -> str:
        """Without the secret, which must not come into logs (C-12)."""
        return f"Credentials({self.token_url!r}, {self.client_id!r})"


@dataclass(frozen=True, slots=True)
class _Way:
    """How the token endpoint is asked: credentials in the header or in the body, with a scope or without."""

    basic: bool
    scope: str | None


class _Token(msgspec.Struct):
    """A token answer, as loosely as servers write it."""

    access_token: str
    token_type: str | None = None
    expires_in: float | str | None = None


class Tokens:
    """The bearer token of one connection."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self._credentials = credentials
        self._way = _Way(True, credentials.scope)
        self._token: str | None = None
        self._until: datetime | None = None

    def bearer(self) -> str:
        """A token that has not ended, as far as can be told. Raises AuthFailed, BadAnswer and what Transport raises."""
        if self._token is None or (self._until is not None and self._transport.clock() >= self._until):
            return self.renew()
        return self._token

    def send(
        self, method: str, url: str, headers: dict[str, str], data: Body = None, repeatable: bool = True
    ) -> Answer:
        """The answer to an authorised request. A 401 renews the token once and asks again: tokens end in the middle
        of walks. Raises as `bearer`.
        """
        sent = headers | {"Authorization": f"Bearer {self.bearer()}"}
        answer = self._transport.send(method, url, sent, data, repeatable)
        if answer.status == 401:
            sent = headers | {"Authorization": f"Bearer {self.renew()}"}
            answer = self._transport.send(method, url, sent, data, repeatable)
        return answer

    def renew(self) -> str:
        """A new token, whatever there was. The way in which it was given is remembered for the next."""
        self._token = None
        way, answer = self._way, self._ask(self._way)
        while answer.status != 200:
            other = _other_way(way, answer)
            if other is None:
                raise _refusal(answer)
            way, answer = other, self._ask(other)
        self._token, self._until = self._read(answer)
        self._way = way
        return self._token

    def _ask(self, way: _Way) -> Answer:
        known = self._credentials
        data, headers = {"grant_type": "client_credentials"}, {}
        if way.scope:
            data["scope"] = way.scope
        if way.basic:
            pair = f"{quote_plus(known.client_id)}:{quote_plus(known.client_secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            data |= {"client_id": known.client_id, "client_secret": known.client_secret}
        return self._transport.send("POST", known.token_url, headers, data)

    def _read(self, answer: Answer) -> tuple[str, datetime | None]:
        """(token, when to renew it; None when the server does not say)."""
        try:
            token = msgspec.json.decode(answer.body, type=_Token, strict=False)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NoToken("The token URL answers with something that is not a token") from None
        if (token.token_type or "bearer").lower() != "bearer":
            raise NoToken(f"The token URL gives a token of type {token.token_type!r}, not a bearer token")
        try:
            seconds = float(token.expires_in or 0)
        except ValueError:
            seconds = 0.0
        if seconds <= 0:
            return token.access_token, None
        life = timedelta(seconds=seconds)
        return token.access_token, self._transport.clock() + life - min(EARLY, life / 2)


class _Refusal(msgspec.Struct):
    error: str | None = None


def _error(answer: Answer) -> str | None:
    """The error code of RFC 6749 in a refusal; None where there is none."""
    try:
        return msgspec.json.decode(answer.body, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _refusal(answer: Answer) -> ClientError:
    """The exception for a final refusal."""
    said, error = spoken(answer), _error(answer)
    if answer.status >= 500:
        return ServerFault(f"The token URL fails to answer: {said}")
    if error == "invalid_client" or (error is None and answer.status == 401):
        return UnknownClient(f"The token URL does not accept this client id with this client secret: {said}")
    if error is None and answer.status in (404, 405):
        return NoToken(f"The token URL leads to nothing that gives tokens: {said}")
    return AuthFailed(f"The token URL refuses this client: {said}")


def _other_way(way: _Way, answer: Answer) -> _Way | None:
    """What to leave out after this refusal; None when it is final."""
    error = _error(answer)
    if answer.status >= 500:
        return None
    if error == "invalid_scope":
        return replace(way, scope=None) if way.scope else None
    refused = error in ("invalid_client", "invalid_request") or (error is None and answer.status in (400, 401))
    return replace(way, basic=False) if way.basic and refused else None
