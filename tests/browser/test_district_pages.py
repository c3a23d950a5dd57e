"""The district's grade book as its administrator and a teacher use it: from the sign-in to the call that sent a score."""

import pytest
from playwright.sync_api import expect

from shared.oneroster.versions import Version
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers
from tests.contract.gradebooks import Gradebook, Place

__all__ = ["_district", "build_for", "district", "with_writers"]

TITLE = "Case Study Hall"


@pytest.fixture(scope="module", autouse=True)
def _sent(_district: District) -> None:
    """What a platform sends into Case Study Hall: an assignment with a score, a late one and one that is missing."""
    book = Gradebook(_district.door.lms(Version.V1P2))
    place = Place(book.platform, TITLE)
    book.platform.session.headers["X-Request-ID"] = "press-17-call-3"
    item = book.put_line_item(place, title="Field notes from the creek")
    book.put_result(place, item, place.students[0], score=87.5, comment="Careful drawings")
    book.put_result(place, item, place.students[1], score=64, late="true")
    book.put_result(place, item, place.students[2], score=None, scoreStatus="not submitted", missing="true")
    del book.platform.session.headers["X-Request-ID"]


def test_a_score_is_found_from_the_list_of_sections_and_tells_how_it_came(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/sections/")
    check_looks(page, "district-sections")
    page.get_by_label("Find sections").fill("case study")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("cell", name=TITLE).first.wait_for()
    check_looks(page, "district-sections-found")
    page.get_by_role("row", name=TITLE).first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    check_looks(page, "district-section")
    page.get_by_role("link", name="Grade book", exact=True).click()
    expect(page.get_by_role("heading", name="Scores", exact=True)).to_be_visible()
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
    page.get_by_role("row", name=TITLE).first.get_by_title("Grade book").click()
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
    page.wait_for_url(f"{district.address}/home/")
