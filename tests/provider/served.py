"""The provider served over real HTTP in this process: a host on a free port of 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from provider.app import close_app, create_app
from provider.host import Host
from shared.settings import Settings


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        # The path as it was sent, as gunicorn gives it: PATH_INFO has lost which slashes were encoded.
        return super().get_environ() | {"RAW_URI": self.path}

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """A running provider over all districts of `settings`; yields the address at which it listens."""
    server = make_server("127.0.0.1", 0, lambda *_: [], server_class=_Threaded, handler_class=_Quiet)
    host = Host(_with_address(settings, server.server_port), create_app, close_app)
    server.set_app(host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        host.close()


@contextmanager
def served(settings: Settings) -> Iterator[Settings]:
    """As `listening` at an address that is the public one too; yields the settings with it."""
    with listening(replace(settings, provider_url="")) as address:
        yield replace(settings, provider_url=address)


def _with_address(settings: Settings, port: int) -> Settings:
    return settings if settings.provider_url else replace(settings, provider_url=f"http://127.0.0.1:{port}")
