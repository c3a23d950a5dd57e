"""Signing in, the frame's guards, and what an attacker or a second administrator may try."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from werkzeug.routing import Rule

from tests.browser.consumer_site import PASSWORD, Site, check_looks


def path_of(rule: Rule) -> str:
    """An address of a rule: 1 for every number and name, the first of words to choose from."""
    return re.sub(r"<[^>]+>", "1", re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule))


def test_the_sign_in_page_and_the_home_page_are_calm_on_every_screen(site: Site) -> None:
    page = site.page()
    page.goto(site.address)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    check_looks(page, "sign-in")
    page = site.page("ada")
    expect(page.get_by_role("link", name="demo")).to_be_visible()
    check_looks(page, "home")


def test_a_person_lands_where_they_wanted_to_go(site: Site) -> None:
    page = site.page()
    page.goto(site.tab("schools"))
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(site.tab("schools"))


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/%0d%0aX: y"])
def test_signing_in_leads_to_no_other_host(site: Site, target: str) -> None:
    page = site.page()
    page.goto(f"{site.address}/frame/sign-in?next={target}")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Connections")).to_be_visible()
    assert page.url.startswith(site.address + "/")


def test_a_wrong_password_keeps_the_username_and_says_no_more_than_needed(site: Site) -> None:
    page = site.page()
    page.goto(site.address)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Username or password is wrong")
    assert page.get_by_label("Username").input_value() == "ada"
    assert page.get_by_label("Password").input_value() == ""


def test_a_teacher_sees_no_page_of_the_app(site: Site) -> None:
    page = site.page("tess")
    for path in ("schools", "configuration", "logs"):
        answer = page.goto(site.tab(path))
        assert answer is not None and answer.status == 403, path
    check_looks(page, "not-yours")


def test_every_page_sends_strangers_to_the_sign_in_page(site: Site) -> None:
    stranger = site.app.test_client()
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint.startswith(("frame.", "static")) or "GET" not in (rule.methods or ()):
            continue
        path = path_of(rule)
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/frame/sign-in"), path


def test_no_form_is_taken_without_its_token(site: Site) -> None:
    """Neither by strangers nor in the name of somebody who is signed in (CSRF)."""
    stranger = site.app.test_client()
    for rule in site.app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            answer = stranger.post(path_of(rule), data={"name": "x"})
            assert answer.status_code == 400, rule.rule
            assert "cannot be sent" in answer.text


def test_a_form_is_no_place_for_large_files(site: Site) -> None:
    """Neither a stranger nor anybody else fills the disk of the server."""
    large = {"username": "ada", "file": (BytesIO(b"a" * 1_100_000), "large.bin")}
    answer = site.app.test_client().post("/frame/sign-in", data=large)
    assert answer.status_code == 413 and "This is too large" in answer.text


def test_pages_may_not_be_framed_and_load_nothing_from_elsewhere(site: Site) -> None:
    answer = site.app.test_client().get("/frame/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_after_five_wrong_passwords_the_right_one_must_wait(site: Site) -> None:
    page = site.page()
    for attempt in range(6):
        page.goto(f"{site.address}/frame/sign-in")
        page.get_by_label("Username").fill("ben")
        page.get_by_label("Password").fill(PASSWORD if attempt == 5 else f"wrong {attempt}")
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
