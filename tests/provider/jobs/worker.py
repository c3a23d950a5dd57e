"""A worker with one kind of job, as a process: `worker.py DATABASE_URL NOTES`. It looks at the line until there is
nothing left to do, notes what it begins and ends, and holds a job up as long as the notes say "hold"."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, select

from provider.jobs.tables import OPEN, Job
from provider.jobs.working import JobAtWork, Outcome, work_on_next

URL, NOTES = sys.argv[1], Path(sys.argv[2])


def note(text: str) -> None:
    with NOTES.open("a") as stream:
        stream.write(f"{os.getpid()} {text}\n")


def work(job: JobAtWork) -> Outcome:
    note(f"begins {job.id}")
    held = NOTES.with_suffix(".hold")
    for number in range(3):
        job.tell("counting", number, 3)
    while held.exists():
        time.sleep(0.02)
    note(f"ends {job.id}")
    return Outcome("Counted")


engine = create_engine(URL)
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    work_on_next(engine, {"count": work}, lambda: datetime.now(UTC))
    with engine.connect() as connection:
        if connection.execute(select(Job.id).where(Job.state.in_(OPEN))).first() is None:
            break
    time.sleep(0.02)
