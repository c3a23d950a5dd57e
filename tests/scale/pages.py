"""Pages of 1,000 enrollments against the ceiling of the same server, and whole pulls."""

import json
import time
import zlib
from contextlib import ExitStack

from isal import igzip

from tests.scale.children import Child, cpu_seconds, finish, free_port, private_mb, python, serving
from tests.scale.client import Access, Client, let_in, walk
from tests.scale.results import Result
from tests.scale.site import Served, worker_of
from tests.scale.stage import Stage, median, share

LIMIT = 1_000


class Target:
    """A server that is asked for pages: who, the process that answers, and the paths asked in turn."""

    def __init__(self, access: Access, worker: int, paths: list[str]) -> None:
        self.access, self.worker, self.paths = access, worker, paths
        self.rates: list[float] = []
        self.costs: list[float] = []
        self.ms: list[float] = []

    def ask(self, clients: int, seconds: float) -> None:
        """Let so many client processes ask at once; keep pages per second, processor ms per page, and times."""
        start = time.monotonic() + 0.6
        plain = {"port": self.access.port, "base": self.access.base, "headers": self.access.headers}
        with ExitStack() as stack:
            children = []
            for number in range(clients):
                child = stack.enter_context(Child(python("tests.scale.load"), {"PATH": "/usr/bin:/bin"}))
                turn = number * len(self.paths) // clients
                paths = self.paths[turn:] + self.paths[:turn]
                child.tell(json.dumps({**plain, "paths": paths, "start": start, "stop": start + seconds}).encode())
                children.append(child)
            time.sleep(max(0.0, start - time.monotonic()))
            before = cpu_seconds([self.worker])
            answers = [json.loads(finish(child).output) for child in children]
            spent = cpu_seconds([self.worker]) - before
        pages = sum(answer["pages"] for answer in answers)
        self.rates.append(pages / seconds)
        self.costs.append(1000 * spent / max(1, pages))
        for answer in answers:
            self.ms += answer["ms"]


def measure_pages(stage: Stage, served: Served) -> None:
    """Ceiling and ours in turns, so that noise meets both; then offsets; then gzip."""
    access = let_in(stage.connections["lms-1.1"], served.port)
    client = Client(access)
    total = client.get("/enrollments?limit=1").total
    paths = [f"/enrollments?limit={LIMIT}&offset={offset}" for offset in range(0, max(1, total - LIMIT), LIMIT)]
    body = client.get(paths[len(paths) // 2]).body
    page = stage.scratch / "page.json"
    page.write_bytes(body)
    port = free_port()
    stage.tell("pages against the ceiling")
    with serving(python("tests.scale.constant", page, port), stage.site.environment, port) as ceiling:
        constant = Access(port, "", access.headers)
        for clients in (1, 2):
            ours, best = Target(access, served.worker, paths), Target(constant, worker_of(ceiling), ["/page"])
            rounds, seconds = (2, 0.5) if stage.quick else (5, 2.0)
            for _ in range(rounds):
                best.ask(clients, seconds)
                ours.ask(clients, seconds)
            _compare(stage, ours, best, clients, len(body))
    _offsets(stage, client, total)
    _compressed(stage, client, body, paths)
    client.close()


def _compare(stage: Stage, ours: Target, best: Target, clients: int, size: int) -> None:
    who = "one client" if clients == 1 else f"{clients} clients"
    shares = [mine / theirs for mine, theirs in zip(ours.rates, best.rates, strict=True)]
    stage.add(Result(f"ceiling: one constant page, {who}", median(best.rates), "pages/s"))
    stage.add(Result(f"pages of 1,000 enrollments, {who}", median(ours.rates), "pages/s"))
    note = (
        f"Share of the ceiling with {who}: {min(shares):.2f} to {max(shares):.2f} in {len(shares)} rounds; the worker's "
        f"processor time is {median(ours.costs):.2f} ms a page, the ceiling's {median(best.costs):.2f} ms. "
        f"A page has {size:,} bytes."
    )
    # Two clients and the server have to share a small machine: what is left to the server says little about it.
    limit = 0.5 if clients == 1 else None
    stage.add(Result(f"share of the ceiling, {who}", median(shares), "×", limit, at_least=True, note=note))
    if clients == 1:
        note = f"95 % of the pages took at most {share(ours.ms, 0.95):.2f} ms; the ceiling's p50 is {median(best.ms):.2f} ms."
        stage.add(Result("page of 1,000 enrollments, p50", median(ours.ms), "ms", 3, nearest="57 ms", note=note))


def _offsets(stage: Stage, client: Client, total: int) -> None:
    """The far end of the collection against its beginning, in turns."""
    far = int(total * 0.975) // LIMIT * LIMIT
    taken: dict[int, list[float]] = {0: [], LIMIT: [], far: []}
    for _ in range(30 if stage.quick else 200):
        for offset, times in taken.items():
            times.append(client.get(f"/enrollments?limit={LIMIT}&offset={offset}").ms)
    at_first, at_second, at_far = (median(times) for times in taken.values())
    note = (
        f"p50 at offset 0: {at_first:.2f} ms, at offset 1,000: {at_second:.2f} ms, at offset {far:,}: {at_far:.2f} ms. "
        "Offset 0 also begins a walk, so the ratio is to the cheaper of the first two."
    )
    stage.add(Result(f"p50 at offset {far:,} to that of the beginning", at_far / min(at_first, at_second), "×", 1.1,
                     nearest="16 ×", note=note))  # fmt: skip


def _compressed(stage: Stage, client: Client, body: bytes, paths: list[str]) -> None:
    answers = [client.get(path, Accept_Encoding="gzip") for path in paths[: 10 if stage.quick else 100]]
    small = median([len(answer.body) for answer in answers])
    if {answer.headers["Content-Encoding"] for answer in answers} != {"gzip"}:
        raise RuntimeError("The provider does not compress when asked to")
    fast = _seconds(lambda: igzip.compress(body, compresslevel=1))
    slow, slow_1 = _seconds(lambda: zlib.compress(body, 6)), _seconds(lambda: zlib.compress(body, 1))
    note = (
        f"gzip makes {small:,.0f} bytes of a page. isal takes {1000 * fast:.2f} ms for it, zlib {1000 * slow:.1f} ms at its "
        f"default level 6 and {1000 * slow_1:.1f} ms at level 1 ({slow_1 / fast:.1f} ×)."
    )
    stage.add(Result("page of 1,000 enrollments with gzip, p50", median([a.ms for a in answers]), "ms"))
    stage.add(Result("gzip: zlib's time to isal's", slow / fast, "×", 4, at_least=True, note=note))


def _seconds(work: object) -> float:
    taken = []
    for _ in range(15):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        taken.append(time.perf_counter() - began)
    return median(taken)


def measure_pulls(stage: Stage, served: Served) -> None:
    """The whole collection by one client, at two page sizes: what it costs the server."""
    access = let_in(stage.connections["lms-1.1"], served.port)
    allowed = 5.0 if stage.site.postgresql else 2.5
    highest = 0.0
    for limit, nearest in ((1_000, "268 s"), (10_000, "33 s")):
        stage.tell(f"whole pull of enrollments, limit {limit:,}")
        client = Client(access)
        held: list[float] = []

        def look(page: int, held: list[float] = held, every: int = 50_000 // limit) -> None:
            if page % every == 1:
                held.append(private_mb(served.worker))

        database = stage.site.database_processes()
        before, before_database = cpu_seconds([served.worker]), cpu_seconds(database)
        began = time.perf_counter()
        walked = walk(client, access.base, f"/enrollments?limit={limit}", look)
        seconds = time.perf_counter() - began
        spent = cpu_seconds([served.worker]) - before
        spent_database = cpu_seconds(stage.site.database_processes()) - before_database
        client.close()
        if walked.records != walked.total:
            raise RuntimeError(f"A walk of {walked.total:,} enrollments brought {walked.records:,}")
        highest = max(highest, *held, private_mb(served.worker))
        note = f"Limit {limit:,}: {walked.records:,} enrollments in {walked.pages:,} pages took {seconds:.1f} s."
        if database:
            note += f" PostgreSQL's own processes took {spent_database:.2f} s of processor time beside it."
        stage.add(Result(f"whole pull of enrollments, limit {limit:,}: server processor time", spent, "s", allowed,
                         nearest=nearest, note=note))  # fmt: skip
    stage.add(Result("worker's private memory, at most", highest, "MB", 200))
