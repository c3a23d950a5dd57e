"""School years: the dates in force, what they leave out, and setting one active after a look at it (P-02, P-51, P-52)."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from provider.database import db
from provider.jobs.tables import Job
from provider.sis import models
from provider.sis.changes import SisChange
from tests.provider.admin.conftest import Window
from tests.provider.management.conftest import Managed
from tests.provider.management.test_refreshes import told


def edit_year(managed: Managed, number: int, **values: Any) -> None:
    with managed.app.app_context():
        year = db.session.get_one(models.SchoolYear, number)
        for name, value in values.items():
            setattr(year, name, value)
        db.session.commit()


def active(managed: Managed) -> list[str]:
    with managed.app.app_context():
        return list(db.session.scalars(select(models.SchoolYear.name).where(models.SchoolYear.active)))


def preview(managed: Managed, window: Window, work: bool = True) -> str:
    """Ask for the preview of 2026-27; its address."""
    window.get("/years/")
    address = window.post("/years/2/preview").location
    if work:
        assert managed.work().endswith("done")
    return str(address)


def confirm(window: Window, address: str, seen: str | None = None) -> Any:
    """Press the button of the preview that is open."""
    stamp = seen or re.findall(r'name="seen" value="([^"]+)"', window.page)[0]
    return window.post(address, seen=stamp)


# Dates


def test_blank_dates_are_explained_with_those_in_force(managed: Managed) -> None:
    """P-51."""
    page = told(managed.window().get("/years/").text)
    assert "2025-26 Active 2025-01-01 to 2026-12-31 both dates are blank" in page
    edit_year(managed, 1, start_date=date(2025, 8, 1))
    page = told(managed.window().get("/years/1/").text)
    assert "2025-08-01 to 2026-12-31 the end date is blank" in page
    assert (
        "Blank, so 31 December 2026 (P-51)" in page
        and "/records/school_year/1" in managed.window().get("/years/1/").text
    )


def test_dates_that_leave_out_days_of_school_are_warned_of(managed: Managed) -> None:
    """P-52: for years to come as well as for the active one."""
    window = managed.window()
    assert "after the first day of school" not in window.get("/years/").text
    edit_year(managed, 1, start_date=date(2025, 8, 19), end_date=date(2026, 6, 5))
    edit_year(managed, 2, end_date=date(2027, 6, 3))
    page = told(window.get("/years/").text)
    assert "It starts on 2025-08-19, after the first day of school, 2025-08-18." in page
    assert "It ends on 2027-06-03, before the last day of school, 2027-06-04." in page
    one = told(window.get("/years/1/").text)
    assert "Lincoln High 25-26" in one and "Not covered by the year" in one


def test_no_active_year_is_told_loudly(managed: Managed) -> None:
    """P-03."""
    edit_year(managed, 1, active=False)
    window = managed.window()
    assert "No school year is active" in window.get("/years/").text
    assert "empty rosters" in window.get("/home/").text


# Setting one active


def test_another_year_is_set_active_after_a_look_and_platforms_see_it(managed: Managed) -> None:
    """P-02, P-90: more than a quarter goes, which nobody has to approve twice."""
    window = managed.window()
    address = preview(managed, window, work=False)
    assert "being reckoned" in window.get(address).text and "hx-get" in window.page
    assert window.get(f"/previews/{address.rstrip('/').rpartition('/')[2]}/").location == address, (
        "from the list of jobs"
    )
    assert managed.work().endswith("done")
    page = told(window.get(address).text)
    assert "Now 2025-26 is active" in page and "lms-1.1" in page and "lms-1.2" in page
    appear, _change, disappear = re.findall(r"([\d,]+) records appear, ([\d,]+) change, ([\d,]+) disappear", page)[0]
    assert f"Set 2026-27 active: {appear} appear, {disappear} disappear" in page
    people = re.findall(rf'href="({address}\d+/)">Names<span class="heard"> of Enrollments for lms-1.1', window.page)[0]
    assert "Disappears" in window.get(f"{people}?what=removed").text
    lines = window.get(f"{address.rstrip('/')}.csv").text.splitlines()
    assert len(lines) - 1 == sum(int(one.replace(",", "")) for one in (appear, _change, disappear))
    assert active(managed) == ["2025-26"], "a look changes nothing"
    window.get(address)
    answer = confirm(window, address)
    assert (answer.status_code, answer.location) == (303, "/management/refreshes/")
    assert active(managed) == ["2026-27"]
    entry = managed.audited()[-1]
    assert (entry.action, entry.who, entry.subject) == ("set active year", "ada_min", "2026-27")
    assert json.loads(entry.before) == {"active year": "2025-26"}
    assert json.loads(entry.after)["removed"] == int(disappear.replace(",", ""))
    assert "approved" in window.get("/management/refreshes/").text
    results = managed.tick(datetime.now(UTC))
    assert results[0].state == "done" and f"{results[0].removed:,}" == disappear
    assert [one["title"] for one in managed.published.read("classes")] == ["Next course"]
    assert managed.published.get("/classes/1").status_code == 404
    with managed.app.app_context():
        assert db.session.scalars(select(SisChange)).all() == []
    assert "This preview was used" in window.get(address).text and "Set 2026-27 active:" not in window.page


@pytest.mark.parametrize("change", ["dates", "active", "calendar"])
def test_a_preview_that_is_stale_is_told_and_sets_nothing(managed: Managed, change: str) -> None:
    """Somebody changes the year, its calendars or the active year between the look and the confirmation."""
    window = managed.window()
    address = preview(managed, window)
    window.get(address)
    assert "Set 2026-27 active:" in window.page
    if change == "dates":
        edit_year(managed, 2, start_date=date(2026, 9, 1))
    elif change == "active":
        edit_year(managed, 1, active=False)
    else:
        with managed.app.app_context():
            db.session.get_one(models.Calendar, 20).external_lms_exclude = True
            db.session.commit()
    was, before = active(managed), managed.actions()
    answer = confirm(window, address)
    assert answer.status_code == 409 and "changed after this preview" in answer.text
    assert "Make a new preview" in answer.text and "appear," not in answer.text
    assert active(managed) == was and managed.actions() == before
    assert "changed after this preview" in window.get(address).text


def test_only_what_was_seen_is_confirmed(managed: Managed) -> None:
    window = managed.window()
    address = preview(managed, window, work=False)
    window.get(address)
    for seen in ("", "0" * 16):
        assert window.post(address, seen=seen).status_code == 409, "nothing has been shown yet"
    managed.work()
    window.get(address)
    assert window.post(address, seen="0" * 16).status_code == 409
    assert active(managed) == ["2025-26"]


def test_a_year_is_not_set_active_while_a_refresh_waits(managed: Managed) -> None:
    """Nothing is half done: the year that was active still is."""
    window = managed.window()
    address = preview(managed, window)
    window.get("/management/refreshes/")
    window.post("/management/refreshes/")
    window.get(address)
    assert confirm(window, address).location == address
    assert "A refresh is waiting" in window.get(address).text
    assert active(managed) == ["2025-26"]
    assert "Set 2026-27 active:" in window.page, "it can be confirmed later"


def test_what_disappears_beyond_the_preview_is_held(managed: Managed) -> None:
    """P-91: the confirmation covers what was shown."""
    window = managed.window()
    address = preview(managed, window)
    window.get(address)
    confirm(window, address)
    with managed.app.app_context():
        db.session.get_one(models.Enrollment, 9000).no_show = True
        db.session.commit()
    assert managed.tick(datetime.now(UTC))[0].state == "held"
    assert managed.published.get("/classes/1").status_code == 200, "the last good state stays"
    assert "held and waits for your approval" in window.get("/home/").text


def test_addresses_of_other_years_and_jobs_lead_nowhere(managed: Managed) -> None:
    window = managed.window()
    address = preview(managed, window)
    job_id = int(address.rstrip("/").rpartition("/")[2])
    with managed.app.app_context():
        db.session.add(Job(kind="export", asked="{}", asked_at=datetime.now(UTC)))
        db.session.commit()
    for path in (
        "/years/9/", f"/years/1/preview/{job_id}/", f"/years/2/preview/{job_id + 1}/", "/years/2/preview/999/",
        f"/years/2/preview/{job_id}/999/", f"/years/1/preview/{job_id}.csv",
    ):  # fmt: skip
        assert window.get(path).status_code == 404, path
    window.get("/years/")
    assert window.post("/years/9/preview").status_code == 404
    assert window.post(f"/years/1/preview/{job_id}/").status_code == 404
    assert managed.window("tess").get("/years/").status_code == 403
