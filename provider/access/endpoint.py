"""The token endpoint: OAuth 2 client credentials after RFC 6749, through Authlib (P-106, P-107, real-clients 1 … 3).

What Authlib leaves open is decided here: credentials are read from Basic or from the body and from nowhere else, every
failure to prove who one is answers 401 with one and the same sentence, and scopes are granted as clients need it.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import orjson
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as AuthlibClientCredentialsGrant
from flask import Blueprint, Request, Response, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from provider.access.connections import allowed_scopes
from provider.access.credentials import CLIENT_ID, digest, matches
from provider.access.models import Connection
from provider.access.tokens import SECONDS, Tokens
from provider.database import db
from shared.oneroster import scopes
from shared.oneroster.versions import Version

#: Where the environment of a request names the connection (its id) that was given a token, for the request log (P-114).
GIVEN_TO = "homeroom.given_to"

#: A token request is a few hundred bytes.
MAXIMUM_BODY = 16 * 1024

#: Parameters that may come once, and in the body only.
PARAMETERS = ("grant_type", "scope", "client_id", "client_secret")

_NOBODY = digest("")


class InvalidClient(InvalidClientError):
    """One answer to every failed proof, whatever failed (P-95)."""

    status_code = 401
    description = "The client id or secret is wrong, or the connection is disabled."

    def __init__(self) -> None:
        super().__init__(description=self.description, status_code=401)

    def get_headers(self) -> list[tuple[str, str]]:
        return [*OAuth2Error.get_headers(self), ("WWW-Authenticate", 'Basic realm="OneRoster"')]


@dataclass(frozen=True, slots=True)
class Client:
    """A connection as Authlib asks about it. Its secret has been checked by the time that there is one."""

    connection: Connection

    def check_endpoint_auth_method(self, _method: str, _endpoint: str) -> bool:
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == ClientCredentialsGrant.GRANT_TYPE


class FormPayload(OAuth2Payload):
    """Parameters of the body alone: those of the URL are written into logs on their way."""

    def __init__(self, form: MultiDict[str, str]) -> None:
        self._form = form

    @property
    def data(self) -> MultiDict[str, str]:
        return self._form


class ClientCredentialsGrant(AuthlibClientCredentialsGrant):
    """Grants the known and allowed part of the scopes asked for, and everything allowed where none is."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("basic_or_body",)

    def validate_requested_scope(self) -> None:
        connection = self.request.client.connection
        self.granted = scopes.grant(self.request.payload.scope, allowed_scopes(connection), Version(connection.version))
        if self.granted is None:
            raise InvalidScopeError("None of the scopes asked for is known and allowed to this connection.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        return 200, self.generate_token(scope=self.granted), self.TOKEN_RESPONSE_HEADER


class TokenServer(AuthorizationServer):
    """Authlib's server for one request: where clients are kept, and what a token is."""

    def __init__(self, session: Session, tokens: Tokens, now: datetime) -> None:
        super().__init__()
        self._session = session
        self._tokens = tokens
        self._now = now
        self.register_grant(ClientCredentialsGrant)
        self.register_client_auth_method("basic_or_body", self._authenticate)

    def query_client(self, client_id: str) -> Connection | None:
        """The enabled OAuth 2 connection with that client id."""
        if not CLIENT_ID.fullmatch(client_id):
            return None
        found = select(Connection).where(
            Connection.client_id == client_id, Connection.oauth == "oauth2", Connection.enabled
        )
        return self._session.scalar(found)

    def _authenticate(self, _query_client: Any, asked: OAuth2Request) -> Client:
        """The client that proves itself. Raises InvalidClient. As much work is done for an unknown one."""
        client_id, secret = _credentials(asked)
        connection = self.query_client(client_id)
        right = matches(secret, connection.secret_hash if connection else _NOBODY)
        if connection is None or not right:
            raise InvalidClient
        return Client(connection)

    def generate_token(self, grant_type: str, client: Client, scope: scopes.Grant, **_: Any) -> dict[str, Any]:
        token = self._tokens.issue(client.connection, scope.names, self._now)
        request.environ[GIVEN_TO] = client.connection.id
        return {"access_token": token, "token_type": "Bearer", "expires_in": SECONDS, "scope": scope.scope}

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: Request) -> OAuth2Request:
        asked = OAuth2Request(request.method, request.url, headers=request.headers)
        asked.payload = FormPayload(request.form)
        return asked

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        return Response(orjson.dumps(body), status, headers)


def _credentials(asked: OAuth2Request) -> tuple[str, str]:
    """(client id, secret) from Basic, percent-encoded or not, else from the body. Raises InvalidClient."""
    scheme, _, encoded = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            text = base64.b64decode(encoded).decode()
        except ValueError:
            raise InvalidClient from None
        client_id, _, secret = text.partition(":")
        return unquote_plus(client_id), unquote_plus(secret)
    form = asked.payload.data
    return form.get("client_id", ""), form.get("client_secret", "")


def _refuse_malformed(asked: Request) -> None:
    """Raises InvalidRequestError for what RFC 6749 sections 2.3.1, 3.2 and 4.4.2 forbid."""
    if any(name in asked.args for name in ("client_id", "client_secret")):
        raise InvalidRequestError("Send client_id and client_secret in the Authorization header or the body.")
    for name in PARAMETERS:
        if len(asked.form.getlist(name)) > 1:
            raise InvalidRequestError(f"{name} is repeated.")
    if not asked.form.get("grant_type"):
        raise InvalidRequestError("grant_type is missing: send grant_type=client_credentials as a form in the body.")


token_endpoint = Blueprint("token_endpoint", __name__)


@token_endpoint.post("/oauth2/token")
def issue_token() -> Response:
    """A bearer token for the connection that proves itself."""
    homeroom = current_app.extensions["homeroom"]
    server = TokenServer(db.session(), homeroom["tokens"], datetime.now(UTC))
    request.max_content_length = MAXIMUM_BODY
    try:
        if request.args.get("appName", homeroom["app_name"]) != homeroom["app_name"]:
            raise InvalidClient
        _refuse_malformed(request)
    except RequestEntityTooLarge:
        error: OAuth2Error = InvalidRequestError("The body is too long.", status_code=413)
        return server.handle_response(*error())
    except OAuth2Error as error:
        return server.handle_response(*error())
    response: Response = server.create_token_response(request)
    return response
