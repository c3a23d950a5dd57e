"""Grade book and resource files of OneRoster packages: what comes of them, what is refused, what a second import does."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from provider.database import db
from provider.sis import models as sis
from provider.sis.importing import ImportReport, Outcome, import_path
from shared.oneroster.csv_tables import csv_tables
from shared.oneroster.versions import Version
from tests.provider.sis.packages import manifest, package

TODAY = date(2027, 1, 10)
NOW = datetime(2027, 1, 10, 15, tzinfo=UTC)
LATER = datetime(2027, 1, 11, 15, tzinfo=UTC)

#: Rows by file, as in a 1.2 package: sourcedId first, then what follows dateLastModified.
BOOK = {
    "resources": ["res-1,MB-1,Book,student,primary,vendor,app"],
    "classResources": ["cr-1,,k-1,res-1"],
    "courseResources": ["co-1,,c-1,res-1"],
    "userResources": ["ur-1,u-1,s-1,k-1,res-1"],
    "categories": ["cat-1,Tests,60"],
    "scoreScales": ['sc-1,Letters,letter,s-1,c-1,k-1,"{90:A},{80:B}"'],
    "lineItems": ["li-1,Test,About it,2026-09-01,2026-09-05,k-1,cat-1,t-1,0,10,s-1",
                  "li-2,Essay,,2026-09-01,2026-09-05,k-1,cat-1,y-27,,,s-1"],
    "results": ["r-1,li-1,u-1,fully graded,9.5,2026-09-06,Well done,A,k-1,,,true,false"],
    "lineItemScoreScales": ["ls-1,,li-1,sc-1"],
    "resultScoreScales": ["rs-1,,r-1,sc-1"],
    "lineItemLearningObjectiveIds": ["lo-1,li-1,case,o-1", "lo-2,li-1,case,o-2"],
    "resultLearningObjectiveIds": ["ro-1,r-1,case,o-1,3.5,good"],
}  # fmt: skip


@pytest.fixture
def engine(provider_app: Flask) -> Engine:
    with provider_app.app_context():
        return db.engine


def text(file: str, rows: list[str], status: str = "", version: Version = Version.V1P2) -> str:
    """A file of rows that are given without status and date."""
    head = ",".join(column.header for column in csv_tables(version)[file].columns)
    stamp = f"{status},{'2027-01-11T00:00:00.000Z' if status else ''}"
    return "\n".join([head, *(f"{row.split(',', 1)[0]},{stamp},{row.split(',', 1)[1]}" for row in rows), ""])


def load(engine: Engine, path: Path, now: datetime = NOW, strict: bool = False) -> ImportReport:
    return import_path(engine, path, strict=strict, today=TODAY, now=now)


def bulk(tmp_path: Path, **changed: list[str]) -> Path:
    files = {name: text(name, rows) for name, rows in (BOOK | changed).items()}
    return package(tmp_path / "bulk.zip", Version.V1P2, **files)


def delta(tmp_path: Path, status: str, **rows: list[str]) -> Path:
    path = tmp_path / "delta"
    path.mkdir(exist_ok=True)
    (path / "manifest.csv").write_text(manifest(Version.V1P2, set(rows), "delta"))
    for name, lines in rows.items():
        (path / f"{name}.csv").write_text(text(name, lines, status))
    return path


def one(engine: Engine, *columns: Any) -> tuple[Any, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(select(*columns)).one())


def many(engine: Engine, *columns: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


def test_the_grade_book_comes_in_and_a_second_time_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    path = bulk(tmp_path)
    first = load(engine, path, strict=True)
    assert first.refusals == []
    assert many(engine, sis.GradeCategory.sourced_id, sis.GradeCategory.weight) == [("cat-1", 60.0)]
    chicago = datetime(2026, 9, 1, 5, tzinfo=UTC), datetime(2026, 9, 6, 4, 59, 59, tzinfo=UTC)
    item = sis.LineItem
    assert many(engine, item.sourced_id, item.assigned_at, item.due_at, item.value_max, item.objectives) == [
        ("li-1", *chicago, 10.0, [{"source": "case", "learningObjectiveIds": ["o-1", "o-2"]}]),
        ("li-2", *chicago, None, None),
    ]
    result = sis.Result
    assert one(engine, result.score, result.text_score, result.late, result.missing, result.incomplete, result.connection_id) \
        == (9.5, "A", True, False, None, None)  # fmt: skip
    assert one(engine, result.objectives)[0][0]["learningObjectiveResults"][0]["score"] == 3.5
    assert many(engine, sis.ScoreScaleValue.position, sis.ScoreScaleValue.right) == [(0, "A"), (1, "B")]
    assert one(engine, sis.PersonResource.school_id, sis.PersonResource.section_id) == (1, 1)
    assert one(engine, sis.GradeCategory.section_id) == (1,), "all its line items are of one class"
    again = load(engine, path, LATER)
    assert again.refusals == []
    assert again.total(Outcome.CREATED) == again.total(Outcome.UPDATED) == 0
    assert all(moment < LATER for (moment,) in many(engine, item.modified_at))


@pytest.mark.parametrize(
    ("file", "row", "column", "reason"),
    [
        ("lineItems", "x,Test,,2026-09-01,2026-09-05,k-9,cat-1,t-1,0,10,s-1", "classSourcedId", "class"),
        ("lineItems", "x,Test,,2026-09-01,2026-09-05,k-1,cat-9,t-1,0,10,s-1", "categorySourcedId", "category"),
        ("lineItems", "x,Test,,2026-02-30,2026-09-05,k-1,cat-1,t-1,0,10,s-1", "assignDate", "not a day"),
        ("lineItems", "x,Test,,2026-09-01,2026-09-05,k-1,cat-1,t-1,ten,10,s-1", "resultValueMin", "number"),
        ("results", "x,li-1,u-9,fully graded,1,2026-09-06,,,,,,,", "studentSourcedId", "user"),
        ("results", "x,li-9,u-1,fully graded,1,2026-09-06,,,,,,,", "lineItemSourcedId", "line item"),
        ("results", "x,li-1,u-1,fully graded,1,2026-09-06,,,,,,,", "studentSourcedId", "has a result"),
        ("results", "x,li-1,u-1,done,1,2026-09-06,,,,,,,", "scoreStatus", "not one of"),
        ("scoreScales", "x,Letters,letter,s-1,c-1,k-9,{90:A}", "classSourcedId", "class"),
        ("lineItemScoreScales", "x,,li-1,sc-9", "scoreScaleSourcedId", "scoreScale"),
        ("resultLearningObjectiveIds", "x,r-9,case,o-1,1,", "resultSourcedId", "result"),
        ("classResources", "x,,k-1,res-9", "resourceSourcedId", "resource"),
        ("userResources", "x,u-9,,,res-1", "userSourcedId", "user"),
        ("resources", "x,,Book,student,primary,,", "vendorResourceId", "required"),
    ],
)
def test_a_row_with_a_fault_is_refused_alone(
    engine: Engine, tmp_path: Path, file: str, row: str, column: str, reason: str
) -> None:
    report = load(engine, bulk(tmp_path, **{file: [*BOOK[file], row]}))
    (refusal,) = report.refusals
    assert (refusal.file, refusal.line, refusal.column) == (f"{file}.csv", len(BOOK[file]) + 2, column)
    assert reason in refusal.reason
    assert "9.5" not in refusal.value and "Ada" not in refusal.value


def test_a_delta_adds_and_changes_and_touches_nothing_else(engine: Engine, tmp_path: Path) -> None:
    load(engine, bulk(tmp_path))
    report = load(engine, delta(
        tmp_path, "active",
        lineItems=["li-1,Test two,,2026-09-01,2026-09-07,k-1,cat-1,t-1,0,20,s-1"],
        results=["r-2,li-2,u-1,exempt,,2026-09-08,,,,,,,"],
        lineItemLearningObjectiveIds=["lo-3,li-1,unknown,o-9"],
        resultLearningObjectiveIds=["ro-1,r-1,case,o-1,4,"],
    ), LATER)  # fmt: skip
    assert report.refusals == []
    assert many(engine, sis.LineItem.sourced_id, sis.LineItem.title, sis.LineItem.modified_at)[1] == (
        "li-2",
        "Essay",
        NOW,
    )
    title, objectives, scale = many(engine, sis.LineItem.title, sis.LineItem.objectives, sis.LineItem.score_scale_id)[1]
    assert (title, scale) == ("Test two", 1), "the scale, of which the package says nothing, stays"
    assert [one["source"] for one in objectives] == ["case", "unknown"]
    assert many(engine, sis.Result.sourced_id, sis.Result.score) == [("r-1", 9.5), ("r-2", None)]


def test_a_delta_takes_out_what_is_to_be_deleted(engine: Engine, tmp_path: Path) -> None:
    load(engine, bulk(tmp_path))
    gone = delta(
        tmp_path, "tobedeleted",
        results=BOOK["results"], lineItems=BOOK["lineItems"][1:], classResources=BOOK["classResources"],
        lineItemLearningObjectiveIds=BOOK["lineItemLearningObjectiveIds"][:1],
        lineItemScoreScales=BOOK["lineItemScoreScales"], scoreScales=["sc-7,Never,there,s-1,c-1,k-1,{1:A}"],
    )  # fmt: skip
    report = load(engine, gone, LATER)
    assert report.refusals == []
    assert one(engine, sis.Result.deleted, sis.Result.modified_at) == (True, LATER)
    assert [deleted for _, deleted in many(engine, sis.LineItem.sourced_id, sis.LineItem.deleted)] == [False, True]
    assert many(engine, sis.SectionResource.section_id) == []
    assert many(engine, sis.CourseResource.course_id) == [(1,)]
    first, _ = many(engine, sis.LineItem.sourced_id, sis.LineItem.objectives, sis.LineItem.score_scale_id)
    assert first == ("li-1", [{"source": "case", "learningObjectiveIds": ["o-2"]}], None)
    again = load(engine, gone, LATER)
    assert again.total(Outcome.UPDATED) == 0
    back = load(engine, delta(tmp_path, "active", results=BOOK["results"]), LATER)
    assert back.total(Outcome.UPDATED) == 1
    assert one(engine, sis.Result.deleted) == (False,)


def test_scores_of_a_bad_row_are_not_told(engine: Engine, tmp_path: Path) -> None:
    report = load(engine, bulk(tmp_path, results=["r-1,li-1,u-1,fully graded,secret,2026-09-06,,,,,,,"]))
    told = io.StringIO()
    csv.writer(told).writerows((r.value, r.reason) for r in report.refusals)
    assert "secret" not in told.getvalue()
