"""Signing in to a district's pages: who is let in, from where, and that districts of one host share no session."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from provider.access.user_tables import AuditEntry, SisUser
from provider.access.users import add_user
from provider.app import close_app, create_app
from provider.database import db
from shared.migrations import upgrade
from tests.provider.admin.conftest import NOW, PASSWORD, Pages, Window, token_of
from tests.provider.served import served
from tests.templates import Template


def test_an_administrator_who_signs_in_lands_at_home(pages: Pages) -> None:
    window = pages.window()
    answer = window.sign_in("Ada_Min")
    assert (answer.status_code, answer.location) == (303, "/home/")
    page = window.get("/sections/")
    assert "Sign out" in page.text
    assert window.post("/frame/sign-out").location == "/frame/sign-in"
    assert window.get("/sections/").status_code == 303


def test_somebody_who_is_signed_in_needs_no_sign_in_page(pages: Pages) -> None:
    window = pages.window("tom")
    assert window.get("/frame/sign-in").location == "/sections/"
    assert window.get("/frame/sign-in?next=/sections/1/gradebook/").location == "/sections/1/gradebook/"


def test_a_wrong_password_and_a_wrong_name_are_told_alike_and_five_shut_the_door(pages: Pages) -> None:
    window = pages.window()
    wrong = [window.sign_in("tom", "wrong password"), window.sign_in("nobody", "wrong password")]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert all("Username or password is wrong" in answer.text for answer in wrong)
    for _ in range(4):
        window.sign_in("tom", "wrong password")
    assert window.sign_in("tom").status_code == 429
    assert window.sign_in("ada_min").status_code == 303


def test_who_may_no_longer_sign_in_is_out_at_once(pages: Pages) -> None:
    window = pages.window("tom")
    with pages.app.app_context():
        pages.user("tom").active = False
        db.session.commit()
    assert window.get("/sections/").location == "/frame/sign-in?next=/sections/"
    assert window.sign_in("tom").status_code == 422


def test_a_new_password_ends_every_other_session(pages: Pages) -> None:
    first, second = pages.window("tom"), pages.window("tom")
    first.get("/frame/password")
    refused = first.post("/frame/password", present="wrong", chosen="another four calm words")
    assert "This is not your present password" in refused.text
    assert first.post("/frame/password", present=PASSWORD, chosen="another four calm words").status_code == 303
    assert first.get("/sections/").status_code == 200
    assert second.get("/sections/").status_code == 303
    with pages.app.app_context():
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.action, last.who, last.subject, last.after) == ("set password", "tom", "tom", None)


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/%0d%0aX: y"])
def test_signing_in_leads_to_no_other_host(pages: Pages, target: str) -> None:
    assert pages.window().sign_in("ada_min", where=f"?next={target}").location == "/home/"


def test_nothing_is_taken_without_the_token_of_our_own_form(pages: Pages) -> None:
    """Neither from strangers nor in the name of somebody who is signed in (CSRF)."""
    for client in (pages.window().client, pages.window("ada_min").client):
        for path in ("/frame/sign-in", "/frame/sign-out", "/frame/password", "/frame/first-account", "/sections/"):
            answer = client.post(path, data={"username": "ada_min", "password": PASSWORD})
            assert answer.status_code in (400, 405), path


def test_pages_are_for_nobodys_frame_and_no_cache(pages: Pages) -> None:
    for path in ("/frame/sign-in", "/nowhere"):
        headers = pages.window().get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_the_public_pages_lead_to_the_sign_in_and_stay_public(pages: Pages) -> None:
    for path in ("/", "/explorer"):
        answer = pages.window().get(path)
        assert answer.status_code == 200
        assert 'href="/frame/sign-in">Sign in</a>' in answer.text


def test_platforms_are_given_no_cookie_and_no_page(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = window.get("/ims/oneroster/v1p1/orgs")
    assert answer.status_code == 401 and "Set-Cookie" not in answer.headers
    assert answer.content_type == "application/json"
    assert window.get("/ims/oneroster/v1p1/nothing").content_type == "application/json"


# The first administrator


def first_account(window: Window, **typed: str) -> Any:
    window.get("/frame/first-account")
    return window.post("/frame/first-account", **typed)


def test_the_first_start_makes_an_administrator_once_and_is_audited(provider_app: Flask) -> None:
    window = Window(provider_app.test_client())
    assert window.get("/frame/sign-in").location == "/frame/first-account"
    typed = {"username": "skinner", "name": "Seymour Skinner"}
    assert "at least 12" in first_account(window, **typed, password="short").text
    assert first_account(window, **typed, password=PASSWORD).location == "/home/"
    assert "What to do next" in window.get("/home/").text and "Sign out" in window.page
    assert Window(provider_app.test_client()).get("/frame/first-account").status_code == 404
    with provider_app.app_context():
        user = db.session.scalars(select(SisUser)).one()
        assert (user.username, user.role) == ("skinner", "administrator")
        assert PASSWORD not in user.password_hash and user.password_hash.startswith("$argon2id$")
        assert db.session.scalars(select(AuditEntry.action)).all() == ["add user"]


def test_the_first_administrator_is_made_on_this_machine_only(provider_app: Flask) -> None:
    client = provider_app.test_client()
    page = client.get("/frame/first-account", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert "homeroom provider --app demo user add" in page.text
    token = token_of(client.get("/frame/first-account").text)
    typed = {"csrf_token": token, "username": "eve", "name": "Eve", "password": PASSWORD}
    for elsewhere in ({"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"X-Forwarded-For": "127.0.0.1"}}):
        assert client.post("/frame/first-account", data=typed, **elsewhere).status_code == 403
    with provider_app.app_context():
        assert db.session.scalars(select(SisUser)).all() == []


# Two districts on one host


def test_districts_of_one_host_share_no_session(provider_template: Template, tmp_path: Path) -> None:
    settings = provider_template.sqlite(tmp_path / "data")
    for app_name in ("demo", "other"):
        app = create_app(settings, app_name)
        upgrade(app)
        with app.app_context():
            add_user(db.session(), "ada", "Ada Lake", PASSWORD, NOW)
            db.session.commit()
        close_app(app)
    with served(settings) as settings, requests.Session() as browser:
        browser.trust_env = False
        demo, other = (settings.provider_base_url(name) for name in ("demo", "other"))
        form = browser.get(f"{demo}/sections/?search=art")
        assert form.url.startswith(f"{demo}/frame/sign-in?next=")
        page = browser.post(form.url, data={"csrf_token": token_of(form.text), "username": "ada", "password": PASSWORD})
        assert page.url == f"{demo}/sections/?search=art", "where the person wanted to go"
        (cookie,) = browser.cookies
        assert (cookie.name, cookie.path) == ("homeroom_provider", "/campus/oneroster/demo")
        assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Strict"
        links = re.findall(r'(?:href|src|action)="(/[^"]+)"', page.text)
        assert links and all(link.startswith("/campus/oneroster/demo/") for link in links)
        assert all(
            browser.get(settings.provider_url + link).status_code == 200 for link in set(links) if "out" not in link
        )
        assert "sign-in" in browser.get(f"{other}/sections/").url
        forged = requests.get(f"{other}/sections/", cookies={cookie.name: cookie.value or ""}, timeout=60)
        assert "sign-in" in forged.url, "another district's cookie opens nothing"
