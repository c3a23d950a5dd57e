"""Rows of the SIS edited by hand, below the pages: what may stand in them, what the HR system controls, what a removal
would tear apart. The demo district is what they are held against.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, inspect, select

import provider.app  # noqa: F401  (every table that may refer to a row)
from provider.app import close_app, create_app
from provider.database import db
from provider.sis import models
from provider.sis.changes import EVERYTHING, SisChange
from provider.sis.editing.control import controlled
from provider.sis.editing.editing import MODELS, InUse, Managed, Wrong, add, change, find, release, remove, texts_of
from provider.sis.editing.keys import RESERVED, key_of, key_text, read_key
from provider.sis.editing.tables import EDITABLE
from provider.sis.importing import import_path
from provider.sis.importing.shapes import sis_shapes
from shared.settings import Settings
from tests.sharing import Run
from tests.templates import APP_NAME, Template

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DEMO = Path(__file__).parents[3] / "fixtures" / "district"
#: What nobody edits: made up, managed by the program, or kept as an import brought it.
NOT_EDITED = {"id", "guid", "sourced_id", "grading_period_sourced_id", "imported_role", "identifier", "user_ids"}


def _import_demo(settings: Settings) -> None:
    app = create_app(settings, APP_NAME)
    with app.app_context():
        assert import_path(db.engine, DEMO, today=NOW.date(), now=NOW).ok
    close_app(app)


@pytest.fixture(scope="session")
def provider_template(this_run: Run, sealing_key: str, provider_template: Template) -> Template:
    """In this module a provider's database holds the demo district, unpublished."""
    return Template(this_run, "edited", sealing_key, _import_demo, provider_template)


@pytest.fixture
def demo(provider_app: Flask) -> Iterator[Any]:
    with provider_app.app_context():
        session = db.session()
        session.execute(delete(SisChange))
        yield session
        session.rollback()


def first(session: Any, table: str, **values: Any) -> Any:
    """The first row of a table with these values."""
    model = MODELS[table]
    row = session.scalars(select(model).filter_by(**values).order_by(*inspect(model).primary_key).limit(1)).first()
    assert row is not None
    return row


def waiting(session: Any) -> set[tuple[str, int]]:
    """The changes that wait for a refresh."""
    return {(row.kind, row.key) for row in session.scalars(select(SisChange))}


def wrong(session: Any, row: Any, **typed: str) -> dict[str, str]:
    """What is said of a change that is refused; the row stays as it is."""
    before = texts_of(row)
    with pytest.raises(Wrong) as refused:
        change(session, row, typed, NOW)
    assert texts_of(row) == before
    return refused.value.fields


def wrong_new(session: Any, table: str, **typed: str) -> dict[str, str]:
    with pytest.raises(Wrong) as refused:
        add(session, table, typed, NOW)
    return refused.value.fields


# The table of tables


def test_every_column_of_every_table_is_edited_or_is_nobodys_to_edit() -> None:
    for table, row in EDITABLE.items():
        shape = sis_shapes()[table]
        left = set(shape.header) - set(row.columns)
        assert left <= NOT_EDITED | {"active"} and ("active" in left) == (table == "school_year")
        assert set(row.columns) <= set(shape.header)
        assert all(row.field_of(column).once for column in shape.key if column in row.columns)
        assert not row.owner or row.field_of(row.owner).once
        assert set(row.marks[1]) <= set(row.columns)


def test_words_are_given_to_every_value_of_a_vocabulary() -> None:
    for table, row in EDITABLE.items():
        for column, values in sis_shapes()[table].vocabularies:
            if column in row.columns:
                assert set(row.field_of(column).words) == values


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.text(max_size=20).filter(lambda text: "\0" not in text))
def test_a_key_comes_back_from_its_word_in_an_address(one: int, two: int, text: str) -> None:
    for table, key in (("person", (one,)), ("section_placement", (one, two, text)), ("state_grade", (text,))):
        try:
            text.encode()
        except UnicodeEncodeError:
            return
        word = key_text(key)
        assert word.isascii() and word not in RESERVED and not set(word) & set("/?#% ")
        assert read_key(table, word) == key


@given(st.text(max_size=30))
def test_any_word_stands_for_a_key_or_for_none(word: str) -> None:
    for table in EDITABLE:
        key = read_key(table, word)
        assert key is None or read_key(table, key_text(key)) == key


# The demo district


def test_a_form_that_is_saved_as_it_was_shown_changes_nothing(demo: Any) -> None:
    """Whatever an import brought, of every table."""
    seen = set()
    for table in EDITABLE:
        for row in demo.scalars(select(MODELS[table]).limit(300)):
            texts = texts_of(row)
            edited = change(demo, row, texts, NOW)
            assert not edited.before and not edited.after and not edited.about
            assert not demo.is_modified(row) and texts_of(row) == texts
            seen.add(table)
    assert seen == set(EDITABLE)
    assert waiting(demo) == set()


def test_a_copy_of_a_row_is_taken_or_says_what_is_in_its_way(demo: Any) -> None:
    """What the models demand is told in words; nothing comes as an error of the database."""
    for table in EDITABLE:
        count = demo.scalar(select(func.count()).select_from(MODELS[table]))
        texts = texts_of(first(demo, table))
        try:
            edited = add(demo, table, texts, NOW)
        except Wrong as refused:
            assert all(sentence for sentence in refused.fields.values())
            left = count
        else:
            assert edited.before == {} and texts_of(find(demo, table, edited.key)) == texts
            left = count + 1
        assert demo.scalar(select(func.count()).select_from(MODELS[table])) == left, table


_TYPED = st.one_of(
    st.text(max_size=12), st.sampled_from(["", "1", "0", "-1", "today", "9999-12-31", "0001-01-01", "2026-02-30", "1e400",
        "NaN", "\0", "{Y0}", "Y0-13-01", "P", "staff", "2147483648", "x" * 400, "<b>", "2027-01-05", "99999999999999"]),
)  # fmt: skip


@pytest.mark.parametrize("database_kind", ["sqlite"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_typed_is_stored_or_refused_in_words(demo: Any, database_kind: str, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(EDITABLE)))
    typed = data.draw(st.dictionaries(st.sampled_from(EDITABLE[table].columns), _TYPED, min_size=1))
    row = first(demo, table)
    with demo.begin_nested() as point:
        try:
            edited = change(demo, row, typed, NOW)
        except Wrong as refused:
            assert set(refused.fields) <= {*EDITABLE[table].columns, ""}
        else:
            again = change(demo, row, texts_of(row), NOW)
            assert not again.after and set(edited.after) <= set(typed)
        point.rollback()


# What is refused


def test_days_out_of_order_are_told_beside_the_last_day(demo: Any) -> None:
    row = first(demo, "enrollment")
    assert wrong(demo, row, end_date="2001-01-01")["end_date"] == f"lies before start date {row.start_date}"
    window = first(demo, "grading_window")
    assert "lies before opens on" in wrong(demo, window, closes_on="2001-01-01")["closes_on"]
    year = first(demo, "school_year")
    assert "end_year" in wrong(demo, year, end_year="1990")


def test_numbers_and_usernames_are_nobody_elses(demo: Any) -> None:
    one, two = demo.scalars(select(models.Person).where(models.Person.student_number.is_not(None)).limit(2))
    assert "already" in wrong(demo, two, student_number=one.student_number)["student_number"]
    account = first(demo, "user_account")
    taken = wrong_new(demo, "user_account", person_id=str(one.id), kind=account.kind, username=account.username)
    assert "already" in taken["username"]


def test_what_a_row_refers_to_is_there_and_of_the_same_calendar(demo: Any) -> None:
    enrollment = first(demo, "enrollment")
    assert wrong(demo, enrollment, calendar_id="999999") == {"calendar_id": "there is no such calendar"}
    mine = select(models.ScheduleStructure.id).where(models.ScheduleStructure.calendar_id == enrollment.calendar_id)
    other = demo.scalar(select(models.GradeLevel.id).where(models.GradeLevel.structure_id.not_in(mine)).limit(1))
    assert wrong(demo, enrollment, grade_level_id=str(other)) == {"grade_level_id": "is of another calendar"}


def test_words_outside_of_a_vocabulary_blanks_and_strange_days_are_refused(demo: Any) -> None:
    assert "is not one of" in wrong(demo, first(demo, "enrollment"), service_type="X")["service_type"]
    assert "is not one of" in wrong(demo, first(demo, "identity"), sex="m")["sex"]
    assert wrong(demo, first(demo, "identity"), last_name="  ")["last_name"] == "must not be blank"
    assert "years" in wrong(demo, first(demo, "enrollment"), end_date="9999-12-31")["end_date"]
    assert "time zone" in wrong(demo, first(demo, "district"), time_zone="Mars/Base")["time_zone"]
    assert wrong_new(demo, "enrollment") == dict.fromkeys(
        ("person_id", "calendar_id", "start_date"), "must not be blank"
    )


def test_a_student_is_not_the_adult_of_a_relationship(demo: Any) -> None:
    student = str(first(demo, "enrollment").person_id)
    assert "two people" in wrong_new(demo, "relationship", person_id=student, student_id=student)["student_id"]


def test_a_row_does_not_move_to_another_owner(demo: Any) -> None:
    row = first(demo, "enrollment")
    assert "chosen once" in wrong(demo, row, person_id=str(row.person_id + 1))["person_id"]


# What an edit does


def test_an_edit_tells_what_it_changed_and_waits_for_the_next_refresh(demo: Any) -> None:
    row = first(demo, "enrollment", no_show=False)
    edited = change(demo, row, {"no_show": "1"}, NOW)
    assert edited.before == {"no_show": False} and edited.after == {"no_show": True}
    assert edited.about == {("person", row.person_id), ("enrollment", row.id)}
    assert edited.subject == f"enrollment {row.id}"
    assert waiting(demo) == {("person", row.person_id)}
    change(demo, first(demo, "school"), {"name": "Another name"}, NOW)
    assert EVERYTHING in waiting(demo)


def test_the_mark_of_the_active_trial_moves_in_one_edit(demo: Any) -> None:
    active = first(demo, "trial", active=True)
    new = add(demo, "trial", {"structure_id": str(active.structure_id), "name": "Next", "active": "1"}, NOW)
    assert [one.key for one in new.also] == [(active.id,)] and active.active is False
    back = change(demo, active, {"active": "1"}, NOW)
    assert [one.key for one in back.also] == [new.key] and active.active is True


def test_a_person_gets_a_guid_and_a_number_that_nobody_had(demo: Any) -> None:
    last = demo.scalar(select(func.max(models.Person.id)))
    one = add(demo, "person", {"student_number": "N-1"}, NOW)
    assert one.key > (last,) and len(find(demo, "person", one.key).guid) == 36
    remove(demo, find(demo, "person", one.key), NOW)
    two = add(demo, "person", {"student_number": "N-1"}, NOW, used=one.key[0])
    assert two.key > one.key
    assert add(demo, "person", {}, NOW).key > two.key


def test_a_score_that_platforms_see_in_their_scales_moves_their_moment(demo: Any) -> None:
    """Delta reads of score scales tell of it."""
    scale = demo.scalars(
        select(models.ScoreScale).where(models.ScoreScale.score_group_id.is_not(None)).limit(1)
    ).first()
    if scale is None:
        section = first(demo, "section")
        group = first(demo, "score_group")
        scale = models.ScoreScale(sourced_id="s-1", section_id=section.id, score_group_id=group.id, title="Letters",
                                  kind="letter", modified_at=datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip
        demo.add(scale)
        demo.flush()
    before = scale.modified_at
    row = first(demo, "score_group_item", score_group_id=scale.score_group_id)
    change(demo, row, {"min_percent": "12.5"}, NOW)
    demo.expire(scale)
    assert scale.modified_at > before


# Removal


def test_what_is_used_is_not_removed_and_says_where(demo: Any) -> None:
    person = demo.get(models.Person, first(demo, "roster").person_id)
    with pytest.raises(InUse) as refused:
        remove(demo, person, NOW)
    assert {("roster", "person_id"), ("identity", "person_id")} <= set(refused.value.uses)
    row = first(demo, "roster")
    key, about = key_of(row), {("person", row.person_id), ("section", row.section_id), ("roster", row.id)}
    edited = remove(demo, row, NOW)
    assert edited.about == about and edited.after == {} and edited.before["section_id"] == row.section_id
    assert find(demo, "roster", key) is None


def test_there_is_one_district(demo: Any) -> None:
    with pytest.raises(Wrong):
        remove(demo, first(demo, "district"), NOW)
    assert "" in wrong_new(demo, "district", number="2", name="Two", time_zone="UTC")


# HR control


@pytest.fixture
def managed(demo: Any) -> models.Person:
    """A member of staff whom the HR system manages."""
    person = demo.get(models.Person, first(demo, "assignment").person_id)
    person.hr_managed_since = NOW
    demo.flush()
    return person


def test_what_hr_controls_is_refused_for_those_whom_it_manages(demo: Any, managed: models.Person) -> None:
    """B-131, B-132, B-134; every controlled column of every table that HR sends."""
    typed = {"staff_number": "X-9", "first_name": "Else", "middle_name": "Else", "last_name": "Else", "title": "Chief",
             "start_date": "2001-02-03", "end_date": "2026-12-30", "birth_date": "1980-01-01", "sex": "other",
             "email": "e@x.example", "secondary_email": "s@x.example", "other_phone": "1", "cell_phone": "2",
             "work_phone": "3"}  # fmt: skip
    for table, column in (("person", "id"), ("identity", "person_id"), ("contact", "person_id"),
                          ("employment", "person_id"), ("assignment", "person_id")):  # fmt: skip
        assert EDITABLE[table].person == column and controlled(table)
        row = first(demo, table, **{column: managed.id})
        for name in controlled(table) - {"school_id"}:
            with pytest.raises(Managed, match="managed by the HR system") as refused:
                change(demo, row, {name: typed[name]}, NOW)
            assert refused.value.columns == (name,)
    row = first(demo, "assignment", person_id=managed.id)
    school = demo.scalar(select(models.School.id).where(models.School.id != row.school_id))
    with pytest.raises(Managed):
        change(demo, row, {"school_id": str(school)}, NOW)


def test_marks_excludes_accounts_and_the_rest_stay_the_districts(demo: Any, managed: models.Person) -> None:
    """B-133."""
    row = first(demo, "assignment", person_id=managed.id)
    changed = change(demo, row, {"counselor": "" if row.counselor else "1", "external_lms_exclude": "1"}, NOW)
    assert set(changed.after) == {"counselor", "external_lms_exclude"}
    change(demo, first(demo, "identity", person_id=managed.id), {"pronouns": "they"}, NOW)
    add(demo, "user_account", {"person_id": str(managed.id), "kind": "portal", "username": "hr-test"}, NOW)


def test_rows_that_hr_sends_are_neither_made_nor_removed_by_hand(demo: Any, managed: models.Person) -> None:
    one, number = first(demo, "assignment", person_id=managed.id), str(managed.id)
    with pytest.raises(Managed):
        add(demo, "assignment", texts_of(one), NOW)
    with pytest.raises(Managed):
        add(demo, "employment", {"person_id": number, "start_date": "2026-01-01"}, NOW)
    with pytest.raises(Managed):
        add(demo, "identity", {"person_id": number, "first_name": "A", "last_name": "B"}, NOW)
    with pytest.raises(Managed):
        remove(demo, one, NOW)


def test_a_person_who_is_released_is_the_districts_again(demo: Any, managed: models.Person) -> None:
    """B-136, B-139."""
    row = first(demo, "identity", person_id=managed.id)
    edited = release(demo, managed)
    assert edited.before == {"hr_managed_since": NOW} and edited.after == {"hr_managed_since": None}
    assert change(demo, row, {"last_name": "Else"}, NOW).after == {"last_name": "Else"}
