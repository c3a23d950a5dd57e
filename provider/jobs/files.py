"""Files of jobs in the district's folder: what was uploaded for an import, what an export has written.

They hold whole districts: nobody else on the machine can read them, and they go as soon as nobody needs them. Which
those are is decided by the rows of the jobs alone, so that it does not matter how a job ended.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import orjson
from sqlalchemy import Engine, select

from provider.jobs.tables import DONE, OPEN, RUNNING, Job

IMPORT, EXPORT = "import", "export"

#: What was checked can be imported for so long, and what was exported can be fetched.
KEPT = timedelta(hours=24)
#: An upload that is still being written belongs to no job yet.
_UPLOADING = timedelta(minutes=15)


def uploads(district: Path) -> Path:
    """The folder that holds a folder for each upload."""
    return district / "uploads"


def new_upload(district: Path) -> Path:
    """A new folder for an upload, which nobody else on the machine can look into."""
    uploads(district).mkdir(mode=0o700, exist_ok=True)
    folder = uploads(district) / uuid4().hex
    folder.mkdir(mode=0o700)
    return folder


def export_file(district: Path, job_id: int) -> Path:
    """Where the package of an export lies. Its folder is made, which nobody else on the machine can look into."""
    folder = district / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{job_id}.zip"


class _File(NamedTuple):
    """A job that has a file: the upload's folder by name, "" for an export."""

    id: int
    kind: str
    state: str
    finished_at: datetime | None
    upload: str
    dry_run: bool


def tidy(engine: Engine, district: Path, now: datetime) -> None:
    """Remove the files that nobody needs any more."""
    there = [*_there(uploads(district)), *_there(district / "exports")]
    if not there:
        return
    jobs = list(_jobs(engine))
    for path in there:
        needed = _is_upload_needed if path.parent == uploads(district) else _is_export_needed
        if not needed(path, jobs, now):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def is_there(job: Job, now: datetime) -> bool:
    """Whether the file of a job that is done is still kept."""
    return job.state == DONE and job.finished_at is not None and now - job.finished_at < KEPT


def _there(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _jobs(engine: Engine) -> Iterator[_File]:
    columns = (Job.id, Job.kind, Job.state, Job.finished_at, Job.asked)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(Job.kind.in_((IMPORT, EXPORT))).order_by(Job.id)).all()
    for job_id, kind, state, finished_at, asked in rows:
        said = orjson.loads(asked)
        yield _File(job_id, kind, state, finished_at, said.get("upload", ""), bool(said.get("dry_run")))


def _is_upload_needed(path: Path, jobs: list[_File], now: datetime) -> bool:
    """A job will read it; or the last that read it was a dry run, after which it can be imported."""
    own = [job for job in jobs if job.kind == IMPORT and job.upload == path.name]
    if not own:
        return _is_young(path, now, _UPLOADING)
    last = own[-1]
    return last.state in OPEN or (last.dry_run and last.state == DONE and _ended_lately(last, now))


def _is_export_needed(path: Path, jobs: list[_File], now: datetime) -> bool:
    """It was exported lately; or it is a part, or a package of before, of an export at work."""
    number = path.name.strip(".").partition(".")[0]
    job = next((one for one in jobs if one.kind == EXPORT and str(one.id) == number), None)
    if job is None:
        return False
    whole = path.name == f"{job.id}.zip"
    return job.state == RUNNING or (whole and job.state == DONE and _ended_lately(job, now))


def _ended_lately(job: _File, now: datetime) -> bool:
    return job.finished_at is not None and now - job.finished_at < KEPT


def _is_young(path: Path, now: datetime, age: timedelta) -> bool:
    try:
        return now - datetime.fromtimestamp(path.stat().st_mtime, UTC) < age
    except FileNotFoundError:
        return False
