"""Users, Courses, Sections and Logs: choosing, syncing, reading what happened."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.sync.tables import RoleMapping, SyncRun
from tests.browser.consumer_site import Site, check_looks
from tests.consumer.sync.platform import TODAY


def said(page: Page) -> None:
    expect(page.get_by_role("status").first).to_have_text("Saved.")


def last_run(site: Site) -> SyncRun:
    db.session.rollback()
    return db.session.scalars(select(SyncRun).order_by(SyncRun.id.desc()).limit(1)).one()


@pytest.mark.parametrize("tab", ["users", "courses", "sections", "logs"])
def test_the_tab_is_calm_on_every_screen(site: Site, tab: str) -> None:
    page = site.page("ada")
    page.goto(site.tab(tab))
    check_looks(page, tab)


def test_a_role_is_left_out_and_taken_in_again(site: Site) -> None:
    """C-39, C-40."""
    page = site.page("ada")
    page.goto(site.tab("users"))
    choice = page.get_by_role("combobox", name="Student of North School")
    expect(choice).to_have_value("student")
    choice.select_option(label="Do Not Sync")
    page.get_by_role("button", name="Save Changes").click()
    said(page)
    db.session.rollback()
    assert db.session.query(RoleMapping).filter_by(sis_id="S1", role_group="Student").count() == 0
    page.get_by_role("combobox", name="Student of North School").select_option(label="Student")
    page.get_by_role("button", name="Save Changes").click()
    said(page)


def test_a_limit_that_is_no_number_is_told_beside_its_field_and_kept(site: Site) -> None:
    """C-86."""
    page = site.page("ada")
    page.goto(site.tab("sections"))
    page.get_by_label("Percent of the enrollments of a school").fill("250")
    page.get_by_role("button", name="Save Changes").click()
    field = page.get_by_label("Percent of the enrollments of a school")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("This is a number from 0 to 100")).to_be_visible()
    assert field.input_value() == "250"
    check_looks(page, "sections-with-an-error")


def test_the_warning_of_schedules_goes_once_somebody_says_that_it_is_final(site: Site) -> None:
    """C-76."""
    page = site.page("ada")
    for tab in ("courses", "sections"):
        page.goto(site.tab(tab))
        expect(page.get_by_text("Do not sync courses and sections before")).to_be_visible()
    page.get_by_role("button", name="The schedule is final").click()
    expect(page.get_by_text("Do not sync courses and sections before")).to_have_count(0)


def test_a_sync_is_queued_watched_cancelled_and_in_the_log(site: Site) -> None:
    """C-83, C-108, C-110."""
    page = site.page("ada")
    page.goto(site.tab("users"))
    page.get_by_role("button", name="Sync Users").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    check_looks(page, "run-queued")
    run = last_run(site)
    assert (run.kind, run.trigger, run.started_by, run.dry_run) == ("users", "manual", "ada", False)
    again = site.page("ada")
    again.goto(site.tab("courses"))
    again.get_by_role("button", name="Sync Courses").click()
    expect(again.get_by_role("alert")).to_contain_text(f"run {run.id} (users) is queued")
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.get_by_text("Cancelled")).to_be_visible()


def test_a_run_at_work_shows_its_progress_and_then_what_it_did(site: Site) -> None:
    page = site.page("ada")
    page.goto(site.tab("users"))
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    site.platform.provider.records["users"][0]["givenName"] = "Zoë"
    site.platform.work(last_run(site).id)
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    page.get_by_label("What happened").select_option(label="Updated")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_text("Before and after").first.click()
    expect(page.locator("ins").first).to_have_text("Zoë")
    check_looks(page, "dry-run")


def test_what_happened_to_a_person_is_found_across_runs(site: Site) -> None:
    """C-113."""
    site.platform.provider.records["users"][0]["givenName"] = "Chloë"
    site.sync("users")
    page = site.page("ada")
    page.goto(site.tab("logs"))
    page.get_by_label("What happened to …").fill("Chloë")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="in all runs")).to_be_visible()
    expect(page.get_by_role("link", name=f"run {last_run(site).id}").first).to_be_visible()
    check_looks(page, "log-search")


def test_what_is_searched_for_is_text_and_never_a_script(site: Site) -> None:
    """Reflected script."""
    script = "<script>document.title='taken'</script>"
    page = site.page("ada")
    page.goto(f"{site.tab('logs')}?search={script}&school={script}&page={script}&after={script}")
    assert page.title() != "taken"
    page.goto(f"{site.tab('logs')}?search={script}")
    expect(page.get_by_role("heading", name=script)).to_be_visible()


def test_removals_that_wait_are_shown_and_approved(site: Site) -> None:
    """C-86: a person approves; until then nothing is removed."""
    gone = site.platform.provider.records["enrollments"]
    kept = list(gone)
    del gone[len(gone) // 4 :]
    report = site.sync("sections")
    assert report.status == "Waiting for approval", report
    page = site.page("ada")
    page.goto(f"{site.tab('logs')}{report.run}/")
    expect(page.get_by_role("heading", name="removals wait for you")).to_be_visible()
    check_looks(page, "held")
    page.get_by_role("button", name="Discard them").click()
    expect(page.get_by_text("Cancelled")).to_be_visible()
    gone[:] = kept
    site.sync("sections")


def test_the_log_is_downloaded_as_csv(site: Site) -> None:
    """C-115."""
    page = site.page("ada")
    page.goto(site.tab("logs"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.path().read_text().startswith("run,connection,type,trigger")


def test_runs_of_another_connection_are_not_found_by_guessing(site: Site) -> None:
    page = site.page("ada")
    other = type(site.platform.connection)(
        name="other", base_url="https://other.example", version="1.2", client_id="x", client_secret_sealed="x",
    )  # fmt: skip
    db.session.add(other)
    db.session.flush()
    run = SyncRun(
        connection_id=other.id, kind="all", trigger="manual", today=TODAY, queued_at=datetime.now(UTC),
        status="Completed", step="done",
    )  # fmt: skip
    db.session.add(run)
    db.session.commit()
    answer = page.goto(f"{site.tab('logs')}{run.id}/")
    assert answer is not None and answer.status == 404
