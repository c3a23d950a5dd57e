"""A worker that sends grades to Homeroom's provider is killed again and again, at any moment: in the end the SIS has
every score once, and no other (C-131, C-137).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from consumer.client.caller import GRADEBOOK_SCOPES, ROSTER_SCOPES, Client
from consumer.connections import Connection
from consumer.passback.facts import facts_of
from consumer.passback.press import open_press, press
from consumer.passback.tables import GradePeer, PassbackRun, Send
from consumer.platform.gradebook.entries import parse_entry
from consumer.platform.gradebook.items import items_of
from consumer.platform.gradebook.scores import record
from consumer.platform.models import GradeItem, Score
from consumer.platform.settings import read_settings
from consumer.runs.peer import open_client
from provider.database import db as sis
from provider.sis.models import GradingWindow
from provider.sis.models.gradebook import LineItem, Result
from shared.oneroster.scopes import scope_url
from shared.oneroster.versions import Version
from shared.sealing import open_sealer
from shared.settings import Settings
from tests.contract.conftest import BuiltDistricts
from tests.contract.door import Door
from tests.contract.test_consumer_passback import Gail
from tests.contract.test_consumer_syncs import Lms
from tests.provider.served import served

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ITEMS = 4
PATIENCE = 120.0
ENTRIES = ("0", "5", "7.5", "12", "20", "23", "ex", "mi", "")


@pytest.fixture(scope="module")
def door(with_writers: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory, request: Any) -> Iterator[Door]:
    """The demo district at its own public address."""
    with with_writers.open("sqlite", tmp_path_factory.mktemp("killed"), request) as door:
        door.edit_sis(lambda session: session.execute(delete(GradingWindow)))
        with served(door.app.extensions["homeroom"]["settings"]) as settings:
            yield replace(door, address=settings.provider_url)


class Installed(Lms):
    """A platform whose secrets other processes can read."""

    def __init__(self, session: Any, door: Door, settings: Settings) -> None:
        super().__init__(session, door)
        self._sealer = open_sealer(settings)

    def connect(self, key: str, version: Version, oauth: str = "oauth2") -> None:
        super().connect(key, version, oauth)
        self.connection.client_secret_sealed = self._sealer.seal(self.door.secrets[key][1])
        self.session.commit()

    def client(self, service: str = "rostering") -> Client:
        connection = self.session.get_one(Connection, self.connection_id)
        return open_client(connection, self._sealer, allow_private=True, service=service)


class Workers:
    """Lives of a worker, one after the other."""

    def __init__(self, settings: Settings, log: Path) -> None:
        environment = {
            **os.environ, "HOMEROOM_KEY": settings.key or "", "HOMEROOM_ALLOW_PRIVATE": "1", "PYTHONPATH": str(ROOT),
            "HOMEROOM_CONSUMER_DATABASE": settings.consumer_database or "",
        }  # fmt: skip
        self._log = log
        with log.open("wb") as stream:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.contract.press_worker", str(settings.data)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stream, env=environment, cwd=ROOT, text=True,
            )  # fmt: skip

    def start(self) -> int:
        """The number of a new worker."""
        stdin, stdout = self._nursery.stdin, self._nursery.stdout
        assert stdin and stdout
        stdin.write("\n")
        stdin.flush()
        said = stdout.readline()
        assert said, self.said()
        return int(said)

    def kill(self, worker: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        self.wait(worker)

    def wait(self, worker: int, seconds: float = PATIENCE) -> bool:
        """Whether the worker ends by itself within so many seconds."""
        deadline = time.monotonic() + seconds
        while lives(worker):
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.002)
        return True

    def said(self) -> str:
        return self._log.read_text()

    def end(self) -> None:
        self._nursery.kill()
        self._nursery.wait()


def lives(worker: int) -> bool:
    return Path(f"/proc/{worker}").exists()


@contextmanager
def employed(settings: Settings, log: Path) -> Iterator[Workers]:
    workers = Workers(settings, log)
    try:
        yield workers
    finally:
        workers.end()


class Book(Gail):
    """Gail's book, in which she goes on grading whatever happens to the workers."""

    def __init__(self, lms: Lms, chance: random.Random) -> None:
        super().__init__(lms)
        self._chance = chance
        self._category = self.category()
        self._made = 0
        self.people = self.students()

    def add(self) -> None:
        self._made += 1
        self.item(f"Item {self._made} of {self.lms.connection_id}-{id(self)}", self._category)

    def grade(self, share: float) -> None:
        """Give some students other scores."""
        for item in items_of(self.session, self.book):
            for account_id in self.people:
                if self._chance.random() < share:
                    entry = parse_entry(self._chance.choice(ENTRIES))
                    record(self.session, item, account_id, entry, self.now, self.account.id)
        self.session.commit()

    def queue(self) -> None:
        send = Send.EVERYTHING if self._chance.random() < 0.2 else Send.CHANGES
        press(self.session, self.book, self.account, None, send, self.now)
        self.session.commit()

    def at_work(self) -> PassbackRun | None:
        """The press that is not done."""
        self.session.rollback()
        return open_press(self.session, self.book)

    def differences(self) -> list[str]:
        """What the SIS does not have as it is here, row by row."""
        self.session.rollback()
        students = facts_of(self.session, self.section(1).id, read_settings(self.session)).students
        found = []
        for item in items_of(self.session, self.book):
            here = {students[score.account_id]: said for score in self._scores(item) if (said := _said(score))}
            there = {student: (score, status) for student, (score, status) in self.there(item.title).items()}
            if here != there:
                found.append(f"{item.title}: {here} here, {there} there")
        self.session.rollback()
        return found

    def _scores(self, item: GradeItem) -> list[Score]:
        return list(self.session.scalars(select(Score).where(Score.item_id == item.id)))


def _said(score: Score) -> tuple[float | None, str] | None:
    if score.exempt:
        return None, "exempt"
    if score.missing:
        return None, "not submitted"
    return None if score.points is None else (score.points, "fully graded")


def rows_of(door: Door, prefix: str) -> tuple[int, int]:
    """(line items, results) that the SIS's own tables have of items with these titles."""
    with door.app.app_context():
        mine = LineItem.title.like(f"%{prefix}"), LineItem.deleted.is_(False)
        items = sis.session.scalar(select(func.count(LineItem.id)).where(*mine)) or 0
        results = select(func.count(Result.id)).join(LineItem, LineItem.id == Result.line_item_id)
        return items, sis.session.scalar(results.where(*mine, Result.deleted.is_(False))) or 0


@pytest.mark.parametrize(
    ("version", "bulk", "kills", "database_kind"),
    [
        (Version.V1P2, True, 50, "sqlite"),
        (Version.V1P2, True, 10, "postgresql"),
        (Version.V1P2, False, 10, "sqlite"),
        (Version.V1P1, False, 10, "sqlite"),
    ],
    ids=["1.2", "1.2-postgresql", "1.2-put-only", "1.1"],
    indirect=["database_kind"],
)
def test_a_worker_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    door: Door, consumer_session: Any, consumer_settings: Settings, version: Version, bulk: bool, kills: int,
    tmp_path: Path,
) -> None:  # fmt: skip
    seed = int(os.environ.get("HOMEROOM_SEED") or random.randrange(1_000_000))
    print(f"HOMEROOM_SEED={seed}")
    chance = random.Random(seed)
    lms = Installed(consumer_session(), door, consumer_settings)
    lms.connect(f"lms-{version}", version)
    if not bulk and version is Version.V1P2:
        names = [*ROSTER_SCOPES, *(name for name in GRADEBOOK_SCOPES[version] if name != "gradebook.createpost")]
        lms.connection.scope = " ".join(scope_url(name, version) for name in names)
        lms.session.commit()
    lms.map_and_sync()
    book = Book(lms, chance)
    for _ in range(ITEMS):
        book.add()
    book.grade(0.8)
    with employed(consumer_settings, tmp_path / "worker.log") as workers:
        took = _undisturbed(book, workers)
        killed, presses = 0, 0
        while killed < kills:
            if book.at_work() is None:
                presses += 1
                assert presses < 20 * kills, "every worker was quicker than its death"
                book.grade(0.3)
                book.queue()
            worker = workers.start()
            if workers.wait(worker, chance.uniform(0, 0.4 * took)):
                assert book.differences() == [], (seed, workers.said())
                continue
            workers.kill(worker)
            run = book.at_work()
            killed += run is not None and run.owner is not None and f"|{worker}|" in run.owner
        _undisturbed(book, workers)
    expected = sum(len(book.there(item.title)) for item in items_of(book.session, book.book))
    assert rows_of(door, f"{lms.connection_id}-{id(book)}") == (ITEMS, expected)
    assert expected > ITEMS
    if version is Version.V1P2:
        assert book.session.get_one(GradePeer, lms.connection_id).bulk_post is bulk


def _undisturbed(book: Book, workers: Workers) -> float:
    """Let everything arrive; the seconds that the last press took."""
    while book.at_work() is not None:
        assert workers.wait(workers.start()), workers.said()
    book.queue()
    began = time.monotonic()
    assert workers.wait(workers.start()), workers.said()
    took = time.monotonic() - began
    assert book.at_work() is None, workers.said()
    assert book.differences() == [], workers.said()
    return took
