"""The Preparedness report on the district's pages: made by a job, kept, with a list, a form and a file for each check."""

import csv
from datetime import UTC, datetime

import pytest

from provider.access.audit import audit
from provider.database import db
from provider.eligibility.readiness import CHECKS
from provider.jobs.tables import Job
from provider.preparedness.tables import ReadinessRecord, ReadinessReport
from provider.sis import models
from provider.working import work_on_jobs
from tests.provider.admin.conftest import Pages, Window


def work(pages: Pages) -> None:
    """A worker's look at the line."""
    with pages.app.app_context():
        assert work_on_jobs(pages.app) is not None


def make(pages: Pages) -> Window:
    """The page with a report that has just been made."""
    window = pages.window("ada_min")
    window.get("/preparedness/")
    assert window.post("/preparedness/").status_code == 303
    work(pages)
    window.get("/preparedness/")
    return window


def test_a_report_is_asked_for_made_and_kept(pages: Pages) -> None:
    window = pages.window("ada_min")
    assert "No report yet" in window.get("/preparedness/").text
    window.post("/preparedness/")
    page = window.get("/preparedness/").text
    assert "Waiting in line" in page and "Make the report" not in page
    window.post("/preparedness/")
    assert "A report is being made already." in window.get("/preparedness/").text
    work(pages)
    page = window.get("/preparedness/").text
    assert "made in" in page and "Waiting in line" not in page
    with pages.app.app_context():
        (job,) = db.session.query(Job).filter_by(kind="prepare")
        assert (job.state, job.who) == ("done", "ada_min")
        assert f"of {len(CHECKS)} checks found something" in str(job.message)
    assert window.get(f"/preparedness/jobs/{job.id}/").status_code == 303


def test_every_check_says_how_many_why_and_where(pages: Pages) -> None:
    page = make(pages).page
    assert "A section has no current primary teacher." not in page
    assert "Records that are marked External LMS Exclude." in page
    assert "They and all below them go to no platform." in page
    assert page.index("To mend") < page.index("Set on purpose")
    assert "Blocks everything" not in page


def test_what_blocks_stands_first(pages: Pages) -> None:
    """P-03."""
    with pages.app.app_context():
        db.session.query(models.SchoolYear).update({"active": False})
        db.session.commit()
    window = make(pages)
    assert "Blocks everything" in window.page and "No school year is active." in window.page
    assert 'href="/years/"' in window.get("/preparedness/no-active-year/").text


def test_all_is_well(pages: Pages) -> None:
    """Notes are nothing to mend."""
    with pages.app.app_context():
        staff = db.session.query(models.SectionStaff).filter_by(section_id=pages.book.hidden).one()
        db.session.query(models.Assignment).filter_by(person_id=staff.person_id).delete()
        db.session.commit()
    page = make(pages).page
    assert "All is well" in page and f"{len(CHECKS)} checks were made" in page
    assert "Records that are marked External LMS Exclude." in page


def test_the_records_of_a_check_lead_to_their_forms(pages: Pages) -> None:
    """P-07: found, searched, mended, gone from the next report."""
    with pages.app.app_context():
        db.session.query(models.UserAccount).filter_by(person_id=pages.book.ben).delete()
        db.session.commit()
    window = make(pages)
    assert "/preparedness/no-username/" in window.page
    page = window.get("/preparedness/no-username/").text
    assert "Ben Hill" in page and f"/missing/person/{pages.book.ben}/" in page
    assert "Mend it" in page
    assert "Ben Hill" in window.get("/preparedness/no-username/?search=ben").text
    assert "Nothing is found." in window.get("/preparedness/no-username/?search=nobody").text
    with pages.app.app_context():
        db.session.add(models.UserAccount(id=900, person_id=pages.book.ben, kind="student", username="ben.h"))
        db.session.commit()
    window.get("/preparedness/")
    window.post("/preparedness/")
    work(pages)
    assert "/preparedness/no-username/" not in window.get("/preparedness/").text
    assert "Nothing to mend" in window.get("/preparedness/no-username/").text


def test_one_report_is_kept(pages: Pages) -> None:
    make(pages)
    make(pages)
    with pages.app.app_context():
        (report,) = db.session.query(ReadinessReport)
        assert {row.report_id for row in db.session.query(ReadinessRecord)} == {report.id}


def test_the_report_says_that_something_was_changed_since(pages: Pages) -> None:
    window = make(pages)
    assert "Something has been changed since." not in window.page
    pages.add_user("another")
    with pages.app.app_context():
        audit(db.session(), datetime.now(UTC), None, "change person", "Ben Hill")
        db.session.commit()
    assert "Something has been changed since." in window.get("/preparedness/").text


def test_files(pages: Pages) -> None:
    window = make(pages)
    answer = window.get("/preparedness/csv/excludes")
    (line,) = csv.DictReader(answer.text.splitlines())
    assert (line["rule"], line["table"], line["id"]) == ("P-73", "section", str(pages.book.hidden))
    assert "preparedness-excludes-" in answer.headers["Content-Disposition"]
    assert len(window.get("/preparedness/csv/all").text.splitlines()) > 2
    assert window.get("/preparedness/csv/nonsense").status_code == 404


@pytest.mark.parametrize("path", ["/preparedness/", "/preparedness/no-username/", "/preparedness/csv/all"])
def test_administrators_alone(pages: Pages, path: str) -> None:
    assert pages.window("tom").get(path).status_code == 403
    assert pages.window().get(path).status_code == 303


def test_what_is_not_there(pages: Pages) -> None:
    window = pages.window("ada_min")
    assert window.get("/preparedness/no-username/").status_code == 404  # no report yet
    make(pages)
    assert window.get("/preparedness/nonsense/").status_code == 404
