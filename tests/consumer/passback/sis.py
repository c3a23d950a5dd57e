"""A SIS over real HTTP whose every answer a test has written, by path below the base paths of both services."""

import threading
from types import TracebackType
from typing import Any, Self

import orjson
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from consumer.client.caller import Client, Target
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Transport
from shared.oneroster.versions import BASE_PATHS, Version
from tests.consumer.clients import Clock

ROOT = "/campus/oneroster/demo"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Sis:
    """`answers` has (status, JSON value) by "gradebook/classes/K1/categories"; what is not there is a 404. `seen` lists
    the paths that were asked for.
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.answers: dict[str, tuple[int, Any]] = {}
        self.seen: list[str] = []
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.host = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def says(self, path: str, value: Any, status: int = 200) -> None:
        self.answers[path] = (status, value)

    def client(self, service: str) -> Client:
        clock = Clock()
        credentials = Credentials(f"{self.host}/token", "x", "y", "")
        target = Target(self.host + ROOT, self.version, credentials, 100, service)
        return Client(target, Transport(allow_private=True, sleep=clock.sleep, clock=clock))

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.path == "/token":
            value: Any = {"access_token": "t", "token_type": "bearer", "expires_in": 3600}
            return Response(orjson.dumps(value), content_type="application/json")(environ, start)
        status, value = 404, {"imsx_codeMajor": "failure", "imsx_description": "Unknown path"}
        path = self._known(request.path)
        if path is not None:
            status, value = self.answers[path]
            if request.args.get("offset", "0") == "0":
                self.seen.append(path)
            else:
                value = {name: [] for name in value}
        return Response(orjson.dumps(value), status, content_type="application/json")(environ, start)

    def _known(self, path: str) -> str | None:
        for service in ("gradebook", "rostering"):
            base = ROOT + BASE_PATHS[self.version, service] + "/"
            if path.startswith(base) and (name := f"{service}/{path.removeprefix(base)}") in self.answers:
                return name
        return None
