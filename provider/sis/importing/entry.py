"""The one way into an import: looks at what lies at a path and hands it to the reader of its kind."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Engine

from provider.sis.importing.oneroster import import_oneroster, is_oneroster
from provider.sis.importing.package import Package, open_package
from provider.sis.importing.report import ImportFailed, ImportReport, Progress
from provider.sis.importing.scratch import scratch_copy
from provider.sis.importing.shapes import sis_shapes
from provider.sis.importing.sis_files import import_sis_files

Importer = Callable[[Engine, Package, date, datetime, Progress], ImportReport]


def _silent(_file: str, _done: int, _size: int, _rows: int) -> None:
    """Progress for nobody."""


def check_path(path: Path) -> None:
    """Whether there is something to import at `path`, without reading a row. Raises ImportFailed."""
    _importer(open_package(path))


def import_path(
    engine: Engine, path: Path, *, strict: bool = False, dry_run: bool = False, today: date,
    now: datetime | None = None, progress: Progress = _silent,
) -> ImportReport:  # fmt: skip
    """Import the folder or zip at `path` and tell what became of every row.

    A bad row never loses a good one; with `strict` one bad row means that nothing is written (`scratch`), and with
    `dry_run` nothing ever is: the report says what would become of every row.
    `today` is the day that relative dates are reckoned from; `now` (UTC; midnight of that day if not told) becomes the
    moment of change of what changes in the grade book. Raises ImportFailed when nothing can be read.
    """
    package = open_package(path)
    now = now or datetime.combine(today, time(), UTC)
    run = _importer(package)
    if strict or dry_run:
        with scratch_copy(engine, progress) as copy:
            tried = run(copy, package, today, now, progress)
        if dry_run or not tried.ok:
            tried.written = False
            return tried
    return run(engine, package, today, now, progress)


def _importer(package: Package) -> Importer:
    names = set(package.sizes)
    if is_oneroster(names):
        return import_oneroster
    if names & set(sis_shapes()):
        return import_sis_files
    found = ", ".join(sorted(names)) or "no .csv file"
    if not names and package.ignored:
        name, why = package.ignored[0]
        found = f"{name} {why}"
    raise ImportFailed(f"{package.path.name} holds neither SIS files nor a OneRoster package: {found}")
