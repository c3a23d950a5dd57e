"""Why is it missing?, Preparedness and a person's history in a browser: from a record that platforms do not get to the
rule, the form that holds the value, the change, the refresh, and the record that is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provider.access.connections import find_connection
from provider.database import db
from provider.publishing.explain import explain_row
from provider.sis import models
from provider.working import work_on_jobs
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers
from tests.contract.district import TODAY

__all__ = ["_district", "build_for", "district", "with_writers"]

NAME = "lms-1.1"


@dataclass
class Case:
    """A record that a rule holds back: which value decides, and what a person types or chooses to mend it.

    row     the row whose column is spoiled; typed: what is filled in, "" for nothing, True or False for a box
    """

    number: str
    table: str
    key: int
    row: Any
    column: str
    spoiled: Any
    typed: str | bool


def _published(session: Session, table: str, key: int) -> bool:
    edition = find_connection(session, NAME).edition()
    return any(verdict.status == "active" for verdict in explain_row(session, TODAY, table, key, edition).verdicts)


def _with_one(session: Session, model: Any, *where: Any) -> Iterator[Any]:
    """Rows of people who have but this one, and who are published."""
    once = select(model.person_id).group_by(model.person_id).having(func.count() == 1)
    for row in session.scalars(select(model).where(model.person_id.in_(once), *where).order_by(model.id)):
        if _published(session, "person", row.person_id):
            yield row


def _cases(session: Session) -> list[Case]:
    """A record for each rule, none of which has to do with another."""
    enrollment, assignment = models.Enrollment, models.Assignment
    # A teacher who is a guardian, too, has two reasons to be published.
    related = select(models.Relationship.person_id)
    students = _with_one(session, enrollment, enrollment.end_date.is_(None), ~enrollment.no_show)
    teachers = _with_one(session, assignment, assignment.teacher, assignment.end_date.is_(None),
                         ~assignment.program, ~assignment.counselor,
                         assignment.person_id.not_in(related))  # fmt: skip
    guardians = _with_one(session, models.Relationship, models.Relationship.guardian, models.Relationship.portal,
                          models.Relationship.person_id.not_in(select(assignment.person_id)))  # fmt: skip
    sections = (
        row for row in session.scalars(select(models.Section).order_by(models.Section.id))
        if _published(session, "section", row.id)
    )  # fmt: skip
    courses = (
        row for row in session.scalars(select(models.Course).order_by(models.Course.id.desc()))
        if _published(session, "course", row.id)
    )  # fmt: skip
    yesterday = TODAY - timedelta(days=1)

    def of_person(number: str, row: Any, column: str, spoiled: Any, typed: str | bool) -> Case:
        return Case(number, "person", row.person_id, row, column, spoiled, typed)

    first, second = next(sections), next(sections)
    staffed = session.scalars(
        select(models.SectionStaff)
        .where(models.SectionStaff.role == "Primary Teacher")
        .order_by(models.SectionStaff.id)
    )
    taught = next(row for row in staffed if _published(session, "section_staff", row.id))
    accounts = _with_one(session, models.UserAccount, models.UserAccount.kind == "student")
    one = [next(students), next(students), next(students)]
    used = {row.person_id for row in one}
    account = next(row for row in accounts if row.person_id not in used)
    used.add(account.person_id)
    idle = [row for row in teachers if row.person_id not in {taught.person_id, *used}][:3]
    used |= {row.person_id for row in idle}
    course = next(courses)
    return [
        of_person("P-14", one[0], "no_show", True, False),
        of_person("P-15", one[1], "external_lms_exclude", True, False),
        of_person("P-13", one[2], "start_date", None, one[2].start_date.isoformat()),
        of_person("P-07", account, "username", " ", "found.again"),
        of_person("P-34", idle[0], "teacher", False, True),
        of_person("P-35", idle[1], "end_date", yesterday, ""),
        of_person("P-38", idle[2], "external_lms_exclude", True, False),
        of_person("P-44", next(row for row in guardians if row.person_id not in used), "portal", False, True),
        Case("P-69", "section", first.id, first, "active", False, True),
        Case("P-68", "section", second.id, second, "external_lms_exclude", True, False),
        Case("P-29", "section_staff", taught.id, taught, "role", "Section Staff", "Primary Teacher"),
        Case("P-69", "course", course.id, course, "active", False, True),
    ]


def _spoil(case: Case) -> None:
    if case.number == "P-13":  # an enrollment that ended before the year began
        case.row.start_date, case.row.end_date = date(2019, 8, 1), date(2019, 12, 1)
    else:
        setattr(case.row, case.column, case.spoiled)


def _in(site: District, do: Callable[[Session], Any]) -> Any:
    with site.door.app.app_context():
        found = do(db.session())
        db.session.commit()
        return found


def _address(site: District, case: Case) -> str:
    return f"{site.address}/missing/{case.table}/{case.key}/?connection={NAME}&on={TODAY}"


def _mend(page: Page, case: Case) -> None:
    """From the first rule to the form, and back to the page."""
    page.get_by_role("link", name="Change it").first.click()
    field = page.locator(f"#field-{case.column}")
    expect(field).to_be_visible()
    if isinstance(case.typed, bool):
        field.set_checked(case.typed)
    elif case.column == "role":
        field.select_option(case.typed)
    else:
        field.fill(case.typed)
    if case.number == "P-13":
        page.locator("#field-end_date").fill("")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/missing/**")


@pytest.fixture(scope="module")
def cases(_district: District) -> list[Case]:
    """Spoiled, all of them, and published so."""

    def spoil(session: Session) -> list[Case]:
        found = _cases(session)
        for case in found:
            _spoil(case)
        session.flush()
        return found

    found: list[Case] = _in(_district, spoil)
    _district.door.refresh(TODAY)
    return found


def test_from_a_missing_record_by_its_rule_to_its_form_and_back(district: District, cases: list[Case]) -> None:
    page = district.page("ada")
    for number, case in enumerate(cases):
        page.goto(_address(district, case))
        expect(page.get_by_text(f"{NAME} does not get it.")).to_be_visible()
        first = page.locator("main ol > li").first
        expect(first).to_contain_text(f"Rule {case.number}")
        if number == 0:
            check_looks(page, "district-missing")
        _mend(page, case)
        expect(page.get_by_text("A change waits for the next refresh")).to_be_visible()
        if number == 0:
            check_looks(page, "district-missing-waits")
    district.door.refresh(TODAY)
    for number, case in enumerate(cases):
        page.goto(_address(district, case))
        expect(page.get_by_text(f"{NAME} gets it", exact=True)).to_be_visible()
        if number in (0, 8):
            check_looks(page, f"district-missing-{case.table}-is-there")
    page.goto(_address(district, cases[0]))
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("no_show: ", exact=False).first).to_be_visible()
    check_looks(page, "district-history")


def test_from_home_one_search_leads_there(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/home/")
    search = page.get_by_label("Why is it missing?")
    search.fill("regular-teacher")
    search.press("Enter")
    expect(page.get_by_text("gets it", exact=False).first).to_be_visible()
    page.goto(f"{district.address}/missing/?search=a")
    check_looks(page, "district-missing-search")
    page.goto(f"{district.address}/missing/?search=nobody+of+this+name")
    check_looks(page, "district-missing-nothing")


def test_the_report_is_made_while_the_page_shows_how_far_it_is(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/preparedness/")
    check_looks(page, "district-preparedness-none")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    check_looks(page, "district-preparedness-waiting")
    with district.door.app.app_context():
        assert work_on_jobs(district.door.app)
    expect(page.get_by_role("heading", name="To mend")).to_be_visible()
    check_looks(page, "district-preparedness")
    page.get_by_role("link", name="A person has no username.").click()
    expect(page.get_by_role("link", name="Mend it").first).to_be_visible()
    check_looks(page, "district-preparedness-check")
    page.get_by_role("link", name="Mend it").first.click()
    page.get_by_role("button").filter(has_text="Add").first.wait_for()
