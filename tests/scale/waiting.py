"""How long readers and writers wait while what is published is built for the first time.

Twice, on a copy of the district: while nothing at all is published yet (the reader is told 503 until it is), and while
the edition of a third connection is built beside one that is read all the time.
"""

import json
import random
import time
from typing import Any

from tests.scale.children import Child, finish, python
from tests.scale.client import Access, Client, let_in
from tests.scale.results import Result
from tests.scale.site import Site
from tests.scale.stage import Stage, share

#: Between two reads, seconds: a client that works with what it gets.
PAUSE = 0.02


def measure_waits(stage: Stage, copy: Site) -> None:
    """Reads and writes during first builds on `copy`, where nothing has been built."""
    reads: list[float] = []
    writes: list[float] = []
    late: list[float] = []
    with copy.served() as served:
        accesses = [let_in(stage.connections[name], served.port) for name in ("lms-1.1", "lms-1.2")]
        stage.tell("reads and writes while nothing is built")
        idle = _read_for(accesses, 1.0 if stage.quick else 5.0)
        stage.tell("reads and writes during the first build of all")
        _during_refresh(copy, accesses, reads, writes, late)
        built = _read_for(accesses, 1.0 if stage.quick else 5.0)
        added = copy.add_connection("third", "1.1", "--no-share", "phone")
        third = let_in(added, served.port)
        stage.tell("reads and writes during the first build of a third edition")
        _during_refresh(copy, [accesses[0], third], reads, writes, late)
    note = (
        f"Reads during first builds: {len(reads):,}, of which 99.9 % took at most {share(reads, 0.999):.0f} ms; the "
        f"longest of {len(idle) + len(built):,} without a refresh took {max(idle + built):.0f} ms. Writes: {len(writes):,}, "
        f"of which 99 % took at most {share(writes, 0.99):.0f} ms. The machine woke the reader from its pauses up to "
        f"{max(late):.0f} ms late."
    )
    stage.add(Result("longest read during a first build", max(reads), "ms", 100, nearest="15.6 s", note=note))
    stage.add(Result("longest write during a first build", max(writes), "ms", 1_000))


def _during_refresh(
    site: Site, accesses: list[Access], reads: list[float], writes: list[float], late: list[float]
) -> None:
    """Refresh in a child; read from here and write from another child until it has ended. `late`: see `Reader`."""
    with (
        Child(python("tests.scale.inside", "write", 0), site.environment) as writer,
        Child(site.command("provider", "refresh", "--json"), site.environment) as refresh,
    ):
        reader = Reader(accesses)
        while refresh.poll() is None:
            reads.append(reader.read())
        finish(refresh)
        writer.tell(b"")
        said: dict[str, Any] = json.loads(finish(writer).output)
        writes += said["ms"]
        late += reader.late
        reader.close()


def _read_for(accesses: list[Access], seconds: float) -> list[float]:
    reader = Reader(accesses)
    until = time.monotonic() + seconds
    taken = []
    while time.monotonic() < until:
        taken.append(reader.read())
    reader.close()
    return taken


class Reader:
    """Asks each connection in turn for pages of 1,000 enrollments anywhere, and for users.

    late   how much longer than PAUSE each pause took, milliseconds: how long the machine lets wait who wants nothing
    """

    def __init__(self, accesses: list[Access]) -> None:
        self._clients = [Client(access) for access in accesses]
        self._random = random.Random(1)
        self._turn = 0
        self._total = 1
        self.late: list[float] = []

    def read(self) -> float:
        """One read after a pause; milliseconds."""
        slept = time.perf_counter()
        time.sleep(PAUSE)
        self.late.append((time.perf_counter() - slept - PAUSE) * 1000)
        self._turn += 1
        client = self._clients[self._turn % len(self._clients)]
        offset = self._random.randrange(self._total) if self._turn % 5 else 0
        path = f"/enrollments?limit=1000&offset={offset}" if self._turn % 7 else "/users?limit=100"
        answer = client.get(path, expect=None)
        if answer.status not in (200, 503):
            raise RuntimeError(f"{path} answered {answer.status} during a refresh: {answer.body[:300]!r}")
        if answer.status == 200 and "enrollments" in path:
            self._total = max(1, answer.total)
        return answer.ms

    def close(self) -> None:
        for client in self._clients:
            client.close()
