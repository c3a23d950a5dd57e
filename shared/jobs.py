"""Queues of jobs on huey: in a SQLite file of their own by default, in the program's PostgreSQL when it has one.

A queue only carries the news that there is something to do. What is to be done stands in the program's own tables, from
which whoever sweeps them can write the news again: a queue may be lost, and what it says may be said twice.
"""

from pathlib import Path
from typing import Any

import orjson
import psycopg
from huey import Huey, PostgresHuey, SqliteHuey
from huey.registry import Message
from sqlalchemy import make_url

from shared.migrations import JOB_TABLES

#: Held while tables are made, so that two processes do not make them at the same moment.
_LOCK = 0x686F6D65


class _Json:
    """Jobs as JSON. huey's own way is pickle, with which whoever can write to the queue could run code."""

    def serialize(self, message: Message) -> bytes:
        return orjson.dumps(list(message))

    def deserialize(self, data: bytes) -> Message:
        return Message(*orjson.loads(data))


def open_jobs(name: str, database_url: str, folder: Path) -> Huey:
    """The queue `name` of a program with this database; its file, if it is one, lies in `folder`."""
    url = make_url(database_url)
    options: dict[str, Any] = {"name": name, "results": False, "serializer": _Json()}
    if url.get_backend_name() != "postgresql":
        return SqliteHuey(filename=str(folder / "jobs.sqlite"), strict_fifo=True, timeout=30, **options)
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    jobs = PostgresHuey(dsn=address, table_prefix=JOB_TABLES.removesuffix("_"), create_tables=False, **options)
    with psycopg.connect(address) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for statement in jobs.storage.ddl:
            connection.execute(statement)
    return jobs
