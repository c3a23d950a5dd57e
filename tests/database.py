"""Real databases for tests: SQLite files, and a PostgreSQL server of our own that never outlives the test run.

A schema is built once in a test run as a template and copied for each test (a file copy, or CREATE DATABASE …
TEMPLATE), so that a test on a real database costs milliseconds.
"""

import itertools
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

#: Speed over safety: the server's data is thrown away with the test run.
SERVER_OPTIONS = "-F -c full_page_writes=off -c synchronous_commit=off -c listen_addresses= -c max_connections=200"

#: And for a server that makes and drops databases all the time, none of which grows old: what is done at a checkpoint,
#: which each of them asks for, and behind everybody's back.
SHORT_LIVED = (
    " -c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c shared_buffers=32MB -c log_checkpoints=off"
)

#: Where files live in memory, and how much of it must be free for a server there.
MEMORY, ROOM = Path("/dev/shm"), 4 << 30

#: The first version that can copy a database by its log, which is slow here; older ones always copy its files.
COPIES_BY_LOG = 150_000

#: Ends the server when standard input closes, which the death of who holds its other end does too, even a kill -9.
KEEPER = """
postgres -D {data} -k {folder} {options} >{folder}/log 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf {folder}
"""


def dispose(app: Flask, db: SQLAlchemy) -> None:
    """Close an application's connections, so that its files and databases can be copied or dropped."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def in_memory() -> Path | None:
    """A folder whose files are in memory, where there is much of it. Creating and dropping a database writes a thousand
    small files, which on a busy disk takes longer than all else in a test."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return None


def postgresql_programs() -> Path | None:
    """The folder of the newest installed PostgreSQL server's programs (Debian's place, then PATH), or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).parent if found else None


class Databases:
    """The databases of a PostgreSQL server that runs on a Unix socket in `folder`. `process` names the process that
    asks, so that no two give a database the same name."""

    def __init__(self, folder: Path, process: str = "main") -> None:
        self.folder = folder
        self._process = process
        self._names = itertools.count(1)

    @cached_property
    def _strategy(self) -> str:
        with self._connect() as connection:
            return "STRATEGY FILE_COPY" if connection.info.server_version >= COPIES_BY_LOG else ""

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)

    def new_name(self) -> str:
        """A database name that no test has had."""
        return f"{self._process}_{next(self._names)}"

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of database `name`, which may hold {app}."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """Create database `name` as a copy of `template`, which nobody may be connected to; return its URL."""
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {self._strategy}')
        return self.url(name)

    def drop(self, prefix: str) -> None:
        """Drop every database whose name begins with `prefix` and end its connections."""
        with self._connect() as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
            for (name,) in rows.fetchall():
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class PostgresqlServer(Databases):
    """A server of our own in a temporary folder."""

    def __init__(
        self, programs: Path, parent: Path | None = None, pipe: int = subprocess.PIPE, options: str = SERVER_OPTIONS
    ) -> None:
        """Start one with its folder in `parent`, or where temporary files are. It lives until `pipe`, of which the
        reading end is given, is closed everywhere; without one, as long as this process."""
        super().__init__(Path(tempfile.mkdtemp(prefix="homeroom-pg-", dir=parent)))
        data = self.folder / "data"
        user = self._unprivileged_user()
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        subprocess.run(
            ["initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True, capture_output=True, env=environment, cwd=self.folder, **user,
        )  # fmt: skip
        script = KEEPER.format(data=shlex.quote(str(data)), folder=shlex.quote(str(self.folder)), options=options)
        self._keeper = subprocess.Popen(
            ["sh", "-c", script], stdin=pipe, env=environment, cwd="/", start_new_session=True, **user
        )
        self._wait_until_ready()

    def _unprivileged_user(self) -> dict:
        """Popen arguments that leave root, as which PostgreSQL refuses to run."""
        if os.geteuid() != 0:
            return {}
        account = pwd.getpwnam("postgres")
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 120
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop a server that lives as long as this process, and remove its folder."""
        if self._keeper.stdin:
            self._keeper.stdin.close()
        self._keeper.wait(timeout=60)
