"""What is sent: bodies of either version, valid by the table and by the official documents; digests (C-117, C-134)."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consumer.passback.values import (
    ItemFacts,
    Place,
    ScoreFacts,
    Term,
    digest,
    line_item_body,
    result_body,
)  # fmt: skip
from consumer.platform.settings import OrganisationSettings
from shared.oneroster.resources.gradebook import line_items, results
from shared.oneroster.schemas import record_schema
from shared.oneroster.versions import Version

V11, V12 = Version.V1P1, Version.V1P2
OFFICIAL = Path(__file__).parents[4] / "shared/spec/openapi/oneroster_v1p2_gradebookservice.stringbool.json"
NOW = datetime(2026, 10, 5, 15, 4, 5, 678901, tzinfo=UTC)
SETTINGS = OrganisationSettings(time_zone="America/Chicago")
AS_ZERO = replace(SETTINGS, missing_as_zero=True)


def place(version: Version) -> Place:
    return Place("https://sis.example/campus/oneroster/demo", version, "K 1/é", "S1")


def item(version: Version, **values: Any) -> ItemFacts:
    given = {
        "sis_id": "li-1", "place": place(version), "title": " Fractions ", "description": "Pages 1 to 3",
        "points": 20.0, "published": True, "assigned_at": NOW - timedelta(days=3), "due_at": NOW + timedelta(days=7),
        "due_on": date(2026, 10, 12), "sent_at": NOW, "category_name": "Homework", "category": "c-1",
        "category_offered": True, "terms": (Term("T1", "Fall", date(2026, 8, 15), date(2027, 1, 10)),),
        "session": "T1", "grading_period": "Q1", "title_limit": 255, "students": 4,
    }  # fmt: skip
    return ItemFacts(**(given | values))


def score(version: Version, points: float | None = None, **values: Any) -> ScoreFacts:
    given = {
        "sis_id": "r-1", "place": place(version), "line_item": "li-1", "student": "U1", "points": points,
        "exempt": False, "missing": False, "late": False, "comment": None, "changed_at": NOW,
    }  # fmt: skip
    return ScoreFacts(**(given | values))


#: What a body of 1.1 may lack: a category always does (C-124), a grading period where the SIS has none.
LENIENT = {V11: {"category", "gradingPeriod"}, V12: set[str]()}


def valid(body: Any, resource: Any, version: Version) -> None:
    """By our table, and in 1.2 by the official document where it lies beside the checkout."""
    errors = record_schema(resource, version).validate(body)
    assert not errors or set(errors) <= LENIENT[version] - set(body), errors
    assert set(body) <= set(resource.of(version)), "a member that the version does not have"
    if version is V12 and OFFICIAL.exists():
        document = json.loads(OFFICIAL.read_text(encoding="utf-8"))
        name = {"lineItem": "LineItemDType", "result": "ResultDType"}[resource.singular]
        schema = document | {"$ref": f"#/components/schemas/{name}"}
        assert [error.message for error in Draft202012Validator(schema).iter_errors(body)] == []


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    "values", [{}, {"description": None}, {"description": " "}, {"session": None, "grading_period": None}]
)
def test_a_line_item_is_a_record_of_its_version(version: Version, values: dict[str, Any]) -> None:
    """real-clients 15, 16, 19"""
    valid(line_item_body(item(version, **values), version), line_items, version)


def test_a_line_item_of_1_1_in_full() -> None:
    """C-124: it has no category; its grading period and range are told (real-clients 19)."""
    root = "https://sis.example/campus/oneroster/demo/ims/oneroster/v1p1"
    assert line_item_body(item(V11), V11) == {
        "sourcedId": "li-1", "status": "active", "dateLastModified": "2026-10-05T15:04:05.678Z",
        "title": "Fractions", "description": "Pages 1 to 3",
        "assignDate": "2026-10-02T15:04:05.678Z", "dueDate": "2026-10-12T15:04:05.678Z",
        "class": {"href": f"{root}/classes/K%201%2F%C3%A9", "sourcedId": "K 1/é", "type": "class"},
        "gradingPeriod": {"href": f"{root}/academicSessions/Q1", "sourcedId": "Q1", "type": "academicSession"},
        "resultValueMin": 0, "resultValueMax": 20,
    }  # fmt: skip


def test_a_line_item_of_1_2_in_full() -> None:
    root = "https://sis.example/campus/oneroster/demo/ims/oneroster"
    body = line_item_body(item(V12, points=17.5), V12)
    assert body["school"] == {"href": f"{root}/rostering/v1p2/orgs/S1", "sourcedId": "S1", "type": "org"}
    assert body["category"] == {
        "href": f"{root}/gradebook/v1p2/categories/c-1", "sourcedId": "c-1", "type": "category",
    }  # fmt: skip
    assert body["academicSession"]["sourcedId"] == "T1" and body["gradingPeriod"]["sourcedId"] == "Q1"
    assert body["resultValueMax"] == 17.5


def test_in_1_1_the_term_stands_where_there_is_no_grading_period() -> None:
    assert line_item_body(item(V11, grading_period=None), V11)["gradingPeriod"]["sourcedId"] == "T1"
    assert "gradingPeriod" not in line_item_body(item(V12, grading_period=None), V12)


def test_nothing_is_assigned_after_it_is_due() -> None:
    body = line_item_body(item(V11, assigned_at=NOW, due_at=NOW - timedelta(days=1)), V11)
    assert body["assignDate"] == body["dueDate"]


@pytest.mark.parametrize(("version", "values"), [
    (V11, {"due_at": None}), (V12, {"due_at": None}), (V12, {"category": None}),
    (V12, {"place": replace(place(V12), school_id=None)}),
])  # fmt: skip
def test_what_has_not_passed_the_checks_has_no_body(version: Version, values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        line_item_body(item(version, **values), version)


@pytest.mark.parametrize(
    ("marks", "status", "points", "missing"),
    [
        ({"points": 0.0}, "fully graded", 0, "false"),
        ({"points": 17.5}, "fully graded", 17.5, "false"),
        ({"points": 25.0}, "fully graded", 25, "false"),  # extra credit stays
        ({"exempt": True}, "exempt", None, "false"),
        ({"exempt": True, "points": 3.0}, "exempt", None, "false"),
        ({"exempt": True, "missing": True}, "exempt", None, "false"),
        ({"missing": True}, "not submitted", None, "true"),
        ({"missing": True, "points": 3.0}, "not submitted", None, "true"),
    ],
)
@pytest.mark.parametrize("version", list(Version))
def test_score_states(version: Version, marks: dict[str, Any], status: str, points: Any, missing: str) -> None:
    """C-134"""
    body = result_body(score(version, **marks), version, SETTINGS)
    assert body is not None
    valid(body, results, version)
    assert (body["scoreStatus"], body.get("score")) == (status, points)
    assert body.get("missing") == (missing if version is V12 else None)


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("marks", [{}, {"late": True}, {"comment": "Please hand it in"}])
def test_what_is_not_graded_is_not_sent(version: Version, marks: dict[str, Any]) -> None:
    """C-134: nothing yet, or handed in and waiting."""
    assert result_body(score(version, **marks), version, SETTINGS) is None


def test_a_missing_score_is_0_in_1_1_where_the_organisation_says_so() -> None:
    """C-134: 1.2 can say that it is missing, and does."""
    old = result_body(score(V11, missing=True), V11, AS_ZERO)
    new = result_body(score(V12, missing=True), V12, AS_ZERO)
    assert old is not None and (old["scoreStatus"], old["score"]) == ("fully graded", 0)
    assert new is not None and (new["scoreStatus"], new["missing"]) == ("not submitted", "true") and "score" not in new
    exempt = result_body(score(V11, missing=True, exempt=True), V11, AS_ZERO)
    assert exempt is not None and "score" not in exempt


def test_a_late_score_says_so_in_1_2_alone() -> None:
    new = result_body(score(V12, 5.0, late=True), V12, SETTINGS)
    old = result_body(score(V11, 5.0, late=True), V11, SETTINGS)
    assert new is not None and new["late"] == "true"
    assert old is not None and "late" not in old


@pytest.mark.parametrize("version", list(Version))
def test_a_comment_goes_along_and_a_blank_one_does_not(version: Version) -> None:
    said = result_body(score(version, 5.0, comment=" Well done "), version, SETTINGS)
    blank = result_body(score(version, 5.0, comment="  "), version, SETTINGS)
    assert said is not None and said["comment"] == "Well done"
    assert blank is not None and "comment" not in blank


def test_the_day_of_a_score_is_that_of_the_organisation() -> None:
    """In Chicago it is still the evening before."""
    late = score(V11, 5.0, changed_at=datetime(2026, 10, 6, 3, 0, tzinfo=UTC))
    body = result_body(late, V11, SETTINGS)
    assert body is not None and body["scoreDate"] == "2026-10-05"


POINTS = st.none() | st.integers(0, 200).map(lambda n: n / 2)


@given(
    POINTS, st.booleans(), st.booleans(), st.booleans(), st.none() | st.text(), st.sampled_from(list(Version)),
    st.booleans(),
)  # fmt: skip
def test_no_score_is_0_that_nobody_typed(
    points: float | None, exempt: bool, missing: bool, late: bool, comment: str | None, version: Version, as_zero: bool
) -> None:
    """C-134, whatever is marked."""
    facts = score(version, points, exempt=exempt, missing=missing, late=late, comment=comment)
    body = result_body(facts, version, AS_ZERO if as_zero else SETTINGS)
    if body is None:
        assert points is None and not exempt and not missing
        return
    valid(body, results, version)
    if body.get("score") == 0:
        assert points == 0 or (as_zero and missing and version is V11)
    if "score" in body and not missing:
        assert body["score"] == points


def shuffled(value: Any, random: Any) -> Any:
    if not isinstance(value, dict):
        return value
    names = list(value)
    random.shuffle(names)
    return {name: shuffled(value[name], random) for name in names}


@given(st.randoms(use_true_random=False), st.sampled_from(list(Version)), st.floats(0.5, 500, width=16))
def test_a_digest_does_not_move_with_the_order_of_members(random: Any, version: Version, points: float) -> None:
    for body in (
        line_item_body(item(version, points=points), version),
        result_body(score(version, points), version, SETTINGS),
    ):
        assert body is not None
        assert digest(shuffled(body, random)) == digest(body)
        assert len(digest(body)) == 32


@pytest.mark.parametrize("version", list(Version))
def test_a_digest_moves_with_what_is_said_and_not_with_when_or_where(version: Version) -> None:
    """C-132: a SIS that has moved to another address still has it."""
    first = line_item_body(item(version), version)
    elsewhere = replace(place(version), base_url="https://new.example")
    again = line_item_body(item(version, sent_at=NOW + timedelta(days=1), place=elsewhere), version)
    assert again != first and digest(again) == digest(first)
    for name in first:
        if name != "dateLastModified":
            other = deepcopy(first)
            other[name] = {**other[name], "sourcedId": "other"} if isinstance(other[name], dict) else "other"
            assert digest(other) != digest(first), name
