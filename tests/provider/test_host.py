"""Districts of one host, over real HTTP (P-105 … P-107, the URL forms of real-clients)."""

from datetime import UTC, datetime

import pytest
import requests
from requests.auth import HTTPBasicAuth

from provider.access.connections import Options, add_connection
from provider.app import close_app, create_app
from provider.database import db
from provider.sis.models import District
from shared.oneroster.versions import Version
from tests.provider.served import served


@pytest.fixture
def host(provider_settings, provider_app, session):
    """A served host with district demo, which has a connection: (settings, client id, secret)."""
    session.add(District(number="1", name="Maple & Oak", guid="d"))
    sealer = provider_app.extensions["homeroom"]["sealer"]
    connection, secret = add_connection(session, sealer, "lms", Version.V1P1, Options(), datetime.now(UTC))
    client_id = connection.client_id
    session.commit()
    with served(provider_settings) as settings:
        yield settings, client_id, secret


def ask(url, client_id, secret):
    return requests.post(
        url, data={"grant_type": "client_credentials"}, auth=HTTPBasicAuth(client_id, secret), timeout=60
    )


def test_a_token_opens_both_url_forms(host):
    settings, client_id, secret = host
    answer = ask(settings.provider_token_url("demo"), client_id, secret)
    assert answer.status_code == 200
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    for base in (settings.provider_base_url("demo"), f"{settings.provider_url}/campus/api/oneroster/v1p2/demo"):
        orgs = f"{base}/ims/oneroster/v1p1/orgs"
        assert requests.get(orgs, timeout=60).status_code == 401
        # Nothing has been published yet: the door is open, the shelf is empty.
        assert requests.get(orgs, headers=bearer, timeout=60).status_code == 503


QUERIES = ("?appName=other", "", "?appName=", "?appName=..", "?appName=demo&appName=demo", "?appName=%00")


def test_a_wrong_app_name_is_an_unknown_client(host):
    settings, client_id, secret = host
    for query in QUERIES:
        answer = ask(f"{settings.provider_url}/campus/oauth2/token{query}", client_id, secret)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), query
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


PATHS = (
    "/campus/oneroster/other/ims/oneroster/v1p1/orgs", "/campus/oneroster/%2e%2e/x", "/campus/oneroster/", "/x",
    "/campus/oneroster/demo/x", "/ims/oneroster/v1p1/orgs", "/campus/oneroster/..%2f..%2f/x",
)  # fmt: skip


def test_other_addresses_are_not_found(host):
    for path in PATHS:
        assert requests.get(host[0].provider_url + path, timeout=60).status_code == 404, path


def test_a_token_is_asked_for_by_post(host):
    settings = host[0]
    for app_name in ("demo", "other"):
        assert requests.get(settings.provider_token_url(app_name), timeout=60).status_code == 405


def test_people_find_the_districts_and_their_status(host):
    settings = host[0]
    assert "/campus/oneroster/demo/" in requests.get(settings.provider_url, timeout=60).text
    page = requests.get(settings.provider_base_url("demo"), timeout=60).text
    assert "Maple &amp; Oak" in page and "never" in page and settings.provider_token_url("demo") in page


def test_a_token_of_one_district_opens_no_other(provider_template, tmp_path):
    settings = provider_template.sqlite(tmp_path / "data")
    tokens = []
    for app_name in ("demo", "other"):
        app = create_app(settings, app_name)
        with app.app_context():
            db.create_all()
            homeroom = app.extensions["homeroom"]
            made, _ = add_connection(db.session, homeroom["sealer"], "lms", Version.V1P1, Options(), datetime.now(UTC))
            db.session.commit()
            tokens.append(homeroom["tokens"].issue(made, frozenset({"roster.readonly"}), datetime.now(UTC)))
        close_app(app)
    with served(settings) as settings:
        bearer = {"Authorization": f"Bearer {tokens[0]}"}
        answers = [
            requests.get(f"{settings.provider_base_url(name)}/ims/oneroster/v1p1/orgs", headers=bearer, timeout=60)
            for name in ("demo", "other")
        ]
    assert [answer.status_code for answer in answers] == [503, 401]
