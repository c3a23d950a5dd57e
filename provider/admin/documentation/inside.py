"""Reading the API as a connection, inside the program: the same routes, the same JSON, no secret and no network."""

import json
import re
from collections.abc import Sequence
from contextvars import Context
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import orjson
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from provider.access.inside import READS_AS
from provider.host import MOUNTS

#: So many characters of a body are shown; more would make the page slow.
SHOWN = 400_000
_LINK = re.compile(r'<([^>]*)>;\s*rel="(\w+)"')

Query = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    """What a connection was answered.

    address   the public URL, as its platform would ask for it
    text      the body, indented for people; what is beyond SHOWN is left out (`whole` is False)
    links     addresses of other pages by relation: first, prev, next, last
    """

    address: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    text: str
    whole: bool
    milliseconds: float
    bytes: int
    links: dict[str, str]

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def total(self) -> str:
        """X-Total-Count; "" for one record."""
        return next((value for name, value in self.headers if name == "X-Total-Count"), "")


def read_as(app: Flask, connection_id: int, path: str, query: Query = ()) -> Answer:
    """The answer of a GET to a district's application, as the connection would get it.

    path    percent-encoded, from /ims/oneroster on
    It is not in the request log, and leaves the limits and the walks of the platform alone.
    """
    homeroom = app.extensions["homeroom"]
    settings, app_name = homeroom["settings"], homeroom["app_name"]
    mount, asked = MOUNTS[0] + app_name, urlencode(list(query), quote_via=quote)
    target = f"{path}?{asked}" if asked else path
    public = urlsplit(settings.provider_url)
    sent = {"RAW_URI": mount + target, "REQUEST_URI": mount + target, READS_AS: connection_id}
    environ = EnvironBuilder(
        path, f"{public.scheme}://{public.netloc}{mount}", query_string=asked, environ_overrides=sent
    ).get_environ()
    begun = perf_counter()
    pieces, status, headers = Context().run(run_wsgi_app, app.wsgi_app, environ, True)
    body = b"".join(pieces)
    took = 1000 * (perf_counter() - begun)
    number = int(status.partition(" ")[0])
    links = {relation: url for url, relation in _LINK.findall(headers.get("Link", ""))}
    return Answer(
        settings.provider_base_url(app_name) + target, number, HTTPStatus(number).phrase,
        tuple(sorted(headers.items())), _shown(body), len(body) <= SHOWN, took, len(body), links,
    )  # fmt: skip


def _shown(body: bytes) -> str:
    if len(body) > SHOWN:
        return body[:SHOWN].decode("utf-8", "replace")
    try:
        return json.dumps(orjson.loads(body), indent=2, ensure_ascii=False)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
