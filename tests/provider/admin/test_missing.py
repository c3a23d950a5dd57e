"""Why is it missing?: what somebody asks about is found, what a connection gets is shown, what holds it back is told first
with the way to the form, and a person's history is one line.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from provider.access.audit import audit
from provider.access.connections import find_connection
from provider.access.models import RequestLog
from provider.database import db
from provider.sis import models
from tests.provider.admin.conftest import Pages, Window
from tests.provider.gradebook.rows import GradeRows


def ask(window: Window, table: str, key: int, connection: str = "all-1.1", on: str = "2026-01-10") -> str:
    answer = window.get(f"/missing/{table}/{key}/?connection={connection}&on={on}")
    assert answer.status_code == 200
    return answer.text


def edit(pages: Pages, model: Any, key: int, **values: Any) -> None:
    """Change columns of a row, as a form does."""
    with pages.app.app_context():
        row = db.session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()


@pytest.fixture
def window(pages: Pages) -> Window:
    return pages.window("ada_min")


def test_what_alone_is_found_is_shown_at_once(pages: Pages, window: Window) -> None:
    book = pages.book
    for words, where in (
        ("Ada Lake", f"/missing/person/{book.ada}/"), ("user1", f"/missing/person/{book.ada}/"),
        ("Lake, Ada", f"/missing/person/{book.ada}/"), ("p1@school.example", f"/missing/person/{book.ada}/"), ("1001-1", f"/missing/section/{book.first}/"),
        ("Grant Middle", "/missing/school/2/"),
    ):  # fmt: skip
        answer = window.get(f"/missing/?search={words}")
        assert (answer.status_code, answer.headers.get("Location", "").partition("?")[0]) == (303, where), words


def test_several_are_listed_to_choose_from(pages: Pages, window: Window) -> None:
    """t4 is the teacher's record of person 4, and row 4 of staff history (P-83, P-83a)."""
    page = window.get("/missing/?search=t4").text
    assert "/missing/person/4/" in page and "/missing/section_staff/4/" in page
    page = window.get("/missing/?search=lake+hill").text
    assert "Nothing is found" in page
    page = window.get("/missing/?search=a&connection=grant-1.2").text
    assert "Lake, Ada" in page and f"/missing/person/{pages.book.ada}/?connection=grant-1.2" in page
    page = window.get("/missing/?search=course").text
    assert "1001-1 Course 1" in page and "1001 Course 1" in page and "Grant Middle, 2025-26" in page
    assert window.get("/missing/?search=%00").status_code == 200


@pytest.mark.parametrize("name", ["all-1.1", "all-1.2"])
def test_a_record_is_shown_as_the_connection_gets_it(pages: Pages, window: Window, name: str) -> None:
    """The published bytes, and the other version with the same options."""
    page = ask(window, "person", pages.book.ada, name)
    assert f"{name} gets it" in page
    assert "As all-" in page and "What holds it back" not in page
    for part in ("&#34;role&#34;: &#34;student&#34;", "&#34;sourcedId&#34;: &#34;s1&#34;", "ic.legacySourcedId"):
        assert part in page
    assert "OneRoster 1.2, with the same options" in page if name == "all-1.1" else "OneRoster 1.1, with" in page


def test_every_kind_of_record_is_shown(pages: Pages, window: Window) -> None:
    for table, key, part in (
        ("section", pages.book.first, "classCode"), ("course", 1, "courseCode"), ("school", 1, "Lincoln High"),
        ("roster", 1, "beginDate"), ("section_staff", 1, "primary"),
    ):  # fmt: skip
        for name in ("all-1.1", "all-1.2"):
            page = ask(window, table, key, name)
            assert f"{name} gets it" in page, table
            assert part in page


def test_the_rule_that_decides_stands_first_with_its_value_and_its_form(pages: Pages, window: Window) -> None:
    """P-14: the enrollment decides, that the student has none that counts follows."""
    edit(pages, models.Enrollment, 1, no_show=True)
    pages.book.refresh()
    page = ask(window, "person", pages.book.ada)
    assert "all-1.1 does not get it." in page
    held = page[page.index("What holds it back") :]
    assert held.index("The enrollment is not marked No Show.") < held.index("The person has an enrollment that counts.")
    assert "What decided: No Show True" in held
    assert "What follows from it" in held
    assert held.index("Change it") < held.index("What follows from it")


def test_scope_and_excludes_lead_to_the_record_that_holds_them(pages: Pages, window: Window) -> None:
    """P-96 leads to the connection; P-73 to the school that is marked, not to the enrollment."""
    page = ask(window, "person", pages.book.ada, "grant-1.2")
    with pages.app.app_context():
        connection_id = find_connection(db.session(), "grant-1.2").id
    assert f"/applications/{connection_id}/options" in page
    edit(pages, models.School, 1, external_lms_exclude=True)
    pages.book.refresh()
    page = ask(window, "person", pages.book.ada)
    assert "school Lincoln High" in page and "/records/school/1#field-external_lms_exclude" in page


def test_a_teacher_is_not_asked_for_the_marks_of_other_staff(pages: Pages, window: Window) -> None:
    """P-24, P-35: Tom's assignment has ended: that alone is told."""
    with pages.app.app_context():
        tom = db.session.query(models.SectionStaff).filter_by(section_id=pages.book.first).one().person_id
        assignment = db.session.query(models.Assignment).filter_by(person_id=tom).one().id
    edit(pages, models.Assignment, assignment, end_date=date(2026, 1, 9))
    page = ask(window, "person", tom)
    held = page[page.index("What holds it back") : page.index("Every rule that was asked")]
    assert "P-35" in held and "P-33" not in held and "as non-teacher staff" not in held


def test_a_change_that_waits_for_the_refresh_is_told(pages: Pages, window: Window) -> None:
    """P-84: what is published stays until then."""
    assert "waits for the next refresh" not in ask(window, "person", pages.book.ada)
    edit(pages, models.Enrollment, 1, no_show=True)
    page = ask(window, "person", pages.book.ada)
    assert "all-1.1 gets it" in page
    assert "A change waits for the next refresh" in page and "s1 is not published any more" in page
    edit(pages, models.Enrollment, 1, no_show=False)
    page = ask(window, "person", pages.book.ada)
    assert "Something has been edited that waits for the next refresh; it changes nothing" in page
    pages.book.refresh()
    assert "waits for the next refresh" not in ask(window, "person", pages.book.ada)


def test_what_a_date_will_do(pages: Pages, window: Window) -> None:
    """P-16, P-20: on its last day an enrollment is active, a day later it is to be deleted."""
    edit(pages, models.Enrollment, 1, end_date=date(2026, 1, 20))
    pages.book.refresh()
    assert "By the rules of" not in ask(window, "person", pages.book.ada, on="2026-01-20").replace(
        "By the rules of the day", ""
    )
    page = ask(window, "person", pages.book.ada, on="2026-01-21")
    assert "By the rules of 2026-01-21 this changes:" in page and "s1 is tobedeleted instead of active" in page
    assert "Give a day as 2026-01-31." in ask(window, "person", pages.book.ada, on="soon")


def test_when_the_platform_last_asked(pages: Pages, window: Window) -> None:
    """P-114."""
    assert "Never by its id" in ask(window, "person", pages.book.ada)
    now = datetime.now(UTC)
    with pages.app.app_context():
        connection_id = find_connection(db.session(), "all-1.1").id
        values = {"connection_id": connection_id, "method": "GET", "status": 200, "milliseconds": 1.0, "bytes": 5}
        db.session.add(RequestLog(at=now, operation="getUser", objects="s1", **values))
        db.session.add(RequestLog(at=now - timedelta(days=3), operation="getAllUsers", total=7, count=7, **values))
        db.session.commit()
    page = ask(window, "person", pages.book.ada)
    assert "getUser, answer 200" in page
    assert "getAllUsers, answer 200, 7 records in all" in page
    assert "has not asked since" not in page
    assert "The platform has not asked since the record became what it is" in ask(window, "person", pages.book.ben)


def test_the_sections_of_a_person_and_the_people_of_a_section(pages: Pages, window: Window) -> None:
    """P-81: Ada is on the roster of a hidden section."""
    page = ask(window, "person", pages.book.ada)
    assert "2 of 3 enrollments are published" in page
    assert "Lake, Ada in 1004-1" in page and "The section is not marked External LMS Exclude." in page
    page = ask(window, "section", pages.book.first)
    assert "3 of 3 enrollments are published" in page and "Hill, Ben in 1001-1" in page


def test_every_connection_is_told(pages: Pages, window: Window) -> None:
    page = ask(window, "person", pages.book.ada)
    told = page[page.index("What each connection gets") :]
    assert "grant-1.1" in told and "P-96: school 101 Lincoln High; the connection sees schools 2" in told


def test_who_has_no_role_at_all_is_told_why(pages: Pages, window: Window) -> None:
    with pages.app.app_context():
        db.session.add(models.Person(id=900, guid="00000000-0000-4000-8000-0000000000aa"))
        db.session.flush()
        db.session.add(models.Identity(id=900, person_id=900, first_name="Nora", last_name="New"))
        db.session.commit()
    page = ask(window, "person", 900)
    assert "The person has an enrollment that counts." in page and "0 of 0 enrollments count" in page


def test_history(pages: Pages, window: Window, rows: GradeRows) -> None:
    """Edits, refreshes, grades and requests, the newest first, each kind by itself."""
    now = datetime.now(UTC)
    with pages.app.app_context():
        audit(db.session(), now, (1, "ada_min"), "change enrollment", "Ada Lake", {"no_show": False}, {"no_show": True},
              [("person", pages.book.ada)])  # fmt: skip
        db.session.add(RequestLog(at=now - timedelta(hours=2), connection_id=1, method="GET", operation="getStudent",
                                  objects="s1", status=404, milliseconds=1.0, bytes=5))  # fmt: skip
        db.session.commit()
    item = rows.line_item(pages.book.first, title="Essay")
    rows.result(item, pages.book.ada, score=87.5)
    rows.session.commit()
    page = window.get(f"/missing/person/{pages.book.ada}/history/").text
    assert "change enrollment, Ada Lake, by ada_min" in page and "no_show: False → True" in page
    assert "A refresh published users s1 (active)" in page
    assert "getStudent s1, answer 404" in page
    assert "for Essay" in page
    assert page.index("change enrollment") < page.index("getStudent")
    only = window.get(f"/missing/person/{pages.book.ada}/history/?only=edits").text
    assert "change enrollment" in only and "getStudent" not in only
    assert window.get("/missing/person/999999/history/").status_code == 404
    other = window.get(f"/missing/person/{pages.book.cleo}/history/?only=edits").text
    assert "Nothing yet" in other


def test_rows_of_a_person_lead_to_the_person(pages: Pages, window: Window) -> None:
    answer = window.get("/missing/of/enrollment/1/")
    assert answer.headers["Location"] == f"/missing/person/{pages.book.ada}/"
    assert window.get("/missing/of/enrollment/999999/").status_code == 404
    assert window.get("/missing/of/setting/1/").status_code == 404


@pytest.mark.parametrize("path", ["/missing/", "/missing/person/1/", "/missing/person/1/history/"])
def test_administrators_alone(pages: Pages, path: str) -> None:
    assert pages.window("tom").get(path).status_code == 403
    assert pages.window().get(path).status_code == 303


def test_what_is_not_there(pages: Pages, window: Window) -> None:
    assert window.get("/missing/person/999999/").status_code == 404
    assert window.get("/missing/sis_user/1/").status_code == 404
    assert window.get("/missing/person/x/").status_code == 404
