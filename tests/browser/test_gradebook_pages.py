"""The grade book as teachers use it: the grid and its keys, one item on a phone, items, categories, linked sections."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from consumer.database import db
from consumer.platform.gradebook.scores import Entry, entry_of, entry_text, record
from consumer.platform.models import Account, GradeItem, Score
from tests.browser.consumer_site import NARROW, Site, check_looks
from tests.consumer.platform import classroom


@pytest.fixture(scope="module")
def room(_site: Site) -> dict[str, int]:
    """Three students and three items in a section of tess and ben."""
    session = db.session()
    session.rollback()
    people = {name: session.query(Account).filter_by(username=name).one().id for name in ("tess", "ben")}
    place = classroom.section(session, "Algebra 1, period 3")
    for number in people.values():
        classroom.enroll(session, place, number, "admin")
    found = {"section": place, **people}
    for name in ("ann", "bob", "cem"):
        found[name] = classroom.person(session, place, name=name)
    for title in ("Quiz 1", "Essay on the parabola", "Test"):
        found[title] = classroom.item(session, place, title).id
    session.commit()
    return found


@pytest.fixture
def page(site: Site, room: dict[str, int]) -> Page:
    """The grid without any score, as tess sees it."""
    session = db.session()
    session.rollback()
    session.query(Score).delete()
    session.commit()
    return open_book(site, room, "tess")


def open_book(site: Site, room: dict[str, int], name: str, path: str = "") -> Page:
    opened = site.page(name)
    opened.goto(f"{site.address}/sections/{room['section']}/gradebook/{path}")
    return opened


def cell(page: Page, name: str, title: str) -> Locator:
    return page.get_by_role("textbox", name=f"{name} {title}")


def stored(room: dict[str, int], name: str, title: str) -> tuple[str, str | None]:
    db.session.rollback()
    score = db.session.get(Score, (room[title], room[name]))
    return entry_text(entry_of(score)), score.comment if score else None


def saved(page: Page) -> None:
    expect(page.get_by_text("All is saved.")).to_be_visible()


def give(room: dict[str, int], name: str, title: str, entry: Entry, comment: str = "") -> None:
    session = db.session()
    session.rollback()
    record(session, session.get_one(GradeItem, room[title]), room[name], entry, classroom.NOW, room["ben"], comment)
    session.commit()


def focused(page: Page) -> str:
    """What a screen reader calls the cell that somebody is in."""
    names: str = page.evaluate(
        "document.activeElement.getAttribute('aria-labelledby').split(' ')"
        ".map((id) => document.getElementById(id).textContent.replace(/^.*, /, '')).join(', ')"
    )
    return names


def test_a_column_is_typed_without_a_mouse(page: Page, room: dict[str, int]) -> None:
    """Enter goes down and Shift+Enter up, what is typed replaces what was there, each score is saved as it is left."""
    cell(page, "Ann", "Quiz 1").focus()
    for text in ("17,5", "22", "A"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.get_by_text("1 not saved")).to_be_visible()
    expect(page.get_by_text("No score: type points, ex, mi, late or sub")).to_be_visible()
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("17.5")
    expect(cell(page, "Bob", "Quiz 1")).to_have_attribute("aria-description", "Extra credit.")
    assert stored(room, "ann", "Quiz 1") == ("17.5", None) and stored(room, "bob", "Quiz 1") == ("22", None)
    assert stored(room, "cem", "Quiz 1") == ("", None)
    check_looks(page, "gradebook")
    cell(page, "Cem", "Quiz 1").focus()
    page.keyboard.type("9 l")
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "Bob, Quiz 1"
    page.keyboard.type("ex")
    page.keyboard.press("Shift+Enter")
    saved(page)
    assert [stored(room, name, "Quiz 1")[0] for name in ("ann", "bob", "cem")] == ["17.5", "ex", "9 l"]


def test_arrow_keys_and_tab_go_from_cell_to_cell_and_escape_undoes(page: Page, room: dict[str, int]) -> None:
    cell(page, "Ann", "Quiz 1").focus()
    where = []
    for key in (
        "ArrowRight",
        "ArrowDown",
        "ArrowRight",
        "ArrowRight",
        "ArrowLeft",
        "ArrowUp",
        "ArrowUp",
        "Tab",
        "Shift+Tab",
    ):
        page.keyboard.press(key)
        where.append(focused(page))
    essay, test = "Essay on the parabola", "Test"
    assert where == [
        f"Ann, {essay}", f"Bob, {essay}", f"Bob, {test}", f"Bob, {test}", f"Bob, {essay}", f"Ann, {essay}",
        f"Ann, {essay}", f"Ann, {test}", f"Ann, {essay}",
    ]  # fmt: skip
    page.keyboard.type("15")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("0")
    assert (focused(page), cell(page, "Ann", essay).input_value()) == (f"Ann, {essay}", "105")
    page.keyboard.press("Escape")
    assert cell(page, "Ann", essay).input_value() == ""
    page.keyboard.type("15")
    page.keyboard.press("ArrowDown")
    saved(page)
    assert stored(room, "ann", essay) == ("15", None)
    cell(page, "Ann", essay).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    saved(page)
    assert stored(room, "ann", essay) == ("", None)


def test_a_comment_is_typed_below_the_grid(page: Page, room: dict[str, int]) -> None:
    cell(page, "Ann", "Test").focus()
    page.keyboard.type("3")
    page.keyboard.press("F2")
    page.keyboard.type("See me")
    page.keyboard.press("F2")
    saved(page)
    assert focused(page) == "Ann, Test"
    assert stored(room, "ann", "Test") == ("3", "See me")
    cell(page, "Bob", "Test").focus()
    expect(page.get_by_label("Comment")).to_have_value("")
    cell(page, "Ann", "Test").focus()
    expect(page.get_by_label("Comment")).to_have_value("See me")
    expect(cell(page, "Ann", "Test")).to_have_attribute("aria-description", "Has a comment.")
    page.reload()
    cell(page, "Ann", "Test").focus()
    expect(page.get_by_label("Comment")).to_have_value("See me")


def test_the_second_of_two_teachers_is_told_and_decides(page: Page, room: dict[str, int]) -> None:
    give(room, "ann", "Quiz 1", Entry(15))
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved: Ben Rivera has entered 15 meanwhile.")).to_be_visible()
    assert stored(room, "ann", "Quiz 1") == ("15", None)
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("17")
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.press("Enter")
    saved(page)
    assert stored(room, "ann", "Quiz 1") == ("17", None)
    give(room, "ann", "Quiz 1", Entry(14))
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved: Ben Rivera has entered 14 meanwhile.")).to_be_visible()
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.press("Escape")
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("14")
    assert stored(room, "ann", "Quiz 1") == ("14", None)


def test_what_cannot_be_saved_stays_where_it_was_typed_and_is_tried_again(page: Page, room: dict[str, int]) -> None:
    def no_answer(route: Route) -> None:
        route.abort()

    page.route("**/scores", no_answer)
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved: no answer. Try again.")).to_have_count(2)
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("11")
    page.unroute("**/scores")
    page.get_by_role("button", name="Try again").click()
    saved(page)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    assert [stored(room, name, "Quiz 1")[0] for name in ("ann", "bob")] == ["11", "12"]


def test_whoever_was_signed_out_signs_in_elsewhere_and_loses_nothing(
    site: Site, page: Page, room: dict[str, int]
) -> None:
    cookies = page.context.cookies()
    page.context.clear_cookies()
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("11")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not saved: you are signed out")).to_be_visible()
    other = site.page("tess").context.cookies()
    assert {one["value"] for one in other} != {one["value"] for one in cookies}
    page.context.add_cookies([{key: one[key] for key in ("name", "value", "domain", "path")} for one in other])
    page.get_by_role("button", name="Try again").click()
    saved(page)
    assert stored(room, "ann", "Quiz 1") == ("11", None)


def test_what_is_typed_while_a_score_is_on_its_way_is_saved_after_it(page: Page, room: dict[str, int]) -> None:
    held: list[Route] = []
    page.route("**/scores", lambda route: route.continue_() if held else held.append(route))
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saving …")).to_be_visible()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    saved(page)
    assert [stored(room, name, "Quiz 1")[0] for name in ("ann", "bob")] == ["3", "2"]


def test_what_somebody_else_saved_meanwhile_is_shown_before_it_is_replaced(page: Page, room: dict[str, int]) -> None:
    """Also to whoever goes on typing into the cell while the first try is on its way."""
    give(room, "ann", "Quiz 1", Entry(15))
    held: list[Route] = []
    page.route("**/scores", lambda route: route.continue_() if held else held.append(route))
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("17")
    page.keyboard.press("Enter")
    while not held:
        page.wait_for_timeout(20)
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    held[0].continue_()
    expect(page.get_by_text("Not saved: Ben Rivera has entered 15 meanwhile.")).to_be_visible()
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("18")
    assert stored(room, "ann", "Quiz 1") == ("15", None)
    cell(page, "Ann", "Quiz 1").focus()
    page.keyboard.press("Escape")
    expect(cell(page, "Ann", "Quiz 1")).to_have_value("15")
    expect(page.get_by_text("Not saved")).to_have_count(0)


def test_a_comment_that_somebody_else_typed_is_shown_with_the_next_score(page: Page, room: dict[str, int]) -> None:
    cell(page, "Ann", "Quiz 1").focus()
    give(room, "ann", "Quiz 1", Entry(), "Was ill")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    saved(page)
    cell(page, "Ann", "Quiz 1").focus()
    expect(page.get_by_label("Comment")).to_have_value("Was ill")


def test_on_a_phone_one_item_at_a_time(site: Site, room: dict[str, int]) -> None:
    give(room, "ann", "Essay on the parabola", Entry(25, late=True), "Well\nargued")
    page = site.page("tess", NARROW)
    page.goto(f"{site.address}/sections/{room['section']}/gradebook/")
    expect(page.locator("table.scores")).to_be_hidden()
    page.get_by_role("link", name="Essay on the parabola").click()
    page.get_by_role("textbox", name="Bob Score").fill("nonsense")
    page.get_by_role("textbox", name="Cem Score").fill("12")
    page.get_by_role("textbox", name="Cem Comment").fill("Better than last time")
    page.get_by_role("textbox", name="Ann Score").focus()
    expect(page.get_by_text("1 not saved")).to_be_visible()
    check_looks(page, "gradebook-one-item")
    assert stored(room, "cem", "Essay on the parabola") == ("12", "Better than last time")
    assert stored(room, "ann", "Essay on the parabola") == ("25 l", "Well\nargued")
    page.get_by_role("textbox", name="Bob Score").fill("")
    page.get_by_role("textbox", name="Ann Score").focus()
    page.get_by_role("link", name="Test →").click()
    expect(page.get_by_role("heading", name="Test")).to_be_visible()


def test_what_was_typed_before_the_script_came_is_saved(site: Site, room: dict[str, int]) -> None:
    """On a slow line the page can be typed into before its script is there."""
    page = site.page("tess", NARROW)
    held: list[Route] = []
    page.route("**/gradebook.js*", lambda route: held.append(route))
    page.goto(f"{site.address}/sections/{room['section']}/gradebook/items/{room['Essay on the parabola']}/", wait_until="commit")
    page.get_by_role("textbox", name="Ann Score").fill("17")
    page.get_by_role("textbox", name="Bob Score").fill("nonsense")
    held[0].continue_()
    saved(page)
    page.get_by_role("textbox", name="Cem Score").focus()
    expect(page.get_by_text("1 not saved")).to_be_visible()
    expect(page.get_by_role("textbox", name="Bob Score")).to_have_value("nonsense")
    assert stored(room, "ann", "Essay on the parabola")[0] == "17"


def test_items_are_added_changed_and_deleted(site: Site, page: Page, room: dict[str, int]) -> None:
    page.get_by_role("link", name="Categories").click()
    expect(page.get_by_text("Weights stay here")).to_be_visible()
    check_looks(page, "gradebook-no-categories")
    for name, weight in (("Homework", "30"), ("Tests", "")):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Weight in percent").fill(weight)
        page.get_by_role("button", name="Add the category").click()
    check_looks(page, "gradebook-categories")
    page.get_by_role("link", name="Edit Tests").click()
    check_looks(page, "gradebook-category")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the category").click()
    expect(page.get_by_text("Tests is deleted")).to_be_visible()
    page.get_by_role("link", name="Items").click()
    page.get_by_role("link", name="Add an item").click()
    page.get_by_role("button", name="Add the item").click()
    expect(page.get_by_text("An item needs a title.")).to_be_visible()
    check_looks(page, "gradebook-item-form")
    page.get_by_label("Title").fill("Worksheet 4")
    page.get_by_label("Points").fill("12.5")
    page.get_by_label("Category").select_option(label="Homework")
    page.get_by_label("Due date").fill("2026-10-01")
    page.get_by_role("button", name="Add the item").click()
    row = page.get_by_role("row", name="Worksheet 4")
    expect(row.get_by_text("2026-10-01 23:59")).to_be_visible()
    check_looks(page, "gradebook-items")
    page.get_by_role("link", name="Edit Worksheet 4").click()
    page.get_by_label("Title").fill("Worksheet 5")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Delete Worksheet 5").click()
    check_looks(page, "gradebook-delete")
    page.get_by_role("button", name="Delete the item").click()
    expect(page.get_by_text("Worksheet 5 is deleted.")).to_be_visible()
    expect(page.get_by_role("row", name="Worksheet")).to_have_count(0)


def test_a_section_is_linked_and_its_students_are_in_the_grid(site: Site, page: Page, room: dict[str, int]) -> None:
    session = db.session()
    other = classroom.section(session, "Algebra 1, period 5")
    classroom.enroll(session, other, room["tess"], "admin")
    classroom.person(session, other, name="dee")
    session.commit()
    page.goto(f"{site.address}/")
    check_looks(page, "teacher-home")
    page.get_by_role("link", name="Algebra 1, period 5", exact=True).click()
    expect(page.get_by_text("Add the first item")).to_be_visible()
    check_looks(page, "gradebook-no-items")
    page.goto(f"{site.address}/sections/{room['section']}/gradebook/linked/")
    page.get_by_label("Section").select_option(label="Algebra 1, period 5")
    check_looks(page, "gradebook-link")
    page.get_by_role("button", name="Link").click()
    check_looks(page, "gradebook-linked")
    page.get_by_role("link", name="Scores").click()
    expect(cell(page, "Dee", "Quiz 1")).to_be_visible()
    page.get_by_label("Section").select_option(label="Algebra 1, period 3")
    expect(cell(page, "Dee", "Quiz 1")).to_have_count(0)
    page.get_by_role("link", name="Linked sections").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Unlink Algebra 1, period 5").click()
    expect(page.get_by_text("has a grade book of its own again")).to_be_visible()


def test_a_large_grid_keeps_names_and_items_in_sight(site: Site, room: dict[str, int]) -> None:
    """40 students and 60 items."""
    session = db.session()
    place = classroom.section(session, "Study hall")
    classroom.enroll(session, place, room["tess"], "admin")
    students = [classroom.person(session, place) for _ in range(40)]
    items = [classroom.item(session, place, f"Exercise {number}", 10) for number in range(60)]
    session.add_all(
        Score(item_id=item.id, account_id=who, points=(number * 7 + item.id) % 12, changed_at=classroom.NOW)
        for item in items[:40] for number, who in enumerate(students)
    )  # fmt: skip
    session.commit()
    page = site.page("tess")
    page.goto(f"{site.address}/sections/{place}/gradebook/")
    first = page.locator("tbody input").first
    first.focus()
    for _ in range(50):
        page.keyboard.press("ArrowRight")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    page.keyboard.type("8")
    begun = page.evaluate("performance.now()")
    page.keyboard.press("Enter")
    saved(page)
    assert page.evaluate("performance.now()") - begun < 5_000
    expect(page.get_by_role("link", name="Exercise 50")).to_be_in_viewport()
    expect(page.get_by_role("rowheader").nth(31)).to_be_in_viewport()
    check_looks(page, "gradebook-large")
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_role("table")).to_have_count(5)
    check_looks(page, "gradebook-print-out")
