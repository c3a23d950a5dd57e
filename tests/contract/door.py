"""The public door of the provider, whole: SIS files go in by import, a refresh publishes, platforms read over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from provider.access.connections import Options, add_connection, find_connection, regenerate_secret
from provider.access.models import Connection
from provider.app import close_app, create_app
from provider.database import db
from provider.publishing.runs import RunResult
from provider.refreshing import DistrictRefresh
from provider.sis.importing import import_path
from provider.sis.settings import write_setting
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.contract.district import FOLDER, TODAY, Files
from tests.contract.platform import APP_NAME, Platform
from tests.provider.served import listening

#: The moment of the first refresh; each later one happens an hour after the one before.
FIRST_REFRESH = datetime(2026, 10, 5, 12, 0, 0, 123000, UTC)

#: The connections that every built district has, beside those that a test adds.
VERSIONS = tuple(Version)


@dataclass
class Door:
    """A district behind its door. `address` is where its server listens; `step` passes between two refreshes."""

    app: Flask
    address: str
    scratch: Path
    secrets: dict[str, tuple[str, str]]
    files: Files = field(default_factory=Files)
    now: datetime = FIRST_REFRESH
    step: timedelta = timedelta(hours=1)
    _imports: int = 0

    def load(self, today: date = TODAY) -> None:
        """Import the tables that were edited since the last time."""
        self._imports += 1
        folder = self.files.write(self.scratch / f"import{self._imports}")
        with self.app.app_context():
            report = import_path(db.engine, folder, today=today)
        assert report.ok, report.refusals

    def refresh(self, today: date = TODAY) -> RunResult:
        """Publish the present state of the SIS as of a day."""
        self.now += self.step
        with self.app.app_context():
            result = DistrictRefresh(self.app, lambda: self.now).full(today=today, approved=True)
        assert result.state == "done", result
        return result

    def publish(self, today: date = TODAY) -> RunResult:
        """Import what was edited and refresh."""
        self.load()
        return self.refresh(today)

    def set(self, **switches: str) -> None:
        """Set district-wide switches."""
        with self.app.app_context():
            for name, value in switches.items():
                write_setting(db.session, name, value)
            db.session.commit()

    def edit_sis(self, edit: Callable[[Session], Any]) -> None:
        """Change SIS rows past import and refresh."""
        with self.app.app_context():
            edit(db.session())
            db.session.commit()

    def connect(self, name: str, version: Version, **options: Any) -> Platform:
        """A platform with a new connection; what it sees is there after the next refresh."""
        self.secrets[name] = _connect(self.app, name, version, **options)
        return self.platform(name, version)

    def platform(self, name: str, version: Version) -> Platform:
        """The platform of a connection that is there."""
        return Platform(self.address, version, *self.secrets[name])

    def lms(self, version: Version) -> Platform:
        """The platform that sees the whole district."""
        return self.platform(f"lms-{version}", version)

    def change(self, name: str, **columns: Any) -> None:
        """Change columns of a connection."""
        with self.app.app_context():
            connection = find_connection(db.session, name)
            for column, value in columns.items():
                setattr(connection, column, value)
            db.session.commit()

    def new_secret(self, name: str) -> None:
        """Regenerate a connection's secret."""
        with self.app.app_context():
            connection = find_connection(db.session, name)
            secret = regenerate_secret(connection, self.app.extensions["homeroom"]["sealer"])
            db.session.commit()
            self.secrets[name] = (connection.client_id, secret)

    def issue_token(self, name: str, scopes: frozenset[str], at: datetime) -> str:
        """A token that was issued at some moment."""
        with self.app.app_context():
            connection: Connection = find_connection(db.session, name)
            token: str = self.app.extensions["homeroom"]["tokens"].issue(connection, scopes, at)
            return token


def _connect(app: Flask, name: str, version: Version, **options: Any) -> tuple[str, str]:
    with app.app_context():
        sealer = app.extensions["homeroom"]["sealer"]
        connection, secret = add_connection(db.session, sealer, name, version, Options(**options), FIRST_REFRESH)
        db.session.commit()
        return connection.client_id, secret


def import_district(settings: Settings) -> None:
    """The demo district, imported into databases that have their tables."""
    app = create_app(settings, APP_NAME)
    with app.app_context():
        report = import_path(db.engine, FOLDER, today=TODAY)
        assert report.ok, report.refusals
    close_app(app)


def publish_for(settings: Settings, connections: dict[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """An imported district, published for some connections (name -> version and options); their secrets."""
    app = create_app(settings, APP_NAME)
    secrets = {name: _connect(app, name, **options) for name, options in connections.items()}
    with app.app_context():
        DistrictRefresh(app, lambda: FIRST_REFRESH).full(today=TODAY)
    close_app(app)
    return secrets


@contextmanager
def opened(settings: Settings, scratch: Path, secrets: dict[str, tuple[str, str]]) -> Iterator[Door]:
    """The door of a built district, with its server running."""
    app = create_app(settings, APP_NAME)
    try:
        with listening(settings) as address:
            yield Door(app, address, scratch, dict(secrets))
    finally:
        close_app(app)
