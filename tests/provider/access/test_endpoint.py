"""The token endpoint as clients in the field use it (P-95, P-101, P-106, P-107, real-clients 1-3)."""

import base64

import pytest

URL = "/oauth2/token?appName=demo"
CORE = "https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly"
GRADEBOOK = "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly"


@pytest.fixture
def client(provider_app):
    return provider_app.test_client()


def basic(client_id, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def ask(client, connection, secret, url=URL, **form):
    form = {"grant_type": "client_credentials", **form}
    return client.post(url, data=form, headers=basic(connection.client_id, secret))


def test_basic_credentials_get_a_token(client, add):
    answer = ask(client, *add())
    assert answer.status_code == 200
    assert answer.json["token_type"].lower() == "bearer"
    assert answer.json["expires_in"] == 3600 and isinstance(answer.json["expires_in"], int)
    assert answer.json["access_token"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "application/json"


def test_credentials_in_the_body_get_a_token(client, add):
    connection, secret = add()
    form = {"grant_type": "client_credentials", "client_id": connection.client_id, "client_secret": secret}
    assert client.post(URL, data=form).status_code == 200


def test_percent_encoded_credentials_inside_basic_are_read_too(client, add):
    connection, secret = add()
    encoded = "".join(f"%{ord(letter):02X}" for letter in secret)
    form = {"grant_type": "client_credentials"}
    assert client.post(URL, data=form, headers=basic(connection.client_id, encoded)).status_code == 200


def test_no_scope_is_everything_that_the_connection_may_do(client, add):
    names = {url.rsplit("/", 1)[1] for url in ask(client, *add()).json["scope"].split()}
    rostering = {"roster-core.readonly", "roster.readonly", "roster-demographics.readonly"}
    assert names == rostering | {"resource-core.readonly", "resource.readonly"}


def test_the_known_and_allowed_part_of_the_scopes_is_granted(client, add):
    http = CORE.replace("https", "http")
    answer = ask(client, *add(), scope=f"{http} {GRADEBOOK} openid")
    assert answer.status_code == 200
    assert answer.json["scope"] == http


def test_nothing_known_and_allowed_is_invalid_scope(client, add):
    answer = ask(client, *add(), scope=GRADEBOOK)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_scope")


def test_demographics_that_are_not_shared_are_not_granted(client, add):
    answer = ask(client, *add(share=frozenset({"email"})))
    assert "demographics" not in answer.json["scope"]


def test_a_wrong_secret_is_401_with_a_challenge(client, add):
    connection, _ = add()
    answer = ask(client, connection, "wrong")
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unknown_client_a_wrong_secret_and_a_disabled_connection_answer_alike(client, add, session):
    connection, secret = add()
    off, off_secret = add("off")
    off.enabled = False
    session.commit()
    answers = [
        ask(client, connection, "wrong"),
        ask(client, off, off_secret),
        client.post(URL, data={"grant_type": "client_credentials"}, headers=basic("nobody", secret)),
        client.post(URL, data={"grant_type": "client_credentials"}),
    ]
    assert {(a.status_code, a.data) for a in answers} == {(401, answers[0].data)}


def test_a_wrong_app_name_is_401(client, add):
    assert ask(client, *add(), url="/oauth2/token?appName=other").status_code == 401


def test_get_is_not_allowed(client):
    assert client.get(URL).status_code == 405


def test_credentials_in_the_url_are_refused(client, add):
    connection, secret = add()
    url = f"{URL}&client_id={connection.client_id}&client_secret={secret}"
    answer = client.post(url, data={"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_a_grant_type_in_the_url_does_not_count(client, add):
    connection, secret = add()
    answer = client.post(f"{URL}&grant_type=client_credentials", headers=basic(connection.client_id, secret))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_other_grant_types_are_unsupported(client, add):
    connection, secret = add()
    for grant_type in ("password", "authorization_code", 'x"\\\x00é', " client_credentials"):
        answer = ask(client, connection, secret, grant_type=grant_type)
        assert (answer.status_code, answer.json["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("inside", [b"", b":", b"a\0b:c", b"a\0b:\xff", b"x" * 5000, b"\xed\xa0\x80:x", None])
def test_a_garbled_basic_header_is_401(client, inside):
    header = "Basic !!!" if inside is None else "Basic " + base64.b64encode(inside).decode()
    answer = client.post(URL, data={"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", None),
        (b"\xff\xfe\x00", FORM),
        (b'{"grant_type": 1}', "application/json"),
        (b"grant_type=%FF%00", FORM),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"grant_type=a&grant_type=b", FORM),
        (b"grant_type=client_credentials&client_id=%00&client_secret=%ED%A0%80", FORM),
        (b"x" * 20_000, None),
        (b"x=" + b"y" * 20_000, FORM),
    ],
)
def test_a_garbled_body_is_refused_in_the_words_of_oauth(client, body, kind):
    answer = client.post(URL, data=body, content_type=kind)
    assert answer.status_code in (400, 401, 413)
    assert answer.json["error"] in ("invalid_request", "invalid_client", "unsupported_grant_type")
