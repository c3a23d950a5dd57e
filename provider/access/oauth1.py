"""OAuth 1.0a after RFC 5849, two-legged: requests of 1.1 connections that are signed with a key and a secret.

oauthlib takes the request apart and computes the signature. What is decided here: whose key it is, the clock (10
minutes past, 5 minutes ahead, `oneroster-1.1.md` section 8.1), that a nonce counts only once its signature was right,
and the words of a refusal. Knows nothing of Flask.
"""

import logging
import re
from collections.abc import Callable
from datetime import datetime
from math import inf
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from oauthlib.common import Request
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, RequestValidator, SignatureOnlyEndpoint
from sqlalchemy import Connection as DatabaseConnection
from sqlalchemy import select
from sqlalchemy.orm import Session

from provider.access.caller import Caller, Unauthorized, caller_of
from provider.access.connections import allowed_scopes
from provider.access.credentials import CLIENT_ID
from provider.access.expiry import told_expired
from provider.access.models import Connection
from provider.access.nonces import FUTURE, PAST, Nonces
from shared.database import fetch
from shared.sealing import Sealer

METHODS = (SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256)

#: Printable ASCII: ten characters, a UUID, base64 (real-clients 4).
NONCE = re.compile(r"[!-~]{1,255}")

TIMESTAMP = re.compile(r"[0-9]{10}")

_REVISION = "SELECT revision FROM connection WHERE id = :id"

# What oauthlib logs of a failed request has the query in it, and so names of people.
logging.getLogger("oauthlib").setLevel(logging.WARNING)


class BadSignature(Unauthorized):
    """A signed request that is not let in."""

    challenge = 'OAuth realm="OneRoster"'


class Signed(NamedTuple):
    """A request as it was signed.

    address        the public URL as the client knows it, its path as sent, without the query
    query          the query string as sent
    authorization  the Authorization header; None where the query holds the OAuth parameters

    Bodies are not signed: JSON is no form, and a form that comes with a GET is ignored here (real-clients 7).
    """

    method: str
    address: str
    query: bytes
    authorization: str | None


def is_signed(authorization: str | None, query: bytes) -> bool:
    """Whether a request comes with an OAuth 1 signature, in the header or in the query."""
    if authorization is None:
        return b"oauth_signature=" in query
    return authorization[:6].rstrip().lower() == "oauth"


class _Key(NamedTuple):
    """A consumer key with its secret opened, as of a revision of its connection. `expires_at` as in `Connection`."""

    connection_id: int
    revision: int
    secret: str
    enabled: bool
    expires_at: datetime | None
    caller: Caller


class Signatures:
    """Checks the signatures of one district's callers. Opened secrets are remembered in memory until the connection
    changes: opening one costs more than everything else here."""

    def __init__(self, sealer: Sealer, nonces: Nonces) -> None:
        self._sealer = sealer
        self._nonces = nonces
        self._kept: dict[str, _Key] = {}
        self._lock = Lock()

    def authenticate(self, database: DatabaseConnection, signed: Signed, now: datetime) -> Caller:
        """The caller that signed a request; an OAuth 1 caller may do all that its functions allow. Raises BadSignature.

        A right signature comes before everything that tells about a connection, and before its nonce is used up.
        """
        check = _Check(lambda client_key: self._find(database, client_key), now)
        valid, asked = _validate(check, signed)
        if not valid or asked is None or check.key is None:
            raise BadSignature(_reason(asked, signed.address, now))
        key = check.key
        if asked.resource_owner_key:
            raise BadSignature("There are no tokens in two-legged OAuth 1: leave oauth_token out, or empty")
        if not key.enabled:
            raise BadSignature("The connection is disabled")
        if key.expires_at is not None and now >= key.expires_at:
            raise BadSignature(told_expired(key.expires_at))
        if not self._nonces.use(key.connection_id, int(asked.timestamp), asked.nonce, now):
            raise BadSignature("The oauth_nonce has been used before: make a new one for each request")
        return key.caller

    def _find(self, database: DatabaseConnection, client_key: str) -> _Key | None:
        """The key of that name, if an OAuth 1 connection has it. One seen before costs a query by primary key."""
        kept = self._kept.get(client_key)
        if kept is not None:
            found = fetch(database, _REVISION, {"id": kept.connection_id})
            if found and found[0][0] == kept.revision:
                return kept
        if not CLIENT_ID.fullmatch(client_key):
            return None
        key = self._read(database, client_key)
        with self._lock:
            if key is None:
                self._kept.pop(client_key, None)
            else:
                self._kept[client_key] = key
        return key

    def _read(self, database: DatabaseConnection, client_key: str) -> _Key | None:
        wanted = select(Connection).where(Connection.client_id == client_key, Connection.oauth == "oauth1")
        with Session(database) as session:
            row = session.scalar(wanted)
            if row is None:
                return None
            secret = self._sealer.unseal(row.secret_sealed)
            caller = caller_of(row, allowed_scopes(row))
            return _Key(row.id, row.revision, secret, row.enabled, row.expires_at, caller)


class _Check(RequestValidator):
    """What oauthlib asks about one request. `key` is whose it is, once that has been asked."""

    # TLS ends at the proxy in front of us, and the public URL says whether there is one.
    enforce_ssl = False
    allowed_signature_methods = METHODS
    # oauthlib would look at the wall clock; `validate_timestamp_and_nonce` looks at ours.
    timestamp_lifetime = inf
    dummy_client = "nobody"

    def __init__(self, find: Callable[[str], _Key | None], now: datetime) -> None:
        super().__init__()
        self._find = find
        self._now = now
        self.key: _Key | None = None

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return NONCE.fullmatch(nonce) is not None

    def validate_timestamp_and_nonce(self, client_key: str, timestamp: str, *_: Any, **__: Any) -> bool:
        """The clock alone: a nonce is used up by a right signature only."""
        return _is_timely(timestamp, self._now)

    def validate_client_key(self, client_key: str, request: Request) -> bool:
        self.key = self._find(client_key)
        return self.key is not None

    def get_client_secret(self, client_key: str, request: Request) -> str:
        return self.key.secret if self.key else "nothing"

    def get_access_token_secret(self, client_key: str, token: str, request: Request) -> str:
        return ""


def _validate(check: _Check, signed: Signed) -> tuple[bool, Request | None]:
    """oauthlib's verdict, and the request as it was read. oauthlib takes no query but a strictly encoded one; which
    characters a client left as they are makes no difference to the signature."""
    query = parse_qsl(signed.query.decode("utf-8", "replace"), keep_blank_values=True)
    uri = f"{signed.address}?{urlencode(query, quote_via=quote)}" if query else signed.address
    headers = {} if signed.authorization is None else {"Authorization": signed.authorization}
    endpoint = SignatureOnlyEndpoint(check)
    try:
        verdict: tuple[bool, Request | None] = endpoint.validate_request(uri, signed.method, None, headers)
    except ValueError:
        # A header that cannot be taken apart, or letters that are none.
        return False, None
    return verdict


def _is_timely(timestamp: str, now: datetime) -> bool:
    if not TIMESTAMP.fullmatch(timestamp):
        return False
    behind = now.timestamp() - int(timestamp)
    return -FUTURE.total_seconds() <= behind <= PAST.total_seconds()


def _reason(asked: Request | None, address: str, now: datetime) -> str:
    """Why a request was refused, for the client's developer; it tells nothing about keys."""
    if asked is None:
        return "The OAuth 1 parameters cannot be read: send each once, all in the header or all in the query"
    needed = ("consumer_key", "nonce", "signature", "signature_method", "timestamp")
    missing = [f"oauth_{name}" for name in needed if not asked.oauth_params.get(f"oauth_{name}")]
    if missing:
        return f"The OAuth 1 parameters lack {', '.join(missing)}"
    if asked.signature_method not in METHODS:
        return f"The oauth_signature_method has to be {' or '.join(METHODS)}"
    if not _is_timely(asked.timestamp, now):
        return (
            "The oauth_timestamp is more than 10 minutes behind or 5 minutes ahead of the clock here "
            f"({int(now.timestamp())}): set the client's clock"
        )
    if not NONCE.fullmatch(asked.nonce):
        return "The oauth_nonce has to be 1 to 255 printable characters"
    if asked.oauth_params.get("oauth_version", "1.0") != "1.0":
        return "The oauth_version has to be 1.0, or left out"
    return (
        "The oauth_consumer_key is not known here, or the signature is not that of this request: it covers the method, "
        f"the public URL ({address}) and every query parameter, and is made with the connection's secret"
    )
