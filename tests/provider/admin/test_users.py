"""Users on the pages: adding and changing them, passwords, and that somebody can always let others in."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from provider.access.user_tables import AuditEntry
from provider.database import db
from tests.provider.admin.conftest import PASSWORD, Pages, Window

SCRIPT = "<script>alert(1)</script>"
GOOD = {"username": "eve", "name": "Eve Sandoval", "role": "administrator", "person": "", "password": PASSWORD}


def usernames(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/users/\d+/">([^<]+)</a>', page)


def address(window: Window, username: str) -> str:
    """The page of a user."""
    page = window.get(f"/users/?search={username}").text
    found: str = re.findall(r'<a href="(/users/\d+/)">' + username, page)[0]
    return found


def form_of(page: str) -> dict[str, str]:
    """What stands in the first form of a page."""
    form = page.partition("<main")[2].partition("</form>")[0]
    texts = re.findall(r'<input id="field-[a-z]+" name="([a-z]+)" type="text" value="([^"]*)"', form)
    chosen = re.findall(r'name="([a-z]+)" value="([^"]*)" checked', form)
    ticked = re.findall(r'name="([a-z]+)" type="checkbox" value="([^"]*)" checked', form)
    seen = re.findall(r'name="(seen)" value="([^"]+)"', form)
    return {name: unescape(value) for name, value in [*texts, *chosen, *ticked, *seen]}


def save(window: Window, path: str, **typed: str) -> Any:
    """Open a user's page, change some fields and save; "-" leaves a field out."""
    values = {**form_of(window.get(path).text), **typed}
    return window.post(path, **{name: value for name, value in values.items() if value != "-"})


def audited(pages: Pages) -> list[tuple[str, str, str, str | None, str | None]]:
    columns = (AuditEntry.who, AuditEntry.action, AuditEntry.subject, AuditEntry.before, AuditEntry.after)
    with pages.app.app_context():
        rows = db.session.execute(select(*columns).where(AuditEntry.who != "").order_by(AuditEntry.id))
        return [tuple(row) for row in rows]


def test_a_user_is_added_signs_in_and_is_on_record(pages: Pages) -> None:
    window = pages.window("ada_min")
    window.get("/users/add")
    assert window.post("/users/add", **GOOD).status_code == 303
    teacher = {**GOOD, "username": "ann", "role": "teacher", "person": "Ann Wood"}
    assert window.post("/users/add", **teacher).status_code == 303
    assert usernames(window.get("/users/").text) == ["ada_min", "ann", "eve", "lost", "tom"]
    pages.window("eve")
    assert pages.window("ann").get("/sections/").text.count('<th scope="row">') == 1
    assert [entry[:3] for entry in audited(pages)] == [
        ("ada_min", "add user", "eve"), ("ada_min", "add user", "ann"),
    ]  # fmt: skip
    assert PASSWORD not in str(audited(pages))


def test_what_makes_no_user_is_told_beside_the_field(pages: Pages) -> None:
    window = pages.window("ada_min")
    window.get("/users/add")
    for wrong, words in (
        ({"username": "TOM"}, "already in use"), ({"username": "two words"}, "one word"), ({"username": ""}, "one word"),
        ({"name": " "}, "A name is needed"), ({"role": "king"}, "The role is one of"), ({"role": ""}, "The role is one of"),
        ({"password": "short"}, "at least 12"), ({"role": "teacher"}, "somebody of the SIS"),
        ({"role": "teacher", "person": "Nobody Atall"}, "Nobody Atall"), ({"person": "9" * 30}, "9999"),
        ({"username": "x" * 300}, "at most 255"), ({"name": "x" * 300}, "A name is needed"),
    ):  # fmt: skip
        answer = window.post("/users/add", **{**GOOD, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True), wrong
        assert PASSWORD not in answer.text
    assert len(usernames(window.get("/users/").text)) == 3


def test_a_change_is_made_once_and_its_before_and_after_are_on_record(pages: Pages) -> None:
    window = pages.window("ada_min")
    path = address(window, "tom")
    assert save(window, path, name=SCRIPT, person="Ann Wood").status_code == 303
    page = window.get(path).text
    assert SCRIPT not in page and "Now: Ann Wood" in page
    assert save(window, path).status_code == 303, "saved as it is"
    ((who, action, subject, before, after),) = audited(pages)
    assert (who, action, subject) == ("ada_min", "change user", "tom")
    assert "Tom" in (before or "") and "script" in (after or "")


def test_of_two_who_change_one_user_the_second_is_told(pages: Pages) -> None:
    pages.add_user("ben_min")
    first, second = pages.window("ada_min"), pages.window("ben_min")
    path = address(second, "tom")
    seen = form_of(second.get(path).text)
    assert save(first, path, name="Thomas Reed").status_code == 303
    answer = second.post(path, **{**seen, "name": "Tommy Reed"})
    assert answer.status_code == 409
    assert "Somebody else has saved this page meanwhile" in answer.text and "Tommy Reed" in answer.text
    assert form_of(first.get(path).text)["name"] == "Thomas Reed"
    second.page = answer.text
    assert second.post(path, **form_of(answer.text)).status_code == 303
    assert form_of(first.get(path).text)["name"] == "Tommy Reed"


def test_whoever_may_sign_in_no_more_is_out_at_once(pages: Pages) -> None:
    window, tom = pages.window("ada_min"), pages.window("tom")
    path = address(window, "tom")
    assert tom.get("/sections/").status_code == 200
    assert save(window, path, active="-").status_code == 303
    assert tom.get("/sections/").status_code == 303
    assert pages.window().sign_in("tom").status_code != 303
    assert usernames(window.get("/users/?state=inactive").text) == ["tom"]
    assert save(window, path, active="1").status_code == 303
    pages.window("tom")


def test_the_last_administrator_stays(pages: Pages) -> None:
    window = pages.window("ada_min")
    path = address(window, "ada_min")
    for wrong in ({"active": "-"}, {"role": "teacher", "person": "Tom Reed"}):
        answer = save(window, path, **wrong)
        assert answer.status_code == 422 and "last active administrator" in answer.text
    pages.add_user("ben_min")
    assert save(window, path, role="teacher", person="Tom Reed").status_code == 303
    assert window.get("/users/").status_code == 403, "at once"


def test_a_teacher_is_somebody(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = save(window, address(window, "tom"), person="")
    assert answer.status_code == 422 and "somebody of the SIS" in answer.text
    assert save(window, address(window, "tom"), role="administrator", person="").status_code == 303
    assert "Now:" not in window.get(address(window, "tom")).text


def test_a_new_password_ends_the_sessions_of_before(pages: Pages) -> None:
    window, tom = pages.window("ada_min"), pages.window("tom")
    path = address(window, "tom")
    window.get(path)
    answer = window.post(f"{path}password", password="short")
    assert answer.status_code == 422 and "at least 12" in answer.text
    assert window.post(f"{path}password", password="seven green paper boats").status_code == 303
    assert tom.get("/sections/").status_code == 303
    assert pages.window().sign_in("tom", "seven green paper boats").status_code == 303
    assert [entry[1:] for entry in audited(pages)] == [("set password", "tom", None, None)]


@pytest.mark.parametrize(
    "query", ["?search=%00", "?search=%25", "?role=%27&state=x", f"?search={SCRIPT}", "?page=9999"]
)
def test_a_strange_list_is_empty_or_whole(pages: Pages, query: str) -> None:
    page = pages.window("ada_min").get(f"/users/{query}")
    assert page.status_code == 200 and SCRIPT not in page.text


def test_users_are_for_administrators(pages: Pages) -> None:
    tom = pages.window("tom")
    for path in ("/users/", "/users/add", "/users/1/", "/audit/", "/audit/audit.csv"):
        assert tom.get(path).status_code == 403
        assert pages.window().get(path).status_code == 303
    tom.get("/sections/")
    for path in ("/users/add", "/users/1/", "/users/1/password"):
        assert tom.post(path, **GOOD).status_code == 403
    assert pages.window("ada_min").get("/users/999/").status_code == 404
