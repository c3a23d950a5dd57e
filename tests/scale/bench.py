"""`make bench`: every number that Homeroom promises about speed, on a generated district (docs/performance.md).

python -m tests.scale.bench [--students 50000] [--schools 60] [--database sqlite|postgresql|both] [--only NAME …]
    [--quick] [--out docs/performance.md] [--json FILE]

A part that fails is told at the end, and then no page is written. Exit status: 0 every limit is met, 1 one is missed or
a part failed, 2 called wrongly.
"""

import argparse
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.database import PostgresqlServer, postgresql_programs
from tests.scale import building, grades, lists, pages, passback, queries, syncing, waiting
from tests.scale.document import as_data, look_around, write_document
from tests.scale.results import Result, table
from tests.scale.site import Site
from tests.scale.stage import Stage

#: Parts that can be chosen. Importing and the first build happen in any case: all others stand on them.
PARTS = ("refresh", "person", "waits", "pages", "pulls", "queries", "lists", "grades", "sync", "passback")

#: A load above this spoils the numbers.
BUSY = 0.7


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    district = f"{options.students:,} students in {options.schools} schools, made by `homeroom generate`"
    around = look_around(_command(), district)
    if around.load > BUSY:
        print(f"The machine is busy (load {around.load:.1f}): waits and times will say little", file=sys.stderr)
    databases = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    found: dict[str, list[Result]] = {}
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="homeroom-bench-") as folder:
        files = Path(folder) / "files"
        building.generate(str(files), options.students, options.schools, dict(os.environ))
        around = around._replace(district=f"{district}: {_counts(files)}")
        for database in databases:
            found[database], failed = _on(database, Path(folder) / database, files, options)
            failures += failed
    for database, results in found.items():
        print(f"\n{database}\n" + "\n".join(table(results)))
        print("\n".join(f"- {result.note}" for result in results if result.note))
    for failure in failures:
        print(f"FAILED {failure}")
    if options.json:
        options.json.write_text(json.dumps(as_data(around, found), indent=1), encoding="utf-8")
    if options.out and not failures:
        write_document(options.out, around, found)
    return int(bool(failures) or any(result.met is False for results in found.values() for result in results))


def _on(database: str, folder: Path, files: Path, options: argparse.Namespace) -> tuple[list[Result], list[str]]:
    """Every part that was chosen, on one database: results, and what failed."""
    print(f"== {database}", file=sys.stderr)
    server = None
    if database == "postgresql":
        programs = postgresql_programs()
        if programs is None:
            print("PostgreSQL is not installed (Debian package postgresql): its half is left out", file=sys.stderr)
            return [], [database]
        server = PostgresqlServer(programs)
    folder.mkdir()
    stage = Stage(Site.make(folder / "data", server), files, folder, options.quick, frozenset(options.only))
    try:
        _measure(stage)
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return stage.results, stage.failures


def _measure(stage: Stage) -> None:
    """1. Import. 2. Copy for the waits. 3. Build, and build again. 4. One person. 5. Waits, on the copy.
    6. 1,000 changes. 7. Everything that is asked over HTTP. 8. The consumer, and grades that go back."""
    building.import_district(stage)
    copy = stage.site.copy(stage.scratch / "copy") if stage.wants("waits") else None
    building.build(stage)
    stage.attempt("person", building.refresh_people)
    if copy:
        stage.attempt("waits", waiting.measure_waits, copy)
        shutil.rmtree(copy.data)
    stage.attempt("queries", building.change_rosters)
    with stage.site.served() as served:
        stage.attempt("pages", pages.measure_pages, served)
        stage.attempt("pulls", pages.measure_pulls, served)
        stage.attempt("queries", queries.measure_queries, served)
        stage.attempt("lists", lists.measure_lists, served)
        stage.attempt("grades", grades.measure_grades, served)
        stage.attempt("sync", syncing.measure_syncs, served)
        stage.attempt("passback", passback.measure_passback, served)
        if stage.failures:
            stage.tell(f"the server's last words:\n{served.child.errors()}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scale.bench", description="Measure every promise about speed."
    )
    parser.add_argument("--students", type=int, default=50_000)
    parser.add_argument("--schools", type=int, default=60)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[], help="Measure these parts only.")
    parser.add_argument("--quick", action="store_true", help="Fewer and shorter rounds: shows that it works.")
    parser.add_argument("--out", type=Path, help="Write the page for people (docs/performance.md).")
    parser.add_argument("--json", type=Path, help="Write the results as JSON.")
    return parser.parse_args()


def _counts(files: Path) -> str:
    """What the generated files hold."""

    def rows(name: str) -> str:
        with (files / f"{name}.csv").open("rb") as stream:
            return f"{sum(1 for _ in stream) - 1:,}"

    return (
        f"{rows('person')} people, {rows('employment')} staff, {rows('section')} sections, {rows('roster')} roster rows"
    )


def _command() -> str:
    return shlex.join(["python", "-m", "tests.scale.bench", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
