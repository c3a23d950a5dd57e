"""Fixtures of all tests. A test that asks for a database runs twice: on SQLite and on a real PostgreSQL.

database_url        an empty database
provider_settings   settings of a provider whose district "demo" has its tables
provider_app        the Flask application of district "demo"; `session` is its database session
consumer_settings, consumer_app, consumer_session   the same for the consumer
"""

import gc
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from shared.migrations import upgrade
from shared.settings import Settings
from tests.database import (
    SERVER_OPTIONS,
    SHORT_LIVED,
    Databases,
    PostgresqlServer,
    dispose,
    in_memory,
    postgresql_programs,
)
from tests.routes import compile_once
from tests.sharing import Run
from tests.templates import APP_NAME, Template, provide

RUN = pytest.StashKey[Run]()
compile_once()

# What Python has compiled is kept, whatever the environment says: the tests start hundreds of processes, each of which
# would compile the programs anew, and pytest the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, or join that of the process that started this one. Until the tests are collected nothing is left
    over that could be cleaned up."""
    told = getattr(config, "workerinput", None)
    if told:
        gc.disable()
    config.stash[RUN] = Run(Path(told["run"]), told["workerid"]) if told else Run.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist starts another process."""
    node.workerinput["run"] = node.config.stash[RUN].told()


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUN in config.stash:
        config.stash[RUN].end()


def pytest_collection_finish() -> None:
    """Thousands of tests that stay to the end need not be looked through whenever memory is cleaned up."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first, so that no worker ends with one of them while the others have nothing left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def this_run(pytestconfig: pytest.Config) -> Run:
    """What the processes of this test run share."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def postgresql_server(this_run: Run) -> Iterator[Databases]:
    """The test run's own PostgreSQL. Skips where none is installed, but in CI, where it must be, fails."""
    programs = postgresql_programs()
    if programs is None:
        reason = "PostgreSQL is not installed (Debian package postgresql): its half of the tests cannot run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    started: list[PostgresqlServer] = []

    def start(place: Path) -> None:
        pipe = this_run.pipe()
        started.append(PostgresqlServer(programs, in_memory(), pipe, SERVER_OPTIONS + SHORT_LIVED))
        os.close(pipe)
        (place / "folder").write_text(str(started[0].folder))

    place = this_run.once("postgresql-server", start)
    yield Databases(Path((place / "folder").read_text()), this_run.process)


@pytest.fixture(scope="session")
def sealing_key(this_run: Run) -> str:
    place = this_run.once("sealing-key", lambda place: (place / "key").write_text(Fernet.generate_key().decode()))
    return (place / "key").read_text()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return request.param


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"{server.new_name()}_empty"
    yield server.create(name)
    server.drop(name)


def _build_provider(settings: Settings) -> None:
    from provider.app import close_app, create_app

    app = create_app(settings, APP_NAME)
    upgrade(app)
    close_app(app)


@pytest.fixture(scope="session")
def provider_template(this_run: Run, sealing_key: str) -> Template:
    return Template(this_run, "provider", sealing_key, _build_provider)


@pytest.fixture
def provider_settings(
    database_kind: str, provider_template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a provider whose district "demo" has its tables and no rows."""
    yield from provide(database_kind, provider_template, tmp_path / "data", request)


@pytest.fixture
def provider_app(provider_settings: Settings) -> Iterator[Flask]:
    from provider.app import close_app, create_app

    app = create_app(provider_settings, APP_NAME)
    yield app
    close_app(app)


@pytest.fixture
def session(provider_app: Flask) -> Iterator[Any]:
    """The provider's database session (Flask-SQLAlchemy's scoped session) in an application context."""
    from provider.database import db

    with provider_app.app_context():
        yield db.session


def _build_consumer(settings: Settings) -> None:
    from consumer.app import create_app
    from consumer.database import db

    app = create_app(settings)
    upgrade(app)
    dispose(app, db)


@pytest.fixture(scope="session")
def consumer_template(this_run: Run, sealing_key: str) -> Template:
    return Template(this_run, "consumer", sealing_key, _build_consumer)


@pytest.fixture
def consumer_settings(
    database_kind: str, consumer_template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a consumer that has its tables and no rows."""
    for settings in provide(database_kind, consumer_template, tmp_path / "data", request):
        url = settings.consumer_database
        yield replace(settings, consumer_database=url.replace("{app}", APP_NAME) if url else None)


@pytest.fixture
def consumer_app(consumer_settings: Settings) -> Iterator[Flask]:
    from consumer.app import create_app
    from consumer.database import db

    app = create_app(consumer_settings)
    yield app
    dispose(app, db)


@pytest.fixture
def consumer_session(consumer_app: Flask) -> Iterator[Any]:
    """The consumer's database session in an application context."""
    from consumer.database import db

    with consumer_app.app_context():
        yield db.session
