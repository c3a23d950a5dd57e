"""What an exclude would hide is told before it is confirmed; many rows are changed at once; rules lead to forms."""

import re
from contextvars import Context
from typing import Any

import pytest
from flask import Blueprint, request
from sqlalchemy import func, select

from provider.admin.guards import for_administrators
from provider.admin.records.address import mend_address
from provider.admin.records.bulk import answer_bulk
from provider.database import db
from provider.sis import models
from provider.sis.changes import SisChange
from provider.working import work_on_jobs
from tests.provider.admin.conftest import Pages, Window, token_of
from tests.provider.admin.record_forms import ada, address, audited, fields_of, first, seen_of, sis
from tests.provider.gradebook.conftest import Book

__all__ = ["ada", "sis"]


# Excludes, and the ways from a rule to a form


def hidden(page: str) -> dict[str, tuple[str, str]]:
    """By kind what is published now, and how much of it would disappear, as platforms that see all schools have it."""
    table = page[page.index("all-1.1") :].split("<tbody>")[1].split("</tbody>")[0]
    numbers = r'scope="row">([^<]+)</th>\s*<td[^>]*>([\d,]+)</td>\s*<td[^>]*>([\d,]+)</td>'
    return {kind: (before, gone) for kind, before, gone in re.findall(numbers, table)}


@pytest.mark.usefixtures("sis")
def test_an_exclude_says_first_what_it_would_hide(ada: Window, book: Book) -> None:
    """A section with two students and a teacher, of which platforms see every row; then it is confirmed."""
    row = db.session.get_one(models.Section, book.first)
    typed = fields_of(ada.get(address(row)).text) | {"external_lms_exclude": "1", "room": "12"}
    asked = ada.post(address(row), **typed)
    assert asked.status_code == 200 and "Nothing is changed yet" in asked.text
    assert hidden(asked.text)["Sections"] == ("3", "1") and hidden(asked.text)["Enrollments"][1] == "3"
    db.session.rollback()
    assert not row.external_lms_exclude and audited() == []
    ada.page = asked.text
    kept = fields_of(asked.text)
    again = ada.post(address(row), **kept | {"edit": "1"})
    assert again.status_code == 200 and re.search(r'name="external_lms_exclude"[^>]* checked', again.text)
    assert 'value="12"' in again.text
    assert ada.post(address(row), **kept | {"confirmed": "1"}).status_code == 303
    db.session.rollback()
    assert row.external_lms_exclude and row.room == "12"
    # taken away again, nothing is asked
    page = fields_of(ada.get(address(row)).text)
    page.pop("external_lms_exclude")
    assert ada.post(address(row), **page).status_code == 303


@pytest.mark.usefixtures("sis")
def test_what_an_exclude_of_much_would_hide_is_a_job_that_the_page_waits_for(pages: Pages, ada: Window) -> None:
    row = first("school")
    typed = fields_of(ada.get(address(row)).text) | {"external_lms_exclude": "1"}
    asked = ada.post(address(row), **typed)
    assert asked.status_code == 200 and "a worker has to look" in asked.text
    job = fields_of(asked.text)["job"]
    with pages.app.app_context():
        assert work_on_jobs(pages.app) == f"preview {job}: done"
    part = ada.get(f"/records/hidden/{job}")
    assert hidden(part.text)["Schools and the district"][1] == "1" and "hx-trigger" not in part.text
    ada.page = asked.text
    looked = ada.post(address(row), **fields_of(asked.text) | {"again": "1"})
    assert fields_of(looked.text)["job"] == job and hidden(looked.text)
    assert ada.post(address(row), **fields_of(asked.text) | {"confirmed": "1"}).status_code == 303
    db.session.rollback()
    assert row.external_lms_exclude
    assert ada.get("/records/hidden/999").status_code == 404


@pytest.mark.usefixtures("sis")
def test_another_calendar_takes_away_the_grade_level_of_the_former(ada: Window) -> None:
    """What can be chosen is drawn anew; nothing is stored by that."""
    row = first("enrollment")
    other = db.session.scalars(select(models.Calendar.id).where(models.Calendar.id != row.calendar_id).limit(1)).one()
    typed = fields_of(ada.get(address(row)).text) | {
        "calendar_id": str(other),
        "choices": "1",
        "end_date": "2026-05-02",
    }
    drawn = ada.post(address(row), **typed)
    assert drawn.status_code == 200 and 'value="2026-05-02"' in drawn.text
    assert fields_of(drawn.text)["grade_level_id"] == "" and f'value="{other}" selected' in drawn.text
    theirs = select(models.GradeLevel.id).join(models.ScheduleStructure).filter_by(calendar_id=other)
    assert all(f'<option value="{key}"' in drawn.text for key in db.session.scalars(theirs))
    assert audited() == []


@pytest.mark.usefixtures("sis")
def test_the_way_leads_from_what_a_rule_looked_at_to_the_form(pages: Pages) -> None:
    with pages.app.test_request_context():
        session = db.session()
        enrollment, section, assignment = first("enrollment"), first("section"), first("assignment")
        school = session.get_one(models.Calendar, enrollment.calendar_id).school_id
        person = enrollment.person_id

        def way(column: str, table: str, key: int) -> str | None:
            return mend_address(session, column, table, key)

        assert way("enrollment.end_date", "enrollment", 1) == "/records/enrollment/1#field-end_date"
        assert way("school.external_lms_exclude", "enrollment", enrollment.id) == (
            f"/records/school/{school}#field-external_lms_exclude"
        )
        assert way("course.active, course.external_lms_exclude", "section", section.id) == (
            f"/records/course/{section.course_id}#field-active"
        )
        (account,) = session.scalars(select(models.UserAccount).filter_by(person_id=person))
        assert way("user_account.username", "person", person) == f"/records/user_account/{account.id}#field-username"
        session.delete(account)
        session.flush()
        assert way("user_account.username", "person", person) == f"/records/user_account/add?person_id={person}"
        assert way("calendar.school_year_id", "assignment", assignment.id) == (
            f"/records/calendar/{session.scalar(select(models.Calendar.id).filter_by(school_id=assignment.school_id))}"
            "#field-school_year_id"
        )
        aunt = first("relationship")
        theirs = session.scalars(select(models.Enrollment.id).filter_by(person_id=aunt.student_id)).all()
        assert way("enrollment", "relationship", aunt.id) == f"/records/enrollment/{theirs[0]}"
        assert way("setting.teacher_requires_section", "person", person) is None
        assert way("connection.share", "person", person) is None
        assert way("enrollment.end_date", "enrollment", 99999) is None


# Many at once


@pytest.fixture
def lists(pages: Pages) -> Pages:
    """A list page as other areas have them: the sections of the district, changed many at once."""
    listed = Blueprint("listed", __name__, url_prefix="/listed")
    for_administrators(listed)

    @listed.post("/")
    def change_them() -> Any:
        found = select(models.Section.id).where(models.Section.number == request.args.get("number", "1"))
        return answer_bulk("section", found, "/listed-back/")

    pages.app.register_blueprint(listed)
    return pages


def mark_many(window: Window, where: str = "/listed/", **typed: Any) -> Any:
    window.get("/sections/")
    data = {"csrf_token": token_of(window.page), **typed}
    return Context().run(window.client.post, where, data=data)


def test_many_rows_are_changed_after_a_question_in_one_entry_of_the_audit_trail(lists: Pages, book: Book) -> None:
    ada = lists.window("ada_min")
    assert mark_many(ada, change="", which="all").location == "/listed-back/"
    asked = mark_many(ada, change="homeroom=1", which="all")
    assert asked.status_code == 200 and "Change 4 sections?" in asked.text
    refused = mark_many(ada, change="homeroom=1", which="all", confirmed="1", seen="0" * 16)
    assert refused.status_code == 409 and "list has changed" in refused.text
    done = mark_many(ada, change="homeroom=1", which="all", confirmed="1", seen=seen_of(asked.text))
    assert (done.status_code, done.location) == (303, "/listed-back/")
    with lists.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(models.Section).filter_by(homeroom=True)) == 4
        (entry,) = audited()
        assert entry.subject == "4 sections" and '"rows": 4' in entry.after
        waiting = {(row.kind, row.key) for row in db.session.scalars(select(SisChange))}
        assert {("section", key) for key in (book.first, book.second, book.other, book.hidden)} <= waiting
    ticked = mark_many(ada, change="homeroom=", which="ticked", id=[str(book.first), "999999", "x"])
    assert "Change 1 section?" in ticked.text
    assert mark_many(ada, change="homeroom=1", which="all").location == "/listed-back/"


def test_excluding_many_says_what_it_would_hide(lists: Pages, book: Book) -> None:
    ada = lists.window("ada_min")
    asked = mark_many(ada, change="external_lms_exclude=1", which="ticked", id=[str(book.first), str(book.second)])
    assert hidden(asked.text)["Sections"] == ("3", "2")
    typed = {"change": "external_lms_exclude=1", "which": "ticked", "id": [str(book.first), str(book.second)]}
    assert mark_many(ada, **typed, confirmed="1", seen=seen_of(asked.text)).status_code == 303
    with lists.app.app_context():
        assert db.session.get_one(models.Section, book.first).external_lms_exclude


@pytest.mark.parametrize("change", ["name=x", "external_lms_exclude", "id=1", "homeroom=maybe", "course_id=1"])
def test_what_is_not_changed_many_at_once_is_refused(lists: Pages, change: str) -> None:
    answer = mark_many(lists.window("ada_min"), change=change, which="all", confirmed="1", seen="x")
    assert answer.status_code == 303 and answer.location == "/listed-back/"
    with lists.app.app_context():
        assert audited() == []


def test_more_than_a_page_changes_is_done_by_a_worker(
    lists: Pages, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provider.admin.records.bulk.AT_ONCE", 2)
    monkeypatch.setattr("provider.bulk_job.PART", 3)
    ada = lists.window("ada_min")
    asked = mark_many(ada, change="active=", which="all")
    assert "a worker changes them" in asked.text
    done = mark_many(ada, change="active=", which="all", confirmed="1", seen=seen_of(asked.text))
    assert re.fullmatch(r"/jobs/\d+/", done.location)
    with lists.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(models.Section).filter_by(active=False)) == 0
        assert work_on_jobs(lists.app).endswith(": done")
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(models.Section).filter_by(active=False)) == 4
        assert [entry.action for entry in audited()] == ["change section rows"] * 2
