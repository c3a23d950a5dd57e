"""The manual user import: checked first, then imported as it was checked (C-55)."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.platform import passwords
from consumer.platform.models import Account, AuditEntry
from tests.browser.consumer_site import Site, check_looks

SCRIPT = "<script>alert(1)</script>"
HEADER = "username,given_name,family_name,role,school,password\n"


@pytest.fixture
def page(site: Site) -> Page:
    opened = site.page("ada")
    opened.goto(f"{site.address}/people/import/")
    return opened


def check(page: Page, content: bytes | str, name: str = "people.csv") -> None:
    raw = content.encode() if isinstance(content, str) else content
    page.get_by_label("CSV file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": raw})
    page.get_by_role("button", name="Check the file").click()


def stored(username: str) -> Account | None:
    db.session.rollback()
    return db.session.scalar(select(Account).where(Account.username == username))


def imports() -> int:
    db.session.rollback()
    return db.session.query(AuditEntry).filter_by(action="import users", who="ada").count()


def test_a_file_is_checked_then_imported_then_changes_nothing_more(site: Site, page: Page) -> None:
    check_looks(page, "import")
    text = f"{HEADER}mia,Mia,Wong,student,101,\nbob,{SCRIPT},O’Hara,teacher,North School,seven green paper boats\n"
    bad = f"eve,Eve,{SCRIPT},{SCRIPT},101,\n=cmd|x,=1+1,Formula,king,nowhere,short\n"
    check(page, text + bad)
    expect(page.get_by_role("heading", name="What the file would do")).to_be_visible()
    expect(page.get_by_role("region", name="Errors by row").get_by_role("row")).to_have_count(5)
    expect(page.get_by_text("no such school here")).to_be_visible()
    assert stored("mia") is None and imports() == 0
    assert "seven green paper boats" not in page.content()
    check_looks(page, "import-checked")
    page.get_by_role("button", name="Import 2 accounts").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    check_looks(page, "import-done")
    mia, bob = stored("mia"), stored("bob")
    assert mia is not None and bob is not None and stored("eve") is None
    assert bob.given_name == SCRIPT and bob.origin == "manual" and not bob.system_administrator
    sealer = site.app.extensions["homeroom"]["sealer"]
    assert passwords.check(db.session(), sealer, bob, "seven green paper boats")
    assert [row.username for row in passwords.export(db.session(), sealer, [mia.id, bob.id])] == ["mia"]
    assert imports() == 1
    page.goto(f"{site.address}/people/?search=o’hara")
    expect(page.get_by_role("link", name=f"O’Hara, {SCRIPT}")).to_be_visible()
    page.goto(f"{site.address}/people/import/")
    check(page, f"{HEADER}mia,Mia,Wong,student,101,\n")
    expect(page.get_by_text("There is nothing to import")).to_be_visible()


def test_the_wrong_kind_of_file_is_told_beside_the_field(site: Site, page: Page) -> None:
    for name, content, words in (
        ("people.xlsx", b"PK\x03\x04rest", "This is a workbook or a zip file, not a CSV file"),
        ("people.pdf", b"%PDF-1.7", "This is a PDF, not a CSV file"),
        ("people.csv", b"", "The file is empty"),
        ("people.csv", b"\x81\x8d\x00\xff\x9d", "neither UTF-8 nor Windows-1252"),
        ("people.csv", b"name,class\nMia,9\n", "unique_id or username among them"),
        ("people.csv", b"username,username\nmia,mia\n", "more than once"),
    ):
        check(page, content, name)
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_label("CSV file")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Choose a file first")).to_be_visible()
    check_looks(page, "import-refused")
    check(page, HEADER + "mia2,Mia,Wong,student,101,\n" + " " * 5_000_001)
    expect(page.get_by_text("larger than 5 MB")).to_be_visible()
    assert imports() == 1


def test_nobody_imports_what_somebody_else_has_checked(site: Site, page: Page) -> None:
    """What the form carries is sealed, and of use to one person alone."""
    check(page, f"{HEADER}kim,Kim,Lee,student,101,\n")
    carried = page.locator("input[name=checked]").input_value()
    assert "kim" not in carried
    ben = site.page("ben")
    ben.goto(f"{site.address}/people/import/")
    token = ben.locator("input[name=csrf_token]").first.input_value()
    for sealed in (carried, carried[:-8] + "AAAAAAA=", "", "x"):
        answer = ben.request.post(
            f"{site.address}/people/import/apply", form={"csrf_token": token, "checked": sealed},
            headers={"Referer": ben.url},
        )  # fmt: skip
        assert answer.status == 422 and "check it again" in answer.text()
    assert stored("kim") is None


def test_too_many_passwords_at_once_are_left_to_the_command(site: Site, page: Page) -> None:
    rows = "".join(f"p{n},P,{n},student,101,seven green paper boats {n}\n" for n in range(501))
    check(page, HEADER + rows)
    expect(page.get_by_role("alert")).to_contain_text("The file sets 501 passwords; here it may be 500 at once")
    assert page.get_by_role("button", name="Import").count() == 0


def test_a_body_that_is_too_large_is_refused_unread(site: Site, page: Page) -> None:
    token = page.locator("input[name=csrf_token]").first.input_value()
    answer = page.request.post(
        f"{site.address}/people/import/",
        multipart={
            "csrf_token": token,
            "file": {"name": "people.csv", "mimeType": "text/csv", "buffer": b"a" * 11_000_000},
        },
        headers={"Referer": page.url},
    )
    assert answer.status == 413
