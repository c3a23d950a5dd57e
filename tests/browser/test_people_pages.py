"""Manage Users, a person's page, Follow, Leavers and Audit as system administrators use them."""

from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account, AccountSchool, AuditEntry, School
from tests.browser.consumer_site import Site, check_looks

SCRIPT = "<script>alert(1)</script>"


def stored(account_id: int) -> Account:
    db.session.rollback()
    return db.session.get_one(Account, account_id)


def audited(action: str) -> list[tuple[str, str]]:
    """(who, about whom) of an action, oldest first."""
    db.session.rollback()
    rows = select(AuditEntry.who, AuditEntry.subject).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return [(who, subject) for who, subject in db.session.execute(rows)]


def generated(site: Site, account: Account) -> str:
    """A new generated password that the pages can unseal."""
    text = passwords.reset(db.session(), site.app.extensions["homeroom"]["sealer"], account)
    db.session.commit()
    return text


@pytest.fixture
def student(site: Site) -> Account:
    """A student whom the sync brought."""
    db.session.rollback()
    account = site.platform.account("U1")
    generated(site, account)
    return account


def address(site: Site, account: Account) -> str:
    return f"{site.address}/people/{account.id}/"


def open_person(site: Site, account: Account, as_: str = "ada") -> Page:
    page = site.page(as_)
    page.goto(address(site, account))
    return page


def send(page: Page, target: str, **fields: str) -> APIResponse:
    """A form that this page's browser sends, with the token and stamp of the page that is open."""
    hidden = {name: page.locator(f"input[name={name}]").first.input_value() for name in ("csrf_token", "seen")}
    return page.request.post(target, form={**hidden, **fields}, headers={"Referer": page.url}, max_redirects=0)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def told(page: Page, text: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(text)


def sign_in(page: Page, site: Site, username: str, password: str) -> None:
    page.goto(f"{site.address}/frame/sign-in")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def test_a_person_is_found_and_opened(site: Site, student: Account) -> None:
    page = site.page("ada")
    page.get_by_role("link", name="Manage Users").click()
    expect(page.get_by_role("heading", name="Manage Users")).to_be_visible()
    check_looks(page, "people")
    page.get_by_label("Find people").fill(student.given_name.upper())
    page.get_by_label("Role").select_option("student")
    press(page, "Show")
    expect(page.get_by_text("1 to 1 of 1 accounts")).to_be_visible()
    page.get_by_role("link", name=f"{student.family_name}, {student.given_name}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{student.given_name} {student.family_name}")
    expect(page.get_by_role("region", name="Enrollments").get_by_text("Algebra 1")).to_be_visible()
    expect(page.get_by_role("link", name="U1")).to_be_visible()
    check_looks(page, "person")
    page.get_by_role("link", name="Gail Example").click()
    expect(page.get_by_text("Child: Ada Example")).to_be_visible()


def test_nobody_found_is_told(site: Site) -> None:
    page = site.page("ada")
    page.goto(f"{site.address}/people/?search=nobody-at-all&school=x&role=king&page=7")
    expect(page.get_by_text("Nobody is found")).to_be_visible()


def test_a_person_is_followed_through_pulls_plans_and_what_people_did(site: Site, student: Account) -> None:
    page = open_person(site, student)
    press(page, "Deactivate")
    press(page, "Activate")
    page.get_by_role("link", name="Follow").click()
    expect(page.get_by_text("Activate account, by ada").first).to_be_visible()
    expect(page.get_by_text("The SIS sent the person's record")).to_be_visible()
    page.get_by_text("Before and after").last.click()
    expect(page.get_by_text("student at North School").last).to_be_visible()
    check_looks(page, "follow")
    page.get_by_role("link", name="run 1").first.click()
    expect(page.get_by_role("heading", name="Run 1")).to_be_visible()


def test_a_generated_password_is_shown_on_request_alone(site: Site, student: Account) -> None:
    """C-55, C-56: audited, stored by nobody, never in an address."""
    text = generated(site, student)
    page = open_person(site, student)
    assert text not in page.content()
    before = len(audited("show password"))
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        press(page, "Show the password")
    told(page, text)
    assert sent.value.headers["cache-control"] == "no-store" and text not in page.url
    assert audited("show password")[before:] == [("ada", student.username)]
    check_looks(page, "person-password")
    assert page.request.get(page.url).status == 405
    page.goto(address(site, student))
    assert text not in page.content()


def test_a_password_that_somebody_chose_is_not_shown(site: Site) -> None:
    """C-56."""
    ben = site.platform.session.scalars(select(Account).where(Account.username == "ben")).one()
    page = open_person(site, ben)
    expect(page.get_by_text("Chosen by its owner")).to_be_visible()
    assert page.get_by_role("button", name="Show the password").count() == 0
    assert send(page, address(site, ben) + "show-password").status == 422


def test_a_password_that_another_key_sealed_is_told(site: Site) -> None:
    db.session.rollback()
    page = open_person(site, site.platform.account("U6"))
    press(page, "Show the password")
    expect(page.get_by_role("alert")).to_contain_text("sealed with another key")


def test_a_reset_password_lets_its_owner_in_and_ends_the_former(site: Site, student: Account) -> None:
    former = generated(site, student)
    owner = site.page()
    sign_in(owner, site, student.username, former)
    expect(owner.get_by_role("heading", name="Hello")).to_be_visible()
    page = open_person(site, student)
    press(page, "Reset the password")
    told(page, "The password is reset")
    text = page.get_by_role("status").locator("code").inner_text()
    owner.reload()
    expect(owner.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(owner, site, student.username, text)
    expect(owner.get_by_role("heading", name="Hello")).to_be_visible()
    assert ("ada", student.username) in audited("reset password")


def test_whoever_is_deactivated_cannot_sign_in_and_no_sync_looks_again(site: Site, student: Account) -> None:
    """C-54."""
    text, touched = generated(site, student), stored(student.id).touched
    page = open_person(site, student)
    press(page, "Deactivate")
    told(page, "The account is deactivated")
    assert not stored(student.id).active and stored(student.id).touched == touched
    stranger = site.page()
    sign_in(stranger, site, student.username, text)
    expect(stranger.get_by_role("alert")).to_have_text("Username or password is wrong")
    press(page, "Activate")
    told(page, "The account is active again")
    assert stored(student.id).active


def test_a_system_administrator_is_made_and_unmade_by_another(site: Site, student: Account) -> None:
    page = open_person(site, student)
    touched = stored(student.id).touched
    press(page, "Make system administrator")
    told(page, "a system administrator now")
    assert stored(student.id).system_administrator and stored(student.id).role == "student"
    press(page, "Unmake system administrator")
    told(page, "no system administrator any more")
    assert not stored(student.id).system_administrator and stored(student.id).touched == touched
    assert audited("unmake system administrator") == [("ada", student.username)]


def test_nobody_locks_themselves_out(site: Site) -> None:
    db.session.rollback()
    ada = db.session.scalars(select(Account).where(Account.username == "ada")).one()
    page = open_person(site, ada)
    check_looks(page, "person-oneself")
    for what, why in (
        ("unmake-administrator", "Nobody can take this from themselves"),
        ("deactivate", "Nobody can deactivate the account they are signed in with"),
        ("reset-password", "on the page behind your name"),
    ):
        answer = send(page, address(site, ada) + what)
        assert answer.status == 422 and why in answer.text()
    assert stored(ada.id).active and stored(ada.id).system_administrator


def test_a_further_school_is_added_kept_by_the_sync_and_taken_away(site: Site, student: Account) -> None:
    """C-47."""
    page = open_person(site, student)
    page.get_by_label("A further school").select_option(label="South School")
    press(page, "Add the school")
    told(page, "South School is added")
    db.session.rollback()
    site.platform.provider.records["users"][0]["middleName"] = "Q."
    site.sync("users")
    page.reload()
    expect(page.get_by_text("South School (added by hand; every sync keeps it)")).to_be_visible()
    check_looks(page, "person-schools")
    press(page, "Take away South School")
    told(page, "South School is taken away")
    assert db.session.query(AccountSchool).filter_by(account_id=student.id).count() == 0
    assert audited("add further school") == [("ada", student.username)]


def test_a_school_that_there_is_not_is_refused(site: Site, student: Account) -> None:
    page = open_person(site, student)
    for school in ("", "0", "999999999", "9" * 30, "x", "-1"):
        answer = send(page, address(site, student) + "add-school", school=school)
        assert answer.status == 422 and "There is no such school here" in answer.text(), school


def test_of_two_administrators_the_second_is_told(site: Site, student: Account) -> None:
    first, second = open_person(site, student), open_person(site, student)
    press(first, "Deactivate")
    told(first, "The account is deactivated")
    press(second, "Make system administrator")
    expect(second.get_by_role("alert")).to_contain_text("was changed meanwhile")
    assert not stored(student.id).system_administrator
    check_looks(second, "person-stale")
    press(second, "Activate")
    told(second, "The account is active again")


def test_generated_passwords_are_exported_with_an_entry_in_the_audit_trail(site: Site, student: Account) -> None:
    """C-56: whoever has chosen an own password is not in the file; a formula is text."""
    text = generated(site, student)
    evil = Account(username="=cmd|calc", username_key="=cmd|calc", given_name="Ada", family_name="+1", role="student")
    db.session.add(evil)
    db.session.flush()
    generated(site, evil)
    page = site.page("ada")
    page.goto(f"{site.address}/people/?search=ada")
    with page.expect_download() as download:
        press(page, "Export passwords as CSV")
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "username,name,role,school,password"
    assert f"{student.username},Ada Example,student,North School,{text}" in lines
    assert len(lines) == 3 and lines[1].startswith("'=cmd|calc,Ada +1,student,,")
    assert audited("export passwords") == [("ada", "2 accounts")]
    assert page.request.get(f"{site.address}/people/passwords.csv").status == 405
    db.session.delete(stored(evil.id))
    db.session.commit()


def test_leavers_are_listed_with_what_the_sis_said_and_deactivated_by_people(site: Site) -> None:
    """C-54."""
    page = site.page("ada")
    page.goto(f"{site.address}/leavers/")
    expect(page.get_by_role("heading", name="Nobody has left")).to_be_visible()
    check_looks(page, "leavers-none")
    users = site.platform.provider.records["users"]
    kept = [dict(user) for user in users]
    dan, eve = (next(user for user in users if user["sourcedId"] == number) for number in ("U4", "U5"))
    dan["status"] = "tobedeleted"
    users.remove(eve)
    site.sync("users")
    page.reload()
    expect(page.get_by_text("U4 marked as to be deleted")).to_be_visible()
    expect(page.get_by_text("U5 no longer sent")).to_be_visible()
    check_looks(page, "leavers")
    page.get_by_role("checkbox", name="Deactivate Dan Example").check()
    press(page, "Deactivate those ticked")
    told(page, "1 account is deactivated")
    expect(page.get_by_role("checkbox", name="Deactivate Dan Example")).to_be_disabled()
    assert not site.platform.account("U4").active and site.platform.account("U5").active
    assert audited("deactivate account")[-1] == ("ada", "dan.u4")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["username", "dan.u4", "eve.u5"]
    assert "demo U5 no longer sent" in lines[2]
    page.get_by_label("School").select_option(label="South School")
    press(page, "Show")
    expect(page.get_by_text("1 to 1 of 1 leavers")).to_be_visible()
    users[:] = kept
    site.sync("users")


def test_ticks_of_people_who_are_no_leavers_change_nothing(site: Site, student: Account) -> None:
    page = open_person(site, student)
    answer = send(page, f"{site.address}/leavers/deactivate", account=str(student.id), back="https://evil.example/")
    assert answer.status == 303 and answer.headers["location"] == "/leavers/"
    assert stored(student.id).active
    page.goto(f"{site.address}/leavers/")
    expect(page.get_by_text("are no leavers any more")).to_be_visible()


def test_the_audit_trail_is_searched(site: Site, student: Account) -> None:
    """C-17, C-56."""
    page = open_person(site, student)
    press(page, "Deactivate")
    press(page, "Activate")
    page.get_by_role("link", name="Audit").click()
    page.get_by_label("Find entries").fill(f"DEACTIVATE {student.username}")
    press(page, "Show")
    expect(page.get_by_role("cell", name="Deactivate account").first).to_be_visible()
    expect(page.get_by_role("cell", name="Activate account", exact=True)).to_have_count(0)
    check_looks(page, "audit")
    page.get_by_label("Find entries").fill("100%_")
    press(page, "Show")
    expect(page.get_by_text("Nothing is found")).to_be_visible()


def test_a_name_like_a_script_is_text_everywhere(site: Site) -> None:
    """Stored script."""
    db.session.rollback()
    school = School(name=SCRIPT)
    db.session.add(school)
    db.session.flush()
    evil = Account(
        username=SCRIPT, username_key=SCRIPT, email='"onload=alert(1)@x', email_key='"onload=alert(1)@x', left_sis=True,
        given_name=SCRIPT, family_name=SCRIPT, role="student", school_id=school.id, unique_id=SCRIPT,
    )  # fmt: skip
    db.session.add(evil)
    db.session.commit()
    page = open_person(site, evil)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{SCRIPT} {SCRIPT}")
    press(page, "Deactivate")
    told(page, "The account is deactivated")
    for path in (f"people/{evil.id}/follow/", "people/", "leavers/", "audit/"):
        page.goto(f"{site.address}/{path}")
        expect(page.get_by_text(SCRIPT).first).to_be_attached()
    db.session.delete(stored(evil.id))
    db.session.delete(db.session.get_one(School, school.id))
    db.session.commit()


def test_a_teacher_sees_no_page_of_people_and_cannot_send_their_forms(site: Site, student: Account) -> None:
    page = site.page("tess")
    for path in ("people/", f"people/{student.id}/", "people/1/follow/", "people/import/", "leavers/", "audit/"):
        assert page.request.get(f"{site.address}/{path}").status == 403, path
    page.goto(f"{site.address}/frame/password")
    token = page.locator("input[name=csrf_token]").first.input_value()
    targets = ("show-password", "reset-password", "make-administrator", "deactivate")
    for target in (*(f"people/{student.id}/{name}" for name in targets), "people/passwords.csv", "leavers/deactivate"):
        answer = page.request.post(
            f"{site.address}/{target}", form={"csrf_token": token}, headers={"Referer": site.address}
        )
        assert answer.status == 403, target


def test_a_guessed_number_leads_nowhere(site: Site, student: Account) -> None:
    page = open_person(site, student)
    for number in ("999999", "0", "2147483648", "9" * 30, "-1", "x"):
        for path in (f"people/{number}/", f"people/{number}/follow/", f"connections/{number}/users/"):
            assert page.request.get(f"{site.address}/{path}").status == 404, path
        assert send(page, f"{site.address}/people/{number}/deactivate").status == 404
    assert send(page, address(site, student) + "delete").status == 404
