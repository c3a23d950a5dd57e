"""The course app in the browser: approved, configured, pressed; what did not arrive says why (C-116 … C-140)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

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
