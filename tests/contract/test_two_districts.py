"""Two districts on one host never meet: tokens, OAuth 1 keys, records, nonces, request logs (P-106, P-107).

They are as alike as they can be: the same numbers and sourcedIds, connections of the same names and ids, in one case even
the same key and secret. In the second one all people and schools have other names.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import make_url, select

from homeroom import main
from provider.access.connections import Options, add_connection
from provider.access.models import Connection, OAuthNonce, RequestLog
from provider.app import close_app, create_app
from provider.database import db
from provider.refreshing import DistrictRefresh
from provider.sis.importing import import_path
from provider.sis.settings import write_setting
from shared.migrations import upgrade
from shared.oneroster.versions import BASE_PATHS, Version
from shared.settings import Settings
from tests.contract.conftest import BuiltDistricts
from tests.contract.district import FOLDER, TODAY, Files
from tests.contract.door import FIRST_REFRESH
from tests.contract.platform import PUBLIC, minor, open_session
from tests.contract.signed import Signer

DEMO, OTHER = "demo", "other"
NAMES = (DEMO, OTHER)
MARK = "Elsewhere "


@dataclass
class Hosted:
    """A district on the host: what its platforms were given, by connection."""

    name: str
    app: Flask
    address: str
    secrets: dict[str, tuple[str, str]]

    def root(self, version: Version, collection: str) -> str:
        return f"{PUBLIC}/campus/oneroster/{self.name}{BASE_PATHS[version, 'rostering']}/{collection}"

    def ask_for_token(self, version: Version, app_name: str | None = None) -> requests.Response:
        """The answer to this district's credentials, at a district's token URL."""
        url = f"{self.address}/campus/oauth2/token?appName={app_name or self.name}"
        form = {"grant_type": "client_credentials"}
        return requests.post(url, data=form, auth=self.secrets[f"lms-{version}"], timeout=60)

    def read(self, url: str, token: str) -> requests.Response:
        return open_session(self.address).get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def token(self, version: Version) -> str:
        answer = self.ask_for_token(version)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def signer(self) -> Signer:
        key, secret = self.secrets["signed"]
        return Signer(self.address, key, secret, self.root(Version.V1P1, "").rstrip("/"))

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table of this district."""
        with self.app.app_context():
            found = list(db.session.scalars(select(model)))
            db.session.remove()
            return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hosts(
    request: pytest.FixtureRequest, built: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Hosted, Hosted]]:
    """The two districts, served by one host at one address."""
    folder = tmp_path_factory.mktemp("two")
    with built.open(request.param, folder, request) as door:
        settings = door.app.extensions["homeroom"]["settings"]
        if settings.provider_database:
            request.getfixturevalue("postgresql_server").create(_database_of(settings))
        door.secrets["signed"] = _add_key(door.app)
        other = create_app(settings, OTHER)
        secrets = _build_other(other, folder, door.secrets["signed"])
        yield Hosted(DEMO, door.app, door.address, door.secrets), Hosted(OTHER, other, door.address, secrets)
        close_app(other)


def _database_of(settings: Settings) -> str:
    return str(make_url(settings.provider_database_urls(OTHER)[0]).database)


def _add_key(app: Flask, same_as: tuple[str, str] | None = None) -> tuple[str, str]:
    """An OAuth 1 connection "signed"; with the key and the secret of another district, as in a copy of its database."""
    with app.app_context():
        sealer = app.extensions["homeroom"]["sealer"]
        write_setting(db.session(), "allow_new_oauth1", "true")
        options = Options(oauth="oauth1")
        made, secret = add_connection(db.session(), sealer, "signed", Version.V1P1, options, datetime.now(UTC))
        if same_as:
            made.client_id, secret = same_as
            made.secret_sealed = sealer.seal(secret)
        db.session.commit()
        return made.client_id, secret


def _build_other(app: Flask, scratch: Path, key: tuple[str, str]) -> dict[str, tuple[str, str]]:
    upgrade(app)
    files = Files()
    for table, column in (("identity", "last_name"), ("school", "name")):
        for row in files.rows(table):
            files.edit(table, row, **{column: MARK + row[column]})
    with app.app_context():
        for folder in (FOLDER, files.write(scratch / "renamed")):
            report = import_path(db.engine, folder, today=TODAY)
            assert report.ok, report.refusals
        sealer = app.extensions["homeroom"]["sealer"]
        secrets = {}
        for version in Version:
            made, secret = add_connection(db.session(), sealer, f"lms-{version}", version, Options(), FIRST_REFRESH)
            secrets[made.name] = made.client_id, secret
        db.session.commit()
    secrets["signed"] = _add_key(app, key)
    with app.app_context():
        DistrictRefresh(app, lambda: FIRST_REFRESH).full(today=TODAY)
    return secrets


@pytest.mark.parametrize("version", Version, ids=str)
def test_each_district_shows_its_own_people_and_schools_alone(hosts, version):
    """P-107. The records have the same sourcedIds in both."""
    found = {}
    for district in hosts:
        token = district.token(version)
        users = district.read(district.root(version, "users?limit=10000"), token)
        schools = district.read(district.root(version, "schools"), token)
        assert users.json()["users"] and schools.json()["orgs"]
        found[district.name] = {user["sourcedId"] for user in users.json()["users"]}
        for text in (user["familyName"] for user in users.json()["users"]):
            assert text.startswith(MARK) == (district.name == OTHER), text
        for text in (org["name"] for org in schools.json()["orgs"]):
            assert text.startswith(MARK) == (district.name == OTHER), text
        # Every address in an answer leads back to the same district.
        (stranger,) = set(NAMES) - {district.name}
        assert f"/{stranger}/" not in users.text + schools.text + users.headers["Link"]
    if version is Version.V1P1:
        assert found[DEMO] & found[OTHER]


@pytest.mark.parametrize("version", Version, ids=str)
def test_a_token_opens_its_own_district_alone(hosts, version):
    """P-107."""
    for mine, theirs in (hosts, hosts[::-1]):
        token = mine.token(version)
        assert mine.read(mine.root(version, "orgs"), token).status_code == 200
        for mount in ("/campus/oneroster/", "/campus/api/oneroster/v1p2/"):
            url = theirs.root(version, "orgs").replace("/campus/oneroster/", mount)
            answer = mine.read(url, token)
            assert answer.status_code == 401
            minor(answer, version)


@pytest.mark.parametrize("version", Version, ids=str)
def test_credentials_are_good_at_their_own_token_url_alone(hosts, version):
    """P-106, P-107."""
    for mine, theirs in (hosts, hosts[::-1]):
        assert mine.ask_for_token(version).status_code == 200
        answer = mine.ask_for_token(version, theirs.name)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_for_the_same_connection_number_of_the_other_district_is_none(hosts):
    """Numbers of connections are the same in both; a token that only says a number would open both."""
    for mine, theirs in (hosts, hosts[::-1]):
        numbers = [{row.name: row.id for row in one.rows(Connection)} for one in (mine, theirs)]
        assert numbers[0] == numbers[1]
        assert mine.read(theirs.root(Version.V1P2, "users"), mine.token(Version.V1P2)).status_code == 401


def test_a_signature_opens_its_own_district_even_if_the_key_is_the_same(hosts):
    for mine, theirs in (hosts, hosts[::-1]):
        signer = mine.signer()
        signed = requests.Request("GET", f"{signer.root}/orgs", auth=signer.auth()).prepare()
        own = signed.url
        signed.url = theirs.root(Version.V1P1, "orgs")
        assert signer.session.send(signed).status_code == 401
        signed.url = own
        assert signer.session.send(signed).status_code == 200


def test_the_same_nonce_counts_once_in_each_district(hosts):
    moment = str(int(time.time()))
    for district in hosts:
        signer = district.signer()
        for status in (200, 401):
            auth = signer.auth(nonce="the-same-in-both", timestamp=moment)
            assert signer.get("/orgs", auth).status_code == status
    for district in hosts:
        assert sum(row.nonce == "the-same-in-both" for row in district.rows(OAuthNonce)) == 1


def test_a_key_that_ends_in_one_district_is_good_in_the_other(hosts):
    demo, other = hosts
    try:
        _set_enabled(demo, False)
        assert (demo.signer().get("/orgs").status_code, other.signer().get("/orgs").status_code) == (401, 200)
    finally:
        _set_enabled(demo, True)
    assert demo.signer().get("/orgs").status_code == 200


def _set_enabled(district: Hosted, enabled: bool) -> None:
    with district.app.app_context():
        found = db.session.scalars(select(Connection).where(Connection.name == "signed")).one()
        found.enabled = enabled
        db.session.commit()


def test_a_request_is_in_the_log_of_its_own_district_alone(hosts):
    """P-107, P-114."""
    demo, other = hosts
    token = demo.token(Version.V1P1)
    before = {district.name: len(district.rows(RequestLog)) for district in hosts}
    for district, mark in ((demo, "seen-in-demo"), (other, "seen-in-other")):
        token = district.token(Version.V1P1)
        assert district.read(district.root(Version.V1P1, f"users/{mark}"), token).status_code == 404
    for district, mark, foreign in ((demo, "seen-in-demo", "seen-in-other"), (other, "seen-in-other", "seen-in-demo")):
        objects = _wait_for(district, mark)
        assert len(objects) > before[district.name]
        assert foreign not in objects


def _wait_for(district: Hosted, mark: str) -> list[str | None]:
    """What the requests of a district asked for, once the one with `mark` is there: rows are written each second."""
    deadline = time.monotonic() + 60
    while True:
        objects = [row.objects for row in district.rows(RequestLog)]
        if mark in objects:
            return objects
        assert time.monotonic() < deadline, "the request is not in the log"
        time.sleep(0.2)


def test_commands_work_on_the_district_that_they_name(hosts, monkeypatch, sealing_key):
    """P-106: --app is the appName of the token URL."""
    monkeypatch.setenv("HOMEROOM_KEY", sealing_key)
    monkeypatch.setenv("HOMEROOM_PROVIDER_URL", PUBLIC)
    settings = hosts[0].app.extensions["homeroom"]["settings"]
    if settings.provider_database:
        monkeypatch.setenv("HOMEROOM_PROVIDER_DATABASE", settings.provider_database)
    for district in hosts:
        command = ["provider", "--data", str(settings.data), "--app", district.name, "connection", "list", "--json"]
        shown = {row["name"]: row for row in json.loads(CliRunner().invoke(main, command).stdout)}
        assert {name: row["client_id"] for name, row in shown.items()} == {
            name: client_id for name, (client_id, _) in district.secrets.items()
        }
        assert shown["lms-1.2"]["token_url"] == f"{PUBLIC}/campus/oauth2/token?appName={district.name}"
        assert shown["lms-1.2"]["base_url"] == f"{PUBLIC}/campus/oneroster/{district.name}"
