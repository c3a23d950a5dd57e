"""The sections that are here: lists, rosters, people put in by hand, unsynced linked sections (C-67 … C-71)."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.platform.models import Account, Section
from tests.browser.consumer_site import Site, check_looks


def open_section(site: Site, name: str) -> Page:
    page = site.page("ada")
    page.goto(f"{site.tab('sections')}all/")
    page.get_by_label("Section", exact=True).fill(name)
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page


def a_student_elsewhere(site: Site) -> str:
    """Somebody who is not in Algebra 1 (K1)."""
    db.session.rollback()
    inside = set(site.platform.roster("K1"))
    students = db.session.scalars(select(Account.username).where(Account.role == "student"))
    found = next(name for name in students if name not in inside)
    db.session.rollback()
    return found


def test_sections_are_listed_with_what_the_sis_has_ended(site: Site) -> None:
    """C-67."""
    page = site.page("ada")
    page.goto(f"{site.tab('sections')}all/")
    check_looks(page, "all-sections")
    classes = site.platform.provider.records["classes"]
    ended = classes.pop()
    site.sync("sections")
    page.get_by_label("Show").select_option(label="Frozen: ended in the SIS")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_text("It is frozen: nothing of it changes any more")).to_be_visible()
    classes.append(ended)
    site.sync("sections")


def test_a_student_added_by_hand_goes_with_the_next_sync_and_stays_in_the_linked_section(site: Site) -> None:
    """C-69, C-71."""
    name = a_student_elsewhere(site)
    page = open_section(site, "Algebra 1 (K1)")
    page.get_by_label("Username").fill(name)
    page.get_by_role("button", name="Put in").click()
    expect(page.get_by_text("go with the next sync, as the SIS does not have them")).to_be_visible()
    check_looks(page, "section-by-hand")
    page.get_by_role("button", name="Make an unsynced, linked section").click()
    site.sync("sections")
    assert name not in site.platform.roster("K1")
    page.get_by_role("link", name="Algebra 1 (K1) (not synced)").click()
    expect(page.get_by_role("row", name=name)).to_be_visible()
    db.session.rollback()
    linked = db.session.scalars(select(Section).where(Section.linked_to_id.is_not(None))).one()
    assert (linked.connection_id, linked.sis_id) == (None, None)


def test_a_course_admin_put_in_by_hand_stays_until_taken_out_by_hand(site: Site) -> None:
    """C-71."""
    page = open_section(site, "Algebra 1 (K1)")
    page.get_by_label("Username").fill("tess")
    page.get_by_label("As", exact=True).select_option(label="Course admin")
    page.get_by_role("button", name="Put in").click()
    expect(page.get_by_role("row", name="Tess Rivera")).to_be_visible()
    site.sync("sections")
    page.reload()
    page.get_by_role("row", name="Tess Rivera").get_by_role("button", name="Take out").click()
    expect(page.get_by_role("row", name="Tess Rivera")).to_have_count(0)


def test_a_username_that_nobody_has_is_told_beside_the_field(site: Site) -> None:
    page = open_section(site, "Algebra 1 (K1)")
    page.get_by_label("Username").fill("<b>nobody</b>")
    page.get_by_role("button", name="Put in").click()
    expect(page.get_by_text("Nobody here has the username '<b>nobody</b>'")).to_be_visible()
    assert page.get_by_label("Username").input_value() == "<b>nobody</b>"


def test_sections_of_another_connection_are_not_found_by_guessing(site: Site) -> None:
    db.session.rollback()
    one = db.session.scalars(select(Section).where(Section.sis_id == "K2")).one()
    stranger = Section(course_id=one.course_id, school_id=one.school_id, name="Other")
    db.session.add(stranger)
    db.session.commit()
    page = site.page("ada")
    for number in (stranger.id, 10**12):
        answer = page.goto(f"{site.tab('sections')}all/{number}/")
        assert answer is not None and answer.status == 404
