"""The records of the grade book in both versions: every field of the table, valid, and with references that resolve."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from provider.database import db
from provider.sis import models
from shared.oneroster.resources.gradebook import ASSESSMENTS, GRADEBOOK
from shared.oneroster.schemas import record_schema
from shared.oneroster.versions import Version
from tests.provider.gradebook.conftest import Book, Record
from tests.provider.gradebook.rows import GradeRows

V11, V12 = Version.V1P1, Version.V1P2
FILE = Path(__file__).parents[4] / "shared/spec/openapi/oneroster_v1p2_gradebookservice.stringbool.json"
TYPES = {
    "categories": "CategoryDType", "lineItems": "LineItemDType", "results": "ResultDType",
    "scoreScales": "ScoreScaleDType", "assessmentLineItems": "AssessmentLineItemDType",
    "assessmentResults": "AssessmentResultDType",
}  # fmt: skip
OBJECTIVES = [{"source": "unknown", "learningObjectiveIds": ["o1", "o2"]}]
REACHED = [{"source": "unknown", "learningObjectiveResults": [{"learningObjectiveId": "o1", "score": 3.0}]}]
FLAGS = {"in_progress": False, "incomplete": False, "late": True, "missing": False}
COLLECTIONS = {V11: GRADEBOOK[:3], V12: GRADEBOOK + ASSESSMENTS}


def fill(book: Book, rows: GradeRows) -> None:
    """A row of each collection with everything in it, and one with no more than it must have."""
    extra = {"extension": {"example.colour": "blue", "n": [1, None]}}
    scale = rows.scale(book.first, sourced_id="own", **extra)
    group = rows.score_group("Letters", {"F": 0.0, "A": 89.5, "Pass": None})
    rows.scale(book.first, (), sourced_id="group", score_group_id=group)
    full = rows.category(book.first, "Homework", weight=30.0, sourced_id="c/1 é", **extra)
    bare = rows.category(None, "Projects", sourced_id="c2")
    item = rows.line_item(
        book.first, full, sourced_id="i1", term_id=1, score_scale_id=scale, description="Five pages",
        objectives=OBJECTIVES, **extra,
    )  # fmt: skip
    spare = rows.line_item(book.first, bare, sourced_id="i2", value_min=None, value_max=None, description=" ")
    scored = {"score_scale_id": scale, "text_score": "A", "comment": "Good", "objectives": REACHED, **FLAGS, **extra}
    rows.result(item, book.ada, 300.0, sourced_id="r1", **scored)
    rows.result(spare, book.ada, None, sourced_id="r2", status="ext:later", comment="")
    test = rows.assessment(
        book.first, sourced_id="a1", description="All", score_scale_id=scale, objectives=OBJECTIVES, **extra
    )
    part = rows.assessment(None, sourced_id="a2", parent_id=test, value_min=None, value_max=None)
    rows.assessment_result(test, book.ada, 400.0, sourced_id="ar1", percentile=91.5, **scored)
    rows.assessment_result(part, book.ada, None, sourced_id="ar2", status="exempt")


def records_of(book: Book, version: Version) -> dict[str, list[Record]]:
    return {resource.plural: book.read(f"/{resource.plural}", version) for resource in COLLECTIONS[version]}


def references(value: Any) -> list[Record]:
    if isinstance(value, dict):
        return [value] if "href" in value else [found for inner in value.values() for found in references(inner)]
    return [found for inner in value for found in references(inner)] if isinstance(value, list) else []


def blanks(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in blanks(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in blanks(inner)]
    return [value] if value is None or value == "" else []


@pytest.fixture
def official() -> dict[str, Any]:
    if not FILE.exists():
        pytest.skip(f"{FILE} is not there to compare with")
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


def test_records_are_as_the_table_says_and_their_references_resolve(book: Book, rows: GradeRows):
    fill(book, rows)
    for version in Version:
        for plural, found in records_of(book, version).items():
            resource = next(one for one in COLLECTIONS[version] if one.plural == plural)
            order = list(resource.of(version))
            assert len(found) == 2
            for record in found:
                assert record_schema(resource, version).validate(record) == {}, record
                assert [name for name in order if name in record] == list(record)
                assert blanks(record | {"metadata": {}}) == []
                for reference in references(record):
                    path = reference["href"].replace("http://127.0.0.1:8000/campus/oneroster/demo", "")
                    answer = book.get(path if path.startswith("http") else "http://localhost" + path, version)
                    assert answer.status_code == 200, reference
                    (named,) = answer.get_json().values()
                    assert named["sourcedId"] == reference["sourcedId"]
            full = found[0]
            assert full["metadata"] == {"example.colour": "blue", "n": [1, None]}


def test_a_full_record_has_every_field_of_its_version(book: Book, rows: GradeRows):
    fill(book, rows)
    for version in Version:
        for plural, found in records_of(book, version).items():
            resource = next(one for one in COLLECTIONS[version] if one.plural == plural)
            had = set().union(*found)
            assert set(resource.of(version)) - had == set(), plural


def test_records_of_1_2_are_as_the_official_document_says(book: Book, rows: GradeRows, official):
    fill(book, rows)
    for plural, found in records_of(book, V12).items():
        schema = {"$ref": f"#/components/schemas/{TYPES[plural]}", "components": official["components"]}
        for record in found:
            errors = [error.message for error in Draft202012Validator(schema).iter_errors(record)]
            assert errors == [], (plural, record)


def test_what_each_version_says(book: Book, rows: GradeRows):
    fill(book, rows)
    old, new = (records_of(book, version) for version in Version)
    assert "weight" not in old["categories"][0] and new["categories"][0]["weight"] == 30.0
    # What was not given is percent in 1.1, which asks for it (P-120), and left out in 1.2.
    assert (old["lineItems"][1]["resultValueMin"], old["lineItems"][1]["resultValueMax"]) == (0.0, 100.0)
    assert "resultValueMin" not in new["lineItems"][1]
    assert old["lineItems"][0]["gradingPeriod"]["sourcedId"] == "gp1"
    assert new["lineItems"][0]["academicSession"]["sourcedId"] != new["lineItems"][0]["gradingPeriod"]["sourcedId"]
    # Without a term the school year stands for it.
    year = old["lineItems"][1]["gradingPeriod"]["sourcedId"]
    assert new["lineItems"][1]["academicSession"]["sourcedId"] == year and "gradingPeriod" not in new["lineItems"][1]
    # Extra credit goes out as it came in; a score that was never given is no zero (real-clients 19).
    assert old["results"][0]["score"] == new["results"][0]["score"] == 300.0
    assert "score" not in old["results"][1] and "score" not in new["results"][1]
    assert (old["results"][1]["scoreStatus"], new["results"][1]["scoreStatus"]) == ("not submitted", "ext:later")
    assert new["results"][0]["late"] == "true" and new["results"][0]["missing"] == "false"
    assert old["results"][0]["student"]["sourcedId"] == f"s{book.ada}"
    assert new["results"][0]["student"]["sourcedId"] == db.session.get_one(models.Person, book.ada).guid
    assert new["scoreScales"][0]["scoreScaleValue"][0] == {"itemValueLHS": "90", "itemValueRHS": "A"}
    # The district's scores, highest first; one that is given by hand stands for itself.
    values = [(value["itemValueLHS"], value["itemValueRHS"]) for value in new["scoreScales"][1]["scoreScaleValue"]]
    assert values == [("89.5", "A"), ("0", "F"), ("Pass", "Pass")]
    assert new["assessmentLineItems"][1]["parentAssessmentLineItem"]["sourcedId"] == "a1"


def test_nothing_that_is_gone_is_named(book: Book, rows: GradeRows):
    fill(book, rows)
    keys = {
        sourced_id: key for key, sourced_id in rows.session.query(models.ScoreScale.id, models.ScoreScale.sourced_id)
    }
    rows.delete("scoreScales", keys["own"])
    (parent,) = rows.session.query(models.AssessmentLineItem.id).filter_by(sourced_id="a1").one()
    rows.delete("assessmentLineItems", parent)
    new = records_of(book, V12)
    assert [record["sourcedId"] for record in new["scoreScales"]] == ["group"]
    assert "scoreScale" not in new["lineItems"][0] and "scoreScale" not in new["results"][0]
    (part,) = new["assessmentLineItems"]
    assert "parentAssessmentLineItem" not in part
    assert [record["sourcedId"] for record in new["assessmentResults"]] == ["ar2"]
