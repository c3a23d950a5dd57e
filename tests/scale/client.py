"""The benchmark's OneRoster client: one kept-alive connection, no parsing, so that it costs as little as it can."""

import base64
import http.client
import json
import re
import time
from collections.abc import Callable
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from shared.oneroster.versions import BASE_PATHS, Version


class Answer(NamedTuple):
    """An answer and how long it took, from the request to its last byte, in milliseconds."""

    status: int
    headers: Message
    body: bytes
    ms: float

    @property
    def total(self) -> int:
        """X-Total-Count."""
        return int(self.headers["X-Total-Count"])


class Access(NamedTuple):
    """How to call as one connection: the path before the collection, and the header that lets in."""

    port: int
    base: str
    headers: dict[str, str]


class Client:
    """A client with one connection to 127.0.0.1."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.ms = 0.0
        self._connection = http.client.HTTPConnection("127.0.0.1", access.port, timeout=300)

    def get(self, path: str, expect: int | None = 200, **headers: str) -> Answer:
        """Ask for a path below the base. Raises RuntimeError for a status other than `expect` (None: any)."""
        began = time.perf_counter()
        wanted = {**self._access.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            self._connection.request("GET", self._access.base + path, headers=wanted)
            response = self._connection.getresponse()
        except http.client.RemoteDisconnected:
            # The server has closed the connection while it was idle.
            self._connection.request("GET", self._access.base + path, headers=wanted)
            response = self._connection.getresponse()
        body = response.read()
        answer = Answer(response.status, response.headers, body, 1000 * (time.perf_counter() - began))
        if expect is not None and answer.status != expect:
            raise RuntimeError(f"{path} answered {answer.status}: {body[:300]!r}")
        return answer

    def send(self, verb: str, path: str, body: Any) -> Any:
        """Write JSON; the answer's JSON, None without one. `ms` tells how long it took. Raises RuntimeError for a refusal."""
        headers = self._access.headers | {"Content-Type": "application/json"}
        content = json.dumps(body)
        began = time.perf_counter()
        self._connection.request(verb, self._access.base + path, content, headers)
        response = self._connection.getresponse()
        answer = response.read()
        self.ms = 1000 * (time.perf_counter() - began)
        if response.status not in (200, 201):
            raise RuntimeError(f"{verb} {path} answered {response.status}: {answer[:300]!r}")
        return json.loads(answer) if answer else None

    def close(self) -> None:
        self._connection.close()


def let_in(described: dict[str, Any], port: int) -> Access:
    """Access as a connection, which `provider connection add --json` described, to the server on a port."""
    pair = f"{described['client_id']}:{described['client_secret']}".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    address = urlsplit(described["token_url"])
    connection.request(
        "POST", f"{address.path}?{address.query}", "grant_type=client_credentials",
        {"Authorization": "Basic " + base64.b64encode(pair).decode(),
         "Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"The token endpoint answered {response.status}: {body[:300]!r}")
    base = urlsplit(described["base_url"]).path + BASE_PATHS[Version(described["version"]), "rostering"]
    return Access(port, base, {"Authorization": "Bearer " + json.loads(body)["access_token"]})


class Walked(NamedTuple):
    """A whole collection, read page by page."""

    pages: int
    records: int
    total: int


def walk(client: Client, base: str, path: str, each: Callable[[int], None]) -> Walked:
    """Follow `rel="next"` to the end, as clients do; `each` is told of every page."""
    pages = records = total = 0
    after: str | None = path
    while after:
        answer = client.get(after)
        pages, total = pages + 1, answer.total
        # Each record has exactly one.
        records += answer.body.count(b'"dateLastModified":')
        each(pages)
        link = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
        after = link[1].partition(base)[2] if link else None
    return Walked(pages, records, total)
