"""The bodies of failures in the words of each version (`oneroster-1.1.md` 7, `oneroster-1.2.md` 5, real-clients 20)."""

import pytest

from shared.oneroster.errors import (
    Failure,
    Refusal,
    all_refused_body,
    error_body,
    invalid_selection_field,
    invalid_sort_field,
    refused_object,
    warning_set,
)  # fmt: skip
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2

#: The code minors that the official 1.2 rostering and gradebook documents list.
VOCABULARY_1P2 = {
    "fullsuccess", "invalid_filter_field", "invalid_selection_field", "invaliddata", "unauthorisedrequest", "forbidden",
    "server_busy", "unknownobject", "internal_server_error", "deletefailure",
}  # fmt: skip


def test_1p1_wraps_one_status_object():
    assert error_body(V1P1, Failure.UNKNOWN_OBJECT, "No class with sourcedId 'c-404'") == {
        "statusInfoSet": [
            {
                "imsx_codeMajor": "failure",
                "imsx_severity": "error",
                "imsx_codeMinor": "unknown object",
                "imsx_description": "No class with sourcedId 'c-404'",
            }
        ]
    }


def test_1p2_is_one_flat_object_with_a_capital_c():
    assert error_body(V1P2, Failure.UNKNOWN_OBJECT, "Unknown Object") == {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": "Unknown Object",
        "imsx_CodeMinor": {
            "imsx_codeMinorField": [
                {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "unknownobject"}
            ]
        },
    }


@pytest.mark.parametrize(
    ("failure", "status", "minor11", "minor12"),
    [
        ("UNAUTHORIZED", 401, "unauthorized", "unauthorisedrequest"),
        ("FORBIDDEN", 403, "forbidden", "forbidden"),
        ("UNKNOWN_OBJECT", 404, "unknown object", "unknownobject"),
        ("INVALID_FILTER_FIELD", 400, "invalid_filter_field", "invalid_filter_field"),
        ("INVALID_SELECTION_FIELD", 400, "invalid_selection_field", "invalid_selection_field"),
        ("INVALID_BLANK_SELECTION_FIELD", 400, "invalid_blank_selection_field", "invalid_selection_field"),
        ("INVALID_DATA", 400, "invalid data", "invaliddata"),
        ("MALFORMED_BODY", 400, "invalid data", "invaliddata"),
        ("TOO_LARGE", 413, "invalid data", "invaliddata"),
        ("INVALID_BODY", 422, "invalid data", "invaliddata"),
        ("DELETE_FAILURE", 422, "invalid data", "deletefailure"),
        ("SERVER_BUSY", 429, "server_busy", "server_busy"),
        ("NOT_READY", 503, "server_busy", "server_busy"),
        ("INTERNAL", 500, "internal_server_error", "internal_server_error"),
    ],
)
def test_each_failure_has_its_status_and_code_minors(failure, status, minor11, minor12):
    row = Failure[failure]
    assert (row.status, row.minor(V1P1), row.minor(V1P2)) == (status, minor11, minor12)


def test_no_failure_uses_a_code_that_1p2_does_not_have():
    assert {failure.minor(V1P2) for failure in Failure} <= VOCABULARY_1P2


def test_warnings_of_1p1_are_successes_that_name_what_was_ignored():
    bodies = warning_set([invalid_sort_field("sort: x"), invalid_selection_field("fields: y")])
    assert [(b["imsx_codeMajor"], b["imsx_severity"], b["imsx_codeMinor"]) for b in bodies] == [
        ("success", "warning", "invalid_sort_field"),
        ("success", "warning", "invalid_selection_field"),
    ]
    assert bodies[0]["imsx_description"] == "sort: x"


def test_a_refused_object_of_a_bulk_write_carries_its_id_and_a_status_of_1p2():
    body = refused_object(Refusal("tmp-1", Failure.INVALID_BODY, "results[0].score: it is not a number"))
    status = error_body(V1P2, Failure.INVALID_BODY, "results[0].score: it is not a number")
    assert body == {"suppliedSourcedId": "tmp-1", **status}


def test_when_all_are_refused_there_is_a_code_for_each_and_words_for_the_first_twenty():
    refusals = [Refusal(f"tmp-{n}", Failure.INVALID_BODY, f"object {n}") for n in range(23)]
    body = all_refused_body([*refusals, Refusal("", Failure.FORBIDDEN, "no id")])
    minors = body["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert [minor["imsx_codeMinorFieldName"] for minor in minors] == [f"tmp-{n}" for n in range(23)] + [
        "TargetEndSystem"
    ]
    assert minors[-1]["imsx_codeMinorFieldValue"] == "forbidden"
    assert body["imsx_description"].endswith("object 19; and 4 more")
    assert set(body) == set(error_body(V1P2, Failure.INVALID_BODY, ""))
