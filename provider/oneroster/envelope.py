"""What a page looks like on the wire: wrapper keys, X-Total-Count, Link, selected fields, warnings of 1.1, gzip."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
import orjson
from flask import Response
from isal import igzip
from werkzeug.datastructures import Accept, Headers
from werkzeug.http import parse_accept_header

from shared.oneroster.errors import QueryWarning, warning_set
from shared.oneroster.query import Query

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Smaller answers are not worth compressing.
_GZIP_FROM = 1_000
#: What an answer depends on beside its URL.
VARY = "Accept-Encoding, Authorization"
_JSON, _VARIES = ("Content-Type", "application/json"), ("Vary", VARY)
_ENCODED = str.maketrans({character: f"%{ord(character):02X}" for character in '<>"'})
_decode = msgspec.json.Decoder().decode

Arguments = list[tuple[str, str]]


def collection_body(plural: str, pieces: Sequence[bytes], warnings: Iterable[QueryWarning]) -> list[bytes]:
    """`{"users":[…]}` in pieces; warnings of 1.1 stand beside the data."""
    return _wrapped(b'{"' + plural.encode() + b'":[', pieces, b"]", warnings)


def single_body(singular: str, pieces: Sequence[bytes], warnings: Iterable[QueryWarning]) -> list[bytes]:
    """`{"user":{…}}` in pieces."""
    return _wrapped(b'{"' + singular.encode() + b'":', pieces, b"", warnings)


def _wrapped(start: bytes, pieces: Sequence[bytes], end: bytes, warnings: Iterable[QueryWarning]) -> list[bytes]:
    """Pieces with a comma before every record, less the first comma, between start and end."""
    beside = warning_set(warnings)
    tail = b',"statusInfoSet":' + orjson.dumps(beside) if beside else b""
    if not pieces:
        return [start + end + tail + b"}"]
    return [start + pieces[0][1:], *pieces[1:], end + tail + b"}"]


def select_fields(pieces: list[bytes], fields: tuple[str, ...] | None) -> list[bytes]:
    """The records with only the fields asked for."""
    if fields is None or not pieces:
        return pieces
    wanted = frozenset(fields)
    records = _decode(b"[" + b"".join(pieces)[1:] + b"]")
    return [b"," + orjson.dumps([{k: v for k, v in record.items() if k in wanted} for record in records])[1:-1]]


def link_header(address: str, present: str, arguments: Arguments, query: Query, total: int, revision: int) -> str:
    """RFC 8288 links: first and prev where there is a page before, next where there is one after, last always.

    On the last page, and only there, `last` is the URL as it was asked for, whose query is `present` (real-clients 11),
    but for what may not stand in a Link (`encoded`).
    The other parameters are kept; the revision is added so that two walks of one client do not disturb each other.
    """
    kept = [(name, value) for name, value in arguments if name not in ("limit", "offset", "revision")]
    # Pages count from the offset that the client chose, so that `last` is a page of this very walk.
    last = query.offset + max(0, (total - 1 - query.offset) // query.limit) * query.limit

    others = f"{urlencode(kept)}&revision={revision}" if kept else f"revision={revision}"

    def link(offset: int, rel: str) -> str:
        return f'<{address}?limit={query.limit}&offset={offset}&{others}>; rel="{rel}"'

    links = []
    if query.offset + query.limit < total:
        links.append(link(query.offset + query.limit, "next"))
    if last != query.offset:
        links.append(link(last, "last"))
    else:
        asked = address + (f"?{encoded(present)}" if present else "")
        links.append(f'<{asked}>; rel="last"')
    if query.offset > 0:
        links += [link(0, "first"), link(max(0, query.offset - query.limit), "prev")]
    return ", ".join(links)


def encoded(sent: str) -> str:
    """A part of a URL as a client sent it, with what would end it too early inside a Link percent-encoded."""
    return sent.translate(_ENCODED)


class _Complete(Response):
    """An answer that has all its headers: none has to be added, and there is no Location to make absolute."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        return self.headers


def respond(pieces: list[bytes], accept_encoding: str, status: int = 200, *headers: tuple[str, str]) -> Response:
    """A JSON answer, compressed when the client takes gzip. Large pieces go out as they are: joining them is a copy."""
    size = sum(map(len, pieces))
    sent = [_JSON, *headers, _VARIES]
    if size >= _GZIP_FROM and _takes_gzip(accept_encoding):
        pieces = [igzip.compress(b"".join(pieces), compresslevel=1)]
        size = len(pieces[0])
        sent.append(("Content-Encoding", "gzip"))
    sent.insert(0, ("Content-Length", str(size)))
    return _Complete(pieces, status, Headers(sent), direct_passthrough=True)


@lru_cache(maxsize=256)
def _takes_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip; `gzip;q=0` says that it does not."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0
