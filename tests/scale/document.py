"""docs/performance.md: the numbers, and what they were taken on and with. Knows no measuring."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from tests.database import postgresql_programs
from tests.scale.results import Result, table

_LIBRARIES = ("flask", "gunicorn", "sqlalchemy", "psycopg", "orjson", "msgspec", "isal", "lz4")
_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Surroundings(NamedTuple):
    """What a run was taken on and with."""

    command: str
    began: datetime
    cpu: str
    cores: int
    memory_gb: float
    load: float
    system: str
    versions: dict[str, str]
    district: str


def look_around(command: str, district: str) -> Surroundings:
    """The machine as it is now, before the run."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    if programs := postgresql_programs():
        said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        versions["PostgreSQL"] = said.stdout.split()[-1] if "Debian" not in said.stdout else said.stdout.split()[2]
    versions |= {name: version(name) for name in _LIBRARIES}
    return Surroundings(
        command, datetime.now(UTC), cpu, os.cpu_count() or 1, memory, os.getloadavg()[0],
        f"{platform.system()} {platform.release()}", versions, district,
    )  # fmt: skip


def as_data(around: Surroundings, found: dict[str, list[Result]]) -> dict[str, Any]:
    """Everything as JSON objects."""
    return {
        **around._asdict(),
        "began": around.began.isoformat(timespec="seconds"),
        "results": {
            database: [
                {"what": r.what, "measured": r.measured, "unit": r.unit, "limit": r.limit, "at_least": r.at_least,
                 "met": r.met, "nearest": r.nearest, "note": r.note}
                for r in results
            ]
            for database, results in found.items()
        },
    }  # fmt: skip


def write_document(path: Path, around: Surroundings, found: dict[str, list[Result]]) -> None:
    """Write the whole page."""
    parts = [_HEAD.format(command=around.command), _machine(around)]
    for database, results in found.items():
        parts += [f"## On {_TITLES[database]}", "\n".join(table(results)), _notes(results)]
    parts.append(_TAIL)
    path.write_text("\n\n".join(part.strip("\n") for part in parts if part) + "\n", encoding="utf-8")


def _machine(around: Surroundings) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in around.versions.items())
    return "\n".join(
        (
            "| | |",
            "|---|---|",
            f"| date | {around.began:%Y-%m-%d %H:%M} UTC |",
            f"| machine | {around.cores} cores of {around.cpu}, {around.memory_gb:.0f} GB of memory, {around.system} |",
            f"| load before the run | {around.load:.2f} |",
            f"| versions | {versions} |",
            f"| district | {around.district} |",
            f"| command | `{around.command}` |",
        )
    )


def _notes(results: list[Result]) -> str:
    lines = [f"- {result.note}" for result in results if result.note]
    return "\n".join(lines)


_HEAD = """
# Performance

What Homeroom costs on a district of a large city, measured by `make bench`. The limits are part of what the
program promises; a line that says MISSED is a fault. The numbers of the nearest open provider, Ed-Fi's, were taken
on a machine of the same kind.
"""

_TAIL = """
## How to read it

- **Everything runs in processes of its own**, as in use: the commands `homeroom provider import`, `refresh` and `serve`,
  `homeroom consumer sync`. Seconds are wall-clock time of the whole command, its start included. Peak memory is the
  largest resident size that the system saw (`ru_maxrss`).
- **The ceiling** is the same gunicorn with one worker and the same threads, and a Flask application that answers
  one constant page from memory: the very bytes of a page of 1,000 enrollments, without looking at a token. No
  provider in Flask can be faster. Ceiling and provider are asked in turns, several rounds, and the medians count, so
  that other work on the machine meets both. The clients are processes of their own with one kept-alive connection
  each; with two clients on two cores, clients and server share the machine.
- **Pages walk through the collection**, each with its bearer token checked, none asked for twice in a round of the
  walk. They are asked for by offset alone, as by clients that count for themselves; following `Link` costs the server
  a little less. p50 is from the request to the last byte, as the client sees it.
- **Processor time of a whole pull** is user and system time of the worker process, from /proc. What the kernel does
  for the other end is not in it. On PostgreSQL, the database's own processes are counted apart.
- **Private memory** is what only the worker holds (`Private_*` of `smaps_rollup`); libraries that processes share are
  not in it.
- **Refresh of one person** is measured inside a process that has already done one, after a change of that person's
  name, from asking for it to the new revision being visible in both versions.
- **Waits** are measured on a copy of the district while everything is built for the first time, and again
  while a third edition is built beside one that is being read: a reader asks for pages of 1,000 enrollments and of users,
  20 ms apart; a writer changes one row every 100 ms in a transaction of its own. The longest of each counts. Before
  anything is built the reader is told to come back later, which must be quick too.
- **What has changed** asks for another moment each time, so that no answer is kept from the time before.
- **Later pages** of a filtered, sorted or nested walk, or of a connection that sees one school, are asked in turns with
  unfiltered pages of the same size at the same offsets; "the same" is held to at most 1.25 times, for noise.
- **Results** are those of ten line items of a class for each of its students: first all of a class in one bulk POST, then
  each once more with another score in a PUT of its own, by one client that waits for every answer. A class is read back
  whole.
- **A press** is timed from when the worker takes it up until it has ended, everything included that it does: checks,
  reading of the class, ledger, log. The platform is synced over 1.2 and has 2,000 teachers with a section each. On
  **report-card day** all of them have pressed at once; their presses go out one after the other, from one worker to one
  worker, and the seconds that they take tell how much of the hour is needed. Roster reads are pages of 1,000 enrollments
  anywhere, 20 ms apart, without presses and meanwhile. Errors of the provider are answers of 429 and 5xx.
- **A signature's price** is the worker's processor time for a request that is signed, less that for the same request
  with a token; **the log's** is that of taking a line and writing it with a hundred others.
- **PostgreSQL** is a server of the benchmark's own with `fsync` off, on a Unix socket.

## To repeat it

`make bench` runs all of it on both databases, which takes some twenty minutes on a quiet machine; on a busy one
the waits and the shares of the ceiling are worth nothing. `make bench ARGS="--database sqlite --only pages queries"`
measures a part, `ARGS="--students 2000 --schools 4 --quick"` shows in a minute that the benchmark works,
`ARGS="--out docs/performance.md"` writes this page.
"""
