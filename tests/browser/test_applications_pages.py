"""Digital Learning Applications in a browser: from a new connection to the record that its platform gets, and its log."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from provider.access.connections import find_connection
from provider.access.models import RequestLog
from provider.database import db
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers

__all__ = ["_district", "build_for", "district", "with_writers"]


@pytest.fixture(scope="module", autouse=True)
def _asked(_district: District) -> None:
    """What platforms asked for yesterday: a nightly pull page by page, and somebody with a wrong secret."""
    begun = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) - timedelta(days=1)
    with _district.door.app.app_context():
        number = find_connection(db.session(), "lms-1.1").id
        for n in range(60):
            db.session.add(
                RequestLog(
                    at=begun + timedelta(minutes=4 * n), connection_id=number, method="GET", status=200, count=100, total=6000,
                    operation="getAllEnrollments" if n % 3 else "getAllUsers", limit=100, offset=100 * n, bytes=41_000,
                    filter="dateLastModified>'2026-08-01'", milliseconds=12.5, request_id=f"pull-{n}",
                )
            )  # fmt: skip
        for n in range(3):
            db.session.add(
                RequestLog(at=begun + timedelta(hours=5, minutes=n), method="POST", operation="issue_token", status=401,
                           milliseconds=8.1, bytes=90, request_id=f"stranger-{n}")
            )  # fmt: skip
        db.session.commit()


def go(page: Page, tab: str) -> None:
    page.get_by_role("navigation", name="Digital Learning Applications").get_by_role("link", name=tab).click()


def test_a_connection_is_made_told_limited_and_removed(district: District) -> None:
    page = district.page("ada")
    page.get_by_role("link", name="Digital Learning Applications").click()
    expect(page.get_by_role("heading", name="Applications")).to_be_visible()
    check_looks(page, "applications")
    page.get_by_role("link", name="Add an application").click()
    page.get_by_label("1.1", exact=True).check()
    page.get_by_label("Secondary email addresses").check()
    page.get_by_label("This vendor is unsupported").check()
    page.get_by_label("Grade book").check()
    page.get_by_label("Name of the application").fill("Course platform of the north")
    page.get_by_role("button", name="Add the application").click()
    expect(page.get_by_text("Secondary email is an option of 1.2 connections")).to_be_visible()
    expect(page.get_by_text("may have the roster only, no grade book")).to_be_visible()
    check_looks(page, "applications-add-refused")
    page.get_by_label("1.2", exact=True).check()
    page.get_by_label("This vendor is unsupported").uncheck()
    page.get_by_role("button", name="Add the application").click()
    expect(page.get_by_role("heading", name="Course platform of the north")).to_be_visible()
    check_looks(page, "application-new")
    page.get_by_role("button", name="Show secret").click()
    secret = page.locator(".secret code").inner_text()
    assert re.fullmatch(r"[A-Za-z0-9]{44}", secret)
    check_looks(page, "application-secret")
    page.get_by_role("link", name="Generate new secret").click()
    check_looks(page, "application-new-secret")
    page.get_by_role("button", name="Generate new secret").click()
    assert page.locator(".secret code").inner_text() != secret
    assert secret not in page.content()
    page.get_by_role("link", name="Change options and schools").click()
    page.get_by_label("Only the schools that are ticked").check()
    page.get_by_text(re.compile(r"^\d+ schools$")).click()
    page.locator(".schools").get_by_role("checkbox").first.check()
    page.get_by_label("Phone numbers").uncheck()
    check_looks(page, "application-options")
    page.get_by_role("button", name="Save the options").click()
    expect(page.get_by_text("changes with the refresh that follows by itself")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled: its calls and tokens are refused")).to_be_visible()
    page.get_by_role("link", name="Remove this connection").click()
    page.get_by_label("Type its name to remove it").fill("Course platform")
    page.get_by_role("button", name="Remove the connection").click()
    expect(page.get_by_text("Type Course platform of the north to remove it")).to_be_visible()
    check_looks(page, "application-remove")
    page.get_by_label("Type its name to remove it").fill("Course platform of the north")
    page.get_by_role("button", name="Remove the connection").click()
    expect(page.get_by_text("Course platform of the north is removed.")).to_be_visible()


def test_what_a_connection_sees_is_followed_to_the_operation_and_back(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/applications/")
    page.locator("tbody th a").first.click()
    check_looks(page, "application")
    page.get_by_role("link", name="enrollments", exact=True).click()
    expect(page.get_by_text("200 OK")).to_be_visible()
    check_looks(page, "application-records")
    page.locator("pre a").first.click()
    expect(page.get_by_role("heading", name=re.compile("What .* gets"))).to_be_visible()
    check_looks(page, "documentation-record")
    go(page, "API documentation")
    page.get_by_label("Find").fill("enrollments for school")
    page.get_by_role("button", name="Show").click()
    check_looks(page, "documentation")
    page.get_by_role("link", name="enrollments").first.click()
    page.get_by_label("Connection", exact=True).select_option(index=1)
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_text("Fill this in")).to_be_visible()
    check_looks(page, "documentation-refused")


def test_the_log_says_whether_a_vendor_asked(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/requests/")
    check_looks(page, "requests")
    page.get_by_role("link", name="Older requests").click()
    expect(page.get_by_text("These are the oldest.")).to_be_visible()
    page.get_by_label("Connection", exact=True).select_option("lms-1.1")
    page.get_by_label("Operation").fill("getAllUsers")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("last asked for this on")).to_be_visible()
    page.get_by_label("Operation").fill("getAllResults")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("has not asked for this")).to_be_visible()
    check_looks(page, "requests-never")
    page.get_by_role("link", name="The picture of a day").click()
    page.get_by_role("navigation", name="Days").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=re.compile("What .* asked for"))).to_be_visible()
    check_looks(page, "requests-day-of-one")
    page.get_by_label("Connection", exact=True).select_option("")
    page.get_by_role("button", name="Show").click()
    check_looks(page, "requests-day")
