"""The record editor over HTTP: every table reached, every form saved, refused, removed; a second editor, guessed ids."""

import re

import pytest
from sqlalchemy import select

from provider.access.user_tables import AuditAbout
from provider.database import db
from provider.sis import models
from provider.sis.editing.editing import MODELS
from provider.sis.editing.tables import EDITABLE
from tests.provider.admin.conftest import NOW, Pages, Window
from tests.provider.admin.record_forms import ada, address, audited, count, fields_of, first, seen_of, sis

__all__ = ["ada", "sis"]

SCRIPT = "<script>alert(1)</script>"


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


@pytest.mark.usefixtures("sis")
def test_a_new_row_is_shown_where_more_belongs_to_it(ada: Window) -> None:
    """A person's identity is added on the person's page, a section's placements on the form of the section."""
    added = ada.post("/records/person/add", **fields_of(ada.get("/records/person/add").text))
    assert re.fullmatch(r"/people/\d+/", added.location)
    where = f"/records/section/add?course_id={first('course').id}&back=/courses/"
    typed = fields_of(ada.get(where).text) | {"number": "99", "trial_id": str(first("trial").id)}
    added = ada.post(where, **typed)
    assert re.fullmatch(r"/records/section/\d+\?back=/courses/", added.location)
    page = ada.get(added.location).text
    assert '<a href="/courses/">Back</a>' in page and "Placements: 0" in page and "Grading tasks of sections: 0" in page


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
