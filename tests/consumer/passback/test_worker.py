"""`homeroom consumer worker` sends grades, beside the syncs and not behind them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from consumer.passback.retention import forget_old_presses
from consumer.passback.tables import PassbackMessage, PassbackRun
from consumer.runs.line import open_runs, place_in_line, waiting_runs
from consumer.runs.news import GRADES, SYNCS, announce
from consumer.sync.queue import queue_run
from consumer.sync.tables import SyncRun
from shared.oneroster.versions import Version
from shared.sealing import open_sealer
from shared.settings import Settings
from tests.consumer.passback.books import NOW, GradeBook
from tests.consumer.passback.presses import Teacher
from tests.consumer.sync.platform import TODAY
from tests.faults.gradebook import PlainSis

ROOT = Path(__file__).parents[3]
PATIENCE = 120.0


@pytest.fixture
def teacher(book_11: GradeBook) -> Iterator[Teacher]:
    with PlainSis(Version.V1P1) as sis:
        yield Teacher(book_11, sis)


@pytest.fixture
def settings(teacher: Teacher) -> Settings:
    """Of the installation, whose connection other processes can use."""
    homeroom: dict[str, Any] = current_app.extensions["homeroom"]
    found: Settings = homeroom["settings"]
    connection = teacher.book.connection
    connection.base_url, connection.token_url = teacher.sis.base_url, teacher.sis.token_url
    connection.client_secret_sealed = open_sealer(found).seal("y")
    teacher.session.commit()
    return found


def start(settings: Settings, *options: str) -> "subprocess.Popen[str]":
    environment = {
        **os.environ, "HOMEROOM_KEY": settings.key or "", "HOMEROOM_ALLOW_PRIVATE": "1",
        "HOMEROOM_CONSUMER_DATABASE": settings.consumer_database or "", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "homeroom", "consumer", "--data", str(settings.data), "worker", *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd=ROOT, text=True
    )


def wait_for(session: Any, what: Callable[[], Any]) -> Any:
    """What `what` answers once it is something. Each question sees the present state."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        session.rollback()
        if answer := what():
            return answer
        time.sleep(0.05)
    pytest.fail("It did not come to that")


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
def test_a_press_does_not_wait_behind_a_long_sync(teacher: Teacher, settings: Settings) -> None:
    """One worker process, both at the same time."""
    session, sis = teacher.session, teacher.sis
    sis.roster.clear()
    item = teacher.item()
    teacher.score(item, "U1", 12)
    sync = queue_run(session, teacher.book.connection, "all", "manual", datetime.now(UTC), TODAY).id
    session.commit()
    announce(settings, SYNCS)
    worker = start(settings)
    try:
        wait_for(session, lambda: session.get_one(SyncRun, sync).status == "Running")
        run = teacher.queue()
        announce(settings, GRADES)
        wait_for(session, lambda: session.get_one(PassbackRun, run).status == "Completed")
        assert sis.scores() == {("Fractions", "U1"): [12]}
        assert session.get_one(SyncRun, sync).status == "Running"
    finally:
        sis.roster.set()
        worker.kill()
        worker.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_that_works_once_sends_what_waits(teacher: Teacher, settings: Settings) -> None:
    item = teacher.item()
    teacher.score(item, "U1", 12)
    run = teacher.queue()
    worker = start(settings, "--once")
    said, _ = worker.communicate(timeout=PATIENCE)
    assert (worker.returncode, said.strip()) == (0, f"Press {run}: Completed")
    assert teacher.sis.scores() == {("Fractions", "U1"): [12]}


def test_syncs_and_presses_wait_in_lines_of_their_own(teacher: Teacher) -> None:
    session, connection = teacher.session, teacher.book.connection
    teacher.item()
    sync = queue_run(session, connection, "all", "manual", NOW, TODAY)
    session.commit()
    press = session.get_one(PassbackRun, teacher.queue())
    assert place_in_line(session, sync) == place_in_line(session, press) == 1
    assert list(waiting_runs(session, PassbackRun, NOW)) == [press]
    assert list(waiting_runs(session, SyncRun, NOW)) == [sync]
    assert set(open_runs(session, connection.id)) == {sync, press}


def test_old_presses_are_forgotten_but_for_the_last(teacher: Teacher) -> None:
    """C-115: and the ledger stays."""
    item = teacher.item("No date", due_at=None)
    runs = [teacher.press().id for _ in range(3)]
    late = teacher.now + timedelta(days=200)
    waiting = teacher.queue()
    for _ in forget_old_presses(teacher.session, late, 180):
        teacher.session.commit()
    assert set(teacher.session.scalars(select(PassbackRun.id))) == {waiting}
    assert teacher.session.scalars(select(PassbackMessage.id)).all() == []
    assert teacher.state(item)[0] == "Queued" and waiting not in runs
    teacher.work(waiting)
    assert list(forget_old_presses(teacher.session, late, 180)) == [0]
