"""Bulk POSTs over HTTP (1.2): ids that are allocated, repeats that make nothing twice, objects that are refused singly."""

from threading import Thread

import pytest

from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place, new_id, ref, refused
from tests.contract.platform import ids, minor

V1P2 = Version.V1P2


@pytest.fixture
def book(written: Door) -> Gradebook:
    return Gradebook(written.lms(V1P2))


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


def allocated(answer) -> dict[str, str]:
    """The ids of a POST that was taken whole."""
    assert answer.status_code == 201, (answer.status_code, answer.text[:1000])
    body = answer.json()
    assert set(body) == {"sourcedIdPairs"}
    assert all(set(pair) == {"suppliedSourcedId", "allocatedSourcedId"} for pair in body["sourcedIdPairs"])
    return {pair["suppliedSourcedId"]: pair["allocatedSourcedId"] for pair in body["sourcedIdPairs"]}


def result(place: Place, student: str, supplied: str, **fields) -> dict:
    """A result as it is posted below its line item."""
    body = place.result("", student, sourcedId=supplied, **fields)
    return {name: value for name, value in body.items() if name != "lineItem"}


def line_item(place: Place, title: str, supplied: str, **fields) -> dict:
    return place.line_item(title=title, sourcedId=supplied, **fields)


def test_line_items_of_a_class_are_allocated_ids_and_read_back(book, place):
    title = new_id()
    path = f"/classes/{place.class_id}/lineItems"
    sent = [line_item(place, f"{title} {n}", f"tmp-{n}") for n in range(3)]
    del sent[1]["class"], sent[1]["school"]  # The path says it.
    pairs = allocated(book.post(path, {"lineItems": sent}))
    assert set(pairs) == {"tmp-0", "tmp-1", "tmp-2"} and len(set(pairs.values())) == 3
    for n in range(3):
        found = book.one(f"/lineItems/{pairs[f'tmp-{n}']}")
        assert found["title"] == f"{title} {n}" and found["class"]["sourcedId"] == place.class_id
    assert set(pairs.values()) <= ids(book.listed(path))


def test_line_items_of_a_school_name_their_classes(book, place):
    path = f"/schools/{place.school}/lineItems"
    sent = line_item(place, new_id(), "a")
    del sent["school"]
    homeless = {name: value for name, value in line_item(place, new_id(), "b").items() if name != "class"}
    answer = book.post(path, {"lineItems": [sent, homeless]})
    assert answer.status_code == 207
    assert [one["imsx_description"] for one in answer.json()["refused"]] == ["lineItems[1].class: it is missing"]
    other = next(s for s in ids(book.platform.walk("/schools")) if s != place.school)
    assert "school" in refused_all(book.post(f"/schools/{other}/lineItems", {"lineItems": [sent]}))


def refused_all(answer) -> str:
    """The description of a POST of which nothing was taken."""
    assert answer.status_code == 422, (answer.status_code, answer.text[:500])
    body = answer.json()
    assert set(body) == {"imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_CodeMinor"}
    return body["imsx_description"]


def test_results_of_a_line_item_and_of_a_session(book, place):
    item = book.put_line_item(place)
    students = place.students[:3]
    sent = [result(place, student, f"r{n}", score=n) for n, student in enumerate(students)]
    pairs = allocated(book.post(f"/lineItems/{item}/results", {"results": sent}))
    read = {r["student"]["sourcedId"]: r for r in book.listed(f"/classes/{place.class_id}/lineItems/{item}/results")}
    assert {student: read[student]["sourcedId"] for student in students} == {
        s: pairs[f"r{n}"] for n, s in enumerate(students)
    }
    session = book.one(f"/lineItems/{item}")["academicSession"]["sourcedId"]
    other = next(term for term in place.terms if term != session)
    second = book.put_line_item(place)
    sent = [place.result(second, student, sourcedId=student) for student in students]
    assert "academic session" in refused_all(
        book.post(f"/classes/{place.class_id}/academicSessions/{other}/results", {"results": sent})
    )
    path = f"/classes/{place.class_id}/academicSessions/{session}/results"
    pairs = allocated(book.post(path, {"results": sent}))
    assert book.one(f"/results/{pairs[students[0]]}")["lineItem"]["sourcedId"] == second


@pytest.mark.parametrize(
    "path",
    [
        "/classes/nowhere/lineItems", "/schools/nowhere/lineItems", "/lineItems/nowhere/results",
        "/classes/nowhere/academicSessions/nowhere/results",
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_404(book, path):
    wrapper = path.rpartition("/")[2]
    assert "Unknown Object" in refused(book.post(path, {wrapper: []}), V1P2, 404)


def test_a_parent_of_the_body_must_be_that_of_the_path(book, place):
    item, other = book.put_line_item(place), book.put_line_item(place)
    sent = place.result(other, place.students[0], sourcedId="a")
    assert "lineItem" in refused_all(book.post(f"/lineItems/{item}/results", {"results": [sent]}))
    assert not book.listed(f"/classes/{place.class_id}/lineItems/{item}/results")


def test_nothing_posted_is_nothing_made(book, place):
    assert allocated(book.post(f"/classes/{place.class_id}/lineItems", {"lineItems": []})) == {}


def test_the_same_post_once_more_updates_what_it_made(book, place):
    item = book.put_line_item(place)
    path = f"/lineItems/{item}/results"
    sent = [result(place, student, f"tmp-{n}", score=50) for n, student in enumerate(place.students[:4])]
    first = allocated(book.post(path, {"results": sent}))
    before = {r["sourcedId"]: r for r in book.listed(f"/classes/{place.class_id}{path}")}
    sent[0]["score"] = 60
    assert allocated(book.post(path, {"results": sent})) == first
    after = {r["sourcedId"]: r for r in book.listed(f"/classes/{place.class_id}{path}")}
    assert after.keys() == before.keys() and after[first["tmp-0"]]["score"] == 60
    assert all(after[first[f"tmp-{n}"]] == before[first[f"tmp-{n}"]] for n in (1, 2, 3))  # Untouched, dates and all.
    items = [line_item(place, new_id(), "1")]
    path = f"/classes/{place.class_id}/lineItems"
    assert allocated(book.post(path, {"lineItems": items})) == allocated(book.post(path, {"lineItems": items}))


def test_a_temporary_id_that_is_used_anew_overwrites_nothing(book, place):
    """Some platforms begin with "1" in every POST."""
    path = f"/classes/{place.class_id}/lineItems"
    first, second = (allocated(book.post(path, {"lineItems": [line_item(place, new_id(), "1")]}))["1"] for _ in "ab")
    assert first != second and book.one(f"/lineItems/{first}")["title"] != book.one(f"/lineItems/{second}")["title"]
    path = f"/lineItems/{first}/results"
    made = [
        allocated(book.post(path, {"results": [result(place, student, "1", score=n)]}))["1"]
        for n, student in enumerate(place.students[:3])
    ]
    assert [book.one(f"/results/{one}")["score"] for one in made] == [0, 1, 2]


def test_what_was_deleted_comes_back_under_its_id(book, place):
    item = book.put_line_item(place)
    sent = {"results": [result(place, place.students[0], "a")]}
    made = allocated(book.post(f"/lineItems/{item}/results", sent))["a"]
    book.delete(f"/results/{made}")
    assert allocated(book.post(f"/lineItems/{item}/results", sent))["a"] == made
    assert book.one(f"/results/{made}")["status"] == "active"


def test_two_platforms_with_the_same_supplied_ids_do_not_meet(written, book, place):
    other = Gradebook(written.platform("other-1.2", V1P2))
    path, sent = f"/classes/{place.class_id}/lineItems", {"lineItems": [line_item(place, new_id(), "1")]}
    mine, theirs = allocated(book.post(path, sent))["1"], allocated(other.post(path, sent))["1"]
    assert mine != theirs
    answer = other.post(f"/lineItems/{mine}/results", {"results": [result(place, place.students[0], "a")]})
    assert "another platform" in refused_all(answer) and minor_values(answer) == ["forbidden"]  # P-125


def minor_values(answer) -> list[str]:
    fields = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    return [field["imsx_codeMinorFieldValue"] for field in fields]


def test_what_is_refused_is_told_one_by_one_and_the_rest_is_kept(book, place):
    """P-123 among them: a student who is not on the roster costs no other student a grade."""
    item = book.put_line_item(place)
    there = book.put_result(place, item, place.students[3])
    outsider = next(u for u in ids(book.platform.walk("/students?filter=status='active'")) if u not in place.students)
    one, two = place.students[:2]
    sent = [
        result(place, one, "good"), result(place, outsider, "outsider"), result(place, two, "letter", score="A"),
        result(place, "nowhere", "unknown"), result(place, one, "again"), result(place, place.students[3], "second"),
        result(place, two, "good"), {"score": 5}, result(place, two, "date", scoreDate="2026-02-30"),
        result(place, two, "gone", status="tobedeleted"), result(place, two, "fine"),
    ]  # fmt: skip
    answer = book.post(f"/lineItems/{item}/results", {"results": sent})
    assert answer.status_code == 207
    body = answer.json()
    assert set(body) == {"sourcedIdPairs", "refused"}
    assert [pair["suppliedSourcedId"] for pair in body["sourcedIdPairs"]] == ["good", "fine"]
    told = {(one["suppliedSourcedId"], one["imsx_description"].split(":")[0]) for one in body["refused"]}
    assert told == {
        ("outsider", "results[1]"), ("letter", "results[2].score"), ("unknown", "results[3].student"),
        ("again", "results[4].student"), ("second", "results[5].student"), ("good", "results[6].sourcedId"),
        ("", "results[7].sourcedId"), ("date", "results[8].scoreDate"), ("gone", "results[9].status"),
    }  # fmt: skip
    assert there in next(one for one in body["refused"] if one["suppliedSourcedId"] == "second")["imsx_description"]
    for one in body["refused"]:
        assert set(one) == {
            "suppliedSourcedId",
            "imsx_codeMajor",
            "imsx_severity",
            "imsx_description",
            "imsx_CodeMinor",
        }
    found = {r["sourcedId"] for r in book.listed(f"/classes/{place.class_id}/lineItems/{item}/results")}
    assert found == {pair["allocatedSourcedId"] for pair in body["sourcedIdPairs"]} | {there}


def test_when_all_are_refused_nothing_is_written_and_each_is_named(book, place):
    item = book.put_line_item(place)
    before = book.one(f"/lineItems/{item}")
    sent = [result(place, "nowhere", f"x{n}") for n in range(3)]
    answer = book.post(f"/lineItems/{item}/results", {"results": sent})
    assert "results[0].student" in refused_all(answer)
    fields = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]
    assert [(f["imsx_codeMinorFieldName"], f["imsx_codeMinorFieldValue"]) for f in fields] == [
        (f"x{n}", "invaliddata") for n in range(3)
    ]
    assert book.listed(f"/classes/{place.class_id}/lineItems/{item}/results") == []
    assert book.one(f"/lineItems/{item}") == before


def test_posting_needs_its_scope(book, place):
    scope = "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput"
    headers = {"Authorization": f"Bearer {book.platform.token(scope=scope)}"}
    answer = book.call("POST", f"/classes/{place.class_id}/lineItems", json={"lineItems": []}, headers=headers)
    assert answer.status_code == 403 and minor(answer, V1P2) == "forbidden"


def test_writers_at_the_same_time_lose_nothing_and_double_nothing(written, place):
    """The same POST three times at once, and another one beside it."""
    book = Gradebook(written.lms(V1P2))
    item = book.put_line_item(place)
    other = book.put_line_item(place)
    students = place.students[:20]
    sent = {"results": [result(place, student, student) for student in students]}
    answers: list[tuple[str, dict[str, str]]] = []

    def send(target: str) -> None:
        mine = Gradebook(written.lms(V1P2))
        answers.append((target, allocated(mine.post(f"/lineItems/{target}/results", sent))))

    threads = [Thread(target=send, args=(target,)) for target in (item, item, item, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len({tuple(sorted(pairs.items())) for target, pairs in answers if target == item}) == 1
    for target in (item, other):
        assert len(book.listed(f"/classes/{place.class_id}/lineItems/{target}/results")) == len(students)


def test_results_of_many_line_items_in_one_post_are_read_back(book):
    """For every student of a class and ten line items, in one request."""
    place = Place(book.platform)
    items = [book.put_line_item(place) for _ in range(10)]
    session = book.one(f"/lineItems/{items[0]}")["academicSession"]["sourcedId"]
    sent = [
        place.result(item, student, sourcedId=f"{item}-{student}", score=n) for item in items for n, student in enumerate(place.students)
    ]  # fmt: skip
    path = f"/classes/{place.class_id}/academicSessions/{session}/results"
    pairs = allocated(book.post(path, {"results": sent}))
    assert len(pairs) == len(sent) == 10 * len(place.students)
    found = {r["sourcedId"]: r for r in book.listed(f"/classes/{place.class_id}/results")}
    for one in sent:
        assert found[pairs[one["sourcedId"]]]["score"] == one["score"]


def test_every_reference_of_what_was_posted_resolves(book, place):
    item = allocated(
        book.post(f"/classes/{place.class_id}/lineItems", {"lineItems": [line_item(place, new_id(), "1")]})
    )["1"]
    made = allocated(book.post(f"/lineItems/{item}/results", {"results": [result(place, place.students[0], "1")]}))["1"]
    for path in (f"/lineItems/{item}", f"/results/{made}"):
        for value in book.one(path).values():
            if isinstance(value, dict) and "href" in value:
                assert book.platform.get(value["href"]).status_code == 200
    assert (
        book.put(
            f"/results/{made}",
            {"result": place.result(item, place.students[0], score=1, **{"class": ref(place.class_id)})},
        ).status_code
        == 201
    )
