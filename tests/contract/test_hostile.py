"""Input that nobody sends in good faith, to the server as it runs in earnest: refused, never a 500, nothing told."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest

from shared.oneroster.versions import Version
from tests.contract.conftest import BuiltDistricts
from tests.contract.platform import PUBLIC, Platform
from tests.contract.serve_process import serving

WORDS = (b"Traceback", b"sqlalchemy", b"sqlite3", b"psycopg", b"werkzeug", b"/work/", b".py")


class Answer(NamedTuple):
    """What came back; status None when the server hung up instead."""

    status: int | None
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def earnest(
    request: pytest.FixtureRequest, built: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory, sealing_key: str
) -> Iterator[dict[Version, Platform]]:
    """The platforms of a district that gunicorn serves."""
    with (
        built.open(request.param, tmp_path_factory.mktemp("earnest"), request) as door,
        serving(door.app.extensions["homeroom"]["settings"], sealing_key) as address,
    ):
        yield {version: Platform(address, version, *door.secrets[f"lms-{version}"]) for version in Version}
        log = (door.app.extensions["homeroom"]["settings"].data / "serve.log").read_text()
        assert "Traceback" not in log, log[-4000:]


@pytest.fixture
def platform(earnest: dict[Version, Platform], version: Version) -> Platform:
    return earnest[version]


def send(platform: Platform, target: str, method: str = "GET", **headers: str) -> Answer:
    """The answer to a request line exactly as given; `target` is a path below the base path or from the root."""
    place = urlsplit(platform.address)
    path = urlsplit(platform.base).path + target
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    with closing(connection):
        # http.client refuses to send what is no URL: that is just what is wanted here.
        connection._validate_path = lambda url: None  # type: ignore[attr-defined]
        connection._encode_request = lambda request: request.encode("latin-1")  # type: ignore[attr-defined]
        token = platform.session.headers["Authorization"]
        try:
            connection.request(method, path, headers={"Authorization": str(token), **headers})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        except (http.client.RemoteDisconnected, ConnectionError):
            return Answer(None, {}, b"")


def refused(answer: Answer) -> bool:
    """Whether the server said no, in a client error or by hanging up, and told nothing of its inside."""
    assert not any(word in answer.body for word in WORDS), answer.body[:500]
    return answer.status is None or 400 <= answer.status < 500


FILTERS = {
    "10,001 characters": "familyName='" + "x" * 9_988 + "'",
    "NUL": "familyName='\0'",
    "lone surrogate": None,
    "a thousand clauses": " OR ".join(["status='a'"] * 800),
    "a deep path": ".".join(["class"] * 500) + "='x'",
    "a long name": "x" * 3_000 + "='x'",
    "brackets": "(" * 500 + "a='b'" + ")" * 500,
    "quotes": "familyName='" + "''" * 1_000,
    "an enormous number": "schoolYear>'" + "9" * 4_000 + "'",
    "an enormous year": "dateLastModified>'99999-01-01'",
    "year zero": "dateLastModified>'0000-01-01'",
    "a bad offset": "dateLastModified>'0001-01-01T00:00:00+14:00'",
    "other digits": "dateLastModified>'٢٠٢٦-٠١-٠١'",
    "SQL": "familyName='x' OR 1=1 --'",
    "a percent sign": "familyName~'%'",
    "format": "familyName='%s{0}%(x)s'",
    "blanks": " " * 3_000 + "a" * 100 + " " * 3_000,
}


@pytest.mark.parametrize("label", FILTERS)
def test_a_hostile_filter_is_refused_or_finds_nothing(platform, label):
    text = FILTERS[label]
    encoded = "familyName%3D%27%ED%A0%80%27" if text is None else quote(text)
    answer = send(platform, f"/users?filter={encoded}&limit=1")
    assert refused(answer) or (answer.status == 200 and json.loads(answer.body)["users"] == []), answer.body[:300]


@pytest.mark.parametrize(
    "target",
    [
        "/users/%00", "/users/%ED%A0%80", "/users/%FF%FE", "/users/" + "a" * 3_000, "/users/%2e%2e%2f%2e%2e%2fetc",
        "/users/../../../../../etc/passwd", "/classes/%1f/students", "/users/%F0%9F%8E%93", "/users/%", "/users/%zz",
        "/users;x=y", "/users%3Flimit=1", "/users/x%2F..%2Fy", "/users/%0d%0aSet-Cookie:%20a=b", "/users/\xe9",
        "/schools/%00/classes/%00/students",
    ],
)  # fmt: skip
def test_a_hostile_path_is_refused(platform, target):
    answer = send(platform, target)
    assert refused(answer), answer
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "query",
    [
        "limit=" + "9" * 5_000, "offset=9223372036854775807", "offset=9223372036854775807&limit=50000",
        "limit=%00", "sort=%00", "sort=" + "a." * 2_000, "sort=metadata." + "x" * 4_000, "fields=" + "a," * 3_000,
        "fields=%ED%A0%80", "revision=-1", "revision=" + "9" * 18, "revision=99999999999999999999", "revision=0&offset=1",
        "orderBy=%00", "%00=1", "&&&&", "=", "a" * 3_000, "fields=sourcedId&" * 300, "filter=&" * 400,
        "offset=1&revision=9223372036854775807", "limit=١٠", "limit=+5", "limit=5%20", "offset=-0",
    ],
)  # fmt: skip
def test_hostile_parameters_are_refused_or_read_harmlessly(platform, query):
    encoded = quote(query, safe="%=&+,.")
    answer = send(platform, f"/users?{encoded}")
    assert answer.status == 200 or refused(answer), answer.body[:300]
    if answer.status == 200:
        json.loads(answer.body)


@pytest.mark.parametrize("method", ["FOO", "TRACE", "PROPFIND", "get", "CONNECT"])
def test_an_unknown_method_is_refused(platform, method):
    assert refused(send(platform, "/users", method=method))


def test_a_query_of_a_megabyte_is_refused(platform):
    assert refused(send(platform, "/users?filter=" + "x" * 1_000_000))


def test_headers_of_a_megabyte_are_refused(platform):
    assert refused(send(platform, "/users", **{"X-Long": "x" * 1_000_000}))
    assert refused(send(platform, "/users", Authorization="Bearer " + "x" * 1_000_000))
    many = {f"X-{n}": "x" for n in range(5_000)}
    assert refused(send(platform, "/users", **many))


@pytest.mark.parametrize(
    "header", ["Bearer " + "a." * 3_000, "Bearer e30.e30.e30", "Bearer \xff\xfe", "Bearer " + "[" * 5_000]
)
def test_a_hostile_token_is_401(platform, header):
    assert send(platform, "/users", Authorization=header).status == 401


@pytest.mark.parametrize(
    "inside", ['{"alg":"none"}', '{"alg":"HS256","typ":"at+jwt","crit":["x"]}', "[" * 3_000, '{"alg":1}', "\xff"]
)
def test_a_hostile_token_header_is_401(platform, inside):
    import base64

    part = base64.urlsafe_b64encode(inside.encode("latin-1")).rstrip(b"=").decode()
    claims = base64.urlsafe_b64encode(b'{"connection":1}').rstrip(b"=").decode()
    for signature in ("", "AAAA"):
        assert send(platform, "/users", Authorization=f"Bearer {part}.{claims}.{signature}").status == 401


def test_raw_signs_in_a_url_do_not_break_the_link_header(platform):
    """curl sends > and " as they are."""
    target = "/users?filter=familyName>'Reg'%20AND%20familyName<'Regum'&x=\"&limit=5000"
    answer = send(platform, target)
    assert answer.status == 200 and json.loads(answer.body)["users"]
    sent = target.replace("<", "%3C").replace(">", "%3E").replace('"', "%22")
    assert answer.headers["Link"] == f'<{platform.base}{sent}>; rel="last"'


def test_a_request_line_with_an_absolute_url_is_answered(platform):
    place = urlsplit(platform.address)
    target = f"{PUBLIC}{urlsplit(platform.base).path}/orgs?limit=1"
    token = platform.session.headers["Authorization"]
    with socket.create_connection((place.hostname, place.port), timeout=60) as line:
        line.sendall(
            f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 500 " not in answer.partition(b"\r\n")[0]


def test_nonsense_instead_of_http_does_not_disturb_the_next_client(platform):
    place = urlsplit(platform.address)
    for noise in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\0" * 1_000, b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection((place.hostname, place.port), timeout=60) as line:
            line.sendall(noise)
    assert send(platform, "/orgs").status == 200


def test_an_encoded_slash_reaches_the_record_through_the_real_server(platform):
    answer = send(platform, "/users/a%2Fb")
    assert answer.status == 404
    assert b"'a/b'" in answer.body
