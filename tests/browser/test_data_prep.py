"""The tab Data Prep: who is who, and the way from 1.1 to 1.2 as the Acting User goes it (C-99 … C-107)."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.platform.models import Account, AuditEntry, DataPrepReport, IdentityMapping
from consumer.platform.settings import write_setting
from consumer.sync.tables import SyncRun
from tests.browser.consumer_site import Site, check_looks, open_site
from tests.consumer.upgrade.two_versions import providers, second_role
from tests.faults.provider import FaultProvider
from tests.templates import Template


@pytest.fixture
def providers_of_both(request: pytest.FixtureRequest) -> Iterator[tuple[FaultProvider, FaultProvider]]:
    """The 1.1 and the 1.2 of one SIS."""
    with providers() as both:
        yield both


@pytest.fixture
def site(
    tmp_path: Path,
    consumer_template: Template,
    browser: Browser,
    providers_of_both: tuple[FaultProvider, FaultProvider],
) -> Iterator[Site]:
    """Synced under 1.1; 1.2 is released."""
    old, _ = providers_of_both
    with open_site(consumer_template.sqlite(tmp_path), browser, old) as made:
        connection = made.platform.connection
        connection.client_id = old.client_id
        connection.client_secret_sealed = made.app.extensions["homeroom"]["sealer"].seal(old.client_secret)
        write_setting(db.session(), "release_1_2", "true")
        db.session.commit()
        yield made
        made.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def told(page: Page, text: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(text)


def done(page: Page, words: str) -> None:
    expect(page.get_by_role("listitem").filter(has_text=words)).to_contain_text("(done)")


def enter_target(page: Page, new: FaultProvider) -> None:
    page.get_by_label("OneRoster Domain").fill(new.base_url)
    page.get_by_label("SIS Authentication URL").fill(new.token_url)
    page.get_by_label("Consumer ID").fill(new.client_id)
    page.get_by_label("Consumer Secret Key").fill(new.client_secret)
    press(page, "Save")
    told(page, "Saved.")


def rows_of(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    return list(csv.DictReader(StringIO(Path(download.value.path()).read_text("utf-8-sig"), newline="")))


def as_file(rows: list[dict[str, str]]) -> FilePayload:
    text = StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


@pytest.mark.slow
def test_from_the_first_step_to_the_last(site: Site, providers_of_both: tuple[FaultProvider, FaultProvider]) -> None:
    """C-99 … C-107: nobody twice, somebody's decision asked for, the dry run approved."""
    old, new = providers_of_both
    second_role(old, new, "T-1", "guardian", "g", username="tess.home", email="tess@home.example")
    site.platform.sync()
    accounts = db.session.query(Account).count()
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    expect(page.get_by_text("Next: Make a Data Prep report of the people in 1.2 first.")).to_be_visible()
    enter_target(page, new)
    press(page, "Make the report with the people of 1.2")
    told(page, "The report is made.")
    check_looks(page, "data-prep-undecided")
    expect(page.get_by_text("Of 1 people in the SIS somebody has to say")).to_be_visible()
    rows = rows_of(page)
    chosen = next(row for row in rows if row["username"] == "tess.t-1")
    chosen["mapping_id"] = chosen["sis_sourced_id"]
    edited = next(row for row in rows if row["status"] == "in both")
    edited["given_name"] = "<script>alert(1)</script>"
    page.get_by_label("The report, filled in").set_input_files(as_file(rows))
    press(page, "Upload the mapping")
    told(page, "1 row says who is who.")
    expect(page.get_by_role("cell", name="was edited")).to_be_visible()
    check_looks(page, "data-prep-answered")
    press(page, "Make the report anew with the people of 1.2")
    told(page, "The report is made.")
    press(page, "Confirm those without a match")
    told(page, "Confirmed.")
    done(page, "People without a match are confirmed")
    check_looks(page, "data-prep-ready")
    press(page, "Switch to 1.2")
    expect(page.get_by_text("Tick this: there is no way back to 1.1")).to_be_visible()
    assert site.platform.connection.version == "1.1"
    page.get_by_label("I know that there is no way back to 1.1").check()
    press(page, "Switch to 1.2")
    told(page, "The connection reads OneRoster 1.2 now")
    done(page, "Switch to 1.2; there is no way back")
    check_looks(page, "data-prep-switched")
    press(page, "Queue a dry run of everything")
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    site.platform.provider = new
    db.session.rollback()
    run = db.session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()
    run_id, run.queued_at = run.id, datetime.now(UTC)
    db.session.commit()
    site.platform.work(run_id)
    page.goto(site.tab("data-prep"))
    check_looks(page, "data-prep-trial")
    press(page, f"Approve run {run_id}")
    told(page, "Approved")
    check_looks(page, "data-prep-done")
    site.platform.sync()
    assert db.session.query(Account).count() == accounts
    assert {"prepare upgrade", "make Data Prep report", "map people", "confirm unmatched users", "approve upgrade"} <= {
        entry.action for entry in db.session.query(AuditEntry).filter_by(who="ada")
    }
    page.goto(site.tab("logs"))
    expect(page.get_by_role("heading", name="Data Prep reports")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Report 2").click()
    assert download.value.path().read_bytes().decode("utf-8-sig").startswith("status,account_id,")


def test_who_is_who_is_searched(site: Site, providers_of_both: tuple[FaultProvider, FaultProvider]) -> None:
    """C-103."""
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    check_looks(page, "data-prep-before")
    press(page, "Make the report with the people of 1.1")
    told(page, "The report is made.")
    page.get_by_role("link", name="In both").click()
    expect(page.get_by_text("1 to 9 of 9 rows")).to_be_visible()
    check_looks(page, "data-prep-people")
    page.get_by_label("Find people").fill("ADA s101")
    press(page, "Show")
    expect(page.get_by_text("1 to 1 of 1 rows")).to_be_visible()
    page.get_by_label("Find people").fill("")
    page.get_by_label("Show", exact=True).select_option(label="Only here")
    press(page, "Show")
    expect(page.get_by_role("link", name="Rivera, Ben")).to_be_visible()


def test_whoever_could_be_several_accounts_is_decided_in_the_list(
    site: Site, providers_of_both: tuple[FaultProvider, FaultProvider]
) -> None:
    """C-101."""
    old, new = providers_of_both
    second_role(old, new, "T-1", "guardian", "g", username="tess.home", email="tess@home.example")
    site.platform.sync()
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    enter_target(page, new)
    press(page, "Make the report with the people of 1.2")
    told(page, "The report is made.")
    page.get_by_role("link", name="To be decided", exact=True).click()
    rows = page.get_by_role("region", name="People of the report").get_by_role("row")
    expect(rows).to_have_count(3)
    check_looks(page, "data-prep-decide")
    rows.filter(has_text="tess.home").get_by_role("button", name="This is the one").click()
    told(page, "This is kept.")
    expect(rows.filter(has_text="tess.home").get_by_role("strong")).to_have_text("This is the one")
    rows.get_by_role("button", name="This is the one").click()
    told(page, "This is kept.")
    expect(rows.filter(has_text="tess.home").get_by_role("button", name="This is the one")).to_be_visible()
    db.session.rollback()
    tess = db.session.scalars(select(Account.id).where(Account.username == "tess.t-1")).one()
    assert [(row.sis_id, row.account_id) for row in db.session.query(IdentityMapping)] == [("guid-t-1", tess)]
    token = page.locator("input[name=csrf_token]").first.input_value()
    for sis_id, account in (("guid-u1", str(tess)), ("nobody", str(tess)), ("guid-t-1", "99999"), ("", "")):
        form = {"csrf_token": token, "sis_id": sis_id, "account": account}
        page.request.post(page.url, form=form, headers={"Referer": page.url})
    db.session.rollback()
    assert [(row.sis_id, row.account_id) for row in db.session.query(IdentityMapping)] == [("guid-t-1", tess)]
    page.goto(site.tab("data-prep"))
    press(page, "Make the report anew with the people of 1.2")
    told(page, "The report is made.")
    done(page, "Nobody is left to be decided")


def test_what_goes_wrong_is_told_and_changes_nothing(
    site: Site, providers_of_both: tuple[FaultProvider, FaultProvider]
) -> None:
    _, new = providers_of_both
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    page.get_by_label("OneRoster Domain").fill("ftp://nowhere")
    press(page, "Save")
    expect(page.get_by_label("OneRoster Domain")).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label("OneRoster Domain").input_value() == "ftp://nowhere"
    enter_target(page, new)
    new.client_secret = "another"
    press(page, "Make the report with the people of 1.2")
    expect(page.get_by_role("alert")).to_be_visible()
    check_looks(page, "data-prep-refused")
    press(page, "Make the report with the people of 1.1")
    told(page, "The report is made.")
    for name, content, words in (
        ("people.xlsx", b"PK\x03\x04 and so on", "This is a workbook or a zip file, not a CSV file"),
        ("people.csv", b"a,b\n1,2\n", "This is not a Data Prep report"),
        ("people.csv", b"", "The file is empty"),
    ):
        page.get_by_label("The report, filled in").set_input_files({"name": name, "mimeType": "", "buffer": content})
        press(page, "Upload the mapping")
        expect(page.get_by_text(words)).to_be_visible()
    press(page, "Upload the mapping")
    expect(page.get_by_text("Choose a file first")).to_be_visible()
    assert db.session.query(IdentityMapping).count() == 0
    token = page.locator("input[name=csrf_token]").first.input_value()

    def send(what: str, **form: str) -> tuple[int, str]:
        sent = {"csrf_token": token, **form}
        answer = page.request.post(site.tab("data-prep") + what, form=sent, headers={"Referer": page.url})
        return answer.status, answer.text()

    assert send("switch", confirmed="1")[0] == 422
    assert send("approve", run="1")[0] == 422
    assert send("roles/1")[0] == 422 and send("roles/99999")[0] == 404
    assert send("confirm", report="1")[0] == 422
    assert send("report", version="9.9")[0] == 422
    assert site.platform.connection.version == "1.1"


def test_others_look_on_and_reports_of_others_are_not_found(site: Site) -> None:
    """C-15."""
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    press(page, "Make the report with the people of 1.1")
    told(page, "The report is made.")
    other = type(site.platform.connection)(
        name="other", base_url="https://other.example", version="1.2", client_id="x", client_secret_sealed="x",
    )  # fmt: skip
    db.session.rollback()
    db.session.add(other)
    db.session.flush()
    report = DataPrepReport(
        connection_id=other.id, version="1.2", made_at=datetime.now(UTC), matched=0, only_here=0, only_sis=0,
        undecided=0, content=b"",
    )  # fmt: skip
    db.session.add(report)
    db.session.commit()
    assert page.request.get(f"{site.tab('data-prep')}reports/{report.id}.csv").status == 404
    ben = site.page("ben")
    ben.goto(site.tab("data-prep"))
    expect(ben.get_by_role("link", name="Download as CSV")).to_be_visible()
    assert ben.get_by_role("button", name="Make the report").count() == 0
    check_looks(ben, "data-prep-read-only")
    token = ben.locator("input[name=csrf_token]").first.input_value()
    answer = ben.request.post(
        f"{site.tab('data-prep')}report", form={"csrf_token": token, "version": "1.1"}, headers={"Referer": ben.url}
    )
    assert answer.status == 403


def test_a_file_that_is_too_large_is_refused_unread(site: Site) -> None:
    page = site.page("ada")
    page.goto(site.tab("data-prep"))
    token = page.locator("input[name=csrf_token]").first.input_value()
    answer = page.request.post(
        f"{site.tab('data-prep')}mapping",
        multipart={
            "csrf_token": token,
            "file": {"name": "people.csv", "mimeType": "text/csv", "buffer": b"a" * 11_000_000},
        },
        headers={"Referer": page.url},
    )
    assert answer.status == 413 and "This is too large" in answer.text()
