"""Single writes to the grade book over HTTP: what is kept, what is refused and why, who may change what."""

import pytest
import requests

from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.gradebooks import Gradebook, Place, new_id, ref, refused
from tests.contract.platform import ids, minor

V1P1, V1P2 = Version.V1P1, Version.V1P2


@pytest.fixture
def book(written: Door, version: Version) -> Gradebook:
    return Gradebook(written.lms(version))


@pytest.fixture
def other(written: Door, version: Version) -> Gradebook:
    """Another platform that sees the same."""
    return Gradebook(written.platform(f"other-{version}", version))


@pytest.fixture
def place(book: Gradebook) -> Place:
    return Place(book.platform)


# Create, replace, delete


def test_a_put_once_more_changes_nothing_and_a_different_one_moves_the_date(book, place, version):
    """P-122."""
    item = book.put_line_item(place)
    before = book.one(f"/lineItems/{item}")
    answer = book.put(f"/lineItems/{item}", {"lineItem": place.line_item()})
    assert answer.status_code == (200 if version is V1P1 else 201)
    assert book.one(f"/lineItems/{item}") == before
    book.put(f"/lineItems/{item}", {"lineItem": place.line_item(title="Decimals", description=None)})
    after = book.one(f"/lineItems/{item}")
    assert after["title"] == "Decimals" and "description" not in after
    assert after["dateLastModified"] > before["dateLastModified"]


@pytest.mark.parametrize("collection", ["categories", "lineItems", "results"])
def test_what_is_deleted_is_gone_but_a_delta_read_shows_it(book, place, collection, version):
    """P-122, real-clients 18."""
    one = {"categories": "category", "lineItems": "lineItem", "results": "result"}[collection]
    sourced_id = new_id()
    item = book.put_line_item(place)
    body = {
        "categories": {"title": "Homework"},
        "lineItems": place.line_item(),
        "results": place.result(item, place.students[0]),
    }[collection]
    path = f"/{collection}/{sourced_id}"
    assert book.put(path, {one: body}).status_code == 201
    made = book.one(path)["dateLastModified"]
    assert book.delete(path).status_code == 204
    assert minor(book.get(path), version) in ("unknown object", "unknownobject")
    assert sourced_id not in ids(book.listed(f"/{collection}"))
    assert book.delete(path).status_code == 404
    for delta in (f"dateLastModified>'{made}'", "status='tobedeleted'"):
        (found,) = [r for r in book.listed(f"/{collection}?filter={delta}") if r["sourcedId"] == sourced_id]
        assert found["status"] == "tobedeleted" and found["dateLastModified"] > made
    assert book.put(path, {one: body}).status_code == 201  # It is new again.
    assert book.one(path)["status"] == "active"


def test_a_put_of_status_tobedeleted_deletes(book, place, version):
    item = book.put_line_item(place)
    answer = book.put(f"/lineItems/{item}", {"lineItem": place.line_item(status="tobedeleted")})
    assert answer.status_code == (200 if version is V1P1 else 201)
    assert book.get(f"/lineItems/{item}").status_code == 404
    assert book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item(status="tobedeleted")}).status_code == 404


def test_deleting_a_line_item_takes_its_results_along(book, place):
    item = book.put_line_item(place)
    result = book.put_result(place, item, place.students[0])
    assert book.delete(f"/lineItems/{item}").status_code == 204
    assert book.get(f"/results/{result}").status_code == 404
    assert result in ids(book.listed("/results?filter=status='tobedeleted'"))


def test_a_category_with_line_items_stays(book, place, version):
    category = new_id()
    book.put(f"/categories/{category}", {"category": {"title": "Quizzes"}})
    item = book.put_line_item(place, category=ref(category))
    answer = book.delete(f"/categories/{category}")
    assert "line items" in refused(answer, version)
    assert minor(answer, version) == ("invalid data" if version is V1P1 else "deletefailure")
    book.delete(f"/lineItems/{item}")
    assert book.delete(f"/categories/{category}").status_code == 204


def test_an_unknown_id_cannot_be_deleted(book, version):
    for collection in ("categories", "lineItems", "results"):
        assert "Unknown Object" in refused(book.delete(f"/{collection}/nowhere"), version, 404)


def test_ids_with_a_slash_and_other_signs_are_kept(book, place):
    sourced_id = f"a/b c+{new_id()}@é"
    path = f"/lineItems/{requests.utils.quote(sourced_id, safe='')}"
    assert book.put(path, {"lineItem": place.line_item(sourcedId=sourced_id)}).status_code == 201
    assert book.one(path)["sourcedId"] == sourced_id


# Who may change what (P-116, P-125, P-96)


def test_what_another_platform_made_is_read_only(book, other, place, version):
    item, category = book.put_line_item(place), new_id()
    book.put(f"/categories/{category}", {"category": {"title": "Mine"}})
    result = book.put_result(place, item, place.students[0])
    before = book.one(f"/lineItems/{item}")
    writes = [
        ("PUT", f"/lineItems/{item}", {"lineItem": place.line_item(title="Stolen")}),
        ("PUT", f"/results/{result}", {"result": place.result(item, place.students[0], score=0)}),
        ("PUT", f"/categories/{category}", {"category": {"title": "Stolen"}}),
        ("PUT", f"/results/{new_id()}", {"result": place.result(item, place.students[1])}),
        *(("DELETE", path, None) for path in (f"/lineItems/{item}", f"/results/{result}", f"/categories/{category}")),
    ]
    for verb, path, body in writes:
        assert "another platform" in refused(other.call(verb, path, json=body), version, 403), (verb, path)
    assert other.one(f"/lineItems/{item}") == before
    assert other.one(f"/results/{result}")["score"] == 80


def test_what_the_district_made_is_read_only_but_takes_results(book, place, version):
    item, *_ = book.listed(f"/classes/{place.class_id}/lineItems?filter=title='Every Kind Of Score'")
    path = f"/lineItems/{item['sourcedId']}"
    assert "the district" in refused(book.put(path, {"lineItem": place.line_item()}), version, 403)
    assert "the district" in refused(book.delete(path), version, 403)
    scored = {r["student"]["sourcedId"] for r in book.listed(f"/classes/{place.class_id}{path}/results")}
    student = next(one for one in place.students if one not in scored)
    result = book.put_result(place, item["sourcedId"], student)
    assert book.one(f"/results/{result}")["lineItem"]["sourcedId"] == item["sourcedId"]
    book.delete(f"/results/{result}")


def test_without_a_district_wide_licence_only_one_school_writes(written, book, place, version):
    """P-116."""
    cedar = Gradebook(written.platform(f"cedar-{version}", version))
    written.set(district_wide_licence="false")
    try:
        answer = book.put(f"/lineItems/{new_id()}", {"lineItem": place.line_item()})
        assert "licence" in refused(answer, version, 403)
        if place.school in ids(cedar.platform.walk("/schools")):
            cedar.put_line_item(place)
    finally:
        written.set(district_wide_licence="true")
    book.put_line_item(place)


def test_a_platform_writes_to_the_schools_of_its_scope_only(written, book, version):
    """P-96."""
    cedar = Gradebook(written.platform(f"cedar-{version}", version))
    seen = ids(cedar.platform.walk("/classes"))
    hidden = next(
        one for one in book.platform.walk("/classes") if one["sourcedId"] not in seen and one["status"] == "active"
    )
    elsewhere = Place(book.platform, hidden["sourcedId"])
    answer = cedar.put(f"/lineItems/{new_id()}", {"lineItem": elsewhere.line_item()})
    assert "lineItem.class" in refused(answer, version)
    item = book.put_line_item(elsewhere)
    assert cedar.get(f"/lineItems/{item}").status_code == cedar.delete(f"/lineItems/{item}").status_code == 404
    assert cedar.put(f"/lineItems/{item}", {"lineItem": elsewhere.line_item()}).status_code == 403


def test_writing_needs_its_scope_and_the_grade_book(written, book, place, version):
    """P-97, P-102."""
    read_only = book.platform.token(
        scope=f"https://purl.imsglobal.org/spec/or/{ {V1P1: 'v1p1', V1P2: 'v1p2'}[version] }/scope/gradebook.readonly"
    )
    headers = {"Authorization": f"Bearer {read_only}"}
    path, body = f"/lineItems/{new_id()}", {"lineItem": place.line_item()}
    assert "gradebook.createput" in refused(book.call("PUT", path, json=body, headers=headers), version, 403)
    assert "gradebook.delete" in refused(book.call("DELETE", path, headers=headers), version, 403)
    assert book.call("PUT", path, json=body, headers={"Authorization": "Bearer x"}).status_code == 401
    written.change(f"lms-{version}", gradebook=False, assessments=False)
    try:
        assert book.put(path, body).status_code == 403
    finally:
        written.change(f"lms-{version}", gradebook=True, assessments=True)


def test_1p1_has_no_post(written):
    book = Gradebook(written.lms(V1P1))
    place = Place(book.platform)
    answer = book.post(f"/classes/{place.class_id}/lineItems", {"lineItems": []})
    assert answer.status_code == 405 and minor(answer, V1P1)
