"""A line of jobs in a district without rows, on both databases; a clock that tests move; workers as processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from provider.database import db
from provider.jobs.line import ask, cancel
from provider.jobs.tables import Job
from provider.jobs.working import JobAtWork, Outcome, Work, work_on_next

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Line:
    """The line of jobs. `now` is the time; each look at the clock moves it a second."""

    engine: Engine
    now: datetime = NOON
    kinds: dict[str, Work] = field(default_factory=dict)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def ask(self, kind: str = "count", alone: bool = False, **asked: Any) -> int:
        job = ask(db.session(), kind, asked, self.clock(), (7, "ada"), alone)
        db.session.commit()
        return job.id

    def cancel(self, job_id: int) -> None:
        """As somebody at another window does it."""
        with self.session() as session:
            cancel(session, session.get_one(Job, job_id), self.clock())
            session.commit()

    def session(self) -> Any:
        from sqlalchemy.orm import Session

        return Session(self.engine)

    def row(self, job_id: int) -> Job:
        """The job as it is stored now."""
        db.session.rollback()
        found: Job = db.session.get_one(Job, job_id, populate_existing=True)
        return found

    def work(self, stopping: Callable[[], bool] = lambda: False) -> str | None:
        """Let a worker look at the line."""
        db.session.rollback()
        return work_on_next(self.engine, self.kinds, self.clock, stopping)


def count(job: JobAtWork) -> Outcome:
    """Counts to what was asked."""
    of = job.asked.get("of", 3)
    for number in range(of):
        job.tell("counting", number, of)
    return Outcome(f"Counted to {of}", {"of": of})


@pytest.fixture
def line(session: Any) -> Line:
    return Line(db.engine, kinds={"count": count})


@dataclass
class Crew:
    """Workers as processes of their own (`tests.provider.jobs.worker`). Each notes in `notes` what it does."""

    app: Flask
    settings: Any
    notes: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        url = self.app.config["SQLALCHEMY_DATABASE_URI"]
        command = [sys.executable, str(Path(__file__).with_name("worker.py")), url, str(self.notes)]
        self.processes.append(subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}))
        return self.processes[-1]

    def noted(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []


@pytest.fixture
def crew(provider_app: Flask, provider_settings: Any, tmp_path: Path) -> Iterator[Crew]:
    found = Crew(provider_app, provider_settings, tmp_path / "notes")
    yield found
    for process in found.processes:
        if process.poll() is None:
            process.kill()
        process.wait()
