"""How both programs reach their databases: SQLite in a file by default, PostgreSQL when it outgrows one machine.

Owns the naming convention, the SQLite settings that make one writer and many readers work well together, and
the start of a Flask-SQLAlchemy object. Knows no table.
"""

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session

#: Constraint names must be known for SQLite batch migrations to find what they change.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: For every engine: what a statement was given is personal data and must not stand in an error that may be logged.
ENGINE_OPTIONS = {"hide_parameters": True}

#: The largest number of a row that every database keeps.
LARGEST_ID = 2_147_483_647

#: A writer waits this long for another's transaction before it gives up.
BUSY_MILLISECONDS = 30_000
_ASK_AGAIN_SECONDS = 0.004
#: What a connection keeps of the trees that it reads and writes.
CACHE_KIBIBYTES = 32_000


#: Keys in one question: below the number of parameters that every SQLite takes.
CHUNK = 900

Item = TypeVar("Item")

#: A large number. On SQLite an INTEGER key is the rowid itself: rows lie in its order and need no second tree.
BigId = BigInteger().with_variant(Integer, "sqlite")


def new_database() -> SQLAlchemy:
    """A Flask-SQLAlchemy object for one program: declarative models, named constraints."""

    class Model(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMING)

    return SQLAlchemy(model_class=Model)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC without a zone in the database (SQLite keeps no zone)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """`items` in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def insert_many(connection: Connection, table: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert plain rows at the database's own pace: executemany on SQLite, COPY on PostgreSQL.

    Values go to the driver as they are (no SQLAlchemy types, no defaults): every column without a database default
    must be among `columns`.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        else:
            with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
    finally:
        cursor.close()


@lru_cache(maxsize=256)
def _in_style_of(dialect: str, statement: str) -> str:
    return statement if dialect == "sqlite" else re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement)


def fetch(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a plain statement with :named parameters, straight from the driver.

    For the few queries that are asked thousands of times a second and return large texts: SQLAlchemy's layers would
    cost more than the database does, and PostgreSQL answers in binary. Values come as the driver has them.
    """
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect.name
    cursor = driver.cursor() if dialect == "sqlite" else driver.cursor(binary=True)
    try:
        rows: list[tuple[Any, ...]] = cursor.execute(_in_style_of(dialect, statement), parameters).fetchall()
        return rows
    finally:
        cursor.close()


class Readers:
    """Connections of an engine that only read, kept open and handed out last in, first out.

    For what is asked thousands of times a second: taking a connection from the pool and giving it back would cost as
    much as the query. Each statement sees the database as it is at its own moment, so PostgreSQL is not asked to begin
    and end a transaction around it.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._idle: list[Connection] = []
        event.listen(engine, "engine_disposed", lambda _engine: self._close())

    def connection(self) -> "_Reader":
        """A connection for one reader, for the time of a `with`. After an error of the database no connection of before
        is used again."""
        return _Reader(self)

    def take(self) -> Connection:
        """A connection, which has to be given back."""
        try:
            return self._idle.pop()
        except IndexError:
            connection = self.engine.connect()
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
            return connection

    def give_back(self, connection: Connection) -> None:
        """Take back a connection that can be used again."""
        if connection.in_transaction():
            connection.rollback()
        else:
            # `fetch` may have begun one that SQLAlchemy does not know of.
            driver: Any = connection.connection.driver_connection
            driver.rollback()
        self._idle.append(connection)

    def give_up(self, connection: Connection) -> None:
        """Take back a connection that has failed."""
        connection.invalidate()
        connection.close()
        self._close()

    def _close(self) -> None:
        while self._idle:
            self._idle.pop().close()


class _Reader:
    """A connection of `Readers` while it is used."""

    __slots__ = ("_connection", "_readers")

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def __enter__(self) -> Connection:
        self._connection = self._readers.take()
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if kind is not None and issubclass(kind, (DBAPIError, sqlite3.Error, psycopg.Error)):
            self._readers.give_up(self._connection)
        else:
            self._readers.give_back(self._connection)


@contextmanager
def streaming(connection: Connection) -> Iterator[Connection]:
    """A connection of `Readers` for a result read piece by piece: PostgreSQL keeps one for a transaction only."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.transaction():
            yield connection
    else:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """A session that only reads, all of it as of one moment, whatever others write meanwhile."""
    with Session(engine) as session:
        if engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer (WAL), foreign keys are enforced, transactions are ours to begin."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    # Pages of a thousand records are read in large pieces: fewer, larger database pages (of new files) cost less.
    cursor.execute("PRAGMA page_size=16384")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
    # A refresh writes the same index pages again and again: fewer checkpoints copy each of them fewer times.
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """pysqlite begins no transaction for reads; begin one, so that a unit of work sees one state throughout.

    A unit of work that will write says so (`writing`) and takes the write lock at once: a transaction that reads
    first and writes later could be refused by SQLite halfway.
    """
    if connection.dialect.name == "sqlite":
        if connection.get_execution_options().get("writing"):
            _take_write_lock(connection)
        else:
            connection.exec_driver_sql("BEGIN DEFERRED")


def _take_write_lock(connection: Connection) -> None:
    """BEGIN IMMEDIATE, asking often: SQLite itself asks every 100 ms in the end, and of two writers that take turns
    quickly one could be passed over for seconds.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(_ASK_AGAIN_SECONDS)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that holds the write lock from its start; commits on success."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def will_write(session: "Session | scoped_session[Session]") -> None:
    """Begin the session's unit of work as one that writes: `writing` for the ORM. Call it before anything is read."""
    session.connection(execution_options={"writing": True})
