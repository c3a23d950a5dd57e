"""SIS files of the grade book and of resources: what a district graded itself comes in, changes once, and is told."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, insert, select, update

from provider.access.models import Connection
from provider.database import db
from provider.sis.importing import ImportReport, Outcome, import_path
from provider.sis.importing.days import moment_parser
from provider.sis.importing.report import BadCell
from provider.sis.importing.structured import structured_parser
from provider.sis.models import (
    AssessmentLineItem,
    District,
    GradeCategory,
    LineItem,
    Resource,
    Result,
    ScoreScale,
    ScoreScaleValue,
)  # fmt: skip
from provider.sis.models.gradebook import GradebookRevision
from tests.provider.sis.files import base_and, write_files

TODAY = date(2027, 1, 10)
NOW = datetime(2027, 1, 10, 18, 30, 0, 250_000, UTC)
LATER = NOW + timedelta(hours=1)

GRADES: dict[str, str] = {
    "school": "id,district_id,number,name\n1,1,001,Alder School\n2,1,002,Birch School\n",
    "calendar": "id,school_id,school_year_id,name,start_date,end_date\n"
                "1,1,1,Main,Y0-08-18,Y1-06-05\n2,2,1,Birch,Y0-08-18,Y1-06-05\n",
    "schedule_structure": "id,calendar_id,name\n1,1,Main\n2,2,Main\n",
    "trial": "id,structure_id,name,active\n1,1,Master,true\n2,2,Master,true\n",
    "course": "id,calendar_id,number,name\n1,1,MAT,Mathematics\n2,2,MAT,Mathematics\n",
    "section": "id,course_id,trial_id,number\n1,1,1,1\n2,2,2,1\n",
    "grading_task": "id,code,name\n1,TERM,Term Grade\n",
    "grading_window": "grading_task_id,term_id,opens_on,closes_on\n1,1,today-5,today+5\n",
    "score_group": "id,name\n1,Letters\n",
    "score_group_item": "score_group_id,score,min_percent\n1,A,90\n1,B,80.5\n1,Excused,\n",
    "grade_category": "id,section_id,name,weight\n1,1,Tests,60\n2,2,Tests,62.5\n",
    "score_scale": "id,section_id,score_group_id,title,kind\n1,1,1,Letters,letter\n2,1,,Effort,ordinal\n",
    "score_scale_value": "score_scale_id,position,left,right\n2,0,1,Growing\n2,1,2,Secure\n",
    "line_item": "id,section_id,category_id,term_id,title,assigned_at,due_at,value_max,extension\n"
                 '1,1,1,1,Essay,today-3T08:00:00Z,Y1-01-12T23:59:00-06:00,100,"{""colour"":""green""}"\n'
                 "2,2,2,,Sums,2027-01-04T08:00:00.1239Z,2027-01-08T08:00:00Z,,\n",
    "result": "id,line_item_id,person_id,status,score,scored_on,late\n"
              "1,1,1,fully graded,300,today-1,yes\n2,1,2,exempt,,today-1,\n3,2,3,ext:spoken,12.5,2027-01-05,\n",
    "assessment_line_item": "id,parent_id,section_id,title,objectives\n"
                            '1,,,Reading,\n2,1,,Words,"[{""source"":""case"",""learningObjectiveIds"":[""R.1""]}]"\n',
    "assessment_result": "id,assessment_line_item_id,person_id,status,score,scored_on,percentile\n"
                         "1,2,1,fully graded,17,today-1,71.5\n",
    "resource": 'id,title,roles,importance,vendor_resource_id\n1,Atlas,"student, teacher",primary,V-1\n',
    "course_resource": "course_id,resource_id\n1,1\n",
    "section_resource": "section_id,resource_id\n1,1\n",
    "person_resource": "person_id,resource_id,school_id,section_id\n1,1,1,\n",
}  # fmt: skip


@pytest.fixture
def engine(provider_app: Flask) -> Engine:
    with provider_app.app_context():
        return db.engine


@pytest.fixture
def file_engine(tmp_path: Path) -> Iterator[Engine]:
    """A database for what is refused before any database is asked."""
    engine = create_engine(f"sqlite:///{tmp_path / 'sis.sqlite'}")
    District.metadata.create_all(engine)
    yield engine
    engine.dispose()


def load(engine: Engine, folder: Path, now: datetime = NOW, **files: str) -> ImportReport:
    return import_path(engine, write_files(folder, base_and(**(GRADES | files))), today=TODAY, now=now)


def rows(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


def numbers(engine: Engine) -> dict[tuple[str, int], int]:
    """The grade book's count by collection and school."""
    table = GradebookRevision
    return {(name, school): number for name, school, number in rows(
        engine, table.collection, table.school_id, table.number)}  # fmt: skip


def changed(engine: Engine, before: dict[tuple[str, int], int]) -> set[tuple[str, int]]:
    return {key for key, number in numbers(engine).items() if number != before.get(key) and key != ("", 0)}


def test_a_grade_book_is_stored_as_it_was_written(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, tmp_path / "in")
    assert report.refusals == []
    essay, sums = rows(engine, LineItem.id, LineItem.assigned_at, LineItem.due_at, LineItem.value_max,
                       LineItem.extension)  # fmt: skip
    assert essay[1:] == (datetime(2027, 1, 7, 8, tzinfo=UTC), datetime(2027, 1, 13, 5, 59, tzinfo=UTC), 100.0,
                         {"colour": "green"})  # fmt: skip
    assert sums[1:] == (datetime(2027, 1, 4, 8, 0, 0, 123_000, UTC), datetime(2027, 1, 8, 8, tzinfo=UTC), None, None)
    assert rows(engine, Result.id, Result.status, Result.score, Result.late) == [
        (1, "fully graded", 300.0, True), (2, "exempt", None, None), (3, "ext:spoken", 12.5, None),
    ]  # fmt: skip
    assert rows(engine, AssessmentLineItem.id, AssessmentLineItem.parent_id, AssessmentLineItem.objectives) == [
        (1, None, None), (2, 1, [{"source": "case", "learningObjectiveIds": ["R.1"]}]),
    ]  # fmt: skip
    assert rows(engine, Resource.id, Resource.roles) == [(1, "student,teacher")]


def test_what_the_files_create_has_an_id_that_stays_and_the_moment_of_the_import(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, tmp_path / "in")
    first = rows(engine, Result.id, Result.sourced_id, Result.modified_at, Result.connection_id, Result.deleted)
    assert all(row[2:] == (NOW, None, False) and len(row[1]) == 36 for row in first)
    assert len({row[1] for row in first}) == 3
    again = load(engine, tmp_path / "again", LATER)
    assert again.total(Outcome.UNCHANGED) == sum(count.read for count in again.files)
    assert rows(engine, Result.id, Result.sourced_id, Result.modified_at, Result.connection_id,
                Result.deleted) == first  # fmt: skip


def test_only_what_differs_gets_a_new_moment_and_is_told_at_its_school(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    before = numbers(engine)
    load(engine, tmp_path / "again", LATER, result=GRADES["result"].replace("12.5", "13"))
    assert rows(engine, Result.id, Result.modified_at) == [(1, NOW), (2, NOW), (3, LATER)]
    assert changed(engine, before) == {("results", 2)}
    before = numbers(engine)
    load(engine, tmp_path / "third", LATER, result=GRADES["result"].replace("12.5", "13"))
    assert changed(engine, before) == set() and numbers(engine) == before


def test_a_row_that_moves_is_told_where_it_was_and_where_it_is(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    before = numbers(engine)
    load(engine, tmp_path / "again", LATER, grade_category=GRADES["grade_category"].replace("1,1,Tests", "1,2,Tests"))
    assert changed(engine, before) == {("categories", 1), ("categories", 2)}


def test_what_hangs_on_no_section_is_told_to_all_schools(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    before = numbers(engine)
    changes = {"assessment_result": GRADES["assessment_result"].replace(",17,", ",18,"),
               "grade_category": GRADES["grade_category"] + "3,,Anywhere,\n"}  # fmt: skip
    load(engine, tmp_path / "again", LATER, **changes)
    assert changed(engine, before) == {("assessmentResults", 0), ("categories", 0)}


@pytest.mark.parametrize(
    ("table", "old", "new", "scales"),
    [("score_group_item", "80.5", "81", [1]), ("score_scale_value", "Growing", "Grown", [2])],
)
def test_a_scale_changes_with_its_values(
    engine: Engine, tmp_path: Path, table: str, old: str, new: str, scales: list[int]
) -> None:
    load(engine, tmp_path / "in")
    before = numbers(engine)
    load(engine, tmp_path / "again", LATER, **{table: GRADES[table].replace(old, new)})
    assert [key for key, moment in rows(engine, ScoreScale.id, ScoreScale.modified_at) if moment == LATER] == scales
    assert changed(engine, before) == {("scoreScales", 1)}


def test_moments_only_grow_when_the_clock_goes_back(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    earlier = NOW - timedelta(days=1)
    load(engine, tmp_path / "again", earlier, result=GRADES["result"].replace("12.5", "13"))
    assert rows(engine, Result.id, Result.modified_at)[2] == (3, NOW + timedelta(milliseconds=1))


def test_the_row_of_a_platform_is_its_own(engine: Engine, tmp_path: Path) -> None:
    """P-125: a file whose numbers meet those of a platform's rows changes none of them."""
    load(engine, tmp_path / "in")
    with engine.begin() as connection:
        connection.execute(
            insert(Connection).values(
                name="LMS", version="1.2", client_id="c", secret_hash="x", secret_sealed="x", revision=1, created_at=NOW
            )
        )
        connection.execute(update(LineItem).where(LineItem.id == 2).values(connection_id=1))
    report = load(engine, tmp_path / "again", LATER, line_item=GRADES["line_item"].replace("Sums", "Mine"))
    (refusal,) = report.refusals
    assert (refusal.file, refusal.line, refusal.column) == ("line_item.csv", 3, "id")
    assert "platform" in refusal.reason
    assert rows(engine, LineItem.id, LineItem.title)[1] == (2, "Sums")


def test_the_district_deletes_with_a_tombstone_and_scores_anew(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    header = "id,line_item_id,person_id,status,score,scored_on,deleted\n"
    report = load(engine, tmp_path / "again", LATER,
                  result=header + "1,1,1,fully graded,300,today-1,true\n9,1,1,fully graded,80,today-1,\n")  # fmt: skip
    assert report.refusals == []
    assert rows(engine, Result.id, Result.deleted)[0] == (1, True)
    (refusal,) = load(engine, tmp_path / "third", LATER,
                      result=header + "10,1,1,fully graded,81,today-1,\n").refusals  # fmt: skip
    assert "already has this line_item_id, person_id" in refusal.reason


@pytest.mark.parametrize(
    ("table", "old", "new", "column", "reason"),
    [
        ("result", ",12.5,", ",twelve,", "score", "not a number"),
        ("result", ",12.5,", ",1e999,", "score", "too large"),
        ("result", ",12.5,", ",nan,", "score", "not a number"),
        ("result", "ext:spoken", "spoken", "status", "not one of"),
        ("line_item", "2027-01-08T08:00:00Z", "2027-01-08T08:00:00", "due_at", "with a zone"),
        ("line_item", "2027-01-08T08:00:00Z", "2027-02-30T08:00:00Z", "due_at", "calendar"),
        ("line_item", "2027-01-08T08:00:00Z", "2027-01-08T25:00:00Z", "due_at", "clock"),
        ("line_item", "2027-01-08T08:00:00Z,,", "2027-01-08T08:00:00Z,,[]", "extension", "JSON object"),
        ("line_item", "2027-01-08T08:00:00Z,,", '2027-01-08T08:00:00Z,,"{""a"":1,""a"":2}"', "extension", "twice"),
        ("assessment_line_item", "1,,,Reading,", '1,,,Reading,"[{""source"":""case""}]"', "objectives", "missing"),
        ("assessment_line_item", "2,1,,Words", "2,3,,Words", "parent_id", "does not exist"),
        ("line_item", "1,1,1,1,Essay", "1,1,2,1,Essay", "category_id", "of another section"),
        ("grading_window", "today+5", "today-6", "", "closes_on >= opens_on"),
        ("grade_category", "62.5", "-1", "", "weight >= 0"),
        ("resource", "student, teacher", "student, janitor", "roles", "not one of"),
        ("resource", "primary", "middling", "importance", "not one of"),
        ("person_resource", "1,1,1,", "1,1,9,", "school_id", "does not exist"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_refused_with_its_reason(
    file_engine: Engine, tmp_path: Path, table: str, old: str, new: str, column: str, reason: str
) -> None:
    files = {"assessment_result": GRADES["assessment_result"].splitlines()[0] + "\n",
             "result": GRADES["result"].replace("3,2,3", "3,1,3"),
             "line_item": GRADES["line_item"].replace("2,2,2,,", "2,1,1,,")}  # fmt: skip
    assert old in (files | {table: GRADES[table]})[table]
    report = load(file_engine, tmp_path / "in", **(files | {table: (files | GRADES)[table].replace(old, new)}))
    refusals = [refusal for refusal in report.refusals if refusal.file == f"{table}.csv"]
    assert [refusal.column for refusal in refusals][:1] == [column], report.refusals
    assert reason in refusals[0].reason


def test_a_score_scale_is_of_the_section_of_what_it_scores(file_engine: Engine, tmp_path: Path) -> None:
    header, first, second, *_ = GRADES["result"].splitlines()
    scaled = [f"{header},score_scale_id", f"{first},1", f"{second},", "3,2,3,fully graded,12.5,2027-01-05,,1"]
    (refusal,) = load(file_engine, tmp_path / "in", result="\n".join(scaled) + "\n").refusals
    assert (refusal.file, refusal.line, refusal.column) == ("result.csv", 4, "score_scale_id")
    assert "another section" in refusal.reason
    assert len(rows(file_engine, Result.id)) == 2


def test_strict_tries_the_grade_book_too(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    with engine.begin() as connection:
        connection.execute(
            insert(Connection).values(
                name="LMS", version="1.2", client_id="c", secret_hash="x", secret_sealed="x", revision=1, created_at=NOW
            )
        )
        connection.execute(update(LineItem).where(LineItem.id == 2).values(connection_id=1))
    folder = write_files(tmp_path / "bad", {"grade_category": "id,section_id,name\n7,1,Quizzes\n8,99,Nowhere\n"})
    report = import_path(engine, folder, strict=True, today=TODAY, now=LATER)
    assert not report.written and len(rows(engine, GradeCategory.id)) == 2
    folder = write_files(tmp_path / "good", {"grade_category": "id,section_id,name\n7,1,Quizzes\n"})
    assert import_path(engine, folder, strict=True, today=TODAY, now=LATER).ok
    assert [moment for _, moment in rows(engine, GradeCategory.id, GradeCategory.modified_at)] == [NOW, NOW, LATER]


def test_values_of_a_scale_are_known_by_their_place(engine: Engine, tmp_path: Path) -> None:
    load(engine, tmp_path / "in")
    report = load(engine, tmp_path / "again", score_scale_value="score_scale_id,position,left,right\n2,1,2,Sure\n")
    assert report.total(Outcome.UPDATED) == 1
    assert rows(engine, ScoreScaleValue.position, ScoreScaleValue.right) == [(0, "Growing"), (1, "Sure")]


@given(st.datetimes(timezones=st.timezones()), st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_any_moment_with_a_zone_is_read_to_the_millisecond(moment: datetime, precision: str) -> None:
    text = moment.isoformat(timespec=precision)
    if len(text.partition("T")[2].partition("+")[0].partition("-")[0]) and text[-6:-5] in "+-":
        try:
            value = moment_parser(TODAY)(text)
        except BadCell:
            assert moment.year in (1, 9999)  # in UTC it lies outside of the calendar
            return
        wanted = datetime.fromisoformat(text).astimezone(UTC)
        assert value == wanted.replace(microsecond=wanted.microsecond // 1000 * 1000)


@given(st.text(max_size=200))
def test_whatever_a_json_cell_holds_is_read_or_refused(text: str) -> None:
    parse = structured_parser(LineItem.__table__.c.extension)
    assert parse is not None
    try:
        value = parse(text)
    except BadCell:
        return
    assert isinstance(value, dict)


@pytest.mark.parametrize(
    "text", ['{"a":' + "[" * 60_000, '{"a":' + "[" * 40 + "]" * 40 + "}", '{"a":NaN}', '{"a":1e999}',
             '{"a":' + "9" * 30 + "}", '{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"\\u0000":1}', '"text"', "", "{}x"],
)  # fmt: skip
def test_json_that_no_database_or_client_could_hold_is_refused(text: str) -> None:
    parse = structured_parser(LineItem.__table__.c.extension)
    assert parse is not None
    with pytest.raises(BadCell):
        parse(text)
    assert parse(json.dumps({"a": [1, 2.5, {"b": "é"}]})) == {"a": [1, 2.5, {"b": "é"}]}
