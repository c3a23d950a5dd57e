"""The tab Configuration: credentials, test, sync options, active year, Acting User, removal (C-01 … C-24, C-78 … C-97)."""

from playwright.sync_api import Page, expect

from consumer.database import db
from consumer.platform.models import AuditEntry
from tests.browser.consumer_site import Site, check_looks
from tests.faults.provider import FaultProvider


def open_tab(site: Site, who: str = "ada") -> Page:
    page = site.page(who)
    page.goto(site.tab("configuration"))
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def stored(site: Site, column: str) -> object:
    db.session.rollback()
    return getattr(site.platform.connection, column)


def test_the_tab_is_calm_on_every_screen(site: Site) -> None:
    check_looks(open_tab(site), "configuration")


def test_a_pasted_address_is_cut_and_the_person_told(site: Site) -> None:
    """C-06."""
    page = open_tab(site)
    address = page.get_by_label("OneRoster Domain").input_value()
    page.get_by_label("OneRoster Domain").fill(f" {address}/ims/oneroster/v1p1/ ")
    press(page, "Save API Credentials")
    expect(page.get_by_text("was cut off")).to_be_visible()
    assert stored(site, "base_url") == address


def test_a_secret_is_stored_and_never_shown(site: Site, fault: FaultProvider) -> None:
    """C-12: neither in the page nor in the audit trail."""
    page = open_tab(site)
    before = stored(site, "client_secret_sealed")
    assert page.get_by_label("Consumer Secret Key").input_value() == ""
    press(page, "Save API Credentials")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert stored(site, "client_secret_sealed") == before
    page.get_by_label("Consumer Secret Key").fill("an other secret")
    press(page, "Save API Credentials")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "an other secret" not in page.content()
    assert not any("an other secret" in str(row.after) for row in db.session.query(AuditEntry))
    page.get_by_label("Consumer Secret Key").fill(fault.client_secret)
    press(page, "Save API Credentials")
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_reading_what_changed_is_a_switch(site: Site) -> None:
    """C-89: off until somebody puts it on, and written down."""
    page = open_tab(site)
    switch = page.get_by_label("Read only what changed")
    for wanted in (True, False):
        expect(switch).to_be_checked(checked=not wanted)
        switch.set_checked(wanted)
        press(page, "Save API Credentials")
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert stored(site, "delta_reads") is wanted
    assert any("delta_reads" in str(row.after) for row in db.session.query(AuditEntry))


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(site: Site) -> None:
    page = open_tab(site)
    page.get_by_label("OneRoster Domain").fill("ftp://sis.example")
    page.get_by_label("Consumer ID").fill("")
    page.get_by_label("Records of a page").fill("0")
    press(page, "Save API Credentials")
    expect(page.get_by_text("Nothing was saved yet: 3 fields want another look.")).to_be_visible()
    for label in ("OneRoster Domain", "Consumer ID", "Records of a page"):
        expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label("OneRoster Domain").input_value() == "ftp://sis.example"
    check_looks(page, "configuration-with-errors")


def test_the_test_names_the_step_that_failed_and_what_to_ask(site: Site, fault: FaultProvider) -> None:
    """C-13."""
    page = open_tab(site)
    press(page, "Test connection")
    expect(page.get_by_role("heading", name="The connection works")).to_be_visible()
    expect(page.get_by_text("They are read: map them")).to_be_visible()
    fault.on("orgs", status=403, times=None)
    press(page, "Test connection")
    expect(page.get_by_role("heading", name="does not work yet")).to_be_visible()
    expect(page.get_by_text("What to do:")).to_be_visible()
    check_looks(page, "configuration-failed-test")
    fault.faults.clear()


def test_the_schedule_says_when_and_why(site: Site) -> None:
    """C-78, C-81, C-90, C-97: switching to Scheduled makes it wait a day."""
    page = open_tab(site)
    expect(page.locator("p", has_text="Next scheduled run:")).to_contain_text("none")
    page.get_by_label("Scheduled: users").check()
    page.get_by_label("Time").select_option(label="3 am – 6 am")
    press(page, "Save Sync Options")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("p", has_text="Next scheduled run:")).to_contain_text("03:00")
    assert (stored(site, "mode"), stored(site, "window_hour")) == ("scheduled", 3)
    check_looks(page, "configuration-scheduled")
    page.get_by_label("Manual: each tab").check()
    press(page, "Save Sync Options")


def test_a_year_is_looked_at_before_it_is_chosen(site: Site) -> None:
    """C-19 … C-22."""
    page = open_tab(site)
    press(page, "Show what it would bring")
    expect(page.get_by_text("Sections that follow the SIS")).to_be_visible()
    check_looks(page, "configuration-year")
    page.get_by_role("button", name="the active year").click()
    expect(page.get_by_text("the next sync works on this year")).to_be_visible()
    assert stored(site, "active_year") == 2027


def test_another_administrator_becomes_the_acting_user(site: Site) -> None:
    """C-15 … C-17."""
    page = open_tab(site, "ben")
    expect(page.get_by_label("OneRoster Domain")).to_be_disabled()
    press(page, "Become Acting User")
    expect(page.get_by_text("You are the Acting User of demo now.")).to_be_visible()
    db.session.rollback()
    assert db.session.query(AuditEntry).filter_by(action="become Acting User", who="ben").count() == 1
    ada = open_tab(site)
    expect(ada.get_by_text("read only: Ben Rivera is the Acting User")).to_be_visible()
    press(ada, "Become Acting User")


def test_a_district_is_connected_and_removed_with_nothing_of_the_people_lost(site: Site) -> None:
    """C-01, C-04, C-05: 1.2 is not to be had before the operator has released it."""
    page = site.page("ada")
    page.goto(f"{site.address}/connect/")
    check_looks(page, "connect")
    expect(page.get_by_label("OneRoster version").get_by_role("option")).to_have_count(1)
    page.get_by_label("Name of the district").fill("Springfield")
    press(page, "Save API Credentials")
    expect(page.get_by_label("OneRoster Domain")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("OneRoster Domain").fill("https://sis.example/campus/oneroster/springfield")
    page.get_by_label("SIS Authentication URL").fill("https://sis.example/token")
    page.get_by_label("Consumer ID").fill("id")
    page.get_by_label("Consumer Secret Key").fill("secret")
    press(page, "Save API Credentials")
    expect(page.get_by_text("Test the connection now")).to_be_visible()
    expect(page.get_by_role("heading", name="The way to the first sync")).to_be_visible()
    check_looks(page, "configuration-new")
    page.get_by_role("link", name="Remove this connection").click()
    press(page, "Remove it for good")
    expect(page.get_by_text("Type Springfield to remove it")).to_be_visible()
    check_looks(page, "remove")
    page.get_by_label("Type the name").fill("Springfield")
    press(page, "Remove it for good")
    expect(page.get_by_text("Springfield is removed.")).to_be_visible()
