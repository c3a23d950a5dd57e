"""Grades go back: a press of 150 students by 40 items, and report-card day, when 2,000 teachers press within an hour.

A platform of its own is synced over OneRoster 1.2; presses are worked on by its `homeroom consumer worker`, one
process, which writes to the one worker of the served provider over HTTP.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from provider.access.request_log import INTERVAL
from shared.oneroster.versions import BASE_PATHS, Version
from tests.scale.children import Child, Ran, cpu_seconds, python, run
from tests.scale.client import Access, Client, let_in
from tests.scale.results import Result
from tests.scale.site import Served
from tests.scale.stage import Stage, median, share
from tests.scale.waiting import Reader

NAME = "teachers"
#: Students and items of the large press; teachers on report-card day, and the items of each.
STUDENTS, ITEMS = 150, 40
TEACHERS, ITEMS_EACH = 2_000, 3
#: Within this many seconds all of them press.
DAY = 3_600.0


def measure_passback(stage: Stage, served: Served) -> None:
    """Enrol a crowd, sync, fill the books; press the large one, then all others."""
    students, items = (40, 5) if stage.quick else (STUDENTS, ITEMS)
    teachers = 20 if stage.quick else TEACHERS
    crowd = stage.site.inside("crowd", students)
    platform = _Platform(stage)
    stage.tell("a platform for the teachers: connecting, mapping, syncing")
    platform.sync()
    category = _category(stage, served)
    stage.tell(f"grade books of {teachers:,} teachers")
    books = json.loads(platform.inside("books", teachers, ITEMS_EACH, category, crowd["class"], items).output)
    with platform.worker():
        _press_large(stage, served, platform, crowd["class"])
        _report_card_day(stage, served, platform, books["books"] - 1)


class _Platform:
    """A consumer with a data folder of its own, connected to the provider."""

    def __init__(self, stage: Stage) -> None:
        site = stage.site
        self._stage = stage
        self._environment = site.environment | {"HOMEROOM_DATA": str(stage.scratch / NAME)}
        if site.postgresql:
            site.postgresql.create(f"{site.name}_{NAME}")
            self._environment["HOMEROOM_CONSUMER_DATABASE"] = site.postgresql.url(f"{site.name}_{NAME}")

    def sync(self) -> None:
        described = self._stage.connections["grades-1.2"]
        self._run("init")
        self._run("setting", "release_1_2", "true")
        self._run(
            "connect", NAME, "--url", described["base_url"], "--token-url", described["token_url"], "--client-id",
            described["client_id"], "--version", described["version"], "--yes",
            secret={"HOMEROOM_CLIENT_SECRET": described["client_secret"]},
        )  # fmt: skip
        self._run("map", NAME, "--auto", "--json")
        self._run("sync", "all", "--json", allowed=(0, 1))

    def inside(self, *arguments: object) -> Ran:
        """Run a piece of `tests.scale.teachers`."""
        return run(python("tests.scale.teachers", *arguments), self._environment)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """`homeroom consumer worker`."""
        with Child(self._stage.site.command("consumer", "worker"), self._environment):
            yield

    def _run(self, *arguments: str, secret: dict[str, str] | None = None, allowed: tuple[int, ...] = (0,)) -> None:
        run(self._stage.site.command("consumer", *arguments), self._environment | (secret or {}), allowed=allowed)


def _category(stage: Stage, served: Served) -> str:
    """A category of the platform's own, open to all its sections; its sourcedId."""
    access = let_in(stage.connections["grades-1.2"], served.port)
    root = access.base.removesuffix(BASE_PATHS[Version.V1P2, "rostering"])
    client = Client(access._replace(base=root + BASE_PATHS[Version.V1P2, "gradebook"]))
    made = str(uuid.uuid4())
    client.send("PUT", f"/categories/{made}", {"category": {"title": "Work"}})
    client.close()
    return made


def _press_large(stage: Stage, served: Served, platform: _Platform, class_id: str) -> None:
    stage.tell("one large press")
    before = cpu_seconds([served.worker])
    said = json.loads(platform.inside("press", class_id).output)
    spent = cpu_seconds([served.worker]) - before
    _check(said, 1)
    results, seconds = said["results"], said["seconds"]
    note = (
        f"The large press: {said['items']} line items and {results:,} results; {1000 * spent / results:.2f} ms of the "
        "provider's processor time a result."
    )
    stage.add(Result(f"press of {results:,} results at once", seconds, "s", note=note))
    stage.add(Result(f"press of {results:,} results at once: end to end", results / seconds, "results/s"))
    stage.add(Result(f"press of {results:,} results at once: server processor time", spent, "s"))


def _report_card_day(stage: Stage, served: Served, platform: _Platform, teachers: int) -> None:
    """All teachers have pressed at once; how long their presses take tells how much of the hour is needed."""
    stage.tell(f"{teachers:,} presses, and reads of the roster meanwhile")
    accesses = [let_in(stage.connections[name], served.port) for name in ("lms-1.1", "lms-1.2")]
    quiet = _reads_while(accesses, lambda: time.sleep(1.0 if stage.quick else 10.0))
    faults = _faults(stage)
    found: list[Ran] = []
    meanwhile = _reads_while(accesses, lambda: found.append(platform.inside("press", "all")))
    said = json.loads(found[0].output)
    _check(said, teachers)
    faults = _faults(stage) - faults
    results, seconds = said["results"], said["seconds"]
    note = (
        f"Report-card day: {teachers:,} presses with {said['items']:,} line items and {results:,} results took "
        f"{seconds:.0f} s, one after the other. Roster reads: {len(quiet):,} without them, {len(meanwhile):,} during them."
    )
    stage.add(Result(f"{teachers:,} teachers' presses", seconds, "s", DAY, note=note))
    stage.add(Result(f"{teachers:,} teachers' presses: end to end", results / seconds, "results/s"))
    stage.add(Result(f"{teachers:,} teachers' presses: errors of the provider", faults, "requests", 0))
    for when, taken in (("without presses", quiet), ("during them", meanwhile)):
        stage.add(Result(f"roster read {when}, p50", median(taken), "ms"))
        stage.add(Result(f"roster read {when}, p99", share(taken, 0.99), "ms"))


def _reads_while(accesses: list[Access], work: Callable[[], object]) -> list[float]:
    """Milliseconds of reads of the roster while `work` goes on."""
    reader, taken, done = Reader(accesses), [], threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                taken.append(reader.read())
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            failures.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        work()
    finally:
        done.set()
        reading.join()
        reader.close()
    if failures:
        raise failures[0]
    return taken


def _faults(stage: Stage) -> int:
    """Requests that the provider has answered with 429 or a fault of its own; it logs them a moment later."""
    time.sleep(2 * INTERVAL)
    return int(stage.site.inside("faults", 0)["faults"])


def _check(said: dict[str, Any], presses: int) -> None:
    if said["presses"] != presses or said["ends"] != {"Completed": presses}:
        raise RuntimeError(f"Of {presses} presses: {said}")
