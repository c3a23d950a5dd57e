"""A district of the benchmark: its data folder and databases, the commands run on it, a server over it."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.database import PostgresqlServer
from tests.scale.children import Child, Ran, descendants, free_port, python, run, serving
from tests.scale.constant import THREADS

#: The district's appName.
APP = "bench"


@dataclass(frozen=True)
class Site:
    """One district in one data folder. `postgresql` None: on SQLite. `name` begins its PostgreSQL databases' names."""

    data: Path
    port: int
    postgresql: PostgresqlServer | None = None
    name: str = ""

    @classmethod
    def make(cls, data: Path, postgresql: PostgresqlServer | None) -> "Site":
        """A new site without rows, with its databases made where the programs do not make them."""
        name = ""
        if postgresql:
            name = postgresql.new_name()
            postgresql.create(f"{name}_{APP}")
            postgresql.create(f"{name}_consumer")
        return cls(data, free_port(), postgresql, name)

    def copy(self, data: Path) -> "Site":
        """The same district once more. Nobody may be using this one."""
        shutil.copytree(self.data, data)
        name = ""
        if self.postgresql:
            name = self.postgresql.new_name()
            self.postgresql.create(f"{name}_{APP}", f"{self.name}_{APP}")
        return Site(data, free_port(), self.postgresql, name)

    @property
    def environment(self) -> dict[str, str]:
        """What the programs are told."""
        told = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
        told |= {
            "BENCH_APP": APP,
            "HOMEROOM_DATA": str(self.data),
            "HOMEROOM_PROVIDER_URL": f"http://127.0.0.1:{self.port}",
            "HOMEROOM_ALLOW_PRIVATE": "1",
        }
        if self.postgresql:
            told["HOMEROOM_PROVIDER_DATABASE"] = self.postgresql.url(self.name + "_{app}")
            told["HOMEROOM_CONSUMER_DATABASE"] = self.postgresql.url(f"{self.name}_consumer")
        return told

    def provider(self, *arguments: object) -> Ran:
        """Run `homeroom provider …`."""
        return run(self.command("provider", *arguments), self.environment)

    def command(self, program: str, *arguments: object) -> list[str]:
        """The arguments of `homeroom provider …` or `homeroom consumer …`."""
        which = ("--app", APP) if program == "provider" else ()
        return python("homeroom", program, *which, *arguments)

    def inside(self, work: str, count: int) -> dict[str, Any]:
        """Run a piece of `tests.scale.inside`."""
        found: dict[str, Any] = json.loads(run(python("tests.scale.inside", work, count), self.environment).output)
        return found

    def add_connection(self, name: str, version: str, *options: str) -> dict[str, Any]:
        """Add a connection; what a platform is told of it."""
        ran = self.provider("connection", "add", name, "--version", version, "--json", *options)
        described: dict[str, Any] = json.loads(ran.output)
        return described

    @contextmanager
    def served(self) -> Iterator["Served"]:
        """`homeroom provider serve` over this site, one worker."""
        arguments = self.command("provider", "serve", "--port", self.port, "--workers", 1, "--threads", THREADS)
        with serving(arguments, self.environment, self.port) as child:
            yield Served(child, self.port, worker_of(child))

    def database_processes(self) -> Sequence[int]:
        """The processes of the PostgreSQL server; none on SQLite."""
        return descendants(self.postgresql._keeper.pid) if self.postgresql else ()


class Served(NamedTuple):
    """A running server: the worker is the process that answers."""

    child: Child
    port: int
    worker: int


def worker_of(child: Child) -> int:
    """The one worker of a gunicorn that is already listening."""
    for _ in range(200):
        if found := descendants(child.pid):
            return found[0]
        time.sleep(0.05)
    raise RuntimeError("The server has no worker")
