"""Fixtures of all tests. A test that asks for a database runs twice: on SQLite and on a real PostgreSQL.

database_url        an empty database
provider_settings   settings of a provider whose district "demo" has its tables
provider_app        the Flask application of district "demo"; `session` is its database session
consumer_settings, consumer_app, consumer_session   the same for the consumer
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from shared.migrations import upgrade
from shared.settings import Settings, read_settings
from tests.database import PostgresqlServer, dispose, in_memory, postgresql_programs
from tests.routes import compile_once

APP_NAME = "demo"
compile_once()

# What Python has compiled is kept, whatever the environment says: the tests start hundreds of processes, each of which
# would compile the programs anew, and pytest the tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first, so that no worker ends with one of them while the others have nothing left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """This test process's own PostgreSQL. Skips where none is installed, but in CI, where it must be, fails."""
    programs = postgresql_programs()
    if programs is None:
        reason = "PostgreSQL is not installed (Debian package postgresql): its half of the tests cannot run"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    server = PostgresqlServer(programs, in_memory())
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sealing_key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return request.param


class Template:
    """The databases of one program with all their tables, built once for each kind and then copied."""

    def __init__(self, folder: Path, key: str, build: Callable[[Settings], None]) -> None:
        self._folder = folder
        self._key = key
        self._build = build
        self._built: dict[str, str] = {}

    def _settings(self, data: Path, database: str | None) -> Settings:
        settings = read_settings({"HOMEROOM_KEY": self._key}, data)
        return replace(settings, provider_database=database, consumer_database=database, allow_private=True)

    def sqlite(self, data: Path) -> Settings:
        """Settings over a copy of the template's SQLite files in folder `data`."""
        source = self._folder / "sqlite"
        if "sqlite" not in self._built:
            self._build(self._settings(source, None))
            self._built["sqlite"] = str(source)
        shutil.copytree(source, data, dirs_exist_ok=True)
        return self._settings(data, None)

    def postgresql(self, data: Path, server: PostgresqlServer, name: str) -> Settings:
        """Settings over a copy of the template's PostgreSQL database, which is called `name`_demo."""
        if "postgresql" not in self._built:
            template = server.new_name()
            server.create(template)
            self._build(self._settings(self._folder / "postgresql", server.url(template)))
            self._built["postgresql"] = template
        server.create(f"{name}_{APP_NAME}", self._built["postgresql"])
        return self._settings(data, server.url(name + "_{app}"))


def provide(kind: str, template: Template, data: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings over a copy of a template, for as long as a test lasts."""
    if kind == "sqlite":
        yield template.sqlite(data)
        return
    server = request.getfixturevalue("postgresql_server")
    name = server.new_name()
    yield template.postgresql(data, server, name)
    server.drop(f"{name}_")


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
def provider_template(tmp_path_factory: pytest.TempPathFactory, sealing_key: str) -> Template:
    return Template(tmp_path_factory.mktemp("provider-template"), sealing_key, _build_provider)


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
def consumer_template(tmp_path_factory: pytest.TempPathFactory, sealing_key: str) -> Template:
    return Template(tmp_path_factory.mktemp("consumer-template"), sealing_key, _build_consumer)


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
