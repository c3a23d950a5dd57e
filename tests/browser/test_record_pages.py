"""The forms of records as an administrator uses them: found, added by keyboard, refused, excluded after a look, removed."""

import re
from datetime import UTC, datetime

from playwright.sync_api import Page, expect
from sqlalchemy import select

from provider.database import db
from provider.sis import models
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers

__all__ = ["_district", "build_for", "district", "with_writers"]


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_an_enrollment_is_added_by_keyboard_and_mended(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/records/")
    check_looks(page, "records-tables")
    page.get_by_role("link", name="Enrollments", exact=True).last.click()
    check_looks(page, "records-enrollments")
    page.get_by_role("link", name="Add an enrollment").click()
    page.get_by_label("Student", exact=True).press_sequentially("Regular-Teacher")
    page.keyboard.press("Enter")
    check_looks(page, "records-choose-a-person")
    page.get_by_role("link", name="Regular-Teacher, Tessa").first.click()
    heading(page, "New enrollment")
    calendar = page.get_by_label("School and year")
    calendar.focus()
    page.keyboard.type("Cedar")
    page.keyboard.press("Tab")
    grade = page.get_by_label("Grade level")
    expect(grade.locator("option")).not_to_have_count(1)
    grade.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("End date").fill("2001-02-03")
    page.get_by_role("button", name="Add it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This must not be blank.")).to_be_visible()
    check_looks(page, "records-refused")
    page.get_by_label("Start date").fill("2026-09-01")
    page.get_by_label("End date").fill("")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("status").filter(has_text="added")).to_be_visible()

    with district.door.app.app_context():
        number = db.session.scalars(select(models.Enrollment.id).order_by(models.Enrollment.id.desc()).limit(1)).one()
    page.goto(f"{district.address}/records/enrollment/{number}")
    check_looks(page, "records-form")
    page.get_by_label("No Show").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.goto(f"{district.address}/records/enrollment/{number}")
    expect(page.get_by_label("No Show")).to_be_checked()
    page.get_by_role("link", name="Remove this enrollment").click()
    check_looks(page, "records-remove")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("status").filter(has_text="removed")).to_be_visible()


def test_an_exclude_is_looked_at_before_it_is_confirmed(district: District) -> None:
    page = district.page("ada")
    with district.door.app.app_context():
        section = db.session.scalars(select(models.Section.id).where(models.Section.name == "Case Study Hall")).one()
    page.goto(f"{district.address}/records/section/{section}#field-external_lms_exclude")
    page.get_by_label("External LMS Exclude").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("Sections .* Case Study Hall")).first).to_be_visible()
    check_looks(page, "records-exclude")
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_label("External LMS Exclude")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Exclude", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()

    school = f"{district.address}/records/school/2"
    page.goto(school)
    check_looks(page, "records-school")
    page.get_by_label("External LMS Exclude").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("a worker has to look")).to_be_visible()
    check_looks(page, "records-exclude-waits")


def test_those_whom_hr_manages_show_what_is_managed(district: District) -> None:
    with district.door.app.app_context():
        person = db.session.get_one(
            models.Person, db.session.scalars(select(models.Assignment.person_id).limit(1)).one()
        )
        person.hr_managed_since = datetime.now(UTC)
        assignment = db.session.scalars(select(models.Assignment.id).filter_by(person_id=person.id).limit(1)).one()
        identity = db.session.scalars(select(models.Identity.id).filter_by(person_id=person.id).limit(1)).one()
        db.session.commit()
    page = district.page("ada")
    page.goto(f"{district.address}/records/assignment/{assignment}")
    expect(page.get_by_label("Title")).to_be_disabled()
    expect(page.get_by_label("Counselor")).to_be_enabled()
    check_looks(page, "records-managed-by-hr")
    page.goto(f"{district.address}/records/identity/{identity}")
    check_looks(page, "records-identity")


def test_many_sections_are_changed_after_a_question(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/sections/")
    for tick in page.get_by_role("checkbox").all()[:3]:
        tick.check()
    page.get_by_label("What to change").select_option(label="Homeroom: mark")
    page.get_by_role("button", name="Change them …").click()
    heading(page, "Change 3 sections?")
    check_looks(page, "records-many")
    page.get_by_role("button", name="Change them").click()
    expect(page.get_by_role("status").filter(has_text="3 sections changed.")).to_be_visible()
