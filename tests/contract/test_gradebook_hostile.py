"""Bodies that nobody sends in good faith, to the server as it runs in earnest: the right status, the version's own error
body, nothing half written, nothing in the log but what is safe."""

import http.client
import json

import pytest
import requests

from shared.oneroster.versions import Version
from tests.contract.conftest import Earnest
from tests.contract.gradebooks import Gradebook, Place, new_id, refused
from tests.contract.platform import minor

WORDS = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "werkzeug", "/work/", ".py")


pytestmark = pytest.mark.slow


@pytest.fixture
def book(earnest: Earnest, version: Version) -> Gradebook:
    return earnest.book(version)


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


def send(book: Gradebook, path: str, body: bytes, verb: str = "PUT") -> requests.Response:
    answer = book.call(verb, path, data=body, headers={"Content-Type": "application/json"})
    assert not any(word in answer.text for word in WORDS), answer.text[:500]
    return answer


MALFORMED = {
    "nothing": b"", "half": b'{"result": {"score": 1', "words": b"hello", "a form": b"result=1&score=2", "XML": b"<result/>",
    "quotes": b"{'result': {}}", "more": b'{"result": {}} {}', "bytes": b"\xff\xfe\xfd", "NaN": b'{"result": {"score": NaN}}',
    "infinity": b'{"result": {"score": -Infinity}}', "overflow": b'{"result": {"score": 1e999}}',
    "digits": b'{"result": {"score": ' + b"9" * 100_000 + b"}}", "twice": b'{"result": {"score": 1, "score": 2}}',
    "NUL": b'{"result": {"comment": "a\\u0000b"}}', "raw NUL": b'{"result": {"comment": "a\x00b"}}',
    "surrogate": b'{"result": {"comment": "\\ud800"}}', "a key": b'{"result": {"\\udc00": 1}}',
    "deep": b'{"result": ' + b"[" * 40 + b"]" * 40 + b"}", "very deep": b'{"result": ' * 100_000,
    "deep metadata": b'{"result": {"metadata": ' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}}",
    "UTF-16": '{"result": {}}'.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("label", MALFORMED)
def test_what_is_no_proper_json_is_400(book, version, label):
    answer = send(book, f"/results/{new_id()}", MALFORMED[label])
    assert answer.status_code == 400 and minor(answer, version) in ("invalid data", "invaliddata")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"result"', b"{}", b'{"result": null}', b'{"result": []}',
                                  b'{"lineItem": {}}', b'{"results": []}', b'{"result": {}, "x": 1}', b'{"RESULT": {}}',
                                  b'{"result": {}}', b'{"result": {"student": {}}}'])  # fmt: skip
def test_well_formed_json_with_the_wrong_content_is_422(book, version, body):
    answer = send(book, f"/results/{new_id()}", body)
    assert answer.status_code == 422 and minor(answer, version) in ("invalid data", "invaliddata")


WRONG = {
    "score": ["80", True, [1], {}, {"a": 1}],
    "scoreStatus": ["graded", 5, [], None, "x" * 300, "\u202e"],
    "scoreDate": [
        "2026-02-30",
        "0000-00-00",
        "99999-01-01",
        "9999-12-31",
        "0001-01-01",
        "now",
        5,
        ["2026-10-01"],
        "٢٠٢٦-٠١-٠١",
    ],
    "student": [
        "u1",
        {"sourcedId": None},
        {"sourcedId": 1},
        {"sourcedId": "x" * 10_000},
        {"sourcedId": "' OR 1=1 --"},
        [],
    ],
    "lineItem": [{"sourcedId": "%00"}, {"sourcedId": {"a": 1}}, {"href": "file:///etc/passwd"}, 5],
    "comment": ["x" * 20_001, 5, {"a": "b"}],
    "sourcedId": ["another", 5, [], {}],
    "status": ["gone", 5],
    "dateLastModified": ["yesterday", 5, "2026-99-99T00:00:00Z"],
    "metadata": ["text", 5, [1]],
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_values_are_422_and_write_nothing(book, place, version, field):
    item = book.put_line_item(place)
    for value in WRONG[field]:
        sourced_id = new_id()
        body = {"result": place.result(item, place.students[0], **{field: value})}
        if field == "sourcedId" and value == []:
            continue  # Nothing, as far as a client says.
        answer = send(book, f"/results/{sourced_id}", json.dumps(body).encode())
        assert answer.status_code == 422, (value, answer.status_code, answer.text[:300])
        assert refused(answer, version).startswith(f"result.{field}")
        assert book.get(f"/results/{sourced_id}").status_code == 404
    assert book.listed(f"/classes/{place.class_id}/lineItems/{item}/results") == []


@pytest.mark.parametrize("score", [1e308, -1e308, 5e-324, 0.1, 123456789012345678901234567890, -0.0])
def test_an_enormous_number_that_a_float_can_hold_is_kept(book, place, score):
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0], score=score)
    assert book.one(f"/results/{result}")["score"] == float(score)


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE result; --", "\u202e\u0007\x7f", "😀" * 1_000, "%s %(x)s {0} :name", "\\u0000", "<script>"]
)
def test_a_peculiar_text_is_kept_as_it_is(book, place, text):
    item = book.put_line_item(place, title=text[:200])
    result = book.put_result(place, item, place.students[0], comment=f"Peculiar comment {text}")
    assert book.one(f"/results/{result}")["comment"] == f"Peculiar comment {text}"
    assert book.one(f"/lineItems/{item}")["title"] == text[:200]


def test_a_body_of_50_megabytes_is_413(book, version):
    for body in (b" " * 50_000_000, b'{"result": {"comment": "' + b"x" * 50_000_000 + b'"}}'):
        answer = send(book, f"/results/{new_id()}", body)
        assert answer.status_code == 413 and "16 MB" in refused(answer, version, 413)


def test_a_body_of_millions_of_values_is_413(book, version):
    answer = send(book, f"/results/{new_id()}", b'{"result": [' + b"[]," * 3_000_000 + b"[]]}")
    assert "2,000,000 values" in refused(answer, version, 413)


def test_an_announced_body_that_never_comes_disturbs_nobody(book):
    address = book.platform.address.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.putrequest("PUT", book.base.partition("example.org")[2] + f"/results/{new_id()}")
    connection.putheader("Authorization", str(book.platform.session.headers["Authorization"]))
    connection.putheader("Content-Length", "1000")
    connection.endheaders()
    connection.send(b'{"result":')
    connection.close()
    assert book.get("/results?limit=1").status_code == 200


@pytest.mark.parametrize("sourced_id", ["%00", "%0a", "x" * 256, "%ED%A0%80", "%ff"])
def test_an_id_that_nothing_can_have_is_refused(book, place, sourced_id):
    answer = send(book, f"/lineItems/{sourced_id}", json.dumps({"lineItem": place.line_item()}).encode())
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert 400 <= send(book, f"/lineItems/{sourced_id}", b"", "DELETE").status_code < 500


@pytest.mark.parametrize(
    "body", [b"", b"null", b'{"results": {}}', b'{"results": [null, 5, "x", [], {}]}', b'{"results": [[[[]]]]}']
)
def test_a_hostile_post_is_refused(earnest, body):
    book = earnest.book(Version.V1P2)
    place = Place(book.platform)
    item = book.put_line_item(place)
    answer = send(book, f"/lineItems/{item}/results", body, "POST")
    assert answer.status_code == (400 if body == b"" else 422)
    assert book.listed(f"/classes/{place.class_id}/lineItems/{item}/results") == []
