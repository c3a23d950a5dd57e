"""What no browser sends: characters and numbers that a database does not keep. The answer says so; it is never a 500."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account, Course, School, Section
from tests.consumer.sync.platform import Platform
from tests.faults.provider import FaultProvider

PASSWORD = "four calm garden words"
#: A zero byte, a number that no column holds, one of more digits than Python reads, a digit that is no decimal.
HOSTILE = ("\0", "a\0b", "9" * 23, "9" * 5000, "²", "-1", "nan")


def token(client: FlaskClient, page: str) -> str:
    found: str = re.findall(r'name="csrf_token" value="([^"]+)"', client.get(page).text)[0]
    return found


def seen(client: FlaskClient, page: str) -> str:
    found: str = re.findall(r'name="seen" value="([^"]+)"', client.get(page).text)[0]
    return found


def chosen(page: str) -> list[str]:
    return re.findall(r"selected>[^<]+", page)


@pytest.fixture
def client(consumer_app: Flask, fault_provider_11: FaultProvider) -> FlaskClient:
    """The browser of the Acting User of connection 1, which is mapped, and in which section 1 is."""
    with consumer_app.app_context():
        session = db.session()
        platform = Platform(session, fault_provider_11)
        platform.map_all()
        account = Account(
            username="ana", username_key="ana", given_name="Ana", family_name="Rivera", role="administrator",
            system_administrator=True,
        )  # fmt: skip
        session.add(account)
        session.flush()
        passwords.choose_own(session, account, PASSWORD)
        platform.connection.acting_account_id = account.id
        school = session.query(School).first()
        assert school is not None
        course = Course(
            title="Algebra", code="ALG", code_key="alg", school_id=school.id, connection_id=platform.connection_id
        )
        session.add(course)
        session.flush()
        session.add(
            Section(name="Algebra", course_id=course.id, school_id=school.id, connection_id=platform.connection_id)
        )
        session.commit()
    browser = consumer_app.test_client()
    typed = {"csrf_token": token(browser, "/frame/sign-in"), "username": "ana", "password": PASSWORD}
    assert browser.post("/frame/sign-in", data=typed).status_code == 303
    return browser


def test_nobody_signs_in_with_it(client: FlaskClient) -> None:
    client.post("/frame/sign-out", data={"csrf_token": token(client, "/frame/password")})
    for text in HOSTILE[:4]:
        typed = {"csrf_token": token(client, "/frame/sign-in"), "username": text, "password": text}
        assert client.post("/frame/sign-in", data=typed).status_code == 422, text


def test_it_is_no_choice_of_a_mapping(client: FlaskClient) -> None:
    for page in ("/connections/1/schools/", "/connections/1/terms/"):
        before = client.get(page).text
        field = re.findall(r'<select id="[^"]+" name="([^"]+)"', before)[0]
        for text in HOSTILE:
            typed = {"csrf_token": token(client, page), "seen": seen(client, page), field: text}
            assert client.post(page, data=typed).status_code == 422, text
        assert chosen(client.get(page).text) == chosen(before)


def test_it_is_no_username_to_be_put_into_a_section(client: FlaskClient) -> None:
    for text in HOSTILE:
        typed = {"csrf_token": token(client, "/frame/password"), "username": text, "role": "member"}
        answer = client.post("/connections/1/sections/all/1/people", data=typed)
        assert answer.status_code == 422, text
        assert "Nobody here has the username" in answer.text


def test_lists_take_it_for_nothing(client: FlaskClient) -> None:
    tabs = ("logs/", "logs/runs.csv", "sections/all/", "configuration/year")
    names = ("search", "school", "kind", "status", "role", "show", "sort", "page", "year", "after")
    for page in (*(f"/connections/1/{tab}" for tab in tabs), "/people/", "/leavers/", "/audit/"):
        for text in HOSTILE[1:5]:
            with client.get(page, query_string=dict.fromkeys(names, text)) as answer:
                assert answer.status_code in (200, 302, 404), (page, text)


def test_an_unsynced_section_gets_no_linked_one(client: FlaskClient) -> None:
    """Its page offers none, and nobody would find it again."""
    typed = {"csrf_token": token(client, "/frame/password")}
    for section in (1, 2, 2):
        client.post(f"/connections/1/sections/all/{section}/linked", data=typed)
    assert client.get("/connections/1/sections/all/2/").status_code == 200
    assert client.get("/connections/1/sections/all/").text.count("(not synced)") == 1


def test_a_log_that_is_filtered_does_not_say_that_nothing_ever_ran(client: FlaskClient) -> None:
    assert "No run yet" in client.get("/connections/1/logs/").text
    filtered = client.get("/connections/1/logs/?status=Missed").text
    assert ("No such run" in filtered, "No run yet" in filtered) == (True, False)
