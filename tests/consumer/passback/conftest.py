"""A grade book on a platform that was synced with the small district, on both databases; a SIS that says what it is told.

The sync runs once for each version and kind of database; each test has a copy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from consumer.app import create_app
from consumer.database import db
from shared.oneroster.versions import Version
from shared.settings import Settings
from tests.consumer.passback.books import GradeBook
from tests.consumer.passback.sis import Sis
from tests.consumer.sync.platform import Platform
from tests.database import dispose
from tests.faults.provider import FaultProvider
from tests.sharing import Run
from tests.templates import APP_NAME, Template, provide

Templates = dict[Version, Template]


def _build(version: Version, settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context(), FaultProvider(version) as provider:
        platform = Platform(db.session(), provider)
        platform.map_all()
        platform.sync()
    dispose(app, db)


@pytest.fixture(scope="session")
def synced(this_run: Run, sealing_key: str, consumer_template: Template) -> Templates:
    """The databases of a platform that was synced with the small district, by version."""
    return {
        version: Template(this_run, f"synced-{version}", sealing_key, partial(_build, version), consumer_template)
        for version in Version
    }


@contextmanager
def _book(template: Template, kind: str, data: Path, request: pytest.FixtureRequest) -> Iterator[GradeBook]:
    for settings in provide(kind, template, data, request):
        url = settings.consumer_database
        app = create_app(replace(settings, consumer_database=url.replace("{app}", APP_NAME) if url else None))
        with app.app_context():
            yield GradeBook(db.session())
        dispose(app, db)


@pytest.fixture(params=list(Version))
def book(database_kind: str, synced: Templates, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GradeBook]:
    """The book of Algebra 1, once for each version."""
    with _book(synced[request.param], database_kind, tmp_path / "data", request) as made:
        yield made


@pytest.fixture
def book_11(
    database_kind: str, synced: Templates, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[GradeBook]:
    with _book(synced[Version.V1P1], database_kind, tmp_path / "data", request) as made:
        yield made


@pytest.fixture
def book_12(
    database_kind: str, synced: Templates, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[GradeBook]:
    with _book(synced[Version.V1P2], database_kind, tmp_path / "data", request) as made:
        yield made


@pytest.fixture(params=list(Version))
def sis(request: pytest.FixtureRequest) -> Iterator[Sis]:
    with Sis(request.param) as made:
        yield made


@pytest.fixture
def sis_11() -> Iterator[Sis]:
    with Sis(Version.V1P1) as made:
        yield made


@pytest.fixture
def sis_12() -> Iterator[Sis]:
    with Sis(Version.V1P2) as made:
        yield made
