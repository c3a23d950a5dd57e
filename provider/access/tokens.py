"""Bearer tokens: JWTs after RFC 9068, signed by this installation for one district, checked on every request.

A token is trusted for what it says only as long as its connection is as it was: each request reads the connection's
revision, so that disabling it, a new secret and changed options act at once, in every process (P-95, P-101).
"""

import secrets
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy.orm import Session

from provider.access.caller import Caller, Unauthorized, caller_of
from provider.access.models import Connection
from shared.database import fetch

#: Life of a token.
SECONDS = 3600

#: Verified tokens kept in memory. A platform holds a few; what falls out is only verified again.
KEPT = 1024

#: Read on every request, so plain SQL: a third of what the same query costs through SQLAlchemy's layers.
_REVISION = "SELECT revision FROM connection WHERE id = :id"


class _Verified(NamedTuple):
    connection_id: int
    revision: int
    expires: float
    caller: Caller


class Tokens:
    """Issues and checks the tokens of one district. `key` is 32 bytes that only this installation has."""

    def __init__(self, key: bytes, app_name: str, issuer: str) -> None:
        self._key = OctKey.import_key(key)
        self._app_name = app_name
        self._issuer = issuer
        self._kept: dict[str, _Verified] = {}
        self._lock = Lock()

    def issue(self, connection: Connection, scopes: frozenset[str], now: datetime) -> str:
        """A token for `connection` that carries `scopes` (short names) and ends SECONDS after `now`."""
        issued = int(now.timestamp())
        claims = {
            "iss": self._issuer, "aud": self._app_name, "sub": connection.client_id, "client_id": connection.client_id,
            "iat": issued, "exp": issued + SECONDS, "jti": secrets.token_urlsafe(12), "scope": " ".join(sorted(scopes)),
            "connection": connection.id, "generation": connection.secret_generation,
        }  # fmt: skip
        return jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, self._key)

    def authenticate(self, database: DatabaseConnection, authorization: str | None, now: datetime) -> Caller:
        """The caller that an Authorization header names. Raises Unauthorized.

        A token that was seen before costs a look-up in memory and one query by primary key.
        """
        kept = self._kept.get(authorization) if authorization else None
        if kept is None:
            return self._authenticate_new(database, authorization, now)
        if now.timestamp() >= kept.expires:
            raise Unauthorized("The token has expired: ask for a new one")
        found = fetch(database, _REVISION, {"id": kept.connection_id})
        if found and found[0][0] == kept.revision:
            return kept.caller
        return self._authenticate_new(database, authorization, now)

    def _authenticate_new(self, database: DatabaseConnection, authorization: str | None, now: datetime) -> Caller:
        """Verify the token itself, then look at its connection."""
        if not authorization:
            raise Unauthorized("There is no Authorization header: send one with a bearer token")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized("The Authorization header is not a bearer token")
        claims = self._claims(token.strip())
        if now.timestamp() >= claims["exp"]:
            raise Unauthorized("The token has expired: ask for a new one")
        with Session(database) as session:
            return self._caller(session.get(Connection, claims["connection"]), claims, authorization)

    def _caller(self, connection: Connection | None, claims: dict[str, Any], authorization: str) -> Caller:
        if connection is None or not connection.enabled or connection.client_id != claims["client_id"]:
            raise Unauthorized("The connection is disabled or no longer there")
        if connection.secret_generation != claims["generation"]:
            raise Unauthorized("The connection has a new secret since: ask for a new token with it")
        if connection.oauth != "oauth2":
            raise Unauthorized("The connection signs its requests (OAuth 1) and has no tokens")
        caller = caller_of(connection, frozenset(claims["scope"].split()))
        self._keep(authorization, _Verified(connection.id, connection.revision, claims["exp"], caller))
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that we signed for this district. Raises Unauthorized."""
        try:
            decoded = jwt.decode(token, self._key, algorithms=["HS256"])
        except (JoseError, ValueError):
            raise Unauthorized("The token is not valid: ask for a new one") from None
        if decoded.header.get("typ") != "at+jwt" or decoded.claims.get("aud") != self._app_name:
            raise Unauthorized("The token is not valid here: ask for a new one")
        return decoded.claims

    def _keep(self, authorization: str, verified: _Verified) -> None:
        with self._lock:
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[authorization] = verified
