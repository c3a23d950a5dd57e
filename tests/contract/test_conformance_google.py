"""Google Classroom's suite, step by step over HTTP (`conformance.md` 2.2), and what its 1.1 notebook does otherwise
(2.3). Everything that is written is read back through the API."""

from typing import Any

import pytest
import requests

from shared.oneroster.versions import Version
from tests.contract.door import Door
from tests.contract.gradebooks import Place, at, new_id, ref
from tests.contract.platform import PUBLIC, TOKEN_PATH, Platform, ids, open_session

LIMIT = "limit=10000"
SCOPES = ("roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete")


class Suite:
    """The notebook's session: its token carries the four scopes that Google asks for and no other."""

    def __init__(self, door: Door, version: Version) -> None:
        self.platform: Platform = door.platform(f"lms-{version}", version)
        name = {Version.V1P1: "v1p1", Version.V1P2: "v1p2"}[version]
        scope = " ".join(f"https://purl.imsglobal.org/spec/or/{name}/scope/{one}" for one in SCOPES)
        answer = requests.post(
            door.address + TOKEN_PATH, auth=(self.platform.client_id, self.platform.secret),
            data={"grant_type": "client_credentials", "scope": scope},
        )  # fmt: skip
        assert answer.status_code == 200 and set(answer.json()["scope"].split()) == set(scope.split())  # step 1
        self.session = open_session(door.address)
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        base = f"{PUBLIC}/campus/oneroster/demo/ims/oneroster"
        both = f"{base}/v1p1"
        self.roster, self.grades = (both, both) if version is Version.V1P1 else (
            f"{base}/rostering/v1p2", f"{base}/gradebook/v1p2",
        )  # fmt: skip

    def get(self, url: str, **options: Any) -> Any:
        answer = self.session.get(url, timeout=60, **options)
        assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def put(self, url: str, body: Any) -> int:
        answer = self.session.put(url, json=body, timeout=60)
        assert answer.status_code < 300, answer.text
        assert answer.content == b""
        return answer.status_code

    def results(self, place: Place, line_item: str) -> dict[str, Any]:
        found = self.get(f"{self.grades}/classes/{place.class_id}/lineItems/{line_item}/results?{LIMIT}")["results"]
        return {one["sourcedId"]: one for one in found}


@pytest.fixture
def suite(written: Door, version: Version) -> Suite:
    return Suite(written, version)


@pytest.fixture
def place(suite: Suite) -> Place:
    return Place(suite.platform)


def teacher_of(suite: Suite, place: Place) -> str:
    """The e-mail address that Google is given."""
    enrollment, *_ = suite.platform.walk(f"/enrollments?filter=class.sourcedId='{place.class_id}' AND role='teacher'")
    return suite.platform.read(f"/users/{enrollment['user']['sourcedId']}")["email"]


def test_the_rostering_steps_1_to_7(suite, place, version):
    assert suite.session.get(f"{suite.roster}/teachers?limit=1").status_code == 200  # 2
    email = teacher_of(suite, place)
    (teacher,) = suite.get(f"{suite.roster}/teachers?filter=email='{email}'&{LIMIT}")["users"]  # 3
    assert teacher["email"] == email
    path = f"{suite.roster}/teachers/{teacher['sourcedId']}/classes?{LIMIT}&filter=status='active'"
    first, *_ = suite.get(path)["classes"]  # 4
    assert first["school"]["sourcedId"] and first["terms"][0]["sourcedId"]
    student, *_ = suite.get(f"{suite.roster}/classes/{place.class_id}/students?{LIMIT}")["users"]  # 5
    assert student["email"] and student["sourcedId"]
    path = f"{suite.grades}/classes/{place.class_id}/categories?{LIMIT}"
    assert suite.get(path, data={"a": "form body"})["categories"]  # 6, which is sent with a form body
    periods = suite.get(f"{suite.roster}/terms/{place.terms[0]}/gradingPeriods?{LIMIT}")["academicSessions"]  # 7
    assert {period["type"] for period in periods} == {"gradingPeriod"}
    assert {"sourcedId", "title", "startDate", "endDate", "schoolYear"} <= periods[0].keys()


def test_the_grade_book_steps_8_to_21(suite, place, version):
    again = 200 if version is Version.V1P1 else 201
    category, *_ = suite.get(f"{suite.grades}/classes/{place.class_id}/categories?{LIMIT}")["categories"]
    line_item = {"lineItem": place.line_item(category=ref(category["sourcedId"]))}
    item_id, result_id, student = new_id(), new_id(), place.students[0]
    item_url, result_url = f"{suite.grades}/lineItems/{item_id}", f"{suite.grades}/results/{result_id}"
    listed = f"{suite.grades}/classes/{place.class_id}/lineItems?{LIMIT}"

    assert suite.put(item_url, line_item) == 201  # 8
    assert item_id in ids(suite.get(listed)["lineItems"])  # 9
    line_item["lineItem"]["title"] = "T" * 112
    assert suite.put(item_url, line_item) == again  # 10
    assert (
        next(one for one in suite.get(listed)["lineItems"] if one["sourcedId"] == item_id)["title"] == "T" * 112
    )  # 11

    result = {"result": place.result(item_id, student, scoreDate=at(place.first_day))}
    assert suite.put(result_url, result) == 201  # 12
    assert result_id in suite.results(place, item_id)  # 13
    result["result"]["score"] = 300
    assert suite.put(result_url, result) == again  # 14
    assert suite.results(place, item_id)[result_id]["score"] == 300  # 15
    result["result"] |= {"score": 80, "scoreStatus": "exempt"}
    assert suite.put(result_url, result) == again  # 16
    assert suite.results(place, item_id)[result_id]["scoreStatus"] == "exempt"  # 17

    assert suite.session.delete(result_url).status_code == 204  # 18
    assert result_id not in suite.results(place, item_id)  # 19
    assert suite.session.delete(item_url).status_code == 204  # 20
    assert item_id not in ids(suite.get(listed)["lineItems"])  # 21


def test_what_was_put_comes_back_whole(suite, place, version):
    """Every value of steps 8 and 12 that the version has, with the references that the standard demands on output."""
    category, *_ = suite.get(f"{suite.grades}/classes/{place.class_id}/categories?{LIMIT}")["categories"]
    item_id, result_id = new_id(), new_id()
    sent = place.line_item(category=ref(category["sourcedId"]))
    suite.put(f"{suite.grades}/lineItems/{item_id}", {"lineItem": sent})
    found = suite.get(f"{suite.grades}/lineItems/{item_id}")["lineItem"]
    assert found["status"] == "active" and found["dateLastModified"].endswith("Z")
    for field in ("title", "description", "assignDate", "dueDate", "resultValueMin", "resultValueMax"):
        assert found[field] == sent[field]
    assert found["class"]["sourcedId"] == place.class_id and found["category"]["sourcedId"] == category["sourcedId"]
    assert suite.get(found["gradingPeriod"]["href"])["academicSession"]["type"] == "gradingPeriod"
    if version is Version.V1P2:
        assert found["school"]["sourcedId"] == place.school
        assert found["academicSession"]["sourcedId"] in place.terms
    suite.put(f"{suite.grades}/results/{result_id}", {"result": place.result(item_id, place.students[1])})
    result = suite.get(f"{suite.grades}/results/{result_id}")["result"]
    assert result["score"] == 80 and result["scoreStatus"] == "fully graded" and "comment" not in result
    assert result["scoreDate"] == place.result("", "")["scoreDate"][:10]
    assert result["student"]["sourcedId"] == place.students[1] and result["lineItem"]["sourcedId"] == item_id


# What the 1.1 notebook does otherwise


@pytest.fixture
def old(written: Door) -> tuple[Suite, Place]:
    suite = Suite(written, Version.V1P1)
    return suite, Place(suite.platform)


def test_1p1_a_line_item_without_category_school_or_grading_period_is_201(old):
    suite, place = old
    sent = {name: value for name, value in place.line_item().items() if name not in ("category", "school")}
    item_id = new_id()
    assert suite.put(f"{suite.grades}/lineItems/{item_id}", {"lineItem": sent}) == 201
    found = suite.get(f"{suite.grades}/lineItems/{item_id}")["lineItem"]
    category = suite.get(found["category"]["href"])["category"]
    assert category["title"] == "Uncategorized"  # P-117


@pytest.mark.parametrize("path", ["/categories", "/classes/{}/categories"])
def test_1p1_a_category_of_either_list_is_taken_and_comes_back(old, path):
    suite, place = old
    own = new_id()
    suite.put(f"{suite.grades}/categories/{own}", {"category": {"title": "Homework"}})
    found = suite.get(f"{suite.grades}{path.format(place.class_id)}?{LIMIT}")["categories"]
    assert own in ids(found)
    item_id = new_id()
    suite.put(f"{suite.grades}/lineItems/{item_id}", {"lineItem": place.line_item(category=ref(own))})
    assert suite.get(f"{suite.grades}/lineItems/{item_id}")["lineItem"]["category"]["sourcedId"] == own


def test_1p1_the_class_is_found_by_its_id_with_its_terms(old):
    suite, place = old
    (found,) = suite.get(f"{suite.roster}/classes?filter=sourcedId='{place.class_id}'")["classes"]
    assert found["terms"]
