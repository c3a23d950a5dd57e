"""The record editor over HTTP: every table reached, every form saved, refused, removed; a second editor, guessed ids."""

import re
from collections.abc import Iterator
from contextvars import Context
from typing import Any

import pytest
from flask import Blueprint, request
from sqlalchemy import func, inspect, select

from provider.access.user_tables import AuditAbout, AuditEntry
from provider.admin.guards import for_administrators
from provider.admin.records.address import mend_address
from provider.admin.records.bulk import answer_bulk
from provider.database import db
from provider.sis import models
from provider.sis.changes import SisChange
from provider.sis.editing.editing import MODELS
from provider.sis.editing.keys import key_of, key_text
from provider.sis.editing.tables import EDITABLE
from provider.working import work_on_jobs
from tests.provider.admin.conftest import NOW, Pages, Window, token_of
from tests.provider.gradebook.conftest import Book

SCRIPT = "<script>alert(1)</script>"


def seen_of(page: str) -> str:
    """The stamp of the form of a page."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    return found[1] if found else ""


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page sends when nothing is typed."""
    form = page[page.index("<main") : page.index("</main>")]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input [^>]*>", form):
        named = re.search(r' name="([^"]+)"', tag)
        if not named or " disabled" in tag or 'type="hidden"' in tag:
            continue
        value = re.search(r' value="([^"]*)"', tag)
        if 'type="checkbox"' not in tag or " checked" in tag:
            found[named[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found


def first(table: str, **values: Any) -> Any:
    model = MODELS[table]
    query = select(model).filter_by(**values).order_by(*inspect(model).primary_key).limit(1)
    row = db.session.scalars(query).first()
    assert row is not None, table
    return row


def audited() -> list[AuditEntry]:
    """What ada has changed."""
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.who == "ada_min").order_by(AuditEntry.id)))


def count(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(MODELS[table])) or 0


@pytest.fixture
def ada(pages: Pages) -> Window:
    return pages.window("ada_min")


@pytest.fixture
def sis(pages: Pages, ada: Window) -> Iterator[None]:
    """A row of every table, in an application context."""
    with pages.app.app_context():
        section, term = first("section"), first("term")
        db.session.add_all([
            models.GradingTask(id=51, code="Q", name="Quarter"),
            models.ScoreGroup(id=52, name="Letters", kind="letter"),
            models.Employment(person_id=first("assignment").person_id, start_date=NOW.date()),
        ])  # fmt: skip
        db.session.flush()
        if not db.session.scalar(select(func.count()).select_from(models.CourseMaster)):
            db.session.add(models.CourseMaster(district_id=first("district").id, number="M", name="Master"))
        db.session.add_all([
            models.SectionGradingTask(section_id=section.id, grading_task_id=51),
            models.GradingWindow(grading_task_id=51, term_id=term.id, opens_on=NOW.date(), closes_on=NOW.date()),
            models.ScoreGroupItem(score_group_id=52, score="A/+ é", min_percent=92.5),
        ])  # fmt: skip
        db.session.flush()
        adult, student = first("assignment").person_id, first("enrollment").person_id
        if not db.session.scalar(select(func.count()).select_from(models.Relationship)):
            db.session.add(models.Relationship(person_id=adult, student_id=student, name="Aunt"))
        if not db.session.scalar(select(func.count()).select_from(models.Contact)):
            db.session.add(models.Contact(person_id=adult, email="a@b.example"))
        db.session.commit()
        yield


def address(row: Any) -> str:
    return f"/records/{row.__tablename__}/{key_text(key_of(row))}"


@pytest.mark.usefixtures("sis")
def test_every_table_is_reached_and_every_form_saves_what_it_showed(ada: Window) -> None:
    """From the list of tables to the list of each, and from there to a row. Nothing changes, nothing is audited."""
    index = ada.get("/records/").text
    for table in EDITABLE:
        assert f"/records/{table}/" in index
        row = first(table)
        listed = ada.get(f"/records/{table}/")
        assert listed.status_code == 200 and f'href="{address(row)}"' in listed.text, table
        page = ada.get(address(row))
        assert page.status_code == 200 and " – Homeroom SIS</title>" in page.text
        assert ada.get(f"{address(row)}/remove").status_code == 200
        ada.get(address(row))
        answer = ada.post(address(row), **fields_of(page.text))
        assert answer.status_code == 303, (table, answer.text)
    assert audited() == []


@pytest.mark.usefixtures("sis")
def test_every_table_has_a_form_for_a_new_row(ada: Window) -> None:
    """With what it belongs to given, what is missing is asked for in words."""
    for table, editable in EDITABLE.items():
        if editable.alone:
            assert ada.get(f"/records/{table}/add").status_code == 404
            continue
        row = first(table)
        assert ada.get(f"/records/{table}/add").status_code == 200
        given = {
            one.column: getattr(row, one.column) for one in editable.fields if one.once and one.column[-3:] == "_id"
        }
        where = f"/records/{table}/add?" + "&".join(f"{column}={value}" for column, value in given.items())
        page = ada.get(where)
        assert page.status_code == 200 and "Add it" in page.text, table
        before = count(table)
        answer = ada.post(where, **fields_of(page.text))
        db.session.rollback()
        assert answer.status_code in (303, 422), table
        assert count(table) == before + (answer.status_code == 303)
        if answer.status_code == 422:
            assert 'class="error"' in answer.text, table


@pytest.mark.usefixtures("sis")
def test_a_change_is_stored_audited_and_leads_back_to_where_the_person_came_from(ada: Window) -> None:
    row = first("enrollment")
    page = ada.get(f"{address(row)}?back=/sections/%3Fpage%3D2").text
    typed = fields_of(page) | {"end_date": "2026-05-01", "no_show": "1"}
    answer = ada.post(address(row), **typed)
    assert (answer.status_code, answer.location) == (303, "/sections/?page=2")
    db.session.rollback()
    assert str(row.end_date) == "2026-05-01" and row.no_show
    (entry,) = audited()
    assert entry.who == "ada_min" and entry.action == "change enrollment" and str(row.id) in entry.subject
    assert '"end_date": "2026-05-01"' in entry.after and '"no_show": false' in entry.before
    about = {(one.kind, one.key) for one in db.session.scalars(select(AuditAbout).filter_by(entry_id=entry.id))}
    assert about == {("person", row.person_id), ("enrollment", row.id)}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_host(pages: Pages, ada: Window, back: str) -> None:
    with pages.app.app_context():
        where = address(first("school"))
    page = ada.get(where)
    answer = ada.post(where, **fields_of(page.text) | {"back": back})
    assert answer.status_code == 303 and answer.location.startswith("/records/school/")


@pytest.mark.usefixtures("sis")
def test_of_two_who_edit_a_record_the_second_is_told_and_loses_nothing(pages: Pages, ada: Window) -> None:
    pages.add_user("bea")
    bea, row = pages.window("bea"), first("school")
    mine, theirs = fields_of(ada.get(address(row)).text), fields_of(bea.get(address(row)).text)
    assert bea.post(address(row), **theirs | {"number": "777"}).status_code == 303
    answer = ada.post(address(row), **mine | {"name": "Mine"})
    assert answer.status_code == 409 and 'value="Mine"' in answer.text and "Somebody else" in answer.text
    ada.page = answer.text
    again = fields_of(answer.text)
    assert again["number"] == mine["number"]  # what the person chose stands there, to be checked
    assert ada.post(address(row), **again | {"number": "777"}).status_code == 303
    db.session.rollback()
    assert (row.name, row.number) == ("Mine", "777")


@pytest.mark.usefixtures("sis")
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_stored(ada: Window) -> None:
    row = first("enrollment")
    page = ada.get(address(row)).text
    answer = ada.post(address(row), **fields_of(page) | {"start_date": "2026-02-30", "service_type": "X"})
    assert answer.status_code == 422
    assert "This is not a day of the calendar." in answer.text and "This is not one of N, P, S." in answer.text
    assert 'id="field-start_date-error"' in answer.text
    assert audited() == []


@pytest.mark.usefixtures("sis")
def test_a_row_is_removed_after_a_question_and_a_used_one_says_where(ada: Window) -> None:
    row = first("roster")
    where, number = address(row), row.id
    asked = ada.get(f"{where}/remove").text
    assert "cannot be undone" in asked
    assert ada.post(f"{where}/remove", seen="0" * 16).status_code == 409
    answer = ada.post(f"{where}/remove", **fields_of(asked))
    assert answer.status_code == 303
    db.session.rollback()
    assert db.session.get(models.Roster, number) is None
    (entry,) = audited()
    assert entry.action == "remove roster" and entry.after is None and '"section_id"' in entry.before
    school = address(first("school"))
    page = ada.get(f"{school}/remove").text
    assert "cannot be removed" in page and "Calendars: 1" in page
    assert ada.post(f"{school}/remove", seen=seen_of(ada.get(school).text)).status_code == 422


@pytest.mark.usefixtures("sis")
def test_a_number_is_not_given_twice(ada: Window) -> None:
    """A sourcedId is made of it, and is never reused (P-83b)."""
    section, person = first("section"), first("person")
    where = f"/records/roster/add?section_id={section.id}&person_id={person.id}"
    numbers = []
    for _ in range(2):
        assert ada.post(where, **fields_of(ada.get(where).text) | {"start_date": "2026-01-05"}).status_code == 303
        db.session.rollback()
        row = db.session.scalars(select(models.Roster).order_by(models.Roster.id.desc()).limit(1)).one()
        numbers.append(row.id)
        gone = address(row)
        assert ada.post(f"{gone}/remove", **fields_of(ada.get(f"{gone}/remove").text)).status_code == 303
    assert numbers[1] > numbers[0]


@pytest.mark.usefixtures("sis")
def test_a_person_is_searched_for_before_the_form(ada: Window) -> None:
    student = first("enrollment").person_id
    page = ada.get("/records/enrollment/add").text
    assert "choose the student" in page and "person_id=" not in page
    found = ada.get("/records/enrollment/add?search=lake&back=/sections/").text
    assert f"person_id={student}" in found and "Lake, Ada" in found
    form = ada.get(f"/records/enrollment/add?person_id={student}&back=/sections/").text
    assert "Lake, Ada" in form
    chosen = ada.post(f"/records/enrollment/add?person_id={student}", **fields_of(form) | {
        "calendar_id": str(first("calendar").id), "choices": "1",
    })  # fmt: skip
    grade = first("grade_level")
    assert chosen.status_code == 200 and f'<option value="{grade.id}"' in chosen.text


def test_guessed_ids_lead_nowhere(pages: Pages, ada: Window) -> None:
    for where in ("person/999999", "person/x", "person/1.2", "person/99999999999999", "person/-1", "setting/x",
                  "sis_user/1", "connection/1", "section_placement/1", "section_placement/1.1.zz~", "result/1",
                  "enrollment/999999/remove", "audit_entry/1", "school_year/1;2", "person/%00"):  # fmt: skip
        assert ada.get(f"/records/{where}").status_code == 404, where
    assert ada.get("/records/enrollment/add?person_id=999999").status_code == 404
    assert ada.get("/records/nothing/").status_code == 404


def test_the_editor_is_for_administrators(pages: Pages) -> None:
    with pages.app.app_context():
        where = address(first("enrollment"))
    for window in (pages.window("tom"), pages.window("lost")):
        for path in ("/records/", "/records/person/", where, f"{where}/remove", "/records/person/add"):
            assert window.get(path).status_code == 403
        window.get("/sections/")
        assert window.post(where, end_date="2026-05-01").status_code == 403
    stranger = pages.window()
    assert stranger.get(where).status_code == 303


@pytest.mark.usefixtures("sis")
def test_script_in_every_text_is_shown_and_never_run(ada: Window) -> None:
    """Every column that takes text, on the form, in the list, on the question and where it is referred to."""
    tried = 0
    for table, editable in EDITABLE.items():
        row = first(table)
        page = fields_of(ada.get(address(row)).text)
        for one in editable.fields:
            column = MODELS[table].__table__.columns[one.column]
            if str(column.type) not in ("VARCHAR", "TEXT") and "VARCHAR" not in str(column.type):
                continue
            if one.once or one.words or one.column in ("time_zone", "state_grade_code"):
                continue
            value = SCRIPT[: getattr(column.type, "length", 255) or 255]
            page[one.column] = value
            tried += 1
        ada.get(address(row))
        answer = ada.post(address(row), **page | {"seen": seen_of(ada.page)})
        assert answer.status_code == 303, (table, answer.text[-2000:])
        for where in (address(row), f"{address(row)}/remove", f"/records/{table}/", f"/records/{table}/?search=script"):
            assert "<script>alert" not in ada.get(where).text
    assert tried > 35
    assert "<script>alert" not in ada.get("/records/person/?search=<script>alert(1)</script>").text


@pytest.mark.usefixtures("sis")
def test_fields_under_the_control_of_hr_are_shown_and_refused(ada: Window) -> None:
    """B-131, B-133, B-134: over HTTP too, whatever a browser was made to send."""
    row = first("assignment")
    db.session.get_one(models.Person, row.person_id).hr_managed_since = NOW
    db.session.commit()
    page = ada.get(address(row)).text
    assert "Managed by the HR system." in page
    assert re.search(r'<input id="field-title"[^>]* disabled', page)
    assert not re.search(r'<input id="field-counselor"[^>]* disabled', page)
    refused = ada.post(address(row), **fields_of(page) | {"title": "Chief"})
    assert refused.status_code == 422 and "managed by the HR system" in refused.text
    assert ada.post(address(row), **fields_of(page) | {"counselor": "1"}).status_code == 303
    db.session.rollback()
    assert row.counselor and row.title != "Chief"
    assert ada.post(f"{address(row)}/remove", seen=seen_of(ada.get(address(row)).text)).status_code == 422


# Excludes, and the ways from a rule to a form


def hidden(page: str) -> dict[str, tuple[str, str]]:
    """By kind what is published now, and how much of it would disappear, as the first platforms see it."""
    table = page.split("<tbody>")[1].split("</tbody>")[0]
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
