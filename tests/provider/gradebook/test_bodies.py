"""What platforms send: JSON that can be understood in one way only, and objects as the table has them."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.gradebook.bodies import Body, read_many, read_one
from provider.gradebook.documents import MAX_BYTES, MAX_DEPTH, read_json
from provider.gradebook.fields import LENIENT
from shared.oneroster.errors import Failure, OneRosterError
from shared.oneroster.resources.gradebook_operations import GRADEBOOK_WRITES
from shared.oneroster.resources.model import REQUIRED
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2
WRITES = {write.operation_id: write for write in GRADEBOOK_WRITES}

FULL = {
    "putCategory": {"title": "Homework", "weight": 20},
    "putLineItem": {
        "title": "Fractions",
        "assignDate": "2026-10-05T08:00:00.000Z",
        "dueDate": "2026-10-12T08:00:00.000Z",
        "class": {"sourcedId": "c1"},
        "school": {"sourcedId": "s1"},
    },
    "putResult": {
        "lineItem": {"sourcedId": "li1"},
        "student": {"sourcedId": "u1"},
        "scoreStatus": "fully graded",
        "score": 80,
        "scoreDate": "2026-10-12",
    },
    "putScoreScale": {
        "title": "Letters",
        "type": "letter",
        "class": {"sourcedId": "c1"},
        "scoreScaleValue": [{"itemValueLHS": "90", "itemValueRHS": "A"}],
    },
    "putAssessmentLineItem": {"title": "State test"},
    "putAssessmentResult": {
        "assessmentLineItem": {"sourcedId": "ali1"},
        "student": {"sourcedId": "u1"},
        "scoreStatus": "submitted",
        "scoreDate": "2026-10-12",
    },
}


def put(operation: str, record: object, version: Version = V1P2, sourced_id: str = "x") -> Body:
    write = WRITES[operation]
    return read_one({write.resource.singular: record}, write, version, sourced_id)


def refusal(operation: str, record: object, version: Version = V1P2) -> str:
    with pytest.raises(OneRosterError) as refused:
        put(operation, record, version)
    assert refused.value.failure is Failure.INVALID_BODY
    return refused.value.description


# JSON


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"", "line 1, column 1"),
        (b'{"result": ', "line 1"),
        (b"{'result': {}}", "double quotes"),
        (b'{"result": {}} trailing', "Extra data"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'{"result": {"score": 1, "score": 2}}', "'score' twice"),
        (b'{"score": NaN}', "NaN"),
        (b'{"score": -Infinity}', "-Infinity"),
        (b'{"score": 1e999}', "too large"),
        (b'{"score": ' + b"9" * 5_000 + b"}", "too large"),
        (b'{"comment": "a\\u0000b"}', "NUL"),
        (b'{"comment": "a\x00b"}', "line 1"),
        (b'{"comment": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": "x"}', "surrogate"),
        (b'["x", ["\\uD83D"]]', "surrogate"),
        (b"[" * 33 + b"]" * 33, "nested"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 50_000, "nested"),
    ],
)
def test_what_could_be_understood_in_two_ways_is_malformed(text, what):
    with pytest.raises(OneRosterError) as refused:
        read_json(text)
    assert refused.value.failure is Failure.MALFORMED_BODY
    assert what in refused.value.description
    refused.value.description.encode()  # Can be sent.


def test_depth_is_counted_from_the_outermost():
    assert read_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@pytest.mark.parametrize("body", [b" " * (MAX_BYTES + 1), b"[" + b"[]," * 2_000_000 + b"[]]"])
def test_a_body_that_is_too_large_says_so(body):
    with pytest.raises(OneRosterError) as refused:
        read_json(body)
    assert refused.value.failure is Failure.TOO_LARGE


def test_what_is_harmless_passes():
    assert read_json('\ufeff{"a": "\\\\u0000 \\ud83d\\ude00 é"}'.encode()) == {"a": "\\u0000 😀 é"}
    assert read_json(b'{"a": 123456789012345678901, "b": 300, "c": -0.5}') == {
        "a": 1.2345678901234568e20,
        "b": 300,
        "c": -0.5,
    }


STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(allow_nan=False, allow_infinity=False) | STORABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STORABLE, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(DOCUMENTS, st.booleans())
def test_every_proper_document_is_read_as_it_was_written(document, escaped):
    assert read_json(json.dumps(document, ensure_ascii=escaped).encode()) == document


@given(st.binary(max_size=200))
def test_no_bytes_lead_to_anything_but_a_value_or_a_refusal(body):
    try:
        read_json(body)
    except OneRosterError as refused:
        assert refused.failure is Failure.MALFORMED_BODY


# Objects


@pytest.mark.parametrize("operation", FULL)
def test_what_clients_of_the_field_send_is_enough(operation):
    """Without status, dateLastModified, href and type of references (real-clients 19)."""
    body = put(operation, FULL[operation])
    assert body.sourced_id == "x" and not body.deleted
    assert not {"sourcedId", "status", "dateLastModified"} & body.values.keys()


@pytest.mark.parametrize(
    ("operation", "version", "field"),
    [
        (operation, version, field.name)
        for operation in FULL
        for version in Version
        for field in WRITES[operation].resource.of(version).values()
        if version in WRITES[operation].versions and field.presence(version) is REQUIRED
        and field.name not in LENIENT | {"sourcedId"}
    ],
)  # fmt: skip
def test_what_a_record_must_have_must_be_sent(operation, version, field):
    for nothing in ({}, {field: None}, {field: ""}, {field: []}):
        record = {name: value for name, value in FULL[operation].items() if name != field} | nothing
        assert refusal(operation, record, version).endswith(f".{field}: it is missing")


@pytest.mark.parametrize("operation", FULL)
def test_objects_of_1p2_are_closed(operation):
    assert "unknown member 'colour'" in refusal(operation, FULL[operation] | {"colour": "red"})


def test_objects_of_1p1_let_unknown_members_pass():
    assert "colour" not in put("putCategory", {"title": "x", "colour": "red"}, V1P1).values
    reference = {"sourcedId": "c1", "type": "section", "more": 1}
    assert put("putLineItem", FULL["putLineItem"] | {"class": reference}, V1P1).values["class"] == "c1"


WRONG = [
    ("putResult", "score", "80"), ("putResult", "score", True), ("putResult", "score", [80]), ("putResult", "score", {}),
    ("putResult", "scoreStatus", "graded"), ("putResult", "scoreStatus", 5), ("putResult", "scoreStatus", "fully_graded"),
    ("putResult", "scoreDate", "2026-02-30"), ("putResult", "scoreDate", "yesterday"), ("putResult", "scoreDate", 20261012),
    ("putResult", "scoreDate", "0001-01-01"), ("putResult", "scoreDate", "9999-12-31"),
    ("putResult", "scoreDate", "99999-01-01"), ("putResult", "comment", 5), ("putResult", "comment", "x" * 20_001),
    ("putResult", "student", "u1"), ("putResult", "student", {}), ("putResult", "student", {"sourcedId": 7}),
    ("putResult", "student", {"sourcedId": ""}), ("putResult", "student", {"sourcedId": "x" * 256}),
    ("putResult", "student", [{"sourcedId": "u1"}]), ("putResult", "lineItem", None), ("putResult", "late", True),
    ("putResult", "student", {"sourcedId": "u1", "SourcedId": "u2"}),
    ("putResult", "student", {"sourcedId": "u1", "type": "student"}), ("putResult", "late", "yes"),
    ("putResult", "learningObjectiveSet", {}), ("putResult", "learningObjectiveSet", [{"source": "case"}]),
    ("putResult", "learningObjectiveSet", [{"source": "case", "learningObjectiveResults": []}]),
    ("putResult", "learningObjectiveSet", [{"source": "case", "learningObjectiveResults": [{"learningObjectiveId": "1"}]}]),
    ("putResult", "metadata", "x"), ("putResult", "status", "inactive"),
    ("putResult", "dateLastModified", "now"), ("putResult", "textScore", "x" * 256),
    ("putLineItem", "dueDate", "2026-13-01T00:00:00Z"), ("putLineItem", "dueDate", "2026-02-29T10:00:00Z"),
    ("putLineItem", "dueDate", "0000-01-01T00:00:00Z"), ("putLineItem", "dueDate", "0001-01-01T00:00:00+14:00"),
    ("putLineItem", "assignDate", "2026-10-05T25:00:00Z"), ("putLineItem", "title", 5), ("putLineItem", "title", ["x"]),
    ("putLineItem", "resultValueMax", "100"), ("putCategory", "title", "x" * 256), ("putCategory", "weight", "20"),
    ("putScoreScale", "scoreScaleValue", [{"itemValueLHS": "90"}]), ("putScoreScale", "scoreScaleValue", [{}]),
    ("putScoreScale", "scoreScaleValue", "A"), ("putScoreScale", "scoreScaleValue", [{"itemValueLHS": 90, "itemValueRHS": "A"}]),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "field", "value"), WRONG)
def test_a_wrong_value_is_refused_by_its_place_in_the_body(operation, field, value):
    place = WRITES[operation].resource.singular
    assert refusal(operation, FULL[operation] | {field: value}).startswith(f"{place}.{field}")


@pytest.mark.parametrize("document", [None, [], "x", {}, {"results": []}, {"result": {}, "more": 1}, {"Result": {}}])
def test_the_wrapper_is_exactly_the_one_of_the_verb(document):
    with pytest.raises(OneRosterError) as refused:
        read_one(document, WRITES["putResult"], V1P2, "x")
    assert refused.value.failure is Failure.INVALID_BODY and "'result'" in refused.value.description


@pytest.mark.parametrize("record", [None, [], "x", 5, True])
def test_what_is_wrapped_is_an_object(record):
    assert refusal("putResult", record) == "result: it is not an object"


def test_the_sourced_id_of_the_body_is_that_of_the_path():
    assert put("putCategory", {"sourcedId": "x", "title": "y"}).sourced_id == "x"
    assert "path" in refusal("putCategory", {"sourcedId": "z", "title": "y"})
    assert "path" in refusal("putCategory", {"sourcedId": 5, "title": "y"})


@pytest.mark.parametrize("sourced_id", ["", "x" * 256, "a\nb", "a\x7f"])
def test_an_id_that_no_object_can_have_is_refused(sourced_id):
    with pytest.raises(OneRosterError):
        put("putCategory", {"title": "y"}, sourced_id=sourced_id)


def test_values_come_out_plain():
    values = put(
        "putResult",
        FULL["putResult"]
        | {"comment": "", "late": "false", "missing": "true", "scoreDate": "2026-10-12T23:59:00.000Z"},
    ).values
    assert values["score"] == 80.0 and isinstance(values["score"], float)
    assert values["scoreDate"] == date(2026, 10, 12)
    assert values["comment"] is None and values["late"] is False and values["missing"] is True
    assert values["student"] == "u1" and values["class"] is None
    line_item = put("putLineItem", FULL["putLineItem"] | {"dueDate": "2026-10-12T10:00:00+02:00"}).values
    assert line_item["dueDate"] == datetime(2026, 10, 12, 8, tzinfo=UTC)
    assert put("putLineItem", FULL["putLineItem"] | {"status": "tobedeleted"}).deleted


def test_a_post_reads_or_refuses_each_object_by_itself():
    good, bad = FULL["putResult"] | {"sourcedId": "a"}, FULL["putResult"] | {"sourcedId": "b", "score": "x"}
    found = read_many(
        {"results": [good, bad, 5, FULL["putResult"]]}, WRITES["postResultsForLineItem"], V1P2, {}
    )
    assert isinstance(found[0], Body) and found[0].place == "results[0]"
    assert [str(one).split(":")[0] for one in found[1:]] == [
        "results[1].score",
        "results[2].sourcedId",
        "results[3].sourcedId",
    ]


def test_a_post_may_lack_what_its_path_gives():
    record = {name: value for name, value in FULL["putResult"].items() if name != "lineItem"} | {"sourcedId": "a"}
    write = WRITES["postResultsForLineItem"]
    assert isinstance(read_many({"results": [record]}, write, V1P2, {"lineItem": "li1"})[0], Body)
    assert isinstance(read_many({"results": [record]}, write, V1P2, {})[0], OneRosterError)


@pytest.mark.parametrize("document", [{"results": {}}, {"result": []}, [], {"results": None}])
def test_a_post_is_a_list_in_the_plural_wrapper(document):
    with pytest.raises(OneRosterError):
        read_many(document, WRITES["postResultsForLineItem"], V1P2, {})


@given(st.sampled_from(sorted(FULL)), st.sampled_from(list(Version)), st.data())
def test_no_value_anywhere_leads_to_anything_but_a_body_or_a_refusal(operation, version, data):
    field = data.draw(st.sampled_from(sorted(WRITES[operation].resource.of(version)) or ["title"]))
    record = FULL[operation] | {field: data.draw(DOCUMENTS)}
    try:
        put(operation, record, version)
    except OneRosterError as refused:
        assert refused.failure is Failure.INVALID_BODY
