"""Every way in which a provider misbehaves, a row each: what it does, and what the run has to come to.

The district is that of `tests.faults.district` with thirty students more, in pages of ten.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from consumer.sync.tables import Status
from tests.faults.district import enrollment, user
from tests.faults.provider import FaultProvider

PAGE = 10
MORE = 30
GOOD, WARNED, ERRORS, FAILED = Status.COMPLETED, Status.WARNINGS, Status.ERRORS, Status.FAILED
WAITING = Status.WAITING
LOGIN = b"<!DOCTYPE html><html><title>Sign in</title><form action='/login'></form></html>"
HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True)
class Case:
    """A misbehaviour.

    arrange     makes the provider misbehave until it is told to behave
    status      of the run; `code` of its message and a part of it, none of a run that gets over it
    exact       what was there before is exactly as it was; else nothing is gone, but something may be marked
    """

    name: str
    arrange: Callable[[FaultProvider], Any]
    status: str = ERRORS
    code: str | None = None
    says: str = ""
    exact: bool = True

    def __str__(self) -> str:
        return self.name


def enlarge(provider: FaultProvider) -> None:
    """Thirty students more in section K1, so that the users and the enrollments are several pages."""
    for n in range(MORE):
        provider.records["users"].append(user(provider.version, f"N{n}", "Nel", "student", "S1"))
        provider.records["enrollments"].append(enrollment(f"EN{n}", f"N{n}", "K1", "S1"))


def next_day(provider: FaultProvider) -> None:
    """What really changes in the district: N1 leaves K1, Ben is renamed, Gus comes."""
    provider.remove("enrollments", "EN1")
    provider.find("users", "U2")["givenName"] = "Benjamin"
    provider.records["users"].append(user(provider.version, "U7", "Gus", "student", "S1"))
    provider.records["enrollments"].append(enrollment("E70", "U7", "K2", "S1"))


def on(collection: str | None, **how: Any) -> Callable[[FaultProvider], Any]:
    """A fault that lasts, unless `times` says otherwise."""
    return lambda provider: provider.on(collection, **{"times": None, **how})


def manners(**habits: Any) -> Callable[[FaultProvider], Any]:
    def arrange(provider: FaultProvider) -> None:
        for name, value in habits.items():
            setattr(provider.manners, name, value)

    return arrange


def both(*ones: Callable[[FaultProvider], Any]) -> Callable[[FaultProvider], Any]:
    return lambda provider: [one(provider) for one in ones]


def total(collection: str, count: str) -> Callable[[FaultProvider], Any]:
    """Every page of a collection says this X-Total-Count."""
    return on(collection, edit=lambda body: body, headers={"X-Total-Count": count})


def records(collection: str, change: Callable[[list[Any]], list[Any]], offset: int | None = None) -> Any:
    """Pages whose list of records is changed."""

    def edit(body: bytes) -> bytes:
        return orjson.dumps({name: change(rows) for name, rows in orjson.loads(body).items()})

    return on(collection, offset=offset, edit=edit)


def one(collection: str, change: Callable[[dict[str, Any]], Any]) -> Any:
    """The second record of every page is changed."""
    return records(collection, lambda rows: rows[:1] + [change(row) for row in rows[1:2]] + rows[2:])


def half(collection: str, first: bool = True) -> Callable[[FaultProvider], Any]:
    """One half of the records is all that is served, and counted."""

    def arrange(provider: FaultProvider) -> None:
        middle = len(provider.records[collection]) // 2
        provider.manners.only[collection] = slice(None, middle) if first else slice(middle, None)

    return arrange


def endless(with_total: bool) -> Callable[[FaultProvider], Any]:
    """There is always a next page, with records that never were before."""

    def arrange(provider: FaultProvider) -> None:
        def more(_body: bytes) -> bytes:
            first = len(provider.asked("users")) * PAGE
            rows = [user(provider.version, f"X{first + n}", "Xenia", "student", "nowhere") for n in range(PAGE)]
            return orjson.dumps({"users": rows})

        provider.manners.total = with_total
        provider.manners.endless = True
        provider.on("users", times=None, edit=more)

    return arrange


def elsewhere(collection: str, **how: Any) -> Callable[[FaultProvider], Any]:
    """A redirect to another host; it must never be asked."""
    headers = {"Location": "http://127.0.0.2:9/sign-in?token=very-secret"}
    return on(collection, status=302, headers=headers, **how)


def in_place(collection: str, location: str) -> Callable[[FaultProvider], Any]:
    return lambda provider: provider.on(
        collection, times=None, status=302, headers={"Location": location.format(base=provider.rostering_url)}
    )


def year_before_last(row: dict[str, Any]) -> dict[str, Any]:
    """Such a session as was two years ago."""
    dates = {"startDate": "2024-08-15", "endDate": "2025-06-01", "schoolYear": "2025"}
    return {**row, **dates, "sourcedId": f"{row['sourcedId']}-2025", "parent": None}


def bomb(collection: str) -> Callable[[FaultProvider], Any]:
    """200 KB that unpack to 200 MB; packed when it is needed, which takes a second."""

    def arrange(provider: FaultProvider) -> None:
        body = gzip.compress(b'{"users":[' + b" " * 200_000_000 + b"]}", 6)
        provider.on(collection, times=None, status=200, body=body, headers={"Content-Encoding": "gzip"})

    return arrange


STORMS = (
    Case("429 for ever", on("users", offset=10, status=429), ERRORS, "RATE_LIMITED", "too many requests"),
    Case(
        "429 for ever, asking for half a minute", on("users", offset=10, status=429, headers={"Retry-After": "30"}),
        ERRORS, "RATE_LIMITED", "asks for a wait of 30 seconds",
    ),
    Case(
        "429, asking for a day", on("users", offset=10, status=429, headers={"Retry-After": "86400"}),
        ERRORS, "RATE_LIMITED", "asks for a wait of 86400 seconds",
    ),
    Case(
        "429 with a Retry-After that makes no sense", on("users", status=429, headers={"Retry-After": "²"}),
        ERRORS, "RATE_LIMITED", "too many requests",
    ),
    Case("429 on everything", on(None, status=429), FAILED, "RATE_LIMITED", "too many requests"),
    Case("a storm of 429 that passes", on("users", status=429, headers={"Retry-After": "2"}, times=3), GOOD),
)  # fmt: skip
FAILURES = (
    *(
        Case(f"{status} in mid-walk", on("users", offset=20, status=status), ERRORS, "PARTIAL_READ", f"20 records: .*{status}")
        for status in (500, 502, 503, 504)
    ),
    Case("500 on the first page", on("enrollments", status=500), ERRORS, "SERVER_FAULT", "fails to answer for .*/enrollments"),
    Case("503 that passes", on("users", offset=10, status=503, times=2), GOOD),
    Case("500 on the schools", on("orgs", status=500), FAILED, "SERVER_FAULT", "fails to answer for .*/orgs"),
    Case("403 on one collection", on("courses", status=403, body=b"{}"), ERRORS, "AUTH_FAILED", "does not let this connection read"),
    Case("404 on one collection", on("courses", status=404, body=b"{}"), ERRORS, "BAD_ANSWER", "status 404"),
)  # fmt: skip
BODIES = (
    Case("JSON that is cut off", on("enrollments", offset=20, truncate=True), ERRORS, "PARTIAL_READ", "after 20 records: .*cut off"),
    Case("JSON that is cut off twice", on("enrollments", offset=20, truncate=True, times=2), GOOD),
    Case("a sign-in page", on("users", status=200, body=LOGIN, headers=HTML), ERRORS, "WEB_PAGE", "web page instead of data"),
    Case("a sign-in page in mid-walk", on("users", offset=10, status=200, body=LOGIN), ERRORS, "PARTIAL_READ", "a web page"),
    Case("nothing but sign-in pages", on(None, status=200, body=LOGIN, headers=HTML), FAILED, "BAD_ANSWER", "not a token"),
    Case("an empty body", on("users", status=200, body=b""), ERRORS, "BAD_ANSWER", "is empty"),
    Case("a JSON text", on("users", status=200, body=b'"maintenance"'), ERRORS, "BAD_ANSWER", "no list of users"),
    Case("an error with status 200", on("users", status=200, body=b'{"imsx_codeMajor":"failure"}'), ERRORS, "BAD_ANSWER", "no list of users"),
    Case("JSON without end", on("users", status=200, body=b'{"users":' + b"[" * 100_000), ERRORS, "BAD_ANSWER", "not JSON"),
    Case("the wrong content type", on("users", edit=lambda body: body, headers=HTML), GOOD),
    Case("a body that is not packed as announced", on("users", edit=lambda body: body, headers={"Content-Encoding": "gzip"}), ERRORS, "UNREACHABLE", "cannot be unpacked"),
)  # fmt: skip
COUNTS = (
    Case("a total that moves", manners(total_drift=1), WARNED, "PARTIAL_READ", "changed while they were read"),
    Case("a total that is too high", total("users", "99"), WARNED, "PARTIAL_READ", "counts 99 users and sent 40"),
    Case("a total that is too low", total("users", "33"), WARNED, "PARTIAL_READ", "counts 33 users and sent 40"),
    Case("a total that is absurd", total("users", "9" * 30), WARNED, "PARTIAL_READ", "sent 40"),
    Case("a total that is no number", total("users", "many"), GOOD),
    Case("an empty page that names a next one", manners(total=False, endless=True), WARNED, "PARTIAL_READ", "names a next one"),
    Case("pages that come back shorter", manners(max_limit=3), GOOD),
    Case("an empty feed", records("users", lambda rows: []), ERRORS, "EMPTY_READ", "no users at all"),
    Case("an empty feed that counts nought", manners(only={"users": slice(0)}), ERRORS, "EMPTY_READ", "it had 39 before"),
    Case("a district without schools", manners(only={"orgs": slice(0)}), FAILED, "EMPTY_READ", "no orgs at all"),
    Case("half the enrollments, complete by its own word", half("enrollments"), WAITING, "SAFETY_STOP", "would lose"),
    Case("the first half of the users, complete by its own word", half("users", True), exact=False, status=""),
    Case("the second half of the users, complete by its own word", half("users", False), exact=False, status=""),
    Case("the first half of the classes, complete by its own word", half("classes", True), exact=False, status=""),
    Case("the second half of the classes, complete by its own word", half("classes", False), exact=False, status=""),
    Case("half the schools, complete by its own word", half("orgs"), exact=False, status=""),
    Case("half the sessions, complete by its own word", half("academicSessions"), exact=False, status=""),
    Case("the wrong year", records("academicSessions", lambda rows: [year_before_last(row) for row in rows]), WARNED, "YEAR_NOT_AVAILABLE", "no term for 2027"),
    Case("a record twice on a page", records("enrollments", lambda rows: [*rows, rows[0]], 10), WARNED, "PARTIAL_READ", "counts 41 enrollments and sent 42"),
    Case("a record twice, counted", records("enrollments", lambda rows: [*rows[:-1], rows[0]], 10), WARNED, "REPEATED_RECORDS", "1 of 41 enrollments a second time"),
    Case("a record on two pages", records("users", lambda rows: [{"sourcedId": "U1", "status": "active"}, *rows[1:]], 10), WARNED, "REPEATED_RECORDS", "1 of 40 users"),
)  # fmt: skip
SOCKETS = (
    Case("no answer", on("users", offset=10, delay=60.0), ERRORS, "PARTIAL_READ", "does not answer in time"),
    Case("an answer that trickles", on("users", drip=0.02), ERRORS, "UNREACHABLE", "does not answer in time"),
    Case("a head that trickles", on("users", drip=0.02, part="head"), ERRORS, "UNREACHABLE", "does not answer in time"),
    Case("a connection that breaks", on("users", offset=10, reset=True), ERRORS, "PARTIAL_READ", "10 records: .*breaks the connection off"),
    Case("a connection that breaks in mid-body", on("users", offset=10, cut=True), ERRORS, "PARTIAL_READ", "10 records: .*breaks the connection off"),
    Case("a connection that breaks twice", on("users", offset=10, cut=True, times=2), GOOD),
    Case("two gigabytes", on("users", flood=2 << 30), ERRORS, "ANSWER_TOO_LONG", "more than 16 MiB"),
    Case("two gigabytes unannounced", on("users", offset=10, flood=2 << 30, announced=False), ERRORS, "PARTIAL_READ", "more than 16 MiB"),
    Case("a packed answer that is huge", bomb("users"), ERRORS, "ANSWER_TOO_LONG", "more than 16 MiB"),
)  # fmt: skip
WAYS = (
    Case("a token that ends in mid-walk", manners(token_requests=3), GOOD),
    Case("a token that is never good", manners(token_requests=0), FAILED, "AUTH_FAILED", "new token"),
    Case("a token endpoint that refuses later", both(manners(token_requests=5), on("token", after=1, status=401, body=b'{"error":"invalid_client"}')), ERRORS, "AUTH_FAILED", "invalid_client"),
    Case("a token endpoint that fails later", both(manners(token_requests=5), on("token", after=1, status=500)), ERRORS, "SERVER_FAULT", "token URL fails"),
    Case("a redirect to another host", elsewhere("users"), ERRORS, "REDIRECTED", "http://127.0.0.2: it was not followed"),
    Case("a redirect to another host in mid-walk", elsewhere("users", offset=10), ERRORS, "PARTIAL_READ", "http://127.0.0.2: it was not"),
    Case("a redirect of the token request", elsewhere("token"), FAILED, "REDIRECTED", "it was not followed"),
    Case("a redirect without a place", on("users", status=302), ERRORS, "REDIRECTED", "does not say where to"),
    Case("a redirect to itself", in_place("users", "{base}/users?limit=10&offset=0"), ERRORS, "REDIRECTED", "in a circle"),
    Case("redirects without end", in_place("users", "{base}/users?again"), ERRORS, "REDIRECTED", "in a circle"),
    Case("a redirect on the same host", in_place("courses", "{base}/courses/moved"), ERRORS, "BAD_ANSWER", "status 404"),
    Case("links to another host", manners(link="foreign"), GOOD),
    Case("links that make no sense", on("users", edit=lambda body: body, headers={"Link": '<http://[x>; rel="next"'}), GOOD),
    Case("a page that comes again and again", manners(ignore_offset=True, endless=True), FAILED, "PARTIAL_READ", "same page again"),
    Case("pages without end", endless(with_total=False), ERRORS, "PARTIAL_READ", "without end"),
    Case("pages without end and a total", endless(with_total=True), ERRORS, "PARTIAL_READ", "goes on sending more"),
)  # fmt: skip
SHAPES = (
    Case("an object where a list should be", on("users", status=200, body=b'{"users":{"sourcedId":"U1"}}'), ERRORS, "BAD_ANSWER", "no list of users"),
    Case("lists where objects should be", one("users", lambda row: [row["sourcedId"]]), WARNED, "BAD_DATA", "no usable sourcedId"),
    Case("records without ids", one("enrollments", lambda row: row | {"sourcedId": None}), WARNED, "BAD_DATA", "no usable sourcedId"),
    Case("ids too long", one("users", lambda row: row | {"sourcedId": "x" * 300}), WARNED, "BAD_DATA", "longer than 255", exact=False),
    Case("ids that are lists", one("users", lambda row: row | {"sourcedId": ["x"]}), WARNED, "BAD_DATA", "no usable sourcedId"),
    Case("numbers and flags where texts should be", one("users", lambda row: row | {"grades": 9, "enabledUser": True, "phone": 5}), GOOD),
    Case("null where something is needed", one("users", lambda row: row | {"familyName": None, "givenName": None}), WARNED),
    Case("null in an enrollment", one("enrollments", lambda row: row | {"class": None}), WARNED),
    Case("objects where texts should be", one("users", lambda row: row | {"givenName": {"en": "x"}}), WARNED),
    Case("ten megabytes in a field", records("users", lambda rows: [rows[0] | {"givenName": "x" * 10_000_000}, *rows[1:]], 0), WARNED, "BAD_DATA", "longer than 1 MiB"),
    Case("a name of 300 characters", one("users", lambda row: row | {"givenName": "x" * 300}), WARNED),
    Case("a title of 600 characters", one("courses", lambda row: row | {"title": "x" * 600}), WARNED),
    Case("a reference of 300 characters", one("enrollments", lambda row: row | {"class": {"sourcedId": "x" * 300}}), WARNED),
    Case("a character that no database keeps", one("users", lambda row: row | {"givenName": "A\x00B"}), WARNED),
    Case("dates that are none", one("enrollments", lambda row: row | {"beginDate": "soon"}), WARNED),
    Case("a year that is none", one("academicSessions", lambda row: row | {"schoolYear": "20²7"}), WARNED, "BAD_DATA", "academicSessions: schoolYear is not a year", exact=False),
    Case("a school without a name", one("orgs", lambda row: row | {"name": None}), WARNED, "BAD_DATA", "orgs: name is missing", exact=False),
)  # fmt: skip
