"""The course app in the browser: approved, configured, pressed; what did not arrive says why (C-116 … C-140)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from consumer.database import db
from consumer.platform.models import Score
from shared.oneroster.versions import Version
from tests.browser.consumer_site import Site, check_looks
from tests.browser.course_app_site import Classroom, make_classroom
from tests.faults.gradebook import PlainSis


@pytest.fixture(scope="module")
def _classroom(_site: Site) -> Iterator[Classroom]:
    with PlainSis(Version.V1P2) as sis:
        yield make_classroom(_site, sis)


@pytest.fixture
def room(_classroom: Classroom, site: Site) -> Classroom:
    """One grade book for all tests of the module, which they use one after the other."""
    return _classroom


def test_the_first_start_asks_for_approval_and_says_what_is_not_transferred(room: Classroom) -> None:
    """C-116, C-121, C-140."""
    page = room.open()
    expect(page.get_by_role("heading", name="Send grades to the SIS")).to_be_visible()
    expect(page.get_by_text("Overall grades, weights of categories, dropped lowest scores")).to_be_visible()
    check_looks(page, "course-app-approve")
    page.goto(room.address + "configuration/")
    expect(page.get_by_role("button", name="Approve access")).to_be_visible()
    page.get_by_role("button", name="Approve access").click()
    expect(page.get_by_role("heading", name="Sync Grades")).to_be_visible()


def test_a_category_of_equal_name_is_suggested_and_chosen_by_the_teacher_alone(room: Classroom) -> None:
    """C-125."""
    page = room.open("configuration/")
    choice = page.get_by_role("combobox", name="Tests in Algebra 1")
    expect(choice).to_have_value("")
    expect(page.get_by_text("Same name in the SIS: tests")).to_be_visible()
    check_looks(page, "course-app-configuration")
    choice.select_option(label="tests")
    page.get_by_role("button", name="Save Changes").click()
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    expect(choice).to_have_value("c-tests")


def test_every_grade_arrives_once_and_the_list_says_so(room: Classroom) -> None:
    """C-122, C-123, C-132."""
    page = room.open()
    expect(page.get_by_role("row", name="Fractions")).to_contain_text("Not Yet Synced")
    expect(page.get_by_role("checkbox", name="Send Draft")).not_to_be_checked()
    check_looks(page, "course-app-new")
    page.get_by_role("button", name="Sync Changes").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    check_looks(page, "course-app-queued")
    assert room.work() == "Completed"
    expect(page.get_by_text("Waiting in line")).to_have_count(0)
    expect(page.get_by_role("row", name="Fractions")).to_contain_text("Successful")
    check_looks(page, "course-app-successful")
    assert room.sis.scores() == {
        ("Fractions", "U1"): [11.0], ("Fractions", "U2"): [12.0], ("Fractions", "U3"): [13.0],
        ("Essay on numbers", "U1"): [19.5], ("Essay on numbers", "U2"): ["not submitted"],
    }  # fmt: skip


def test_what_did_not_arrive_says_why_with_the_students_and_the_words_of_the_sis(room: Classroom) -> None:
    """C-122, C-123, C-138: the rest of the item arrives all the same."""
    room.sis.refuses.add("U2")
    room.sync_all()
    assert room.work() == "Completed with errors"
    page = room.open()
    expect(page.get_by_role("row", name="Fractions")).to_contain_text("Error")
    expect(page.get_by_role("navigation").get_by_role("img", name="Not every grade arrived in the SIS")).to_be_visible()
    check_looks(page, "course-app-errors")
    page.get_by_role("link", name="View Error of Fractions").click()
    student = page.get_by_role("row", name="Ben Example")
    expect(student).to_contain_text("The SIS says: “Student U2 is not on the roster”")
    expect(student).to_contain_text("What to do, in the SIS:")
    expect(page.get_by_role("row", name="Ada Example")).to_have_count(0)
    check_looks(page, "course-app-view-error")
    page.get_by_role("link", name="Sync Grades").first.click()
    page.get_by_role("link", name="Press 2").click()
    expect(page.get_by_role("row", name=re.compile("Fractions.*Ben Example"))).to_be_visible()
    check_looks(page, "course-app-press")
    room.sis.behave()
    room.sync_all()
    assert room.work() == "Completed"
    page = room.open()
    expect(page.get_by_role("img", name="Not every grade arrived in the SIS")).to_have_count(0)


def test_a_licence_that_is_lacking_is_one_plain_message_at_the_top(room: Classroom) -> None:
    """C-10."""
    words = "A district-wide learning licence is needed"
    room.sis.on("PUT", "lineItems", times=None, status=403, words=words)
    room.sync_all()
    assert room.work() == "Failed"
    page = room.open()
    told = page.get_by_role("alert")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(f"The SIS says: “{words}”")
    check_looks(page, "course-app-licence")
    room.sis.behave()
    room.sync_all()
    room.work()
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_has_changed_since_is_said_and_sent_from_the_keyboard_alone(room: Classroom) -> None:
    """C-123, C-132: nothing else is sent."""
    db.session.rollback()
    score = db.session.query(Score).filter_by(points=19.5).one()
    score.points = 18.0
    db.session.commit()
    page = room.open()
    expect(page.get_by_role("row", name="Essay on numbers")).to_contain_text("Changed since")
    expect(page.get_by_role("row", name="Fractions")).not_to_contain_text("Changed since")
    button = page.get_by_role("button", name="Sync Changes")
    for _ in range(30):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    room.sis.calls.clear()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    assert room.work() == "Completed"
    expect(page.get_by_role("row", name="Essay on numbers")).not_to_contain_text("Changed since")
    assert len(room.sis.said("PUT", "results")) == 1
    assert room.sis.scores()["Essay on numbers", "U1"] == [18.0]


def test_items_are_chosen_and_everything_works_without_a_script(room: Classroom) -> None:
    """C-122: the buttons, the choice, the progress by loading the page again; a press is cancelled."""
    page = room.open(script=False)
    page.get_by_role("link", name="None", exact=True).click()
    expect(page.get_by_role("checkbox", name="Send Fractions")).not_to_be_checked()
    page.get_by_role("button", name="Sync Changes").click()
    expect(page.get_by_role("alert")).to_contain_text("choose an item")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.get_by_role("checkbox", name="Send Draft")).to_be_checked()
    page.get_by_role("button", name="Sync Changes").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Waiting in line")).to_have_count(0)
    expect(page.get_by_role("row", name="Cancelled")).to_be_visible()
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("button", name="Sync Changes").click()
    assert room.work() == "Completed with errors"
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("row", name="Draft")).to_contain_text("Error")
    page.get_by_role("link", name="View Error of Draft").click()
    expect(page.get_by_text("The item is not published")).to_be_visible()


def test_the_second_of_two_teachers_is_told_who_pressed(room: Classroom) -> None:
    theo = room.open(username="theo")
    theo.get_by_role("button", name="Approve access").click()
    tess = room.open()
    tess.get_by_role("button", name="Sync Changes").click()
    theo.get_by_role("button", name="Sync Changes").click()
    expect(theo.get_by_role("alert")).to_contain_text("by tess is queued")
    expect(theo.get_by_text("tess pressed Sync Changes")).to_be_visible()
    room.work()
    expect(theo.get_by_role("button", name="Sync Changes")).to_be_visible()


def test_presses_are_in_the_log_of_the_connection(room: Classroom) -> None:
    """C-110: type Grades, with its numbers, its lines and as CSV."""
    page = room.site.page("ada")
    page.goto(room.site.tab("logs"))
    expect(page.get_by_role("row", name="All data")).not_to_have_count(0)
    page.get_by_label("Type").select_option(label="Grades")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row", name="All data")).to_have_count(0)
    row = page.get_by_role("row", name="Press 2")
    expect(row).to_contain_text("Algebra 1 (K1)")
    expect(row).to_contain_text("2 items and 2 scores did not arrive")
    check_looks(page, "logs-grades")
    page.get_by_role("link", name="Press 2", exact=True).click()
    expect(page.get_by_text("Ben Example, Fractions, Algebra 1 (K1)")).to_be_visible()
    check_looks(page, "logs-press")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert "Student U2 is not on the roster" in download.value.path().read_text()


def test_an_item_in_linked_sections_has_a_status_in_each_of_them(room: Classroom) -> None:
    """C-129, C-130."""
    db.session.rollback()
    room.book.link("K2")
    db.session.commit()
    page = room.open("configuration/")
    expect(page.get_by_role("heading", level=2, name="Biology 1 (K2)")).to_be_visible()
    check_looks(page, "course-app-configuration-linked")
    page.get_by_role("link", name="Sync Grades").first.click()
    expect(page.get_by_role("columnheader", name="Section")).to_be_visible()
    check_looks(page, "course-app-linked")
    room.sync_all()
    assert room.work() == "Completed with errors"
    page.reload()
    expect(page.get_by_role("link", name="View Error of Fractions in Biology 1 (K2)")).to_be_visible()
    page.get_by_role("link", name="View Error of Fractions in Biology 1 (K2)").click()
    expect(page.get_by_text("The item's category is not mapped to one of the SIS")).to_be_visible()
    check_looks(page, "course-app-view-error-linked")
