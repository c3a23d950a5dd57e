"""The pages of people and Data Prep on every database, and what no browser sends to them."""

import re
from datetime import timedelta
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consumer.connections import Connection
from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account, AccountSchool, School, VersionUpgrade
from consumer.platform.settings import write_setting
from consumer.sync.tables import SyncRun
from tests.consumer.clients import NOW
from tests.consumer.sync.platform import Platform
from tests.faults.provider import FaultProvider

PASSWORD = "four calm garden words"
PAGES = ("/people/", "/people/1/follow/", "/leavers/", "/leavers/leavers.csv", "/audit/")
HOSTILE = ("\0", "a\0b", "9" * 23, "9" * 5000, "²", "-1", "nan", "Ünï", "%_\\")


def hidden(client: FlaskClient, page: str) -> dict[str, str]:
    """The token and stamp of a page."""
    return dict(re.findall(r'name="(csrf_token|seen)" value="([^"]+)"', client.get(page).text))


@pytest.fixture
def client(consumer_app: Flask, fault_provider_11: FaultProvider) -> FlaskClient:
    """The browser of ana, the Acting User of a connection to 1.1 that is mapped; account 2 has left, school 1 is."""
    with consumer_app.app_context():
        session = db.session()
        platform = Platform(session, fault_provider_11)
        platform.map_all()
        write_setting(session, "release_1_2", "true")
        for number, name in enumerate(("ana", "lea"), 1):
            account = Account(
                id=number, username=name, username_key=name, given_name=name.title(), family_name="Rivera",
                role="administrator", system_administrator=name == "ana", left_sis=name == "lea",
            )  # fmt: skip
            session.add(account)
            session.flush()
            passwords.choose_own(session, account, PASSWORD)
        platform.connection.acting_account_id = 1
        session.commit()
    browser = consumer_app.test_client()
    typed = {**hidden(browser, "/frame/sign-in"), "username": "ana", "password": PASSWORD}
    assert browser.post("/frame/sign-in", data=typed).status_code == 303
    return browser


def test_people_are_listed_changed_and_audited(client: FlaskClient, consumer_app: Flask) -> None:
    assert "Rivera, Lea" in client.get("/people/?search=LE+riv&sort=-school&role=administrator").text
    assert "Rivera, Lea" in client.get("/leavers/?sort=-since").text
    with consumer_app.app_context():
        school = db.session.query(School).first()
        assert school is not None
        school_id = str(school.id)
    for what, form in (
        ("add-school", {"school": school_id}), ("make-administrator", {}), ("unmake-administrator", {}),
        ("deactivate", {}), ("activate", {}), ("remove-school", {"school": school_id}), ("add-school", {"school": school_id}),
    ):  # fmt: skip
        answer = client.post(f"/people/2/{what}", data={**hidden(client, "/people/2/"), **form})
        assert answer.status_code == 303, what
    assert client.post("/people/2/reset-password", data=hidden(client, "/people/2/")).status_code == 200
    done = client.post("/leavers/deactivate", data={**hidden(client, "/leavers/"), "account": ["2", "3", "x"]})
    assert done.status_code == 303
    with consumer_app.app_context():
        lea = db.session.get_one(Account, 2)
        assert not lea.active and not lea.system_administrator and lea.touched == 0
        assert db.session.query(AccountSchool).count() == 1
    assert client.get("/audit/?search=DEACTIVATE+lea").text.count("Deactivate account") == 2
    assert "Lea Rivera, followed" in client.get("/people/2/follow/").text
    assert client.get("/leavers/leavers.csv").text.splitlines()[1].startswith("lea,Lea,Rivera")
    exported = client.post("/people/passwords.csv", data=hidden(client, "/people/"))
    assert [line.split(",")[0] for line in exported.text.splitlines()] == ["username", "lea"]


def test_no_list_minds_what_is_asked_for(client: FlaskClient) -> None:
    for text, page in product(HOSTILE, PAGES):
        asked = dict.fromkeys(("search", "role", "school", "page", "sort"), text)
        assert client.get(page, query_string=asked).status_code == 200, (page, text)


def test_no_form_minds_what_is_sent(client: FlaskClient) -> None:
    token = hidden(client, "/people/2/")
    for text in HOSTILE:
        assert client.post("/people/2/add-school", data={**token, "school": text}).status_code == 422, text
        assert client.post("/people/2/add-school", data={**token, "seen": text}).status_code == 409, text
        ticked = {**token, "account": text, "back": text}
        assert client.post("/leavers/deactivate", data=ticked).headers["Location"] == "/leavers/", text
        assert client.post("/people/import/apply", data={**token, "checked": text}).status_code == 422, text
        wanted = {**token, "search": text, "role": text, "school": text}
        assert client.post("/people/passwords.csv", data=wanted).status_code == 200, text


def test_no_form_of_data_prep_minds_what_is_sent(client: FlaskClient) -> None:
    page = "/connections/1/data-prep/"
    token = hidden(client, page)

    def send(what: str, **form: Any) -> int:
        return client.post(page + what, data={**token, **form}).status_code

    for text in HOSTILE:
        refused = client.post(page + "report", data={**token, "version": text})
        assert (refused.status_code, "Choose one of the list" in refused.text) == (422, True), text
        assert send("confirm", report=text) == 422, text
        assert send("approve", run=text) == 422, text
        assert send("people/", sis_id=text, account=text) == 404, text
        assert send("mapping", file=(BytesIO(text.encode()), "people.csv")) == 422, text
    assert send("switch", confirmed="1") == 422
    fields = r'name="(base_url|token_url|client_id)" type="text" value="([^"]*)"'
    for name, text in product(("base_url", "token_url"), HOSTILE):
        stored = dict(re.findall(fields, client.get(page).text))
        assert send("target", **{**stored, name: text}) == 422, (name, text)
    for name, text in product(("client_id", "client_secret"), ("a" * 5000, " ", "\r\n", "a\nb")):
        stored = dict(re.findall(fields, client.get(page).text))
        blank = name == "client_secret" and not text.strip()
        assert send("target", **{**stored, name: text}) == (303 if blank else 422), (name, text)


def test_a_dry_run_of_1_1_is_not_the_first_run_of_1_2(client: FlaskClient, consumer_app: Flask) -> None:
    """C-105: only what was queued since the switch."""
    page = "/connections/1/data-prep/"
    runs = []
    with consumer_app.app_context():
        session = db.session()
        session.get_one(Connection, 1).version = "1.2"
        session.add(VersionUpgrade(connection_id=1, switched_at=NOW))
        session.commit()
        for queued_at in (NOW - timedelta(hours=1), NOW + timedelta(hours=1)):
            assert "None is queued yet." in client.get(page).text
            run = SyncRun(connection_id=1, kind="all", trigger="manual", dry_run=True, today=NOW.date(),
                          queued_at=queued_at, status="Completed", step="done")  # fmt: skip
            session.add(run)
            session.commit()
            runs.append(run.id)
    assert [number for number in runs if f">Run {number}</a>" in client.get(page).text] == runs[1:]


def test_no_import_minds_what_is_in_a_cell(client: FlaskClient) -> None:
    header = "unique_id,username,email,given_name,family_name,role,school,password"
    for number, text in enumerate((*HOSTILE, "=1+1", "<script>", '"', "a\nb", "\r\n", "\ufeff", "é,ü;\t")):
        cells = ",".join(['"' + text.replace('"', '""') + '"'] * 8)
        content = f"{header}\n{cells}\n,mia{number},,Mia,Wong,student,,\n".encode()
        form = {**hidden(client, "/people/import/"), "file": (BytesIO(content), "people.csv")}
        answer = client.post("/people/import/", data=form)
        checked = re.search(r'name="checked" value="([^"]+)"', answer.text)
        assert answer.status_code == 200 and checked, text
        done = client.post("/people/import/apply", data={**hidden(client, "/people/import/"), "checked": checked[1]})
        assert done.status_code == 200 and "Imported" in done.text, text
