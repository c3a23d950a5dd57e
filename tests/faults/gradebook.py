"""A plain SIS grade book over real HTTP, as others have them: what it is sent it keeps, and it can be told to misbehave.

    with PlainSis(Version.V1P2) as sis:
        sis.bulk = 405                                  # no bulk POST, and how it says so
        sis.on("PUT", "results", status=422, words="…") # one refusal
        sis.results                                     # what it has, by sourcedId

It remembers no supplied sourcedIds: the same bulk POST twice makes everything twice.
"""

import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

import orjson
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from consumer.client.caller import Client, Target, VendorKey
from consumer.client.oauth2 import Credentials
from consumer.client.transport import Clock, Sleep, Transport
from shared.oneroster.versions import BASE_PATHS, Version

ROOT = "/campus/oneroster/demo"
PATIENCE = 100.0
Record = dict[str, Any]


@dataclass
class Fault:
    """What happens instead of the right answer to `verb` on `place` ("lineItems", "results"), so many `times` (None: for
    ever), where the object that is sent fits `only`.

    done     the call is carried out before it goes wrong
    status, words, headers   the answer; reset: the connection breaks instead
    """

    verb: str
    place: str
    times: int | None = 1
    status: int = 500
    words: str = "It failed"
    headers: dict[str, str] = field(default_factory=dict)
    done: bool = False
    reset: bool = False
    only: Callable[[Record], bool] = lambda _: True


@dataclass(frozen=True)
class Call:
    """A call as it came: its path below the base path of its service, and the objects in its body."""

    verb: str
    path: str
    objects: tuple[Record, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class PlainSis:
    """The SIS. `base_url` and `token_url` are what a connection is given.

    bulk       True, or the status with which it answers to a bulk POST that it does not have
    put        the status of a PUT that was taken
    refuses    sourcedIds of students whose results it refuses, one by one
    tasks      class -> the names of its grading tasks
    roster     cleared: whoever asks for orgs, with which a sync begins, has to wait
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.line_items: dict[str, Record] = {}
        self.results: dict[str, Record] = {}
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.bulk: bool | int = version is Version.V1P2 or 404
        self.put = 201
        self.refuses: set[str] = set()
        self.tasks: dict[str, list[str]] = {}
        self.roster = threading.Event()
        self.roster.set()
        self._lock = threading.Lock()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.host = f"http://127.0.0.1:{self._server.server_port}"
        self.base_url, self.token_url = self.host + ROOT, self.host + "/token"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.roster.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def on(self, verb: str, place: str, **fault: Any) -> None:
        self.faults.append(Fault(verb, place, **fault))

    def behave(self) -> None:
        self.faults.clear()
        self.refuses.clear()

    def client(self, service: str, sleep: Sleep, clock: Clock, vendor: VendorKey | None = None) -> Client:
        target = Target(
            self.base_url, self.version, Credentials(self.token_url, "x", "y", ""), 100, service,
            vendor if service == "gradebook" else None,
        )  # fmt: skip
        return Client(target, Transport(True, sleep, clock))

    def said(self, verb: str, place: str) -> list[Call]:
        """The calls of a verb whose path ends, or of PUT and DELETE begins, at a place."""
        return [call for call in self.calls if call.verb == verb and _place(verb, call.path) == place]

    def scores(self) -> dict[tuple[str, str], list[Any]]:
        """(title of the line item, student) -> what it has of the student: a score, else the status. One of each."""
        found: dict[tuple[str, str], list[Any]] = {}
        for result in self.results.values():
            item = self.line_items[result["lineItem"]["sourcedId"]]["title"]
            value = result.get("score", result["scoreStatus"])
            found.setdefault((item, result["student"]["sourcedId"]), []).append(value)
        return found

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.path == "/token":
            return _json({"access_token": "t", "token_type": "bearer", "expires_in": 3600})(environ, start)
        if request.path.endswith("/orgs"):
            self.roster.wait(PATIENCE)
        with self._lock:
            answer = self._called(request)
        if answer is None:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError
        return answer(environ, start)

    def _called(self, request: Request) -> Response | None:
        path = request.path.removeprefix(ROOT)
        service = next(s for s in ("gradebook", "rostering") if path.startswith(BASE_PATHS[self.version, s] + "/"))
        path = path.removeprefix(BASE_PATHS[self.version, service] + "/")
        parts = [unquote(part) for part in path.split("/")]
        if request.method == "GET":
            self.calls.append(Call("GET", path))
            return self._read(parts, request.args.get("offset", 0, int))
        document = orjson.loads(request.get_data() or b"{}")
        (held,) = document.values() or ({},)
        objects = tuple(held) if isinstance(held, list) else (held,)
        call = Call(request.method, path, objects, dict(request.headers.items()))
        self.calls.append(call)
        fault = self._fault(call)
        answer = self._write(call, parts) if fault is None or fault.done else None
        if fault is None:
            return answer
        return None if fault.reset else _refusal(fault.status, fault.words, fault.headers)

    def _fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            fits = (fault.verb, fault.place) == (call.verb, _place(call.verb, call.path))
            if fits and fault.times != 0 and any(map(fault.only, call.objects)):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def _read(self, parts: list[str], offset: int) -> Response:
        if len(parts) == 2 and parts[0] == "classes":
            tasks = [{"id": "", "name": name} for name in self.tasks.get(parts[1], [])]
            return _json({"class": {"sourcedId": parts[1], "metadata": {"ic.gradingTasks": tasks}}})
        if len(parts) == 5 and parts[4] == "results":
            rows = [one for one in self.results.values() if one["lineItem"]["sourcedId"] == parts[3]]
            return _json({"results": rows[offset:]})
        return _refusal(404, "Unknown object")

    def _write(self, call: Call, parts: list[str]) -> Response:
        if call.verb == "POST":
            return self._post(call, parts[1])
        held = self.line_items if parts[0] == "lineItems" else self.results
        if call.verb == "DELETE":
            if parts[1] not in held:
                return _refusal(404, "Unknown object")
            del held[parts[1]]
            if parts[0] == "lineItems":
                self.results = {k: v for k, v in self.results.items() if v["lineItem"]["sourcedId"] != parts[1]}
            return Response(status=204)
        (body,) = call.objects
        if parts[0] == "results" and (why := self._why_not(body)):
            return _refusal(422, why)
        held[parts[1]] = body
        return Response(status=self.put)

    def _why_not(self, result: Record) -> str | None:
        if result["lineItem"]["sourcedId"] not in self.line_items:
            return f"There is no line item {result['lineItem']['sourcedId']}"
        student = result["student"]["sourcedId"]
        return f"Student {student} is not on the roster" if student in self.refuses else None

    def _post(self, call: Call, line_item: str) -> Response:
        if self.bulk is not True:
            return _refusal(int(self.bulk), "No such call")
        pairs, refused = [], []
        for one in call.objects:
            why = self._why_not(one)
            if why:
                refused.append({"suppliedSourcedId": one["sourcedId"], "imsx_description": why})
                continue
            made = str(uuid.uuid4())
            self.results[made] = one | {"sourcedId": made}
            pairs.append({"suppliedSourcedId": one["sourcedId"], "allocatedSourcedId": made})
        if not pairs:
            return _refusal(422, "; ".join(one["imsx_description"] for one in refused))
        return _json({"sourcedIdPairs": pairs} | ({"refused": refused} if refused else {}), 207 if refused else 201)


def _place(verb: str, path: str) -> str:
    parts = path.split("/")
    return parts[-1] if verb == "POST" else parts[0]


def _refusal(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    body = {"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": words}
    return Response(orjson.dumps(body), status, headers or {}, content_type="application/json")


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")
