"""What a page looks like on the wire: wrapper keys, X-Total-Count, Link, selected fields, warnings of 1.1, gzip."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlencode

import msgspec
import orjson
from flask import Response
from isal import igzip
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from shared.oneroster.errors import QueryWarning, warning_set
from shared.oneroster.query import Query

#: Smaller answers are not worth compressing.
_GZIP_FROM = 1_000
_ENCODED = str.maketrans({character: f"%{ord(character):02X}" for character in '<>"'})
_decode = msgspec.json.Decoder().decode

Arguments = list[tuple[str, str]]


def collection_body(plural: str, texts: bytes, warnings: Iterable[QueryWarning]) -> bytes:
    """`{"users":[…]}`; warnings of 1.1 stand beside the data."""
    beside = warning_set(warnings)
    tail = b',"statusInfoSet":' + orjson.dumps(beside) if beside else b""
    return b'{"' + plural.encode() + b'":[' + texts + b"]" + tail + b"}"


def single_body(singular: str, text: bytes, warnings: Iterable[QueryWarning]) -> bytes:
    """`{"user":{…}}`."""
    beside = warning_set(warnings)
    tail = b',"statusInfoSet":' + orjson.dumps(beside) if beside else b""
    return b'{"' + singular.encode() + b'":' + text + tail + b"}"


def select_fields(texts: bytes, fields: tuple[str, ...] | None) -> bytes:
    """Comma-separated records with only the fields asked for."""
    if fields is None or not texts:
        return texts
    wanted = frozenset(fields)
    records = _decode(b"[" + texts + b"]")
    return orjson.dumps([{k: v for k, v in record.items() if k in wanted} for record in records])[1:-1]


def link_header(address: str, present: str, arguments: Arguments, query: Query, total: int, revision: int) -> str:
    """RFC 8288 links: first and prev where there is a page before, next where there is one after, last always.

    On the last page, and only there, `last` is the URL as it was asked for, whose query is `present` (real-clients 11),
    but for what may not stand in a Link (`encoded`).
    The other parameters are kept; the revision is added so that two walks of one client do not disturb each other.
    """
    kept = [(name, value) for name, value in arguments if name not in ("limit", "offset", "revision")]
    # Pages count from the offset that the client chose, so that `last` is a page of this very walk.
    last = query.offset + max(0, (total - 1 - query.offset) // query.limit) * query.limit

    def link(offset: int, rel: str) -> str:
        page = [("limit", str(query.limit)), ("offset", str(offset)), *kept, ("revision", str(revision))]
        return f'<{address}?{urlencode(page)}>; rel="{rel}"'

    links = []
    if query.offset + query.limit < total:
        links.append(link(query.offset + query.limit, "next"))
    asked = address + (f"?{encoded(present)}" if present else "")
    links.append(link(last, "last") if last != query.offset else f'<{asked}>; rel="last"')
    if query.offset > 0:
        links += [link(0, "first"), link(max(0, query.offset - query.limit), "prev")]
    return ", ".join(links)


def encoded(sent: str) -> str:
    """A part of a URL as a client sent it, with what would end it too early inside a Link percent-encoded."""
    return sent.translate(_ENCODED)


def respond(body: bytes, accept_encoding: str, status: int = 200) -> Response:
    """A JSON answer, compressed when the client takes gzip."""
    response = Response(mimetype="application/json", status=status)
    if len(body) >= _GZIP_FROM and _takes_gzip(accept_encoding):
        body = igzip.compress(body, compresslevel=1)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Authorization"
    response.set_data(body)
    return response


@lru_cache(maxsize=256)
def _takes_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip; `gzip;q=0` says that it does not."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0
