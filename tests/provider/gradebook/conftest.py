"""A published district with two schools, of which connections see one or both, and a hand to fill its grade book.

School 1 (Lincoln) has sections `first` and `second`, school 2 (Grant) has `other`; section `hidden` is excluded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from provider.access.connections import Options, add_connection, allowed_scopes, find_connection
from provider.app import close_app, create_app
from provider.database import db
from provider.gradebook.visible import Visible
from provider.publishing.catalog import find_edition
from provider.refreshing import DistrictRefresh
from shared.oneroster.versions import BASE_PATHS, Version
from shared.settings import Settings
from tests.provider.eligibility.districts import TODAY, SmallDistrict
from tests.provider.eligibility.stored import store
from tests.provider.gradebook.rows import GradeRows
from tests.sharing import Run
from tests.templates import APP_NAME, Template

Record = dict[str, Any]


@dataclass
class Book:
    """The district at its doors. Sections and people are SIS ids; `all-1.1`, `lincoln-1.2` … are its connections."""

    app: Flask
    first: int
    second: int
    other: int
    hidden: int
    ada: int
    ben: int
    cleo: int
    now: datetime
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, version: Version = Version.V1P1, who: str = "all", **query: Any) -> Any:
        """The answer of a GET below the grade book's base path."""
        headers = {"Authorization": f"Bearer {self.tokens[f'{who}-{version}']}"}
        url = path if path.startswith("http") else BASE_PATHS[version, "gradebook"] + path
        return self.app.test_client().get(url, query_string=query or None, headers=headers)

    def read(self, path: str, version: Version = Version.V1P1, who: str = "all", **query: Any) -> list[Record]:
        """The records of a collection, in one page."""
        answer = self.get(path, version, who, limit=50_000, **query)
        assert answer.status_code == 200, answer.text
        (records,) = answer.get_json().values()
        assert answer.headers["X-Total-Count"] == str(len(records))
        return records

    def ids(self, path: str, version: Version = Version.V1P1, who: str = "all", **query: Any) -> list[str]:
        return [record["sourcedId"] for record in self.read(path, version, who, **query)]

    def one(self, path: str, version: Version = Version.V1P1, who: str = "all") -> Record:
        answer = self.get(path, version, who)
        assert answer.status_code == 200, answer.text
        (record,) = answer.get_json().values()
        return record

    def refresh(self) -> None:
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            assert DistrictRefresh(self.app, lambda: self.now).full(today=TODAY, approved=True).state == "done"

    def visible(self, version: Version = Version.V1P1, who: str = "all") -> Visible:
        """What a connection can see; in an application context."""
        edition = find_connection(db.session(), f"{who}-{version}").edition()
        built = find_edition(db.session.connection(), edition)
        assert built is not None
        return Visible(version, built, db.session.connection())


def build(district: SmallDistrict) -> dict[str, int]:
    """The SIS rows; the ids of what tests name."""
    grant = district.school("Grant Middle")
    first, second = district.section(), district.section()
    other = district.section(district.course(grant))
    hidden = district.section(external_lms_exclude=True)
    ada, ben = district.student("Ada Lake"), district.student("Ben Hill")
    cleo = district.person("Cleo Moss")
    district.enroll(cleo, grant)
    for section, teacher in ((first, "Tom Reed"), (second, "Ann Wood"), (hidden, "Max Dale")):
        district.staff(section, district.teacher(teacher))
    district.staff(other, district.teacher("Sue Park", grant))
    for section, person in ((first, ada), (first, ben), (second, ada), (other, cleo), (hidden, ada)):
        district.roster(section, person)
    return {"first": first, "second": second, "other": other, "hidden": hidden, "ada": ada, "ben": ben, "cleo": cleo}


WHO = {"all": None, "lincoln": ["101"], "grant": ["102"]}


def _publish(settings: Settings) -> None:
    """Build the district and publish it for its connections."""
    app = create_app(settings, APP_NAME)
    district = SmallDistrict()
    build(district)
    now = _first_refresh()
    with app.app_context():
        store(db.session(), district)
        for version in Version:
            for who, schools in WHO.items():
                options = Options(schools=schools, gradebook=True, assessments=True)
                sealer = app.extensions["homeroom"]["sealer"]
                add_connection(db.session(), sealer, f"{who}-{version}", version, options, now)
        db.session.commit()
        assert DistrictRefresh(app, lambda: now).full(today=TODAY).state == "done"
    close_app(app)


def _first_refresh() -> datetime:
    """The clock of the readers is the wall's: walks live two hours from now, so refreshes happen about now, too."""
    return datetime.now(UTC) - timedelta(minutes=60)


@pytest.fixture(scope="session")
def provider_template(this_run: Run, sealing_key: str, provider_template: Template) -> Template:
    """In this folder a provider's database is not empty: it has the district above, published in both versions."""
    return Template(this_run, "gradebook", sealing_key, _publish, provider_template)


@pytest.fixture
def book(provider_app: Flask) -> Book:
    """The district above."""
    found = Book(provider_app, now=_first_refresh() + timedelta(minutes=10), **build(SmallDistrict()))
    with provider_app.app_context():
        issuer = provider_app.extensions["homeroom"]["tokens"]
        for version in Version:
            for who in WHO:
                connection = find_connection(db.session(), f"{who}-{version}")
                found.tokens[connection.name] = issuer.issue(connection, allowed_scopes(connection), datetime.now(UTC))
    return found


@pytest.fixture
def rows(book: Book) -> Iterator[GradeRows]:
    """Fills the grade book. Its context is its own, so that each request has a session of its own."""
    with book.app.app_context(), db.session() as session:
        yield GradeRows(session, book.now)
