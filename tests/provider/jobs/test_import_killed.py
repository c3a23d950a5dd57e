"""An import whose worker is killed with signal 9 in the middle is taken up again by the next worker, and is whole."""

import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.database import db
from provider.jobs.files import new_upload, uploads
from provider.jobs.line import ask, result_of
from provider.jobs.tables import DONE, Job
from provider.sis.changes import SisChange
from provider.sis.generating import Plan, generate
from provider.sis.models import Person

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PATIENCE = 180.0
STUDENTS = 1_500


def start(settings: Any) -> subprocess.Popen[bytes]:
    """`homeroom provider worker`, as an operator starts it."""
    environment = {
        **os.environ, "HOMEROOM_KEY": settings.key or "", "HOMEROOM_PROVIDER_DATABASE": settings.provider_database or "",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "homeroom", "provider", "--data", str(settings.data), "worker", "--every", "0.2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=environment, cwd=ROOT, **quiet)


def wait_for(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, "It did not come to that"
        time.sleep(0.01)
    return found


def test_a_killed_import_is_completed_by_the_next_worker(
    provider_app: Flask, provider_settings: Any, session: Any, tmp_path: Path
) -> None:
    district = provider_settings.provider_folder("demo")
    generate(Plan.of(STUDENTS, 2, 1, 0), tmp_path / "csv", lambda _done: None)
    upload = new_upload(district)
    with zipfile.ZipFile(upload / "upload.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (tmp_path / "csv").iterdir():
            archive.write(path, path.name)
    asked = {"file": "us.zip", "upload": upload.name, "name": "upload.zip", "strict": False, "dry_run": False}
    job_id = ask(session, "import", asked, datetime.now(UTC), (1, "ada")).id
    session.commit()

    def row() -> Job:
        with Session(db.engine) as fresh:
            return fresh.get_one(Job, job_id)

    first = start(provider_settings)
    try:
        wait_for(
            lambda: row().progress_what in ("Reading identity.csv", "Reading enrollment.csv", "Reading roster.csv")
        )
    finally:
        first.kill()
        first.wait()
    assert (row().state, row().attempts) == ("running", 1)
    second = start(provider_settings)
    try:
        wait_for(lambda: row().state == DONE)
        assert row().attempts == 2
        with Session(db.engine) as fresh:
            report = result_of(fresh.get_one(Job, job_id))
            people = fresh.scalar(select(func.count()).select_from(Person))
            total = {file["file"]: file for file in report["files"]}
            assert report["refused"] == 0 and people == total["person.csv"]["read"] > STUDENTS
            assert total["person.csv"]["unchanged"] > 0, "what the killed one wrote is there"
        wait_for(lambda: not list(uploads(district).iterdir()))
        wait_for(lambda: not waits())
    finally:
        second.terminate()
        second.wait()


def waits() -> bool:
    """Whether the refresh of everything is still to come."""
    with Session(db.engine) as fresh:
        return fresh.scalar(select(SisChange.kind)) is not None
