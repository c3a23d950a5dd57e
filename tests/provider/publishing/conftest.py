"""A published district whose SIS rows a test can edit, and readers of both versions at its HTTP door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, inspect, update

from provider.access.connections import Options, add_connection, allowed_scopes, find_connection
from provider.app import close_app, create_app
from provider.database import db
from provider.eligibility.facts import Keys
from provider.publishing.runs import RunResult
from provider.refreshing import DistrictRefresh
from provider.sis import models
from shared.oneroster.versions import BASE_PATHS, Version
from shared.settings import Settings
from tests.provider.eligibility.districts import TODAY, SmallDistrict
from tests.provider.eligibility.stored import store
from tests.sharing import Run
from tests.templates import APP_NAME, Template, provide

Record = dict[str, Any]
STUDENTS = 260


@dataclass
class Published:
    """The district at its doors. `now` is the clock of refreshes and readers; it moves a minute with each refresh."""

    app: Flask
    tokens: dict[Version, str]
    now: datetime
    today: date = TODAY

    def clock(self) -> datetime:
        return self.now

    def refresh(self, approved: bool = False, today: date | None = None) -> RunResult:
        """A full refresh a minute later."""
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            return DistrictRefresh(self.app, self.clock).full(today=today or self.today, approved=approved)

    def refresh_keys(self, **keys: set[int]) -> RunResult | None:
        self.now += timedelta(minutes=1)
        wanted = Keys(**{name: frozenset(ids) for name, ids in keys.items()})
        with self.app.app_context():
            return DistrictRefresh(self.app, self.clock).keyed(wanted, today=self.today)

    def edit(self, model: Any, key: int, **values: Any) -> None:
        """Change columns of an SIS row."""
        with self.app.app_context():
            db.session.execute(update(model).where(inspect(model).primary_key[0] == key).values(**values))
            db.session.commit()

    def remove(self, model: Any, key: int) -> None:
        with self.app.app_context():
            db.session.execute(delete(model).where(model.id == key))
            db.session.commit()

    def get(self, path: str, version: Version = Version.V1P1, **query: Any) -> Any:
        """The answer of a GET below the base path of the version's rostering service, or of its resources."""
        client: FlaskClient = self.app.test_client()
        headers = {"Authorization": f"Bearer {self.tokens[version]}"}
        service = "resources" if "/resources" in path else "rostering"
        return client.get(BASE_PATHS[version, service] + path, query_string=query, headers=headers)

    def read(self, collection: str, version: Version = Version.V1P1, **query: Any) -> list[Record]:
        """A whole collection in one page."""
        answer = self.get(f"/{collection}", version, limit=50_000, **query)
        assert answer.status_code == 200, answer.text
        return answer.get_json()[collection]

    def dates(self, collection: str, version: Version = Version.V1P1) -> dict[str, str]:
        return {record["sourcedId"]: record["dateLastModified"] for record in self.read(collection, version)}


def build_district() -> SmallDistrict:
    """A school with 260 students in one section and a quarter of them in a second one, and a teacher of both."""
    district = SmallDistrict()
    first, second = district.section(), district.section()
    teacher = district.teacher("Tom Reed")
    for section in (first, second):
        district.staff(section, teacher)
    for number in range(STUDENTS):
        student = district.student(f"Student Number{number}")
        district.roster(first, student)
        if number % 4 == 0:
            district.roster(second, student)
    return district


def _publish(settings: Settings) -> None:
    """Build the district and publish it for a connection of each version."""
    app = create_app(settings, APP_NAME)
    now = _first_refresh()
    with app.app_context():
        store(db.session(), build_district())
        sealer = app.extensions["homeroom"]["sealer"]
        for version in Version:
            add_connection(db.session(), sealer, f"lms-{version}", version, Options(), now)
            db.session.commit()
        assert DistrictRefresh(app, lambda: now).full(today=TODAY).state == "done"
    close_app(app)


def _first_refresh() -> datetime:
    """The clock of the readers is the wall's: walks live two hours from now, so refreshes happen about now, too."""
    return datetime.now(UTC) - timedelta(minutes=60)


@pytest.fixture(scope="session")
def published_template(this_run: Run, sealing_key: str, provider_template: Template) -> Template:
    return Template(this_run, "published", sealing_key, _publish, provider_template)


@pytest.fixture
def published(
    database_kind: str, published_template: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Published]:
    """The district above, published in both versions. No application context is open, so that each request has a
    session of its own."""
    for settings in provide(database_kind, published_template, tmp_path / "published", request):
        app = create_app(settings, APP_NAME)
        issuer = app.extensions["homeroom"]["tokens"]
        with app.app_context():
            found = {version: find_connection(db.session(), f"lms-{version}") for version in Version}
            tokens = {
                version: issuer.issue(connection, allowed_scopes(connection), datetime.now(UTC))
                for version, connection in found.items()
            }
        yield Published(app, tokens, _first_refresh() + timedelta(minutes=10))
        close_app(app)


__all__ = ["STUDENTS", "Published", "models"]
