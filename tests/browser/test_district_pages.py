"""The district's pages as its administrator and a teacher use them: from the sign-in to the call that sent a score."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from provider.access.users import add_user
from provider.database import db
from shared.oneroster.versions import Version
from tests.browser.consumer_site import PASSWORD, WIDE, check_looks
from tests.contract.conftest import BuiltDistricts, build_for, with_writers
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place
from tests.contract.platform import APP_NAME

__all__ = ["build_for", "with_writers"]

TITLE = "Case Study Hall"


@dataclass
class District:
    """The pages of the demo district below their mount, with people who sign in."""

    door: Door
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.door.address}/campus/oneroster/{APP_NAME}"

    def page(self, username: str) -> Page:
        """A window of its own, signed in. It complains of script errors and of requests to anybody else."""
        context = self.browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]}, locale="en-US")
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        mine = (self.address, "data:")
        page.on("request", lambda sent: None if sent.url.startswith(mine) else self.complaints.append(sent.url))
        page.goto(f"{self.address}/")
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.address}/sections/")
        return page


@pytest.fixture(scope="module")
def _district(
    tmp_path_factory: pytest.TempPathFactory, with_writers: BuiltDistricts, browser: Browser,
    request: pytest.FixtureRequest,
) -> Iterator[District]:  # fmt: skip
    with with_writers.open("sqlite", tmp_path_factory.mktemp("page"), request) as door:
        _send(door)
        with door.app.app_context():
            now = datetime.now(UTC)
            add_user(db.session(), "ada", "Ada Rivera", PASSWORD, now)
            add_user(db.session(), "tess", "Tessa Regular-Teacher", PASSWORD, now, "teacher", "Tessa Regular-Teacher")
            db.session.commit()
        yield District(door, browser)


def _send(door: Door) -> None:
    """What a platform sends into Case Study Hall: an assignment with a score, a late one and one that is missing."""
    book = Gradebook(door.lms(Version.V1P2))
    place = Place(book.platform, TITLE)
    book.platform.session.headers["X-Request-ID"] = "press-17-call-3"
    item = book.put_line_item(place, title="Field notes from the creek")
    book.put_result(place, item, place.students[0], score=87.5, comment="Careful drawings")
    book.put_result(place, item, place.students[1], score=64, late="true")
    book.put_result(place, item, place.students[2], score=None, scoreStatus="not submitted", missing="true")
    del book.platform.session.headers["X-Request-ID"]


@pytest.fixture
def district(_district: District) -> Iterator[District]:
    yield _district
    while _district.contexts:
        _district.contexts.pop().close()
    heard, _district.complaints[:] = list(_district.complaints), []
    assert [text for text in heard if "Failed to load resource" not in text] == []


def test_a_score_is_found_from_the_list_of_sections_and_tells_how_it_came(district: District) -> None:
    page = district.page("ada")
    check_looks(page, "district-sections")
    page.get_by_label("Find sections").fill("case study")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("cell", name=TITLE).first.wait_for()
    check_looks(page, "district-sections-found")
    page.get_by_role("row", name=TITLE).first.get_by_role("link").click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    check_looks(page, "district-gradebook")
    page.get_by_role("link", name="87.5").click()
    expect(page.get_by_text("Careful drawings")).to_be_visible()
    expect(page.get_by_text("This call made it what it is now")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("press-17-call-3").first).to_be_visible()
    check_looks(page, "district-score")
    page.get_by_role("link", name="Field notes from the creek").click()
    expect(page.get_by_role("heading", name="Field notes from the creek")).to_be_visible()
    check_looks(page, "district-assignment")


def test_names_stay_in_sight_while_a_wide_book_is_scrolled(district: District) -> None:
    page = district.page("ada")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{district.address}/sections/?search=case+study+hall")
    page.get_by_role("row", name=TITLE).first.get_by_role("link").click()
    region = page.get_by_role("region", name="Scores", exact=False).first
    name = region.locator("tbody th").first
    before = name.bounding_box()
    region.evaluate("box => box.scrollLeft = 400")
    after = name.bounding_box()
    assert before is not None and after is not None and abs(before["x"] - after["x"]) < 1


def test_what_is_not_there_says_so_in_the_frame(district: District) -> None:
    page = district.page("ada")
    answer = page.goto(f"{district.address}/sections/999999/gradebook/")
    assert answer is not None and answer.status == 404
    check_looks(page, "district-not-there")
    page.get_by_role("link", name="To the home page").click()
    page.wait_for_url(f"{district.address}/sections/")
