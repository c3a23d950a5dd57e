"""What every call of the API goes through: the guard, a reading of what the caller sees, the answer, and the words of
failures."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from flask import Blueprint, Response
from flask.globals import request_ctx
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_etags

from provider.access.guard import Caller, Unauthorized, authenticate, check_vendor_key
from provider.access.limits import Busy
from provider.oneroster.envelope import (
    VARY,
    Arguments,
    collection_body,
    encoded,
    link_header,
    respond,
    select_fields,
    single_body,
)  # fmt: skip
from provider.oneroster.slashes import restore, sent_path
from provider.oneroster.traces import ApiRequest, present
from provider.publishing.reading import NotPublished, Page, Reading, open_reading
from shared.database import Readers
from shared.oneroster.errors import Failure, OneRosterError, error_body
from shared.oneroster.query import Query
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.operations import Parent
from shared.oneroster.versions import Version

#: Seconds after which a client may ask again for what is being built.
_RETRY_AFTER = "30"

#: The services that ask for a vendor key, by the names of their scopes (P-98).
_WITH_VENDOR_KEY = ("gradebook", "assessment")

#: Parameters of a signature in the query (OAuth 1); they are no part of the question.
_SIGNATURE = "oauth_"


class Call(NamedTuple):
    """A caller who has been let in, with its `request`: `reading` is the caller's edition, `database` a connection that
    only reads, `traffic` where walks are kept."""

    request: ApiRequest
    caller: Caller
    reading: Reading
    database: Connection
    traffic: Readers
    now: datetime


@contextmanager
def let_in(scopes: frozenset[str], version: Version) -> Iterator[Call]:
    """Let the caller in, if it may use one of the scopes and its connection speaks the version; for the time of the
    request. Raises Unauthorized, Busy, OneRosterError, NotPublished."""
    request, homeroom = present(), district()
    trace = request.trace
    now = trace.at
    main, traffic = homeroom["readers"]
    with main.connection() as database:
        caller = authenticate(request, homeroom, database, lambda: _public_url(request), now)
        trace.connection_id, trace.version = caller.connection_id, version
        with homeroom["limits"].place(caller.walker, caller.at_a_time, caller.a_minute, now):
            _check(request, caller, scopes, version)
            reading = open_reading(homeroom["memory"], database, traffic, caller.edition, caller.walker, now)
            yield Call(request, caller, reading, database, traffic, now)


def district() -> dict[str, Any]:
    """What the application of the district at hand holds (`provider.app.create_app`)."""
    held: dict[str, Any] = request_ctx.app.extensions["homeroom"]
    return held


def _check(request: ApiRequest, caller: Caller, scopes: frozenset[str], version: Version) -> None:
    if caller.version is not version:
        raise OneRosterError(
            Failure.FORBIDDEN, f"This connection speaks OneRoster {caller.version}; this address is OneRoster {version}"
        )
    if scopes.isdisjoint(caller.scopes):
        wanted = " or ".join(sorted(scopes))
        raise OneRosterError(
            Failure.FORBIDDEN, f"The connection or its token does not have the scope that this needs: {wanted}"
        )
    if any(scope.startswith(_WITH_VENDOR_KEY) for scope in scopes):
        check_vendor_key(request, caller)


def rule(path: str) -> str:
    """The path of an operation as Flask writes it."""
    return re.sub(r"{(\w+)}", r"<\1>", path)


def decoded(segments: dict[str, str]) -> dict[str, str]:
    """The path parameters, with the slashes inside them."""
    return {name: restore(value) for name, value in segments.items()}


def arguments(request: ApiRequest) -> Arguments:
    """The query parameters as they came, decoded, without those of a signature."""
    return [(name, value) for name, value in request.args.items(multi=True) if not name.startswith(_SIGNATURE)]


def require(reading: Reading, parent: Parent, params: dict[str, str]) -> None:
    """Refuse a path that names an object which is not there (404)."""
    if reading.one(parent.resource, parent.view, params, params[parent.param]) is None:
        raise unknown(parent.resource, params[parent.param])


def unknown(resource: Resource, sourced_id: str) -> OneRosterError:
    """The failure of a call for an object that is not there, or that the caller may not see."""
    return OneRosterError(
        Failure.UNKNOWN_OBJECT, f"Unknown Object: no {resource.singular} with sourcedId {sourced_id!r} here"
    )


def is_current(request: ApiRequest, state: str) -> bool:
    """Whether the caller has this page as it is already: `If-None-Match` names the state (real-clients 23)."""
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    return known is not None and (known.strip() == "*" or parse_etags(known).contains_weak(state))


def _tag(state: str) -> str:
    """The entity tag of any page of a collection in this state: weak, for compressed or not it is the same."""
    return f'W/"{state}"'


def _state_headers(state: str) -> tuple[tuple[str, str], ...]:
    """A page may be kept by its caller, and is asked for again each time."""
    return ("ETag", _tag(state)), ("X-Collection-Revision", state), ("Cache-Control", "private, no-cache")


def answer_unchanged(state: str) -> Response:
    """304: the caller has this page already."""
    return Response(status=304, headers=[*_state_headers(state), ("Vary", VARY)])


def answer_page(request: ApiRequest, resource: Resource, page: Page, query: Query, asked: Arguments) -> Response:
    """A page of a collection with X-Total-Count, Link and what its next asking can be shortened by."""
    trace = request.trace
    trace.resource, trace.query, trace.total = resource, query, page.total
    trace.records = min(query.limit, max(0, page.total - query.offset))
    pieces = select_fields(page.pieces, query.fields)
    body = collection_body(resource.plural, pieces, query.warnings)
    sent = _unsigned(request.query_string.decode("latin-1"))
    links = link_header(encoded(_public_url(request)), sent, asked, query, page.total, page.revision)
    headers = ("X-Total-Count", str(page.total)), ("Link", links), *_state_headers(page.state)
    return respond(body, taken_by(request), 200, *headers)


def answer_one(request: ApiRequest, resource: Resource, text: bytes, query: Query) -> Response:
    """One record; `text` is its JSON."""
    request.trace.records = 1
    body = single_body(resource.singular, select_fields([b"," + text], query.fields), query.warnings)
    return respond(body, taken_by(request))


def taken_by(request: ApiRequest) -> str:
    """The Accept-Encoding of a request."""
    taken: str = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    return taken


def _unsigned(query: str) -> str:
    """A query string as it came, less the parameters of a signature: a page's URL is signed anew each time."""
    if _SIGNATURE not in query:
        return query
    return "&".join(part for part in query.split("&") if not part.startswith(_SIGNATURE))


def _public_url(request: ApiRequest) -> str:
    """The absolute URL of the request without its query, as it was asked for, at the configured public address and not
    at the request's host."""
    public = district()["settings"].provider_url
    return f"{public}{sent_path(request.environ) or quote(request.root_path + request.path)}"


def register_errors(blueprint: Blueprint, version: Version) -> None:
    """Every failure in the words of the version; nothing of the inside leaves."""

    def answer(failure: Failure, description: str, **headers: str) -> Response:
        response = respond_error(version, failure, description)
        response.headers.extend({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    @blueprint.errorhandler(OneRosterError)
    def failed(error: OneRosterError) -> Response:
        return answer(error.failure, error.description)

    @blueprint.errorhandler(Unauthorized)
    def unauthorized(error: Unauthorized) -> Response:
        return answer(Failure.UNAUTHORIZED, str(error), WWW_Authenticate=error.challenge)

    @blueprint.errorhandler(Busy)
    def too_much(busy: Busy) -> Response:
        return answer(Failure.SERVER_BUSY, str(busy), Retry_After=str(busy.retry_after))

    @blueprint.errorhandler(NotPublished)
    def not_ready(_error: NotPublished) -> Response:
        text = "The district's data are being prepared for this connection; ask again soon"
        return answer(Failure.NOT_READY, text, Retry_After=_RETRY_AFTER)

    @blueprint.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return answer(Failure.INVALID_DATA, error.description or "The request cannot be read")

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        request_ctx.app.logger.error("%s failed: %s", present().endpoint, type(error).__name__, exc_info=error)
        return answer(Failure.INTERNAL, "Something went wrong here; it has been logged. Try again later")


def respond_error(version: Version, failure: Failure, description: str) -> Response:
    """The error body of a version with its status."""
    return respond([orjson.dumps(error_body(version, failure, description))], "", failure.status)
