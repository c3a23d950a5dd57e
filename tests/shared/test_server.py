"""The server in front of both programs, as a process of its own."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.ports import free_port

SERVE = """
import gc
import sys
from shared.server import serve

def application(environ, start_response):
    asked = gc.get_objects() if environ["PATH_INFO"] == "/collected" else environ["QUERY_STRING"]
    body = str(len(asked)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]

class Loaded:
    def __call__(self, environ, start_response):
        return application(environ, start_response)

    def close(self):
        print("closed", flush=True)

serve(Loaded, "127.0.0.1", int(sys.argv[1]), workers=1, threads=2)
"""


@pytest.fixture
def server() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], stdout=subprocess.PIPE)
    try:
        _wait(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(60)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            ask(port, "/")
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("length", [8_000, 10_000, 30_000, 60_000])
def test_a_filter_may_be_long(server: tuple[int, subprocess.Popen[bytes]], length: int) -> None:
    """The longest filter that is read has 10,000 characters, three bytes each when percent-encoded."""
    assert ask(server[0], "/?" + "a" * length) == (200, str(length).encode())


def test_a_line_that_never_ends_is_refused(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    assert ask(server[0], "/?" + "a" * 70_000)[0] == 414


def test_what_was_loaded_is_not_gone_through_again_by_the_garbage_collector(
    server: tuple[int, subprocess.Popen[bytes]],
) -> None:
    """Going through a program takes a tenth of a second, in which nobody is answered."""
    _, looked_at = ask(server[0], "/collected")
    assert int(looked_at) < 5_000


def test_a_worker_that_ends_closes_its_application(server: tuple[int, subprocess.Popen[bytes]]) -> None:
    _, process = server
    process.terminate()
    out, _ = process.communicate(timeout=30)
    assert out == b"closed\n"
