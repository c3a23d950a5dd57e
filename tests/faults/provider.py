"""A OneRoster provider over real HTTP on 127.0.0.1 that can be told to misbehave in every way seen in the field.

    with FaultProvider(Version.V1P1) as provider:
        provider.records["users"][0]["givenName"] = "Ada"      # edit what it serves
        provider.on("users", offset=2, status=500, times=1)    # one failure in mid-walk
        provider.manners.link = "none"                         # lasting bad manners

`provider.seen` lists the requests that it had, in order. Nothing here waits, save `Fault.delay` and `Fault.drip`.
"""

import base64
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote_plus, urlencode

import orjson
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from shared.oneroster.versions import BASE_PATHS, Version
from tests.faults.district import small_district

CLIENT_ID, CLIENT_SECRET = "client-1", "secret-1"
TOKEN = "/oauth2/token"


@dataclass
class Manners:
    """Lasting habits of the provider.

    link             "absolute", "relative", "bare" (no angle brackets), "foreign" (another host), "none"
    total            send X-Total-Count; total_drift is added to it for every page but the first
    max_limit        a higher limit is silently lowered to this
    blind_link       Link counts with the limit that was asked for, not with the lowered one
    ignore_offset    every page is the first one
    endless          Link names a next page on the last one too
    filter           "obeyed", "refused", "ignored", "uncounted" (X-Total-Count is that of everything)
    date             the clock in its answers, as an HTTP date; "" for none, None for the true one
    only             of these collections nothing but this part is served and counted
    wrapper          the key around a collection, None for the right one
    wrong_case       enumerations and statuses with a capital
    token_requests   a token is good for this many requests; None for ever
    basic            accept HTTP Basic at the token endpoint, body: accept credentials in the body
    scope            accept a scope at the token endpoint
    token_type       as sent
    compress         gzip when asked for
    """

    link: str = "absolute"
    total: bool = True
    total_drift: int = 0
    max_limit: int = 50_000
    blind_link: bool = False
    ignore_offset: bool = False
    endless: bool = False
    filter: str = "obeyed"
    date: str | None = None
    only: dict[str, slice] = field(default_factory=dict)
    wrapper: str | None = None
    wrong_case: bool = False
    token_requests: int | None = None
    basic: bool = True
    body: bool = True
    scope: bool = True
    token_type: str = "bearer"
    compress: bool = True


@dataclass
class Fault:
    """What happens instead of the right answer to requests for `collection` (None: any) at `offset` (None: any).

    times      how often, None for ever; the first `after` such requests are answered rightly
    status, headers, body   this answer instead
    edit       the right answer with this body made from its own, and with `headers` beside its own
    truncate   two thirds of the right answer, as if that were all
    reset      the connection breaks before the answer; cut: in the middle of its body
    delay      seconds before the right answer
    drip       seconds between the bytes of an answer that never ends: "head" or "body" says which part of it
    flood      an answer of so many bytes, announced or not
    """

    collection: str | None
    offset: int | None = None
    times: int | None = 1
    after: int = 0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    edit: Callable[[bytes], bytes] | None = None
    truncate: bool = False
    reset: bool = False
    cut: bool = False
    delay: float = 0.0
    drip: float = 0.0
    part: str = "body"
    flood: int = 0
    announced: bool = True

    def takes(self, collection: str, offset: int) -> bool:
        """Whether this request is its turn; counts it."""
        if self.times == 0 or self.collection not in (None, collection) or self.offset not in (None, offset):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(frozen=True)
class Seen:
    """A request as it came: `collection` is what follows the base path, or "token"."""

    collection: str
    limit: int
    offset: int
    headers: dict[str, str]
    form: dict[str, str]
    filter: str


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests: `FaultProvider.seen` has them."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def send_header(self, keyword: str, value: str) -> None:
        """The clock of an answer goes before that of the server."""
        if keyword == "Date":
            self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Date:")]
        super().send_header(keyword, value)


class FaultProvider:
    """The provider. `base_url` and `token_url` are what a connection is given."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.records = small_district(version)
        self.manners = Manners()
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.flooded = 0
        self.client_id, self.client_secret = CLIENT_ID, CLIENT_SECRET
        self._tokens: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.host_url = f"http://127.0.0.1:{self._server.server_port}"
        self.base_url = f"{self.host_url}/campus/oneroster/demo"
        self.rostering_url = self.base_url + BASE_PATHS[version, "rostering"]
        self.token_url = f"{self.host_url}{TOKEN}?appName=demo"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def on(self, collection: str | None, **how: Any) -> Fault:
        """Add a fault: see Fault."""
        fault = Fault(collection, **how)
        self.faults.append(fault)
        return fault

    def behave(self) -> None:
        """No more faults and bad manners; forget the requests."""
        self.faults, self.seen, self.manners, self.flooded = [], [], Manners(), 0

    def asked(self, collection: str) -> list[Seen]:
        """The requests for one collection, or for "token"."""
        return [seen for seen in self.seen if seen.collection == collection]

    def find(self, collection: str, sourced_id: str) -> Any:
        """The record that is served under this id, to be edited."""
        return next(row for row in self.records[collection] if row["sourcedId"] == sourced_id)

    def remove(self, collection: str, sourced_id: str) -> None:
        """Serve this record no more."""
        self.records[collection].remove(self.find(collection, sourced_id))

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        base = "/campus/oneroster/demo" + BASE_PATHS[self.version, "rostering"] + "/"
        if request.path == TOKEN:
            name = "token"
        elif request.path.startswith(base):
            name = request.path.removeprefix(base)
        else:
            return Response("no such path", 404)(environ, start)
        seen = _seen(request, name)
        with self._lock:
            self.seen.append(seen)
            fault = next((fault for fault in self.faults if fault.takes(name, seen.offset)), None)
            right = self._token(request) if name == "token" else self._collection(request, seen)
        if fault is None:
            return right(environ, start)
        return self._misbehave(fault, right, environ)(environ, start)

    def _misbehave(self, fault: Fault, right: Response, environ: dict[str, Any]) -> Any:
        if fault.delay:
            self._stop.wait(fault.delay)
            return right
        if fault.reset or fault.cut or fault.drip:
            self._break(fault, right, environ["werkzeug.socket"])
            return right
        if fault.flood:
            length = {"Content-Length": str(fault.flood)} if fault.announced else {}
            return Response(self._flood(fault.flood), 200, length, content_type="application/json")
        kept = {
            name: value for name, value in right.headers.items() if name not in ("Content-Encoding", "Content-Length")
        }
        whole = gzip.decompress(right.data) if "Content-Encoding" in right.headers else right.data
        if fault.truncate:
            return Response(whole[: len(whole) * 2 // 3], 200, kept)
        if fault.edit is not None:
            return Response(fault.edit(whole), right.status_code, kept | fault.headers)
        body = b"<html>out of order</html>" if fault.body is None else fault.body
        return Response(body, fault.status, fault.headers)

    def _break(self, fault: Fault, right: Response, connection: socket.socket) -> None:
        """Write to the connection itself what no server would, then end it."""
        if fault.cut:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(right.data)}\r\n\r\n"
            connection.sendall(head.encode() + right.data[: len(right.data) // 2])
        elif fault.drip:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + (b"X-A: " if fault.part == "head" else b"\r\n"))
            try:
                while not self._stop.wait(fault.drip):
                    connection.sendall(b" ")
            except OSError:
                return  # the other side had enough
        connection.shutdown(socket.SHUT_RDWR)

    def _flood(self, length: int) -> Iterator[bytes]:
        block = b" " * 65536
        for _ in range(length // len(block)):
            self.flooded += len(block)
            yield block

    def _token(self, request: Request) -> Response:
        if self.manners.basic and request.headers.get("Authorization", "").startswith("Basic "):
            pair = base64.b64decode(request.headers["Authorization"][6:]).decode()
            client, _, secret = pair.partition(":")
            given = (unquote_plus(client), unquote_plus(secret))
        elif self.manners.body:
            given = (request.form.get("client_id", ""), request.form.get("client_secret", ""))
        else:
            given = ("", "")
        if given != (self.client_id, self.client_secret):
            return _json({"error": "invalid_client"}, 401)
        if request.form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, 400)
        if "scope" in request.form and not self.manners.scope:
            return _json({"error": "invalid_scope"}, 400)
        token = f"token-{len(self._tokens) + 1}"
        self._tokens[token] = -1 if self.manners.token_requests is None else self.manners.token_requests
        return _json({"access_token": token, "token_type": self.manners.token_type, "expires_in": 3600})

    def _collection(self, request: Request, seen: Seen) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) == 0:
            return _json({"imsx_codeMajor": "failure", "imsx_description": "The token is not valid"}, 401)
        self._tokens[token] -= 1
        rows = self.records.get(seen.collection)
        if rows is None:
            return _json({"imsx_codeMajor": "failure", "imsx_description": "Unknown Object"}, 404)
        rows = rows[self.manners.only.get(seen.collection, slice(None))]
        if seen.filter and self.manners.filter == "refused":
            return _json({"imsx_codeMajor": "failure", "imsx_description": "No filter here"}, 400)
        everything = len(rows)
        if seen.filter and self.manners.filter != "ignored":
            rows = [row for row in rows if _is_later(row, seen.filter)]
        counted = everything if self.manners.filter == "uncounted" else len(rows)
        limit = min(seen.limit, self.manners.max_limit)
        offset = 0 if self.manners.ignore_offset else seen.offset
        key = self.manners.wrapper or seen.collection
        body = b'{"%s":[%s]}' % (key.encode(), b",".join(map(self._render, rows[offset : offset + limit])))
        headers = self._headers(seen, len(rows), counted, offset, limit)
        if self.manners.compress and "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
        return Response(body, 200, headers, content_type="application/json")

    def _render(self, record: Any) -> bytes:
        if isinstance(record, bytes):
            return record
        if self.manners.wrong_case and isinstance(record, dict):
            record = _capitals(record)
        return orjson.dumps(record)

    def _headers(self, seen: Seen, total: int, counted: int, offset: int, limit: int) -> dict[str, str]:
        headers = {} if self.manners.date is None else {"Date": self.manners.date}
        if self.manners.total:
            headers["X-Total-Count"] = str(counted + (self.manners.total_drift if offset else 0))
        if self.manners.link == "none" or (offset + limit >= total and not self.manners.endless):
            return headers
        path = f"/campus/oneroster/demo{BASE_PATHS[self.version, 'rostering']}/{seen.collection}"
        step = seen.limit if self.manners.blind_link else limit
        wanted = {"filter": seen.filter} if seen.filter else {}
        url = f"{path}?{urlencode({'limit': step, 'offset': offset + step, **wanted})}"
        host = {"relative": "", "foreign": "http://127.0.0.2:9"}.get(self.manners.link, self.host_url)
        if self.manners.link == "bare":
            headers["Link"] = f"{host}{url}; rel=next"
        else:
            headers["Link"] = f'<{host}{path}?offset=0>; rel="first", <{host}{url}>; rel="next"'
        return headers


def _seen(request: Request, name: str) -> Seen:
    limit, offset = request.args.get("limit", 100, int), request.args.get("offset", 0, int)
    wanted = request.args.get("filter", "")
    return Seen(name, limit, offset, dict(request.headers.items()), dict(request.form.items()), wanted)


def _is_later(record: Any, wanted: str) -> bool:
    """Whether a record passes the one filter that is known here: dateLastModified>'…'."""
    field_name, _, moment = wanted.strip("'").partition(">'")
    assert field_name == "dateLastModified", wanted
    return datetime.fromisoformat(record["dateLastModified"]) > datetime.fromisoformat(moment)


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")


def _capitals(record: dict[str, Any]) -> dict[str, Any]:
    """The same record with its enumerations and booleans in the wrong case."""
    wrong = {}
    for name, value in record.items():
        if name in ("status", "role", "roleType", "type", "enabledUser", "primary") and isinstance(value, str):
            wrong[name] = value.capitalize()
        elif name == "roles":
            wrong[name] = [_capitals(role) for role in value]
        else:
            wrong[name] = value
    return wrong
