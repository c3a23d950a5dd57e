"""Homeroom's consumer syncs the demo district from Homeroom's provider over real HTTP, signed in every way (C-02, C-03)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from consumer.client.caller import Client
from consumer.client.probe import check
from consumer.connections import Connection, Details, save_connection
from consumer.platform.settings import write_setting
from consumer.runs.peer import open_client
from shared.oneroster.versions import Version
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import SEALER, Platform, changed, numbers
from tests.contract.conftest import BuiltDistricts
from tests.contract.district import TODAY
from tests.contract.door import Door
from tests.contract.signed import add_key
from tests.provider.served import served

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def door(
    request: pytest.FixtureRequest, with_writers: BuiltDistricts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    """The demo district at its own public address, as signatures need it, with a key for OAuth 1."""
    with with_writers.open(request.param, tmp_path_factory.mktemp("synced"), request) as door:
        door.secrets["signed"] = add_key(door, "signed", gradebook=True)
        with served(door.app.extensions["homeroom"]["settings"]) as settings:
            yield replace(door, address=settings.provider_url)


class Lms(Platform):
    """The consumer with a connection to the district, which can be saved with other credentials."""

    def __init__(self, session: Any, door: Door) -> None:
        self.session, self.door = session, door
        write_setting(session, "release_1_2", "true")

    def connect(self, key: str, version: Version, oauth: str) -> None:
        client_id, secret = self.door.secrets[key]
        details = Details(
            "demo", base_url=f"{self.door.address}/campus/oneroster/demo", version=version, oauth=oauth,
            token_url=f"{self.door.address}/campus/oauth2/token?appName=demo" if oauth == "oauth2" else None,
            client_id=client_id, client_secret=secret, page_limit=500, confirmed=True,
        )  # fmt: skip
        self.connection_id = save_connection(self.session, SEALER, details, lambda _: None, NOW).connection.id
        self.session.commit()

    def client(self, service: str = "rostering") -> Client:
        connection = self.session.get_one(Connection, self.connection_id)
        return open_client(connection, SEALER, allow_private=True, service=service)

    def map_and_sync(self) -> dict[str, int]:
        """How many of each were created by a first sync."""
        self.map_all()
        report = self.sync(today=TODAY)
        assert report.status.startswith("Completed"), report
        return {entity: numbers(report, entity)[0] for entity in ("user", "course", "section", "enrollment")}


@pytest.fixture
def lms(consumer_session: Any, door: Door) -> Lms:
    return Lms(consumer_session(), door)


def test_a_signed_sync_brings_what_one_with_tokens_brings(lms: Lms) -> None:
    """C-02: and after it, the same connection with the other kind of credentials has nothing to change."""
    lms.connect("signed", Version.V1P1, "oauth1")
    created = lms.map_and_sync()
    assert all(count > 10 for count in created.values()), created
    lms.connect("lms-1.1", Version.V1P1, "oauth2")
    assert changed(lms.sync(today=TODAY)) == 0
    lms.connect("signed", Version.V1P1, "oauth1")
    assert changed(lms.sync(today=TODAY)) == 0


@pytest.mark.parametrize(
    ("key", "version", "oauth", "steps"),
    [("signed", Version.V1P1, "oauth1", 3), ("lms-1.1", Version.V1P1, "oauth2", 4), ("lms-1.2", Version.V1P2, "oauth2", 4)],
)
def test_every_step_of_the_test_passes(lms: Lms, key: str, version: Version, oauth: str, steps: int) -> None:
    """C-09, C-13: the grade book too, with the scopes that it needs."""
    lms.connect(key, version, oauth)
    tried = check(lms.client(), lms.client("gradebook"))
    assert [step.outcome for step in tried] == ["ok"] * steps, tried


def test_filters_of_every_kind_are_signed_as_the_provider_reads_them(lms: Lms) -> None:
    lms.connect("signed", Version.V1P1, "oauth1")
    client = lms.client()
    for text in ("familyName='O''Brien'", "familyName='de la Cruz'", "email='a+b@example.org'", "givenName='Zoë'"):
        assert client.get("users", query={"filter": text, "limit": 5}).status == 200
    assert b"No-such" not in client.get("users", query={"filter": "familyName='No-such + one'"}).body


@pytest.mark.parametrize(
    ("version", "other", "words"), [(Version.V1P1, Version.V1P2, "1.2"), (Version.V1P2, Version.V1P1, "1.1")]
)
def test_a_connection_of_the_other_version_is_told_so(lms: Lms, version: Version, other: Version, words: str) -> None:
    """C-13: in the provider's own words."""
    lms.connect(f"lms-{other}", version, "oauth2")
    last = check(lms.client(), lms.client("gradebook"))[-1]
    assert last.outcome == "failed"
    assert f"OneRoster {words}" in last.text + (last.advice or "")
