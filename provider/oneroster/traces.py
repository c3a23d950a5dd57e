"""One line of the request log for each call of the API (P-114)."""

import re
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from flask import Flask, Request, Response
from flask.globals import request_ctx

from provider.access.endpoint import GIVEN_TO
from provider.access.inside import READS_AS
from provider.access.request_log import Entry, harmless
from shared.oneroster.query import Query
from shared.oneroster.resources.model import Resource
from shared.oneroster.versions import Version

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Where calls begin: the API and the token endpoint. What people's pages ask for is not logged here.
_LOGGED = ("/ims/oneroster/", "/oauth2/")
#: Under which a call is known on both sides; a platform that sends none, or another thing, is told ours.
REQUEST_ID = "X-Request-ID"
_IS_REQUEST_ID = re.compile(r"[A-Za-z0-9._:=+/-]{1,64}").fullmatch


class Trace:
    """What is known of the call at hand; the views fill it in."""

    __slots__ = ("at", "began", "connection_id", "query", "records", "resource", "total", "version")

    def __init__(self) -> None:
        self.at = datetime.now(UTC)
        self.began = perf_counter()
        self.connection_id: int | None = None
        self.resource: Resource | None = None
        self.version: Version | None = None
        self.query: Query | None = None
        self.records: int | None = None
        self.total: int | None = None


class ApiRequest(Request):
    """A request that knows what will be logged of it."""

    def __init__(self, environ: "WSGIEnvironment", populate_request: bool = True, shallow: bool = False) -> None:
        super().__init__(environ, populate_request, shallow)
        self.trace = Trace()


def present() -> ApiRequest:
    """The request at hand, itself: each look at Flask's `request` would be a search for it."""
    return cast(ApiRequest, request_ctx.request)


def trace_calls(app: Flask) -> None:
    """Log every call of an application."""
    app.request_class = ApiRequest

    @app.after_request
    def end(response: Response) -> Response:
        request = present()
        if request.path.startswith(_LOGGED):
            request_id = _request_id(request)
            response.headers[REQUEST_ID] = request_id
            if READS_AS in request.environ:
                return response  # the log tells what platforms asked for
            app.extensions["homeroom"]["request_log"].note(_entry(request, response, request_id))
        return response


def _request_id(request: ApiRequest) -> str:
    """The id that the platform gave the call, else a new one."""
    sent: str = request.environ.get("HTTP_X_REQUEST_ID", "")
    return sent if _IS_REQUEST_ID(sent) else uuid4().hex


def _entry(request: ApiRequest, response: Response, request_id: str) -> Entry:
    trace, endpoint = request.trace, request.endpoint
    query = trace.query
    shown = None
    if query is not None and query.filter is not None and trace.resource is not None and trace.version is not None:
        shown = _storable(harmless(query.filter, trace.resource, trace.version))[:400]
    collection = query if trace.records is not None and trace.total is not None else None
    return Entry(
        at=trace.at,
        connection_id=trace.connection_id or request.environ.get(GIVEN_TO),
        method=request.method[:8],
        operation=_storable(endpoint.rpartition(".")[2] if endpoint else request.path)[:100],
        objects=_storable(" ".join((request.view_args or {}).values()))[:600] or None,
        filter=shown,
        sort=query.sort if query else None,
        limit=collection.limit if collection else None,
        offset=collection.offset if collection else None,
        records=trace.records,
        total=trace.total,
        status=response.status_code,
        milliseconds=round(1000 * (perf_counter() - trace.began), 2),
        bytes=int(response.headers.get("Content-Length") or 0),
        request_id=request_id,
    )


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL in texts."""
    return text.replace("\0", "")
