"""The page of the organisation's switches, on every database."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consumer.database import db
from consumer.platform.models import Account, AuditEntry
from consumer.platform.settings import SWITCHES, read_settings
from consumer.web.settings import WORDS

PAGE = "/settings/"


def hidden(client: FlaskClient, page: str = PAGE) -> dict[str, str]:
    return dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', client.get(page).text))


def browser_of(app: Flask, name: str, administrator: bool) -> FlaskClient:
    with app.app_context():
        account = Account(
            username=name, username_key=name, given_name=name.title(), family_name="Rivera",
            role="teacher", system_administrator=administrator,
        )  # fmt: skip
        db.session.add(account)
        db.session.commit()
        number = account.id
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(person=number, series=0, used=int(time.time()))
    return client


@pytest.fixture
def client(consumer_app: Flask) -> FlaskClient:
    """The browser of ana, a system administrator."""
    return browser_of(consumer_app, "ana", administrator=True)


def as_shown(**changed: str) -> dict[str, str]:
    """What a browser sends of the page as it is at first: a box that is not ticked is not sent."""
    return {
        "organisation_name": "Homeroom", "time_zone": "UTC", "log_days": "180", "course_app_admins_only": "true",
        "grade_title_limit": "255", **changed,
    }  # fmt: skip


def test_every_switch_is_on_the_page_in_words(client: FlaskClient) -> None:
    assert set(WORDS) == set(SWITCHES.kinds)
    text = client.get(PAGE).text
    for name, (label, _hint) in WORDS.items():
        assert f'name="{name}"' in text
        assert label in text.replace("&#39;", "'")


def test_a_switch_is_changed_and_the_audit_trail_says_by_whom(client: FlaskClient, consumer_app: Flask) -> None:
    """C-119: whether members see the course app."""
    form = as_shown(log_days="30")
    del form["course_app_admins_only"]
    assert client.post(PAGE, data={**hidden(client), **form}).status_code == 303
    with consumer_app.app_context():
        settings = read_settings(db.session())
        assert (settings.course_app_admins_only, settings.log_days) == (False, 30)
        entries = db.session.query(AuditEntry).filter_by(action="change setting").order_by(AuditEntry.subject).all()
        told = [(entry.who, entry.subject, entry.before, entry.after) for entry in entries if entry.subject != "time_zone"]
    assert told == [
        ("ana", "course_app_admins_only", '{"course_app_admins_only": true}', '{"course_app_admins_only": false}'),
        ("ana", "log_days", '{"log_days": 180}', '{"log_days": 30}'),
    ]


def test_nothing_is_changed_where_one_value_is_refused(client: FlaskClient, consumer_app: Flask) -> None:
    answer = client.post(PAGE, data={**hidden(client), **as_shown(log_days="7", time_zone="Chicago")})
    assert answer.status_code == 422
    assert "the name of a time zone such as America/Chicago" in answer.text
    assert 'value="7"' in answer.text
    with consumer_app.app_context():
        assert read_settings(db.session()).log_days == 180


def test_of_two_who_save_the_second_is_told(client: FlaskClient) -> None:
    seen = hidden(client)
    assert client.post(PAGE, data={**seen, **as_shown(log_days="30")}).status_code == 303
    answer = client.post(PAGE, data={**seen, **as_shown(log_days="90")})
    assert answer.status_code == 409
    assert "Somebody else has saved this page meanwhile" in answer.text


def test_1_2_is_released_by_the_operator_alone(client: FlaskClient, consumer_app: Flask) -> None:
    """C-05."""
    assert client.post(PAGE, data={**hidden(client), **as_shown(release_1_2="true")}).status_code == 303
    with consumer_app.app_context():
        assert not read_settings(db.session()).release_1_2


@pytest.mark.parametrize("text", ["\0", "9" * 5000, "²", "-1", "", "<script>", "\r\n"])
def test_no_switch_minds_what_is_sent(client: FlaskClient, text: str) -> None:
    sent = as_shown(**dict.fromkeys(as_shown(), text))
    answer = client.post(PAGE, data={**hidden(client), **sent})
    assert answer.status_code == 422
    assert "<script>" not in answer.text.replace("<script src", "")


def test_teachers_do_not_see_it(consumer_app: Flask, client: FlaskClient) -> None:
    teacher = browser_of(consumer_app, "tess", administrator=False)
    assert teacher.get(PAGE).status_code == 403
    assert 'href="/settings/"' not in teacher.get("/").text
