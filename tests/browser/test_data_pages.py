"""Import, export, users and the audit trail in a browser: a job moves by itself from the upload to what became of it."""

import re
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from provider.database import db
from provider.jobs.tables import Job
from provider.working import work_on_jobs
from tests.browser.consumer_site import check_looks
from tests.browser.district_site import District, _district, build_for, district, with_writers

__all__ = ["_district", "build_for", "district", "with_writers"]

SCRIPT = "<script>alert(1)</script>"
PHONE_LONG = "A school whose name goes on and on until it has to be broken somewhere"


def work(site: District) -> None:
    """A worker takes up the next job."""
    with site.door.app.app_context():
        assert work_on_jobs(site.door.app)


def grow_old(site: District) -> None:
    """The jobs that wait were asked for a minute ago."""
    with site.door.app.app_context():
        db.session.execute(update(Job).values(asked_at=datetime.now(UTC) - timedelta(minutes=1)))
        db.session.commit()


def packed(files: dict[str, str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def put(page: Page, content: bytes, name: str, at_once: bool = False) -> None:
    page.get_by_label("File", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    if at_once:
        page.get_by_label("Import it at once").check()
    page.get_by_role("button", name="Upload the file").click()


def test_a_file_is_checked_then_imported_while_the_page_moves_by_itself(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/import/")
    check_looks(page, "district-import")
    put(page, b"%PDF-1.7", "roster.pdf")
    expect(page.get_by_text("roster.pdf is a PDF")).to_be_visible()
    expect(page.get_by_label("File", exact=True)).to_have_attribute("aria-invalid", "true")
    check_looks(page, "district-import-wrong")
    bad = "".join(
        f"{9000 + n},1,9{n:03},{PHONE_LONG} {n}\n" if n % 3 else f"x{n},1,9{n:03},{SCRIPT}\n" for n in range(90)
    )
    put(page, packed({"school.csv": "id,district_id,number,name\n" + bad, "notes.csv": "a\n"}), "autumn.zip")
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    grow_old(district)
    expect(page.get_by_text("No worker seems to be running")).to_be_visible()
    check_looks(page, "district-import-waiting")
    work(district)
    expect(page.get_by_role("button", name="Import it now")).to_be_visible()
    expect(page.get_by_role("region", name="Refused rows").get_by_role("row")).to_have_count(31)
    check_looks(page, "district-import-checked")
    page.get_by_role("button", name="Import it now").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    work(district)
    expect(page.get_by_text("Rows: 60 created, 30 refused")).to_be_visible()
    page.get_by_role("link", name="Notes (1)").click()
    expect(page.get_by_text("there is no table of this name")).to_be_visible()
    check_looks(page, "district-import-notes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as CSV").click()
    assert download.value.suggested_filename.endswith("refused.csv")
    page.goto(f"{district.address}/import/")
    check_looks(page, "district-imports")


def test_a_package_is_exported_and_fetched(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/export/")
    page.get_by_label("Connection").select_option(index=0)
    page.get_by_role("button", name="Make the package").click()
    expect(page.get_by_text("Waiting in line")).to_be_visible()
    work(district)
    expect(page.get_by_role("link", name="Fetch the package")).to_be_visible()
    check_looks(page, "district-export-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch the package").click()
    with zipfile.ZipFile(Path(download.value.path())) as archive:
        assert {"manifest.csv", "users.csv", "enrollments.csv"} <= set(archive.namelist())
    page.get_by_role("link", name=re.compile("^since ")).click()
    expect(page.get_by_label("What has changed since a moment")).to_be_checked()
    check_looks(page, "district-export")
    page.get_by_role("button", name="Make the package").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled before it began")).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    check_looks(page, "district-jobs")
    page.get_by_role("link", name=re.compile("^Export ")).last.click()
    expect(page.get_by_role("link", name="Show what came of it")).to_be_visible()
    check_looks(page, "district-job")


def test_a_user_is_added_and_changed_and_the_trail_tells_it(district: District) -> None:
    page = district.page("ada")
    page.goto(f"{district.address}/users/")
    check_looks(page, "district-users")
    page.get_by_role("link", name="Add a user").click()
    page.get_by_label("Username").fill("eve")
    page.get_by_label("Name (required)", exact=True).fill("Eve Sandoval-Montgomery")
    page.get_by_label("Teacher").check()
    page.get_by_label("Password").fill("seven green paper boats")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_text("A teacher is somebody of the SIS")).to_be_visible()
    check_looks(page, "district-user-wrong")
    page.get_by_label("Who this is in the SIS").fill("Tessa Regular-Teacher")
    page.get_by_label("Password").fill("seven green paper boats")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_text("eve may sign in.")).to_be_visible()
    page.get_by_role("link", name="eve").click()
    page.get_by_label("Name", exact=False).first.fill("Eve Sandoval")
    page.get_by_label("May sign in").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    check_looks(page, "district-user")
    page.get_by_role("link", name="What was changed of them").click()
    expect(page.get_by_role("region", name="Entries").get_by_role("row")).to_have_count(3)
    check_looks(page, "district-audit")


@pytest.mark.parametrize("path", ["users/", "audit/", "jobs/", "import/", "export/"])
def test_a_teacher_sees_none_of_it(district: District, path: str) -> None:
    page = district.page("tess")
    answer = page.goto(f"{district.address}/{path}")
    assert answer is not None and answer.status == 403
