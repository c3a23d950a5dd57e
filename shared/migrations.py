"""How both programs bring their databases to the present schema: Alembic over every bind of a program, in one go.

A program's `migrations/` folder has an `env.py` that calls `run`, and versions with one function per bind:
`upgrade_()` for the main database and `upgrade_<bind>()` for another. Each bind keeps its own version table, so that
binds may share one database (PostgreSQL) or have a file each (SQLite). There are no downgrades: restore the backup.
"""

from collections.abc import Callable
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import Connection

from shared.database import UtcDateTime

#: Tables beside those of a program that begin with this belong to its queue of jobs (`shared.jobs`).
JOB_TABLES = "huey_"


def upgrade(app: Flask) -> None:
    """Create or upgrade the tables of every bind. What is up to date already is left alone."""
    with app.app_context():
        migrate = current_app.extensions["migrate"]
        command.upgrade(migrate.migrate.get_config(migrate.directory), "head")


def write_version(app: Flask, message: str) -> None:
    """For developers: write the version that leads from an upgraded database to the models."""
    with app.app_context():
        migrate = current_app.extensions["migrate"]
        command.revision(migrate.migrate.get_config(migrate.directory), message, autogenerate=True)


def differences(app: Flask) -> list[Any]:
    """What the databases of `app` lack or have too much, compared with its models; empty when they agree."""
    found: list[Any] = []
    with app.app_context():
        db: SQLAlchemy = current_app.extensions["migrate"].db
        for bind, engine in db.engines.items():
            with engine.connect() as connection:
                context = MigrationContext.configure(connection, opts=_options(db, bind))
                found += compare_metadata(context, db.metadatas[bind])
    return found


def run(context: Any, db: SQLAlchemy) -> None:
    """What an env.py does: migrate every bind, each in one transaction that holds the write lock."""
    for bind, engine in db.engines.items():
        with engine.connect() as connection:
            connection = connection.execution_options(writing=True)
            foreign_keys = _leave_foreign_keys(connection)
            try:
                with connection.begin():
                    context.configure(
                        connection=connection,
                        target_metadata=db.metadatas[bind],
                        upgrade_token=f"{bind or ''}_upgrades",
                        downgrade_token=f"{bind or ''}_downgrades",
                        transactional_ddl=True,
                        render_as_batch=True,
                        **_options(db, bind),
                    )
                    context.run_migrations(bind=bind or "")
                    foreign_keys(connection)
            finally:
                connection.invalidate()


def _leave_foreign_keys(connection: Connection) -> Callable[[Connection], None]:
    """On SQLite a batch migration makes a table anew and drops the old one, which foreign keys would forbid or follow:
    switch them off, and return the check that nothing dangles at the end. Elsewhere nothing needs to be done."""
    if connection.dialect.name != "sqlite":
        return lambda _connection: None
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()

    def check(connection: Connection) -> None:
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if dangling:
            raise RuntimeError(f"The migration leaves a row of table {dangling[0]} without the row that it refers to")

    return check


def _options(db: SQLAlchemy, bind: str | None) -> dict[str, Any]:
    others = {table for other, metadata in db.metadatas.items() if other != bind for table in metadata.tables}

    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        """Binds that share a database do not look at each other's tables, nor at those of versions and of jobs."""
        foreign = name is not None and (name in others or name.startswith(("alembic_version", JOB_TABLES)))
        return kind != "table" or not foreign

    def render_item(kind: str, item: Any, _context: Any) -> str | bool:
        """A version must not change when a type of ours does: it says what the database sees."""
        return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False

    return {
        "version_table": f"alembic_version_{bind}" if bind else "alembic_version",
        "include_name": include_name,
        "render_item": render_item,
        "compare_type": True,
    }
