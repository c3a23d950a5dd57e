"""The explorer as people use it (P-113): sign in as a connection, find an operation, read records, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from provider.access.connections import Options, add_connection
from provider.database import db
from shared.oneroster.versions import Version
from tests.contract.conftest import BuiltDistricts, build_for, built
from tests.contract.door import Door
from tests.contract.platform import APP_NAME

__all__ = ["build_for", "built"]

WIDE, NARROW = (1280, 900), (360, 740)


@pytest.fixture(scope="module")
def door(
    tmp_path_factory: pytest.TempPathFactory, built: BuiltDistricts, request: pytest.FixtureRequest
) -> Iterator[Door]:
    """The demo district; its public address is another than the one that the browser knows."""
    with built.open("sqlite", tmp_path_factory.mktemp("page"), request) as door:
        yield door


@pytest.fixture
def signer(door: Door) -> str:
    """A connection for OAuth 1; it sees what that of OAuth 2 does."""
    door.set(allow_new_oauth1="true")
    with door.app.app_context():
        sealer = door.app.extensions["homeroom"]["sealer"]
        name = f"signer-{len(door.secrets)}"
        options = Options(oauth="oauth1")
        connection, secret = add_connection(db.session, sealer, name, Version.V1P1, options, datetime.now(UTC))
        db.session.commit()
        door.secrets[name] = connection.client_id, secret
    return name


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "360 pixels"])
def page(browser: Browser, door: Door, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page, in a window of each width. It may not complain, nor ask anybody but its own address."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda sent: None if sent.url.startswith(door.address) else complaints.append(sent.url))
    opened.goto(f"{door.address}/campus/oneroster/{APP_NAME}/explorer")
    expect(opened.locator("#operations details").first).to_be_visible()
    yield opened
    # The browser itself calls a refused call an error.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
    context.close()


def fill_in(page: Page, door: Door, name: str) -> None:
    client_id, secret = door.secrets[name]
    page.get_by_label("Client id or key").fill(client_id)
    page.get_by_label("Secret").fill(secret)


def sign_in(page: Page, door: Door, name: str) -> None:
    fill_in(page, door, name)
    page.get_by_label("Secret").press("Enter")
    expect(page.locator("#signed-in")).to_have_class("good")


def choose(page: Page, path: str) -> None:
    page.get_by_label("Find").fill(path)
    page.get_by_role("link", name=f"GET {path}", exact=True).click()
    expect(page.locator("#operation .path").first).to_contain_text(path)


def read(page: Page) -> None:
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator("#answer .answer")).to_be_visible()


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_collection_is_read_page_by_page_as_a_connection(page, door):
    sign_in(page, door, "lms-1.2")
    expect(page.locator("#signed-in")).to_contain_text("roster.readonly")
    choose(page, "/enrollments")
    page.get_by_label("filter").fill("role='teacher'")
    read(page)
    answer = page.locator("#answer")
    expect(answer).to_contain_text("200 OK")
    expect(answer).to_contain_text("records in all")
    first = answer.locator("pre").inner_text()
    assert first.count('"role": "teacher"') == 10
    answer.get_by_role("button", name="Next page").click()
    expect(answer.get_by_role("button", name="Previous page")).to_be_visible()
    assert answer.locator("pre").inner_text() != first
    assert fits(page)


def test_one_record_is_read_and_its_references_are_followed(page, door):
    sign_in(page, door, "lms-1.2")
    choose(page, "/classes")
    read(page)
    page.locator("#answer pre a").first.click()
    expect(page.locator("#answer .path")).to_contain_text("/courses/")
    expect(page.locator("#answer pre")).to_contain_text('"course": {')


def test_without_signing_in_the_answer_is_401_and_no_password_window_opens(page, door):
    choose(page, "/orgs")
    read(page)
    expect(page.locator("#answer")).to_contain_text("401")
    expect(page.locator("#answer pre")).to_contain_text("unauthorisedrequest")


def test_a_wrong_secret_is_told_and_forgotten_credentials_are_gone(page, door):
    page.get_by_label("Client id or key").fill("nobody")
    page.get_by_label("Secret").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#signed-in")).to_have_class("bad")
    sign_in(page, door, "lms-1.2")
    page.get_by_role("button", name="Forget").click()
    assert page.get_by_label("Secret").input_value() == ""
    choose(page, "/orgs")
    read(page)
    expect(page.locator("#answer")).to_contain_text("401")


def test_requests_of_an_oauth_1_connection_are_signed(page, door, signer):
    page.get_by_label("Service").select_option(label="OneRoster 1.1 Rostering, Resources and Gradebook")
    page.get_by_label("Sign in with").select_option("signed")
    sign_in(page, door, signer)
    choose(page, "/students")
    page.get_by_label("filter").fill("familyName!='O''Neil & Söhne+*' AND status='active'")
    read(page)
    expect(page.locator("#answer")).to_contain_text("200 OK")


def test_a_sign_in_waits_for_a_document_that_is_still_coming(page, door):
    held = []
    page.route("**/onerosterv1p1_openapi3*", lambda route: held.append(route))
    with page.expect_request("**/onerosterv1p1_openapi3*"):
        page.get_by_label("Service").select_option(label="OneRoster 1.1 Rostering, Resources and Gradebook")
    fill_in(page, door, "lms-1.1")
    page.get_by_label("Secret").press("Enter")
    page.wait_for_timeout(100)
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.locator("#signed-in")).to_have_class("good")


def test_writes_are_described_and_cannot_be_sent(page, door):
    page.get_by_label("Service").select_option(label="OneRoster 1.2 Gradebook and Assessment Results")
    page.get_by_label("Find").fill("put lineItems")
    page.get_by_role("link", name="PUT /lineItems/{sourcedId}").click()
    expect(page.locator("#operation")).to_contain_text("This page sends reads alone")
    assert page.locator("#operation button").count() == 0
    page.get_by_text("Body that is sent").click()
    expect(page.get_by_role("region", name="LineItem", exact=True)).to_contain_text("dueDate")
    assert fits(page)


def test_everything_can_be_done_with_the_keyboard(page, door):
    sign_in(page, door, "lms-1.2")
    page.get_by_label("Find").focus()
    page.keyboard.type("/courses/{sourcedId}")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").endswith("/courses/{sourcedId}"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#operation")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    expect(page.locator("#answer h3")).to_be_focused()
    expect(page.locator("#answer pre")).to_contain_text('"course": {')


def test_an_operation_has_an_address_of_its_own(page, door):
    choose(page, "/terms")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_role("heading", name="Get all terms")).to_be_visible()
    choose(page, "/orgs")
    page.go_back()
    expect(page.get_by_role("heading", name="Get all terms")).to_be_visible()
