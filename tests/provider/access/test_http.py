"""Getting in over real HTTP with the clients that people use: requests, and OAuth 2 libraries (real-clients 1-3)."""

import threading
from datetime import UTC, datetime

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from provider.access.connections import Options, add_connection, regenerate_secret
from provider.access.limits import AT_A_TIME
from shared.oneroster.versions import Version
from tests.provider.served import served


@pytest.fixture
def lms(provider_settings, provider_app, session):
    """(settings of the served host, connection, secret)"""
    sealer = provider_app.extensions["homeroom"]["sealer"]
    connection, secret = add_connection(session, sealer, "lms", Version.V1P2, Options(), datetime.now(UTC))
    session.commit()
    with served(provider_settings) as settings:
        yield settings, connection, secret


def orgs(settings):
    return f"{settings.provider_base_url('demo')}/ims/oneroster/rostering/v1p2/orgs"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_an_oauth_library_gets_in(lms, method):
    settings, connection, secret = lms
    client = OAuth2Session(connection.client_id, secret, token_endpoint_auth_method=method)
    token = client.fetch_token(settings.provider_token_url("demo"), grant_type="client_credentials")
    assert token["expires_in"] == 3600
    # 503: let in, but nothing has been published yet.
    assert client.get(orgs(settings), timeout=60).status_code == 503


def test_a_new_secret_shuts_out_tokens_and_secret_between_two_requests(lms, provider_app, session):
    settings, connection, secret = lms
    ask = {"url": settings.provider_token_url("demo"), "data": {"grant_type": "client_credentials"}, "timeout": 60}
    token = requests.post(**ask, auth=(connection.client_id, secret)).json()["access_token"]
    with requests.Session() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.get(orgs(settings), timeout=60).status_code == 503
        new = regenerate_secret(connection, provider_app.extensions["homeroom"]["sealer"])
        session.commit()
        assert client.get(orgs(settings), timeout=60).status_code == 401
    assert requests.post(**ask, auth=(connection.client_id, secret)).status_code == 401
    assert requests.post(**ask, auth=(connection.client_id, new)).status_code == 200


def test_several_threads_ask_at_once_and_every_token_works(lms):
    settings, connection, secret = lms
    client = (connection.client_id, secret)
    answers = []

    def work():
        data = {"grant_type": "client_credentials"}
        url = settings.provider_token_url("demo")
        token = requests.post(url, data=data, auth=client, timeout=30).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        answers.append(requests.get(orgs(settings), headers=bearer, timeout=30).status_code)

    threads = [threading.Thread(target=work) for _ in range(AT_A_TIME)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [503] * AT_A_TIME
