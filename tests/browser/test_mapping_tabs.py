"""The tabs Schools and Terms as the Acting User and others use them (C-25 … C-37)."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from consumer.database import db
from consumer.platform.models import AuditEntry, GradingPeriod, School
from consumer.sync.tables import SchoolMapping, TermMapping
from tests.browser.consumer_site import Site, check_looks


def save(page: Page) -> None:
    page.get_by_role("button", name="Save Changes").click()


def mapped_schools(site: Site) -> dict[str, int]:
    db.session.rollback()
    return dict(db.session.execute(select(SchoolMapping.sis_id, SchoolMapping.school_id)).all())


def test_a_school_is_unmapped_and_mapped_again_to_the_building_it_made(site: Site) -> None:
    """C-28, C-30, C-31: nothing is removed, and no second building appears."""
    before = mapped_schools(site)
    buildings = db.session.query(School).count()
    page = site.page("ada")
    page.goto(site.tab("schools"))
    check_looks(page, "schools")
    choice = page.get_by_role("combobox").last
    name = choice.get_attribute("aria-label")
    chosen = choice.input_value()
    choice.select_option(label="Not mapped")
    save(page)
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    assert len(mapped_schools(site)) == len(before) - 1
    again = page.get_by_role("combobox", name=name)
    expect(page.get_by_text("was created from it").first).to_be_visible()
    again.select_option(value=chosen)
    save(page)
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    assert mapped_schools(site) == before
    assert db.session.query(School).count() == buildings
    assert db.session.query(AuditEntry).filter_by(action="map school", who="ada").count() == 2


def test_the_second_of_two_who_save_is_told_and_keeps_what_was_chosen(site: Site) -> None:
    first, second = site.page("ada"), site.page("ada")
    for page in (first, second):
        page.goto(site.tab("schools"))
    first.get_by_role("combobox").last.select_option(label="Not mapped")
    save(first)
    expect(first.get_by_role("status").first).to_have_text("Saved.")
    second.get_by_role("combobox").first.select_option(label="Not mapped")
    save(second)
    expect(second.get_by_role("alert")).to_contain_text("Somebody else has saved")
    assert second.get_by_role("combobox").first.input_value() == ""
    save(second)
    expect(second.get_by_role("status").first).to_have_text("Saved.")
    site.platform.map_all()


def test_others_see_the_tables_and_cannot_change_them(site: Site) -> None:
    """C-15."""
    page = site.page("ben")
    page.goto(site.tab("schools"))
    expect(page.get_by_text("read only: Ada Rivera is the Acting User")).to_be_visible()
    expect(page.get_by_role("combobox").first).to_be_disabled()
    assert page.get_by_role("button", name="Save Changes").count() == 0
    token = page.locator("input[name=csrf_token]").first.input_value()
    answer = page.request.post(site.tab("schools"), form={"csrf_token": token}, headers={"Referer": site.address})
    assert answer.status == 403 and "Nothing was changed" in answer.text()


def test_terms_of_the_active_year_are_mapped_to_grading_periods(site: Site) -> None:
    """C-32, C-33, C-36: mapping a term anew finds the period that it made."""
    periods = db.session.query(GradingPeriod).count()
    page = site.page("ada")
    page.goto(site.tab("terms"))
    expect(page.get_by_text("School year 2026–2027")).to_be_visible()
    check_looks(page, "terms")
    page.get_by_role("combobox").first.select_option(value="")
    save(page)
    page.get_by_role("combobox").first.select_option(value="new")
    save(page)
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    db.session.rollback()
    assert db.session.query(GradingPeriod).count() == periods
    assert db.session.query(TermMapping).count() == page.get_by_role("combobox").count()


def test_names_of_the_sis_are_text_on_every_page(site: Site) -> None:
    """Stored script: a school named like a script stays a name."""
    script = "<script>alert(1)</script>"
    orgs = site.platform.provider.records["orgs"]
    name, orgs[-1]["name"] = orgs[-1]["name"], script
    site.platform.map_all()
    page = site.page("ada")
    page.goto(site.tab("schools"))
    expect(page.get_by_role("rowheader", name=script)).to_be_visible()
    orgs[-1]["name"] = name
    site.platform.map_all()


def test_everything_on_the_schools_tab_is_done_with_the_keyboard(site: Site) -> None:
    page = site.page("ada")
    page.goto(site.tab("schools"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("combobox").last.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_have_text("Saved.")
    site.platform.map_all()
