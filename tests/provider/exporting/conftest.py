"""Systems that write and take packages: districts on either database, each with a connection of each version."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, inspect, update

from provider.access.connections import Options, add_connection, find_connection, list_connections
from provider.app import create_app
from provider.database import db
from provider.exporting.export import ExportReport, Order, export
from provider.refreshing import DistrictRefresh
from provider.sis.importing import ImportReport, import_path
from shared.oneroster.versions import Version
from tests.database import dispose
from tests.templates import Template

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
DEMO = Path(__file__).parents[3] / "fixtures" / "district"


@dataclass
class System:
    """A district with its own clock, which moves a minute with each refresh. `options` of its connections."""

    app: Flask
    options: Options = field(default_factory=lambda: Options(gradebook=True))
    now: datetime = NOON
    today: date = TODAY

    def connect(self) -> None:
        """Make the connections, unless they are there."""
        with self.app.app_context():
            for version in Version if not list_connections(db.session()) else ():
                sealer = self.app.extensions["homeroom"]["sealer"]
                add_connection(db.session(), sealer, str(version), version, self.options, self.now)
            db.session.commit()

    def load(self, path: Path) -> ImportReport:
        """Import without a refresh."""
        with self.app.app_context():
            return import_path(db.engine, path, today=self.today, now=self.now)

    def refresh(self) -> None:
        self.connect()
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            done = DistrictRefresh(self.app, lambda: self.now).full(today=self.today, approved=True)
        assert done.state == "done", done.message

    def take(self, path: Path) -> ImportReport:
        """Import a package of which no row may be refused, and publish it."""
        report = self.load(path)
        assert not report.refusals, report.refusals[:5]
        self.refresh()
        return report

    def write(self, path: Path, version: Version, since: datetime | None = None) -> ExportReport:
        self.connect()
        with self.app.app_context():
            connection = find_connection(db.session(), str(version))
            base_url = self.app.extensions["homeroom"]["settings"].provider_base_url("demo")
            order = Order(connection.edition(), connection.gradebook, base_url, since)
            return export(db.engine, path, order, self.now, lambda _file, _rows: None)

    def edit(self, model: Any, key: int, **values: Any) -> None:
        with self.app.app_context():
            db.session.execute(update(model).where(inspect(model).primary_key[0] == key).values(**values))
            db.session.commit()

    def add(self, *rows: Any) -> None:
        with self.app.app_context():
            db.session.add_all(rows)
            db.session.commit()

    def remove(self, model: Any, *conditions: Any) -> None:
        with self.app.app_context():
            db.session.execute(delete(model).where(*conditions))
            db.session.commit()

    def scalars(self, statement: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.execute(statement).scalars())


NewSystem = Callable[..., System]


@pytest.fixture
def new_system(provider_template: Template, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewSystem]:
    """Makes an empty system on a database of the kind that is asked for."""
    with ExitStack() as after:
        made = 0

        def make(kind: str, **options: Any) -> System:
            nonlocal made
            made += 1
            data = tmp_path / f"system{made}"
            if kind == "sqlite":
                settings = provider_template.sqlite(data)
            else:
                server = request.getfixturevalue("postgresql_server")
                name = server.new_name()
                settings = provider_template.postgresql(data, server, name)
                after.callback(server.drop, f"{name}_")
            app = create_app(settings, "demo")
            after.callback(dispose, app, db)
            return System(app, **options)

        yield make


def files_of(path: Path) -> dict[str, list[str]]:
    """The lines of each file of a package."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode().split("\r\n")[:-1] for name in archive.namelist()}


def assert_same(one: Path, other: Path) -> None:
    """Byte for byte; with the lines in which they differ when they do."""
    ours, theirs = files_of(one), files_of(other)
    for name in sorted(ours.keys() | theirs.keys()):
        mine, yours = ours.get(name, []), theirs.get(name, [])
        assert (name, sorted(set(mine) - set(yours))[:3], sorted(set(yours) - set(mine))[:3]) == (name, [], [])
    assert one.read_bytes() == other.read_bytes()
