"""Worker processes: every run once, whoever is killed, on both databases."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from consumer.connections import Connection
from consumer.platform.models import Account, Enrollment
from consumer.platform.settings import write_setting
from consumer.runs.news import SYNCS, announce
from consumer.sync.queue import ask_to_stop, queue_run
from consumer.sync.report import stored_report
from consumer.sync.schedule import windows
from consumer.sync.tables import PlanChange, SyncRun
from consumer.sync.timetable import save_schedule, schedule_of, zone_of
from shared.database import will_write
from shared.sealing import open_sealer
from tests.consumer.sync.platform import TODAY, Platform
from tests.faults.district import enrollment, user
from tests.faults.provider import FaultProvider

ROOT = Path(__file__).parents[3]
PATIENCE = 180.0
#: Seconds for which the provider keeps a worker waiting that is going to be killed.
HELD_UP = 100.0
STUDENTS = 1_500

pytestmark = pytest.mark.slow


class Crew:
    """Worker processes over the platform of one test."""

    def __init__(self, platform: Platform, settings: Any, logs: Path) -> None:
        self.platform, self.settings = platform, settings
        self._logs = logs
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, every: float = 0.3) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "HOMEROOM_KEY": self.settings.key or "", "HOMEROOM_ALLOW_PRIVATE": "1",
            "HOMEROOM_CONSUMER_DATABASE": self.settings.consumer_database or "", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        log = (self._logs / f"worker-{len(self.workers)}.log").open("wb")
        with log:
            self.workers.append(
                subprocess.Popen(
                    [sys.executable, "-m", "homeroom", "consumer", "--data", str(self.settings.data), "worker",
                     "--every", str(every)],
                    stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=ROOT,
                )
            )  # fmt: skip
        return self.workers[-1]

    def said(self) -> str:
        return "".join(path.read_text() for path in sorted(self._logs.glob("worker-*.log")))

    def wait_for(self, what: Callable[[], Any]) -> Any:
        """What `what` answers once it is something. Each question sees the present state."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.platform.session.rollback()
            if answer := what():
                return answer
            assert any(worker.poll() is None for worker in self.workers), self.said()
            time.sleep(0.05)
        pytest.fail(f"It did not come to that:\n{self.said()}")

    def worker_of(self, run: SyncRun) -> subprocess.Popen[bytes] | None:
        """The process that works on a run."""
        pid = int(run.owner.split("|")[1]) if run.owner and run.status == "Running" else None
        return next((worker for worker in self.workers if worker.pid == pid), None)

    def run(self, connection_id: int | None = None) -> SyncRun | None:
        """The last run of a connection."""
        rows = select(SyncRun).where(SyncRun.connection_id == (connection_id or self.platform.connection_id))
        return self.platform.session.scalar(rows.order_by(SyncRun.id.desc()).limit(1))

    def ended(self, connection_id: int | None = None) -> SyncRun | None:
        run = self.run(connection_id)
        return run if run is not None and run.finished_at is not None else None

    def end(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
            worker.wait()


@pytest.fixture
def crew(
    consumer_session: Any, consumer_settings: Any, fault_provider_11: FaultProvider, tmp_path: Path
) -> Iterator[Crew]:
    platform = Platform(consumer_session(), fault_provider_11)
    platform.map_all()
    _with_secret(platform.connection, platform, consumer_settings)
    platform.session.commit()
    logs = tmp_path / "logs"
    logs.mkdir()
    made = Crew(platform, consumer_settings, logs)
    yield made
    platform.session.rollback()
    made.end()


def _with_secret(connection: Connection, platform: Platform, settings: Any) -> None:
    provider = platform.provider
    connection.client_id = provider.client_id
    connection.client_secret_sealed = open_sealer(settings).seal(provider.client_secret)
    connection.page_limit = 500


def _many_students(provider: FaultProvider) -> None:
    for n in range(STUDENTS):
        provider.records["users"].append(user(provider.version, f"M{n}", f"many{n}", "student", "S1"))
        provider.records["enrollments"].append(enrollment(f"F{n}", f"M{n}", "K1", "S1"))


def _due_now(platform: Platform) -> datetime:
    """Schedule the connection so that a window has begun an hour or two ago; the window's start."""
    now = datetime.now(UTC)
    zone = next(name for name in ("Etc/GMT", "Etc/GMT+1", "Etc/GMT+2") if _hour(now, name) % 3 == 1)
    write_setting(platform.session, "time_zone", zone)
    hour = _hour(now, zone) - 1
    save_schedule(platform.session, platform.connection, now - timedelta(hours=26), mode="scheduled", window_hour=hour)
    platform.session.commit()
    schedule = schedule_of(platform.connection)
    return next(windows(schedule, zone_of(platform.session), now - timedelta(hours=2))).start


def _hour(now: datetime, zone: str) -> int:
    offset = int(zone.removeprefix("Etc/GMT") or 0)
    return (now.hour - offset) % 24


@pytest.mark.parametrize("moment", ["pull", "apply"])
def test_of_two_workers_one_is_killed_and_nothing_is_lost_or_done_twice(crew: Crew, moment: str) -> None:
    """A due window is queued once, whichever worker looks first; killed in the middle, the run is ended by the other."""
    platform = crew.platform
    _many_students(platform.provider)
    slot = _due_now(platform)
    if moment == "pull":
        platform.provider.on("enrollments", offset=0, delay=HELD_UP)
    crew.start()
    crew.start()

    def comes_to_it() -> subprocess.Popen[bytes] | None:
        run = crew.run()
        there = run is not None and (
            platform.provider.asked("enrollments") if moment == "pull" else run.step == "apply"
        )
        return crew.worker_of(run) if run is not None and there else None

    victim = crew.wait_for(comes_to_it)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    run = crew.wait_for(crew.ended)
    assert (run.status, run.trigger, run.slot) == ("Completed", "scheduled", slot), crew.said()
    assert len(platform.session.scalars(select(SyncRun.id)).all()) == 1
    assert platform.session.scalar(select(func.count(Account.id))) == 9 + STUDENTS
    assert platform.session.scalar(select(func.count(Enrollment.id))) == 11 + STUDENTS
    report = stored_report(run)
    assert report is not None
    assert {x.entity: x.created for x in report.lines if x.created} == {
        "user": 9 + STUDENTS, "course": 2, "section": 3, "enrollment": 11 + STUDENTS, "parent link": 1,
    }  # fmt: skip
    assert {state for (state,) in platform.session.execute(select(PlanChange.state).distinct())} == {"applied"}


def test_several_connections_are_worked_on_by_two_workers_each_once(crew: Crew) -> None:
    """Queued by hand, announced to nobody: a look of a worker finds them."""
    platform = crew.platform
    session = platform.session
    ids = [platform.connection_id]
    for n in range(3):
        row = Connection(
            name=f"other {n}", base_url=platform.provider.base_url, version="1.1", token_url=platform.provider.token_url
        )  # fmt: skip
        _with_secret(row, platform, crew.settings)
        session.add(row)
        session.commit()
        other = Platform.__new__(Platform)
        other.session, other.provider, other.connection_id = session, platform.provider, row.id
        other.map_all()
        ids.append(row.id)
    for connection_id in ids:
        queue_run(session, session.get_one(Connection, connection_id), "courses", "manual", datetime.now(UTC), TODAY)
        session.commit()
    crew.start()
    crew.start()
    runs = crew.wait_for(lambda: ends if all(ends := [crew.ended(one) for one in ids]) else None)
    # They have the same courses, and two that come at the same moment may want the same code.
    assert all(run.status.startswith("Completed") for run in runs), crew.said()
    assert session.scalar(select(func.count(SyncRun.id))) == 4
    starts = [run.started_at for run in runs]
    assert starts == sorted(starts)


def test_a_worker_that_is_told_to_end_leaves_its_run_queued(crew: Crew) -> None:
    """SIGTERM in the middle: the present request is finished, no more; the next worker completes the run."""
    platform = crew.platform
    platform.provider.on("users", offset=0, delay=3.0)
    queue_run(platform.session, platform.connection, "all", "manual", datetime.now(UTC), TODAY)
    platform.session.commit()
    worker = crew.start()
    crew.wait_for(lambda: platform.provider.asked("users"))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0, crew.said()
    platform.session.rollback()
    run = crew.run()
    assert run is not None and (run.status, run.owner, run.step) == ("Queued", None, "pull")
    assert platform.provider.asked("enrollments") == []
    crew.start()
    assert crew.wait_for(crew.ended).status == "Completed"
    assert run.id == 1


def test_a_run_that_is_announced_begins_without_waiting_for_a_look(crew: Crew) -> None:
    crew.start(every=300)
    crew.wait_for(lambda: "working" in crew.said())
    queue_run(crew.platform.session, crew.platform.connection, "all", "manual", datetime.now(UTC), TODAY)
    crew.platform.session.commit()
    announce(crew.settings, SYNCS)
    assert crew.wait_for(crew.ended).status == "Completed"


def test_a_run_is_cancelled_while_its_worker_waits_for_the_provider(crew: Crew) -> None:
    """The provider asks to come back in four minutes; the worker goes on to look whether it is still wanted."""
    platform = crew.platform
    platform.provider.on("users", status=429, headers={"Retry-After": "240"}, times=None)
    queue_run(platform.session, platform.connection, "all", "manual", datetime.now(UTC), TODAY)
    platform.session.commit()
    crew.start()
    crew.wait_for(lambda: platform.provider.asked("users"))
    will_write(platform.session)
    run = crew.run()
    assert run is not None
    ask_to_stop(platform.session, run, datetime.now(UTC))
    platform.session.commit()
    assert crew.wait_for(crew.ended).status == "Cancelled"
