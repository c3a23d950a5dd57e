"""Import on the pages: from the upload to what became of every row, and the wrong things that people upload."""

import re
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from provider.access.user_tables import AuditEntry
from provider.database import db
from provider.jobs.files import KEPT, tidy, uploads
from provider.jobs.line import ask
from provider.jobs.tables import Job
from provider.sis.changes import SisChange
from provider.sis.models import Person, School
from provider.working import work_on_jobs
from tests.provider.admin.conftest import Pages, Window, token_of
from tests.provider.sis.files import BASE

SCRIPT = "<script>alert(1)</script>"
SCHOOL = "id,district_id,number,name\n901,1,901,Alder School\n902,1,902,Birch School\n"
IDENTITY = "id,person_id,first_name,last_name\n9001,9001,Ada,Byron\n9002,9999,Benjamin,Okoro\n"


def packed(files: dict[str, str], density: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", density) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def put(window: Window, content: bytes | str, name: str = "person.csv", what: str = "import", **typed: str) -> Any:
    """Upload a file as the page's form does."""
    window.get("/import/")
    raw = content.encode() if isinstance(content, str) else content
    data = {"csrf_token": token_of(window.page), "what": what, "file": (BytesIO(raw), name), **typed}
    return window.client.post("/import/", data=data, content_type="multipart/form-data")


def district_folder(pages: Pages) -> Path:
    homeroom = pages.app.extensions["homeroom"]
    folder: Path = homeroom["settings"].provider_folder(homeroom["app_name"])
    return folder


def kept(pages: Pages) -> list[str]:
    """The uploads that lie in the district's folder."""
    folder = uploads(district_folder(pages))
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def work(pages: Pages) -> str | None:
    with pages.app.app_context():
        return work_on_jobs(pages.app)


def count(pages: Pages, model: Any) -> int:
    with pages.app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def cells(page: str, label: str) -> list[list[str]]:
    """The rows of the table that is called `label`."""
    table = page.partition(f'aria-label="{label}"')[2].partition("</tbody>")[0].partition("<tbody>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_a_zip_of_sis_files_is_imported_and_everything_is_refreshed(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = put(window, packed({"school.csv": SCHOOL, "identity.csv": IDENTITY, "person.csv": "id\n9001\n"}), "us.zip")
    assert answer.status_code == 303
    page = window.get(answer.location).text
    assert "Waiting in line" in page and "us.zip" in page and count(pages, School) == 2
    (upload,) = kept(pages)
    folder = uploads(district_folder(pages)) / upload
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, folder / "upload.zip")]
    assert modes == [0o700, 0o700, 0o600]
    assert (work(pages) or "").endswith("done")
    page = window.get(answer.location).text
    assert cells(page, "Rows by file")[:2] == [
        ["person.csv", "1", "1", "0", "0", "0", "0"], ["identity.csv", "2", "1", "0", "0", "0", "1"],
    ]  # fmt: skip
    (refused,) = cells(page, "Refused rows")
    assert refused[:4] == ["identity.csv", "3", "person_id", "9999"]
    assert "Benjamin" not in page
    assert count(pages, School) == 4 and kept(pages) == []
    with pages.app.app_context():
        assert db.session.scalar(select(SisChange.kind)) == "everything", "a full refresh follows"
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "import")).one()
        assert (entry.who, entry.subject) == ("ada_min", "us.zip")
    csv = window.client.get(f"{answer.location}refused.csv")
    assert csv.mimetype == "text/csv" and csv.text.splitlines()[0] == "file,line,column,value,reason"
    assert csv.text.splitlines()[1].startswith("identity.csv,3,person_id,9999,")


def test_the_same_file_again_changes_nothing_and_refreshes_nothing(pages: Pages) -> None:
    window = pages.window("ada_min")
    put(window, SCHOOL, "school.csv")
    work(pages)
    with pages.app.app_context():
        db.session.query(SisChange).delete()
        db.session.commit()
    answer = put(window, SCHOOL, "School (1).CSV")
    work(pages)
    page = window.get(answer.location).text
    assert cells(page, "Rows by file") == [["school.csv", "2", "0", "0", "2", "0", "0"]]
    assert "Rows: 2 unchanged" in page and count(pages, SisChange) == 0


def test_a_check_changes_nothing_and_can_then_be_imported_without_another_upload(pages: Pages) -> None:
    window = pages.window("ada_min")
    before = count(pages, School)
    answer = put(window, SCHOOL, "school.csv", what="check")
    work(pages)
    page = window.get(answer.location).text
    assert "It would be: 2 created" in page and "Import it now" in page
    assert (count(pages, School), count(pages, SisChange), len(kept(pages))) == (before, 0, 1)
    answer = window.post(f"{answer.location}go")
    assert answer.status_code == 303
    work(pages)
    page = window.get(answer.location).text
    assert "Rows: 2 created" in page and "Import it now" not in page
    assert (count(pages, School), kept(pages)) == (before + 2, [])
    listed = window.get("/import/").text
    assert [row[0] for row in cells(listed, "Earlier imports")] == ["Import 2", "Check 1"]


def test_all_or_nothing_writes_nothing_when_a_row_is_refused(pages: Pages) -> None:
    window = pages.window("ada_min")
    before = count(pages, School)
    bad = SCHOOL + "x,1,903,Cedar\n"
    answer = put(window, bad, "school.csv", strict="1")
    work(pages)
    page = window.get(answer.location).text
    assert "Nothing was written: 1 rows were refused" in page and count(pages, School) == before
    put(window, bad, "school.csv")
    work(pages)
    assert count(pages, School) == before + 2, "a bad row costs no other"


def test_a_oneroster_package_is_imported(pages: Pages) -> None:
    """One that this program wrote. Imported again it changes nothing."""
    window = pages.window("ada_min")
    window.get("/export/")
    answer = window.post("/export/", connection="all-1.2", mode="bulk")
    assert (work(pages) or "").endswith("done")
    package = window.client.get(f"{answer.location}package.zip").data
    answer = put(window, package, "oneroster.zip")
    assert (work(pages) or "").endswith("done")
    page = window.get(answer.location).text
    assert "OneRoster package, 1.2" in page
    assert [row[0] for row in cells(page, "Rows by file")][:3] == ["orgs.csv", "academicSessions.csv", "courses.csv"]
    people = count(pages, Person)
    answer = put(window, package, "oneroster.zip")
    work(pages)
    page = window.get(answer.location).text
    assert count(pages, Person) == people and "created" not in page.partition('role="status"')[2].partition("</p>")[0]


BOMB = packed({"person.csv": "id\n" + "0" * 40_000_000})


WRONG = [
    ("person.csv", b"", "person.csv is empty"),
    ("people.pdf", b"%PDF-1.7", "people.pdf is a PDF"),
    ("person.csv", b"%PDF-1.7", "person.csv is a PDF"),
    ("person.csv", b"MZ\x90\x00\x03", "person.csv is a program"),
    ("person.csv", b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    ("person.csv", b"id\n\x00\x01\x02", "neither a zip nor a CSV file"),
    ("people.xlsx", packed({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}), "people.xlsx is a workbook"),
    ("us.zip", packed({"readme.txt": "hello"}), "us.zip holds neither SIS files nor a OneRoster package"),
    ("us.zip", packed({"district/person.csv": "id\n1\n"}), "files belong at its top level"),
    ("us.zip", packed({"person.csv": "id\n1\n"})[:60], "us.zip is neither a folder nor a zip file"),
    ("bomb.zip", BOMB, "would expand"),
    ("us.zip", packed({}), "no .csv file"),
    ("students.csv", b"id\n1\n", "named after no table of the SIS"),
    (f"{SCRIPT}.csv", b"id\n1\n", "named after no table of the SIS"),
    ("../../../etc/passwd", b"root:x:0:0\n", "passwd is named after no table"),
    ("", b"id\n1\n", "Choose a file first"),
]


def test_the_wrong_thing_is_told_in_words_and_not_kept(pages: Pages) -> None:
    window = pages.window("ada_min")
    for name, content, words in WRONG:
        answer = put(window, content, name)
        assert answer.status_code == 422, name
        assert words in answer.text.replace("&lt;", "<") and SCRIPT not in answer.text, name
        assert kept(pages) == [], name
    assert count(pages, Job) == 0


def test_a_file_with_another_name_goes_into_the_table_that_is_chosen(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = put(window, SCHOOL, "our schools.txt", table="school")
    work(pages)
    assert "Rows: 2 created" in window.get(answer.location).text
    assert put(window, SCHOOL, "our schools.txt", table="sis_user").status_code == 422


def test_what_is_wrong_inside_a_file_is_told_by_the_import(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = put(window, "id\n1\n".encode("utf-16"), "person.csv")
    work(pages)
    assert "UTF-16; save it as UTF-8" in window.get(answer.location).text
    damaged = bytearray(packed({"school.csv": SCHOOL * 200}))
    damaged[60:80] = b"\xff" * 20
    answer = put(window, bytes(damaged), "us.zip")
    assert (work(pages) or "").endswith("failed")
    page = window.get(answer.location).text
    assert "school.csv cannot be read" in page and kept(pages) == []


def test_too_large_a_file_is_refused_and_nobody_but_an_administrator_may_send_one(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = b"id\n" + b"1\n" * 700_000
    assert put(pages.window("ada_min"), large).status_code == 303
    monkeypatch.setattr("provider.admin.data.importing.LARGEST_UPLOAD", 1_000_000)
    answer = put(pages.window("ada_min"), large)
    assert answer.status_code == 413 and "use the command" in answer.text
    for username in ("tom", None):
        window = pages.window(username)
        window.get("/frame/password" if username else "/frame/sign-in")
        data = {"csrf_token": token_of(window.page), "file": (BytesIO(large), "person.csv")}
        answer = window.client.post("/import/", data=data, content_type="multipart/form-data")
        assert answer.status_code == 413, username
        assert "use the command" not in answer.text


def test_one_import_at_a_time(pages: Pages) -> None:
    window = pages.window("ada_min")
    put(window, SCHOOL, "school.csv")
    answer = put(window, SCHOOL, "school.csv")
    assert answer.status_code == 409 and "Another one is under way" in answer.text
    assert len(kept(pages)) == 1


def test_files_go_when_nobody_needs_them(pages: Pages) -> None:
    window = pages.window("ada_min")
    answer = put(window, SCHOOL, "school.csv")
    window.get(answer.location)
    window.post("/jobs/1/cancel")
    work(pages)
    assert kept(pages) == [], "cancelled before it began"
    answer = put(window, SCHOOL, "school.csv", what="check")
    work(pages)
    assert len(kept(pages)) == 1
    window.get(answer.location)
    now = datetime.now(UTC)
    with pages.app.app_context():
        tidy(db.engine, district_folder(pages), now + KEPT - timedelta(minutes=5))
        assert len(kept(pages)) == 1
        tidy(db.engine, district_folder(pages), now + KEPT + timedelta(minutes=5))
    assert kept(pages) == []
    answer = window.post(f"{answer.location}go")
    assert answer.status_code == 409 and "upload it again" in answer.text


def test_a_file_that_the_worker_does_not_see_fails_the_job_in_words(pages: Pages) -> None:
    with pages.app.app_context():
        asked = {"file": "us.zip", "upload": "elsewhere", "name": "upload.zip", "strict": False, "dry_run": False}
        ask(db.session(), "import", asked, datetime.now(UTC), (1, "ada_min"))
        db.session.commit()
    work(pages)
    assert "same data folder" in pages.window("ada_min").get("/import/1/").text


def test_many_refused_rows_come_in_pages_and_are_found_by_file_and_words(pages: Pages) -> None:
    rows = "".join(f"{n},1,{n},{SCRIPT}\n" for n in range(1, 121))
    answer = put(window := pages.window("ada_min"), packed({
        "school.csv": "id,district_id,number,name\n" + rows.replace(",1,", ",77,"), "person.csv": "id\nx\n",
        "nothing.csv": "a\n1\n",
    }), "us.zip")  # fmt: skip
    work(pages)
    page = window.get(f"{answer.location}?page=3&file=school.csv").text
    assert len(cells(page, "Refused rows")) == 20 and "101 to 120 of 120 refused rows" in page
    assert "file=school.csv" in page.partition('rel="prev"')[2][:200]
    page = window.get(f"{answer.location}?search=whole").text
    assert SCRIPT not in page
    page = window.get(f"{answer.location}?show=notes").text
    assert cells(page, "Notes") == [["nothing.csv", "–", "was passed over: there is no table of this name"]]
    for strange in ("?page=-1&file=%00", f"?search={SCRIPT}", "?show=x&page=99999"):
        page = window.get(f"{answer.location}{strange}")
        assert page.status_code == 200 and SCRIPT not in page.text


def test_a_job_of_another_kind_is_no_import(pages: Pages) -> None:
    with pages.app.app_context():
        job = ask(db.session(), "export", {"connection": "all-1.2", "since": ""}, datetime.now(UTC))
        db.session.commit()
        number = job.id
    window = pages.window("ada_min")
    for path in (f"/import/{number}/", f"/import/{number}/refused.csv", "/import/999/", "/export/999/package.zip"):
        assert window.get(path).status_code == 404, path
    window.get("/import/")
    assert window.post(f"/import/{number}/go").status_code == 404


def test_base_files_are_taken_whole(pages: Pages) -> None:
    """A district's folder, as `homeroom provider import` takes it, into a district that has other rows."""
    with pages.app.app_context():
        db.session.execute(update(School).values(number=School.number + "0"))
        db.session.commit()
    window = pages.window("ada_min")
    answer = put(window, packed({f"{name}.csv": text for name, text in BASE.items()}), "base.zip", what="check")
    assert (work(pages) or "").endswith("done")
    assert len(cells(window.get(answer.location).text, "Rows by file")) == len(BASE)
