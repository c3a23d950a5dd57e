"""The provider served over real HTTP in this process: a host on a free port of 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from provider.app import create_app
from provider.host import Host
from shared.settings import Settings


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(settings: Settings) -> Iterator[Settings]:
    """A running provider over all districts of `settings`; yields the settings with its address."""
    server = make_server("127.0.0.1", 0, lambda *_: [], server_class=_Threaded, handler_class=_Quiet)
    settings = replace(settings, provider_url=f"http://127.0.0.1:{server.server_port}")
    host = Host(settings, create_app)
    server.set_app(host)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield settings
    finally:
        server.shutdown()
        server.server_close()
        host.close()
