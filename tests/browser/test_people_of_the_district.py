"""People, enrollments, district assignments and accounts in a browser: from a search to the row that has to be mended."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from provider.database import db
from provider.sis.models import Person, Relationship, SectionStaff, UserAccount
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers

__all__ = ["_district", "build_for", "district", "with_writers"]


def find(page: Page, label: str, words: str) -> None:
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Show").click()


def test_from_a_search_to_the_row_of_a_person(district: District) -> None:
    with district.door.app.app_context():
        session = db.session()
        teacher = session.scalars(select(SectionStaff.person_id).limit(1)).one()
        guardian = session.scalars(select(Relationship.person_id).limit(1)).one()
        number = session.scalars(select(Person.student_number).where(Person.student_number.is_not(None)).limit(1)).one()
        session.scalars(select(UserAccount).where(UserAccount.person_id == guardian)).first()
        session.commit()
    page = district.page("ada")
    page.get_by_role("link", name="People", exact=True).first.click()
    check_looks(page, "district-people")
    find(page, "Find people", number or "")
    expect(page.get_by_role("row")).to_have_count(2)
    check_looks(page, "district-people-found")
    page.get_by_role("table").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="For platforms")).to_be_visible()
    check_looks(page, "district-person-student")
    for person, name in ((teacher, "teacher"), (guardian, "guardian")):
        page.goto(f"{district.address}/people/{person}/")
        check_looks(page, f"district-person-{name}")
    page.get_by_role("link", name="Edit numbers").click()
    expect(page.get_by_label("Student number")).to_be_visible()


def test_ticked_enrollments_are_excluded_together(district: District) -> None:
    """The lists of enrollments, assignments and accounts; a change of many is asked about before it is made."""
    page = district.page("ada")
    page.goto(f"{district.address}/enrollments/")
    check_looks(page, "district-enrollments")
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_label("What to change").select_option(label="External LMS Exclude: mark")
    page.get_by_role("button", name="Change them").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("2|two", re.IGNORECASE))
    page.goto(f"{district.address}/assignments/")
    check_looks(page, "district-assignments")
    page.get_by_role("link", name="User Accounts").click()
    check_looks(page, "district-accounts")
