"""Home, Settings & Management and School Years in a browser: from the first start of a new district to another active
year, with what the worker does in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from provider.database import db
from provider.refreshing import DistrictRefresh
from provider.sis import models
from provider.working import work_on_jobs
from shared.oneroster.versions import Version
from tests.browser.consumer_site import PASSWORD, WIDE, check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers
from tests.provider.served import listening
from tests.templates import APP_NAME, Template

__all__ = ["_district", "build_for", "district", "with_writers"]


def tick(district: District, later: timedelta = timedelta()) -> list[str]:
    """What a worker does with refreshes, now or when some time has passed; how they ended."""
    with district.door.app.app_context():
        now = datetime.now(UTC) + later
        return [result.state for result in DistrictRefresh(district.door.app, lambda: now).tick()]


def work(district: District) -> None:
    with district.door.app.app_context():
        assert str(work_on_jobs(district.door.app)).endswith("done")


@pytest.fixture(scope="module", autouse=True)
def _asked(_district: District) -> None:
    """A platform has read, and another knocked with a wrong secret."""
    for version in Version:
        platform = _district.door.lms(version)
        platform.walk("/users")
        platform.get("/users/nobody")
        platform.get("/users", headers={"Authorization": "Bearer wrong"})
    _district.door.app.extensions["homeroom"]["request_log"].flush()


def test_home_says_how_the_district_stands(district: District) -> None:
    page = district.page("ada")
    page.wait_for_url(f"{district.address}/home/")
    expect(page.get_by_role("heading", name="What lms-1.2 sees")).to_be_visible()
    expect(page.get_by_role("img", name="Published by day", exact=False).first).to_be_visible()
    check_looks(page, "district-home")
    page.get_by_label("Connection", exact=True).select_option("lms-1.1")
    expect(page.get_by_role("heading", name="What lms-1.1 sees")).to_be_visible()


def test_a_switch_is_turned_with_the_keyboard_and_saved_at_once(district: District) -> None:
    page, other = district.page("ada"), district.page("ada")
    for opened in (page, other):
        opened.goto(f"{district.address}/management/")
    switch = page.get_by_label("Use Local Grades for OneRoster 1.2")
    switch.focus()
    page.keyboard.press("Space")
    expect(page.locator("#local_grades_1p2").get_by_text("Saved")).to_be_visible()
    expect(switch).to_be_checked()
    expect(switch).to_be_focused()
    time = page.get_by_label("OneRoster Daily Cache Refresh Time")
    time.fill("quarter past ten")
    time.press("Enter")
    expect(page.get_by_text("This is a time of day such as 22:10.")).to_be_visible()
    check_looks(page, "district-settings")
    page.reload()  # taking pictures leaves empty style attributes, which htmx may not copy where styles are forbidden
    time.fill("23:15")
    page.locator("#daily_refresh_time").get_by_role("button", name="Save").click()
    expect(page.locator("#daily_refresh_time").get_by_text("Saved")).to_be_visible()
    other.get_by_label("Use Local Grades for OneRoster 1.2").check()
    expect(other.get_by_text("Somebody else has saved")).to_be_visible()
    page.goto(f"{district.address}/home/")  # nothing asks whether to leave


def test_a_refresh_is_asked_for_watched_and_read_of(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/management/refreshes/")
    page.get_by_role("button", name="Refresh OneRoster Cache").click()
    expect(page.get_by_text("The cache will be refreshed in two minutes.")).to_be_visible()
    expect(page.get_by_role("button", name="Refresh OneRoster Cache")).to_be_disabled()
    check_looks(page, "district-refresh-waits")
    assert "done" in tick(district, timedelta(minutes=2))
    expect(page.get_by_role("button", name="Refresh OneRoster Cache")).to_be_enabled()
    expect(page.get_by_role("table").get_by_text("Successful").first).to_be_visible()
    page.get_by_role("link", name="Alerts").click()
    check_looks(page, "district-alerts")
    page.get_by_role("button", name="Mark as read").first.click()
    expect(page.get_by_text("1 marked as read.")).to_be_visible()


def test_a_held_refresh_is_looked_at_and_approved(district: District) -> None:
    """P-91."""
    with district.door.app.app_context():
        ids = db.session.scalars(select(models.Enrollment.id)).all()
        db.session.execute(update(models.Enrollment).where(models.Enrollment.id.in_(ids[::2])).values(no_show=True))
        db.session.commit()
        assert DistrictRefresh(district.door.app).full("scheduled").state == "held"
    page = district.page("ada")
    page.get_by_role("link", name="What it would change").click()
    check_looks(page, "district-held")
    page.get_by_role("link", name="Names of People for lms-1.1", exact=False).click()
    page.get_by_label("What happens").select_option("removed")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("cell", name="Disappears").first).to_be_visible()
    check_looks(page, "district-held-names")
    page.get_by_role("link", name="Held refresh").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: the refresh begins as soon as a worker looks.", exact=False)).to_be_visible()
    assert "done" in tick(district)
    expect(page.get_by_text("A refresh is approved")).to_be_hidden()
    page.goto(f"{district.address}/home/")
    expect(page.get_by_text("held and waits")).to_be_hidden()


def test_another_year_is_set_active_from_the_look_to_what_platforms_see(district: District) -> None:
    """P-02, P-51."""
    page = district.page("ada")
    page.goto(f"{district.address}/years/")
    check_looks(page, "district-years")
    page.get_by_role("link", name="2025-2026").click()
    check_looks(page, "district-year")
    page.get_by_role("button", name="Set active …").click()
    expect(page.get_by_text("Waiting in line.", exact=False)).to_be_visible()
    check_looks(page, "district-year-preview-waits")
    work(district)
    button = page.get_by_role("button", name="Set 2025-2026 active:", exact=False)
    expect(button).to_be_visible()
    check_looks(page, "district-year-preview")
    with page.expect_download() as download:
        page.get_by_role("link", name="All of it as CSV").click()
    assert "Disappears" in Path(download.value.path()).read_text()
    button.click()
    expect(page.get_by_text("2025-2026 is the active year.", exact=False)).to_be_visible()
    check_looks(page, "district-year-approved")
    assert "done" in tick(district)
    expect(page.get_by_text("A refresh is approved")).to_be_hidden()
    sessions = district.door.lms(Version.V1P1).walk("/academicSessions")
    assert {one["schoolYear"] for one in sessions} == {"2026"}
    page.goto(f"{district.address}/years/")
    expect(page.get_by_role("row", name="2025-2026").get_by_text("Active", exact=True)).to_be_visible()


# The first start


@pytest.fixture
def new(provider_template: Template, tmp_path: Path, browser: Browser) -> Iterator[Page]:
    """A window at a district in which there is nothing, and nobody."""
    settings = provider_template.sqlite(tmp_path / "new")
    with listening(settings) as address:
        context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-US")
        page = context.new_page()
        page.goto(f"{address}/campus/oneroster/{APP_NAME}/")
        yield page
        context.close()


def test_the_first_start_leads_to_a_user_and_says_what_to_do_next(new: Page) -> None:
    """On this machine; from another one it is refused (tests of the sign-in)."""
    new.get_by_role("link", name="Sign in").click()
    expect(new.get_by_role("heading", name="administrator", exact=False)).to_be_visible()
    check_looks(new, "district-first-account")
    typed: dict[str, Any] = {"Your name": "Seymour Skinner", "Username": "skinner", "Password": PASSWORD}
    for label, text in typed.items():
        new.get_by_label(label).fill(text)
    new.get_by_role("button", name="Make the account").click()
    expect(new.get_by_role("heading", name="What to do next")).to_be_visible()
    expect(new.get_by_text("A new district")).to_be_visible()
    check_looks(new, "district-home-new")
    for path, name in (("years", "district-years-new"), ("management/refreshes", "district-refreshes-new")):
        new.goto(new.url.replace("/home/", f"/{path}/"))
        check_looks(new, name)
        new.go_back()
