"""The scheduling pages as an administrator uses them, and as a teacher sees their own section."""

from playwright.sync_api import expect

from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers

__all__ = ["_district", "build_for", "district", "with_writers"]

TITLE = "Case Study Hall"


def test_lists_lead_to_what_hangs_on_each_row(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/sections/?search=case+study+hall")
    page.get_by_role("row", name=TITLE).first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Section Staff History")).to_be_visible()
    check_looks(page, "scheduling-section")
    page.locator("dl.facts").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Sections")).to_be_visible()
    check_looks(page, "scheduling-course")
    for tab, heading in (
        ("Courses", "Courses"), ("Course Masters", "Course Masters"), ("Schools", "Schools"),
        ("Calendars & Terms", "Calendars & Terms"), ("Grade Book Set-up", "Grade Book Set-up"),
    ):  # fmt: skip
        page.get_by_role("navigation", name="Scheduling").get_by_role("link", name=tab, exact=True).click()
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        check_looks(page, f"scheduling-{tab.replace(' ', '-').replace('&', 'and').lower()}")
    page.goto(f"{district.address}/course-masters/")
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Courses")).to_be_visible()
    check_looks(page, "scheduling-course-master")


def test_a_draft_schedule_is_looked_at_and_made_the_active_one(district: District) -> None:
    """P-04: what appears and disappears is said before."""
    page = district.page("ada")
    page.goto(f"{district.address}/sections/?state=draft")
    page.locator("tbody th a").first.click()
    expect(page.get_by_text("not the active one, a draft (P-04)")).to_be_visible()
    check_looks(page, "scheduling-draft-section")
    page.locator("dl.facts").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", name="Trials").first).to_be_visible()
    check_looks(page, "scheduling-calendar")
    page.get_by_role("link", name="Make it the active one").click()
    expect(page.get_by_role("heading", name="Appear: 1 section")).to_be_visible()
    check_looks(page, "scheduling-trial")
    page.get_by_role("button", name="Make it the active trial").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_the_grade_levels_are_mapped_on_one_page(district: District) -> None:
    """P-58, P-60."""
    page = district.page("ada")
    page.goto(f"{district.address}/grade-levels/")
    check_looks(page, "scheduling-grade-levels")
    chosen = page.get_by_label("State Grade Level Code of", exact=False).last
    chosen.select_option("")
    page.get_by_role("button", name="Save the mapping").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("no NCES grade: their students are published without a grade")).to_be_visible()
    check_looks(page, "scheduling-grade-levels-unmapped")


def test_many_sections_are_ticked_and_excluded_after_a_look(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/sections/")
    page.locator("tbody input[type=checkbox]").nth(0).check()
    page.locator("tbody input[type=checkbox]").nth(1).check()
    page.get_by_label("What to change").select_option("external_lms_exclude=1")
    page.get_by_role("button", name="Change them").click()
    expect(page.get_by_role("heading", name="Change 2 sections?")).to_be_visible()
    check_looks(page, "scheduling-many")


def test_a_teacher_sees_their_section_alone(district: District) -> None:
    page = district.page("tess")
    page.get_by_role("main").locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="Roster")).to_be_visible()
    assert page.locator("main a[href*='/records/']").count() == 0
    check_looks(page, "scheduling-teacher-section")
