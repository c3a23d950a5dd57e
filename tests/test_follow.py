"""`homeroom follow PERSON`: the platform's time line, with the provider's half where its database is at hand."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from homeroom import main
from shared.oneroster.versions import Version
from tests.provider.eligibility import districts

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
Follow = Any


@pytest.fixture
def follow(provider_settings: Any, provider_app: Any, consumer_app: Any, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """follow(*arguments): a district with Ada, who is on the platform, Ben Ash, who is not, and a platform's own Zoe."""
    client_id, ada = _provide(provider_app)
    _receive(consumer_app, client_id, ada)
    monkeypatch.setenv("HOMEROOM_KEY", provider_settings.key)
    consumer = consumer_app.extensions["homeroom"]["settings"]
    for name, url in (("PROVIDER", provider_settings.provider_database), ("CONSUMER", consumer.consumer_database)):
        if url:
            monkeypatch.setenv(f"HOMEROOM_{name}_DATABASE", url)
    return lambda *words: CliRunner().invoke(main, ["follow", "--data", str(provider_settings.data), *words])


def _provide(app: Any) -> tuple[str, str]:
    """A refreshed district; the client id of its platform and Ada's sourcedId."""
    from provider.access.connections import Options, add_connection
    from provider.access.models import RequestLog
    from provider.database import db
    from provider.eligibility import rows
    from provider.refreshing import DistrictRefresh
    from tests.provider.eligibility.stored import store

    district = districts.SmallDistrict()
    district.student(student_number="S-100")
    district.person("Ben Ash", student_number="S-200")
    with app.app_context():
        session = db.session()
        store(session, district)
        lms, _ = add_connection(session, app.extensions["homeroom"]["sealer"], "lms", Version.V1P2, Options(), NOW)
        client_id, lms_id = lms.client_id, lms.id
        session.commit()
        DistrictRefresh(app, lambda: NOW).full(today=districts.TODAY)
        common = {"method": "GET", "milliseconds": 1.0, "bytes": 1, "status": 200, "at": NOW}
        session.add(RequestLog(connection_id=lms_id, operation="getAllUsers", offset=0, count=1, total=1, **common))
        session.add(RequestLog(connection_id=lms_id, operation="getAllOrgs", offset=0, count=1, total=1, **common))
        session.commit()
    return client_id, district.get(rows.Person, 1).guid


def _receive(app: Any, client_id: str, ada: str) -> None:
    from consumer.connections import Connection
    from consumer.database import db
    from consumer.platform.models import Account, AccountSisId

    with app.app_context():
        session = db.session()
        connection = Connection(name="district", base_url="https://sis.example/campus/oneroster/demo", version="1.2",
                                client_id=client_id, client_secret_sealed="x", token_url="https://sis.example/token")  # fmt: skip
        people = [
            Account(
                username=name,
                username_key=name,
                given_name=given,
                family_name="Lake",
                role="student",
                family_key="lake",
                given_key=given.lower(),
            )
            for name, given in (("user1", "Ada"), ("zoe", "Zoe"))
        ]
        session.add_all([connection, *people])
        session.flush()
        session.add(AccountSisId(account_id=people[0].id, connection_id=connection.id, sis_id=ada))
        session.commit()


def test_both_halves_are_told_where_both_databases_are_at_hand(follow: Follow) -> None:
    told = json.loads(follow("user1", "--json").stdout)
    assert told["platform"]["name"] == "Ada Lake"
    (half,) = told["provider"]
    assert (half["connection"], half["row"]["student number"]) == ("lms", "S-100")
    assert [verdict["status"] for verdict in half["explanation"]["verdicts"] if verdict["status"]] == ["active"]
    assert [(one["collection"], one["until"], one["modified"]) for one in half["published"]] == [
        ("users", None, "2026-01-10T12:00:00+00:00")
    ]
    assert [call["operation"] for call in half["calls"]] == ["getAllUsers"]


def test_the_time_line_is_printed_for_people(follow: Follow) -> None:
    printed = follow("Ada")
    assert printed.exit_code == 0, printed.output
    for words in ("Ada Lake: ", "published as student ", "revision 1", "getAllUsers", "Account 1 user1, student"):
        assert words in printed.stdout, words


def test_several_people_are_listed_and_none_is_chosen(follow: Follow) -> None:
    asked = follow("Lake")
    assert asked.exit_code == 2
    assert "Ada Lake (user1)" in asked.stderr and "Zoe Lake (zoe)" in asked.stderr


def test_somebody_whom_the_platform_never_got_is_explained_by_the_provider(follow: Follow) -> None:
    printed = follow("Ben Ash")
    assert printed.exit_code == 0, printed.output
    assert "The platform knows no person 'Ben Ash'" in printed.stdout
    assert "not published as student, as this is not so: P-13" in printed.stdout
    assert ": not so: P-13" in printed.stdout and "change it at: " in printed.stdout


def test_somebody_whom_nobody_knows_is_said_to_be_unknown(follow: Follow) -> None:
    unknown = follow("Nobody At All")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no person 'Nobody At All' here\n")


def test_without_the_provider_the_platform_tells_its_half(follow: Follow) -> None:
    told = json.loads(follow("user1", "--district", "elsewhere", "--json").stdout)
    assert told["provider"] == [] and told["platform"]["account"]["username"] == "user1"
